"""Real speech through the embedded engine with its real model."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from processor.engines.embedded import EmbeddedEngine
from processor.engines.model import bundle_present, installed
from tests.doubles.sounds import as_pcm, decode, noise, silence, tone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.transcripts import Recognition

pytestmark = pytest.mark.skipif(
    not (installed() and bundle_present()), reason="the speech group is not installed"
)

SAMPLE = Path(__file__).parents[2] / "local" / "sample"
MOST_WORDS_WRONG = 0.1


class Writes:
    """The files opened for writing while ``watching``."""

    def __init__(self) -> None:
        self.watching = False
        self.paths: list[str] = []
        sys.addaudithook(self._hear)

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if self.watching and event == "open":
            path, mode, _ = args
            if isinstance(mode, str) and set(mode) & set("wax+"):
                self.paths.append(str(path))


@pytest.fixture(scope="module")
def writes() -> Writes:
    """The witness of the file system; a hook of the interpreter cannot be removed again."""
    return Writes()


@pytest.fixture(scope="module")
def engine(writes: Writes) -> Iterator[EmbeddedEngine]:
    """The engine with its model loaded, and whatever that wrote."""
    made = EmbeddedEngine()
    writes.watching = True
    asyncio.run(made.load())
    writes.watching = False
    yield made
    asyncio.run(made.close())


@pytest.fixture(scope="module")
def heard(engine: EmbeddedEngine, writes: Writes) -> Recognition:
    """The sample note as the engine hears it."""
    audio = as_pcm(decode((SAMPLE / "note.oga").read_bytes()))
    writes.watching = True
    recognition = asyncio.run(engine.recognise(audio))
    writes.watching = False
    return recognition


def test_the_sample_note_is_heard(heard: Recognition) -> None:
    """At most one word in ten is wrong, and the language is found."""
    jiwer = pytest.importorskip("jiwer")
    english = pytest.importorskip("whisper_normalizer.english").EnglishTextNormalizer()
    expected = english((SAMPLE / "note.txt").read_text())
    said = english(" ".join(segment.text for segment in heard.segments))
    assert jiwer.wer(expected, said) <= MOST_WORDS_WRONG
    assert heard.language == "en"


def test_subtitles_can_be_made_of_it(heard: Recognition) -> None:
    """Segments are short enough to read and lie inside the note."""
    assert len(heard.segments) > 1
    assert heard.duration_s is not None
    assert all(0 <= s.start_s < s.end_s <= heard.duration_s for s in heard.segments)


def test_nothing_is_written(heard: Recognition, writes: Writes) -> None:
    """Neither loading the packaged model nor recognising touches the disk."""
    assert heard.segments
    assert writes.paths == []


@pytest.mark.parametrize(
    "samples",
    [b"", silence(0.01), silence(3.0), noise(3.0), tone(3.0)],
    ids=["nothing", "an instant", "silence", "noise", "tone"],
)
def test_nobody_speaking_is_heard_as_nobody(engine: EmbeddedEngine, samples: bytes) -> None:
    """Whisper's inventions for silence and noise are kept out."""
    recognition = asyncio.run(engine.recognise(as_pcm(samples)))
    assert recognition.segments == ()
    assert recognition.language is None


def test_loading_again_changes_nothing(engine: EmbeddedEngine) -> None:
    """The model is loaded once."""
    before = engine._model
    asyncio.run(engine.load(pytest.fail))
    assert engine._model is before
