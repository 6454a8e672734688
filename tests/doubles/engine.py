"""A speech engine that says what the test wants, chunk by chunk."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from shared.audio import EngineProfile
from shared.errors import TransientError
from shared.ports import PLAIN
from shared.transcripts import Recognition, Segment

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.audio import Audio
    from shared.errors import TranscriberError
    from shared.transcripts import Instructions

PASSES_EVERYTHING = EngineProfile(
    name="scripted",
    model="one",
    containers=frozenset({"ogg", "mp3", "m4a", "mp4", "wav", "flac"}),
    codecs=frozenset({"opus", "mp3", "aac", "flac", "pcm_s16le"}),
    max_bytes=24_000_000,
    max_chunk_s=600.0,
)


class ScriptedEngine:
    """Hears ``text`` in every chunk; ``failures`` are raised first, one a call."""

    def __init__(
        self,
        text: str = "The quick brown fox jumps over the lazy dog.",
        *,
        profile: EngineProfile = PASSES_EVERYTHING,
        failures: list[TranscriberError] | None = None,
        fail_from_s: float | None = None,
    ) -> None:
        self.text = text
        self.profile = profile
        self.failures = failures or []
        self.fail_from_s = fail_from_s
        """Chunks that begin there or later fail, until this is None."""
        self.heard: list[Audio] = []
        self.languages: list[str | None] = []
        self.instructions: list[Instructions] = []
        self.gate = asyncio.Event()
        """Closed, it holds every recognition up; open from the start."""
        self.gate.set()
        self.on_hearing: Callable[[Audio], None] = lambda _: None
        """Told of each chunk before it is answered."""
        self.waiting = asyncio.Event()
        """Set while a recognition stands at the closed gate."""

    async def recognise(
        self,
        audio: Audio,
        *,
        language: str | None = None,
        instructions: Instructions = PLAIN,
        progress: Callable[[float], None] | None = None,
    ) -> Recognition:
        """Answer with the text over the whole chunk, or raise the next failure."""
        self.heard.append(audio)
        self.languages.append(language)
        self.instructions.append(instructions)
        if not self.gate.is_set():
            self.waiting.set()
            await self.gate.wait()
        self.on_hearing(audio)
        if self.failures:
            raise self.failures.pop(0)
        if self.fail_from_s is not None and audio.start_s >= self.fail_from_s:
            raise TransientError("scripted")
        length_s = audio.duration_s or 1.0
        if progress is not None:
            progress(length_s / 2)
        segments = (Segment(0.0, length_s, self.text),) if self.text else ()
        return Recognition(segments, language or "en", length_s)

    async def close(self) -> None:
        """Nothing to let go of."""
