"""Engines for scenes: what is said depends on the place in the recording, and on who is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shared.audio import EngineProfile
from shared.ports import PLAIN
from shared.transcripts import TRANSLATE, Recognition, Segment
from tests.doubles.engine import PASSES_EVERYTHING, ScriptedEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from shared.audio import Audio
    from shared.transcripts import Instructions

CHUNK_S = 20.0
IN_CHUNKS = EngineProfile(
    "scripted", "one", frozenset(), frozenset(), 24_000_000, CHUNK_S, takes_pcm=True
)
VERSATILE = replace(
    PASSES_EVERYTHING, name="deepgram", model="nova", speakers=True, translates=True, hints=True
)
# A log to test by, and a speech to fill pages with.
SENTENCES = (
    "We opened the meeting at nine and went through the list from last week.",
    "The new pump has arrived, and Jonas will fit it on Thursday before the visitors come.",
    "Nobody has heard from the printer, so Mia will call them again this afternoon.",
    "The budget for the spring fair was passed with one vote against it.",
    "We agreed to move the workshop to the large hall, since forty people have signed up.",
    "Rain is expected on Saturday; the tents must be up by Friday evening at the latest.",
)


def speech(seconds: float, start_s: float = 0.0) -> tuple[Segment, ...]:
    """One sentence after the other, five seconds each, from the recording's ``start_s`` on."""
    count = max(1, round(seconds / 5))
    first = round(start_s / 5)
    texts = [SENTENCES[(first + number) % len(SENTENCES)] for number in range(count)]
    return tuple(
        Segment(5.0 * number, min(5.0 * number + 4.5, seconds), text)
        for number, text in enumerate(texts)
    )


class Speech(ScriptedEngine):
    """Hears a speech, chunk by chunk; ``after`` holds what happens behind which number of them."""

    def __init__(
        self, profile: EngineProfile = IN_CHUNKS, *, words: int = 1, language: str = "en"
    ) -> None:
        super().__init__(profile=profile)
        self.after: Mapping[int, Callable[[], object]] = {}
        self._words, self._language = words, language

    async def recognise(
        self,
        audio: Audio,
        *,
        language: str | None = None,
        instructions: Instructions = PLAIN,
        progress: Callable[[float], None] | None = None,
    ) -> Recognition:
        """The sentences of this part, each ``words`` times."""
        heard = await super().recognise(
            audio, language=language, instructions=instructions, progress=progress
        )
        if len(self.heard) in self.after:
            self.after[len(self.heard)]()
        segments = [
            replace(segment, text=" ".join([segment.text] * self._words))
            for segment in speech(audio.duration_s or 1.0, audio.start_s)
        ]
        return replace(heard, segments=tuple(segments), language=language or self._language)


class Dialogue(ScriptedEngine):
    """Two people; told apart when asked to, and translated when asked to."""

    def __init__(self, lines: Sequence[tuple[int, str, str]]) -> None:
        super().__init__(profile=VERSATILE)
        self._lines = lines

    async def recognise(
        self,
        audio: Audio,
        *,
        language: str | None = None,
        instructions: Instructions = PLAIN,
        progress: Callable[[float], None] | None = None,
    ) -> Recognition:
        """The lines, two seconds each."""
        heard = await super().recognise(
            audio, language=language, instructions=instructions, progress=progress
        )
        english = instructions.task == TRANSLATE
        step_s = (audio.duration_s or 1.0) / len(self._lines)
        segments = tuple(
            Segment(
                step_s * number,
                step_s * (number + 1),
                translation if english else line,
                speaker=speaker if instructions.speakers else None,
            )
            for number, (speaker, line, translation) in enumerate(self._lines)
        )
        return replace(heard, segments=segments, language="en" if english else "de")
