"""The embedded engine around its model, which these tests replace."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from processor.engines.embedded import EmbeddedEngine
from shared.audio import Audio
from shared.errors import OperatorError, TransientError
from shared.transcripts import Instructions
from tests.doubles.sounds import as_pcm, tone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

pytest.importorskip("numpy", reason="the speech group is not installed")

TONE = as_pcm(tone(2.0))
PATIENCE_S = 10.0


@dataclass
class Heard:
    """A segment as the library gives it."""

    start: float
    end: float
    text: str
    no_speech_prob: float = 0.1
    avg_logprob: float = -0.2


class ScriptedWhisper:
    """Stands for the model: two segments, the second held back while ``gate`` is closed."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, dict[str, Any]]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.given = 0
        self.at_once = 0
        self.most_at_once = 0
        self.fails = False

    def transcribe(self, samples: Any, **options: Any) -> tuple[Iterator[Heard], Any]:
        """Begin; segments are made as they are asked for."""
        self.calls.append((len(samples), options))
        info = SimpleNamespace(language=options["language"] or "jw", duration=len(samples) / 16_000)
        return self._segments(), info

    def _segments(self) -> Iterator[Heard]:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            for item in (Heard(0.0, 1.0, " One."), Heard(1.0, 9.0, " Two."), Heard(1.5, 2.0, " ")):
                self.given += 1
                yield item
                if self.fails:
                    raise RuntimeError("out of memory")
                assert self.gate.wait(PATIENCE_S)
        finally:
            self.at_once -= 1


@pytest.fixture
def whisper() -> ScriptedWhisper:
    """The model's stand-in."""
    return ScriptedWhisper()


@pytest.fixture
async def engine(whisper: ScriptedWhisper) -> AsyncIterator[EmbeddedEngine]:
    """An engine that has it loaded."""
    made = EmbeddedEngine()
    made._model = cast("Any", whisper)
    yield made
    await made.close()


async def test_segments_language_and_length_come_back(
    engine: EmbeddedEngine, whisper: ScriptedWhisper
) -> None:
    """Stripped, cut to the audio, the library's code made an ISO one."""
    heard = await engine.recognise(TONE)
    assert [(s.start_s, s.end_s, s.text) for s in heard.segments] == [
        (0.0, 1.0, "One."),
        (1.0, 2.0, "Two."),
    ]
    assert heard.segments[0].no_speech_prob == 0.1
    assert (heard.language, heard.duration_s) == ("jv", 2.0)
    samples, options = whisper.calls[0]
    assert samples == 32_000
    assert options["vad_filter"] is True
    assert options["condition_on_previous_text"] is False


async def test_instructions_reach_the_model(
    engine: EmbeddedEngine, whisper: ScriptedWhisper
) -> None:
    """Hints in every window, and the task; a translation is English."""
    heard = await engine.recognise(
        TONE, instructions=Instructions(task="translate", hints=("kubectl", "Zubr"))
    )
    _, options = whisper.calls[0]
    assert (options["task"], options["hotwords"]) == ("translate", "kubectl, Zubr.")
    assert heard.language == "en"


async def test_the_language_is_passed_in_the_librarys_own_code(
    engine: EmbeddedEngine, whisper: ScriptedWhisper
) -> None:
    """A language the model does not know is detected, as the library would refuse it."""
    for language in ("jv", "de", "xx", None):
        await engine.recognise(TONE, language=language)
    assert [options["language"] for _, options in whisper.calls] == ["jw", "de", None, None]


async def test_progress_is_told_in_the_callers_loop_as_segments_come(
    engine: EmbeddedEngine, whisper: ScriptedWhisper
) -> None:
    """Seconds done, never more than there are, before the result is there."""
    told: list[float] = []
    first = asyncio.Event()
    whisper.gate.clear()

    def progress(seconds: float) -> None:
        told.append(seconds)
        first.set()  # not thread-safe: this must be the loop's own thread

    task = asyncio.create_task(engine.recognise(TONE, progress=progress))
    await asyncio.wait_for(first.wait(), PATIENCE_S)
    assert told == [1.0]
    assert not task.done()
    whisper.gate.set()
    await task
    assert told == [1.0, 2.0, 2.0]


async def test_chunks_are_recognised_one_at_a_time(
    engine: EmbeddedEngine, whisper: ScriptedWhisper
) -> None:
    """Several at once share the machine no faster and take more memory."""
    results = await asyncio.gather(*(engine.recognise(TONE) for _ in range(4)))
    assert len({heard.segments for heard in results}) == 1
    assert whisper.most_at_once == 1


async def test_a_cancelled_chunk_stops_between_segments(
    engine: EmbeddedEngine, whisper: ScriptedWhisper
) -> None:
    """The rest is not computed, and the next chunk follows at once."""
    begun = asyncio.Event()
    whisper.gate.clear()
    task = asyncio.create_task(engine.recognise(TONE, progress=lambda _: begun.set()))
    await asyncio.wait_for(begun.wait(), PATIENCE_S)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    whisper.gate.set()
    assert (await engine.recognise(TONE)).segments
    assert whisper.given == 2 + 3


async def test_an_odd_byte_at_the_end_is_dropped(engine: EmbeddedEngine) -> None:
    """Half a sample is no reason to fail."""
    heard = await engine.recognise(Audio(TONE.data + b"\x01", "pcm"))
    assert heard.duration_s == 2.0


async def test_a_file_instead_of_samples_is_refused(engine: EmbeddedEngine) -> None:
    """Its bytes would be heard as noise."""
    with pytest.raises(OperatorError, match="PCM"):
        await engine.recognise(Audio(b"fLaC", "flac"))


async def test_a_failing_model_is_worth_another_try(
    engine: EmbeddedEngine, whisper: ScriptedWhisper
) -> None:
    """The library's own errors do not get out."""
    whisper.fails = True
    with pytest.raises(TransientError):
        await engine.recognise(TONE)


def test_another_model_has_another_name() -> None:
    """The folder's name is part of the recipe, so that transcripts are not mixed up."""
    assert EmbeddedEngine("/models/whisper-small/").profile.model == "whisper-small"
    assert EmbeddedEngine().profile.model == "whisper-base"
