"""Whisper on this machine: no account, no network, and the audio stays here."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from processor.engines import model
from processor.engines.hearing import in_english, recognition
from processor.engines.hints import prompt
from processor.engines.languages import whisper_code
from shared.audio import PCM, SAMPLE_BYTES, SAMPLE_RATE_HZ, EngineProfile
from shared.errors import OperatorError, TransientError
from shared.ports import PLAIN
from shared.transcripts import Recognition, Segment

if TYPE_CHECKING:
    from collections.abc import Callable

    from faster_whisper import WhisperModel

    from shared.audio import Audio
    from shared.transcripts import Instructions

NAME = "embedded"
MAX_CHUNK_S = 300.0  # memory grows with the input: 10 min take 0.9 GB, 1 h takes 4 GB
MAX_BYTES = int(MAX_CHUNK_S * SAMPLE_RATE_HZ * SAMPLE_BYTES)
BEAM_SIZE = 5
FULL_SCALE = 32_768.0  # of a signed 16-bit sample
OWN_CODES = {"jv": "jw"}  # where the library differs from ISO 639-1


class EmbeddedEngine:
    """Engine over faster-whisper, one chunk at a time: a second would only slow the first.

    ``folder`` holds another model than Whisper base. The model is loaded by ``load`` or by the
    first chunk.
    """

    def __init__(self, folder: str = "") -> None:
        self._folder = folder
        self._model: WhisperModel | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=NAME)
        self.profile = EngineProfile(
            name=NAME,
            model=Path(folder).expanduser().resolve().name if folder else model.BASE_NAME,
            containers=frozenset(),
            codecs=frozenset(),
            max_bytes=MAX_BYTES,
            max_chunk_s=MAX_CHUNK_S,
            takes_pcm=True,
            hedge=False,
            translates=True,
            hints=True,
        )

    async def load(self, progress: Callable[[str], None] | None = None) -> None:
        """Load the model now, if it is not; ``progress`` gets a sentence where that takes long."""
        await asyncio.get_running_loop().run_in_executor(
            self._thread, self._loaded, _in_this_loop(progress)
        )

    async def recognise(
        self,
        audio: Audio,
        *,
        language: str | None = None,
        instructions: Instructions = PLAIN,
        progress: Callable[[float], None] | None = None,
    ) -> Recognition:
        """Transcribe PCM. When the caller is cancelled, work ends with the current segment."""
        if audio.container != PCM:
            raise OperatorError(f"the embedded engine takes PCM, not {audio.container}")
        stop = threading.Event()
        asked = {
            "language": _own_code(language),
            "task": instructions.task,
            "hotwords": prompt(instructions.hints),
        }
        try:
            heard = await asyncio.get_running_loop().run_in_executor(
                self._thread, self._heard, audio, asked, _in_this_loop(progress), stop
            )
            return in_english(heard, instructions)
        finally:
            stop.set()

    async def close(self) -> None:
        """Let go of the model; a chunk in work ends with its current segment if cancelled."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._model = None

    def _loaded(self, tell: Callable[[Any], None]) -> WhisperModel:
        if self._model is None:
            self._model = model.load(self._folder, tell)
        return self._model

    def _heard(
        self,
        audio: Audio,
        asked: dict[str, Any],
        tell: Callable[[Any], None],
        stop: threading.Event,
    ) -> Recognition:
        import numpy as np  # noqa: PLC0415  (comes with the optional speech group)

        whisper = self._loaded(lambda _: None)
        count = len(audio.data) // SAMPLE_BYTES
        samples = np.frombuffer(audio.data, np.dtype("<i2"), count).astype(np.float32) / FULL_SCALE
        try:
            found, info = whisper.transcribe(
                samples,
                beam_size=BEAM_SIZE,
                vad_filter=True,  # without it Whisper invents sentences where nobody speaks
                condition_on_previous_text=False,  # nor does it then repeat itself for minutes
                **asked,
            )
            segments = []
            for item in found:
                if stop.is_set():
                    break
                segments.append(_segment(item))
                tell(min(item.end, info.duration))
        except RuntimeError as error:  # ctranslate2 and onnxruntime know no other
            raise TransientError("the embedded speech engine failed") from error
        return recognition(segments, language=info.language, duration_s=count / SAMPLE_RATE_HZ)


def _segment(item: Any) -> Segment:
    return Segment(
        start_s=item.start,
        end_s=item.end,
        text=item.text.strip(),
        no_speech_prob=item.no_speech_prob,
        avg_logprob=item.avg_logprob,
    )


def _own_code(language: str | None) -> str | None:
    """The library's code; None, which detects, for a language the model does not know."""
    code = whisper_code(language)
    return OWN_CODES.get(code, code) if code else None


def _in_this_loop(callback: Callable[[Any], None] | None) -> Callable[[Any], None]:
    """``callback``, to be called from another thread but run in the caller's event loop."""
    if callback is None:
        return lambda _: None
    loop = asyncio.get_running_loop()

    def tell(value: Any) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(callback, value)

    return tell
