"""What every speech engine promises, whoever is behind it."""

from __future__ import annotations

import asyncio
import re
import threading
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from processor.engines.deepgram import DeepgramEngine
from processor.engines.embedded import EmbeddedEngine
from processor.engines.groq import GroqEngine
from processor.engines.keys import Keys
from processor.engines.model import installed
from processor.engines.openai_compatible import OpenAICompatibleEngine
from shared.audio import SAMPLE_BYTES, SAMPLE_RATE_HZ
from shared.errors import TranscriberError
from tests.doubles.deepgram_server import DeepgramServer
from tests.doubles.groq_server import GroqServer
from tests.doubles.openai_server import OpenAIServer
from tests.doubles.sounds import as_flac, as_pcm, decode, noise, silence

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from shared.audio import Audio
    from shared.ports import Engine

SPEECH = Path(__file__).parents[2] / "local" / "sample" / "note.oga"
SPEECH_S = 8.0  # enough of it to have several segments


@dataclass(frozen=True, slots=True)
class Subject:
    """An engine, and how a chunk is made for it."""

    engine: Engine
    chunk: Callable[[bytes], Audio]


def keys() -> Keys:
    """The one key the services know."""
    return Keys("KEY", lambda: ("test-key",))


@asynccontextmanager
async def groq() -> AsyncIterator[Engine]:
    """Groq."""
    async with GroqServer() as server:
        engine = GroqEngine(keys(), "whisper-large-v3-turbo", server.base_url)
        yield engine
        await engine.close()


@asynccontextmanager
async def deepgram() -> AsyncIterator[Engine]:
    """Deepgram."""
    async with DeepgramServer() as server:
        engine = DeepgramEngine(keys(), "nova-3", server.base_url)
        yield engine
        await engine.close()


@asynccontextmanager
async def openai() -> AsyncIterator[Engine]:
    """A server with segments."""
    async with OpenAIServer() as server:
        engine = OpenAICompatibleEngine(f"{server.base_url}/v1", "whisper-1", lambda: "test-key")
        yield engine
        await engine.close()


@asynccontextmanager
async def openai_plain() -> AsyncIterator[Engine]:
    """A server without segments and keys."""
    async with OpenAIServer(formats=("json",), keys=()) as server:
        engine = OpenAICompatibleEngine(f"{server.base_url}/v1", "whisper-1", str)
        yield engine
        await engine.close()


SERVICES = {"groq": groq, "deepgram": deepgram, "openai": openai, "openai_plain": openai_plain}


@pytest.fixture(scope="module")
def embedded() -> Iterator[EmbeddedEngine]:
    """The embedded engine, loaded once."""
    engine = EmbeddedEngine()
    yield engine
    asyncio.run(engine.close())


@pytest.fixture(params=[*SERVICES, "embedded"])
async def subject(request: pytest.FixtureRequest) -> AsyncIterator[Subject]:
    """Each engine in turn."""
    if request.param == "embedded":
        if not installed():
            pytest.skip("the speech group is not installed")
        yield Subject(request.getfixturevalue("embedded"), as_pcm)
        return
    async with SERVICES[request.param]() as engine:
        yield Subject(engine, as_flac)


@pytest.fixture(scope="module")
def speech() -> bytes:
    """Samples of somebody speaking English."""
    return decode(SPEECH.read_bytes())[: int(SPEECH_S * SAMPLE_RATE_HZ * SAMPLE_BYTES)]


async def test_silence_is_empty_and_has_no_language(subject: Subject) -> None:
    """No speech is no error, and decides nothing about the rest of the file."""
    heard = await subject.engine.recognise(subject.chunk(silence(2.0)))
    assert heard.segments == ()
    assert heard.language is None


async def test_segments_are_ordered_inside_the_chunk_and_have_text(
    subject: Subject, speech: bytes
) -> None:
    """Times are seconds from the chunk's start; texts are stripped."""
    heard = await subject.engine.recognise(subject.chunk(speech))
    assert heard.segments
    end_s = 0.0
    for segment in heard.segments:
        assert 0.0 <= segment.start_s < segment.end_s <= SPEECH_S
        assert segment.start_s >= end_s - 0.5, "segments may touch, hardly overlap"
        assert segment.text == segment.text.strip() != ""
        end_s = segment.end_s
    assert heard.duration_s == pytest.approx(SPEECH_S, abs=0.1)


async def test_the_language_is_an_iso_code_or_none(subject: Subject, speech: bytes) -> None:
    """Detected, or where the engine cannot detect, unknown; one asked for is kept."""
    heard = await subject.engine.recognise(subject.chunk(speech))
    assert heard.language in ("en", None)
    heard = await subject.engine.recognise(subject.chunk(speech), language="en")
    assert heard.language == "en"


async def test_a_language_nobody_knows_is_detected(subject: Subject, speech: bytes) -> None:
    """A user's choice never makes a file fail."""
    assert (await subject.engine.recognise(subject.chunk(speech), language="xx")).segments


async def test_several_chunks_at_once_are_kept_apart(subject: Subject, speech: bytes) -> None:
    """Each caller gets the answer to its own chunk."""
    chunks = [subject.chunk(part) for part in (speech, silence(1.0), speech)]
    first, none, second = await asyncio.gather(*map(subject.engine.recognise, chunks))
    assert none.segments == ()
    assert [s.text for s in first.segments] == [s.text for s in second.segments] != []


async def test_progress_is_told_in_the_callers_thread(subject: Subject, speech: bytes) -> None:
    """An engine may tell none; what it tells lies inside the chunk and does not go back."""
    told: list[float] = []
    threads: set[int] = set()

    def progress(seconds: float) -> None:
        told.append(seconds)
        threads.add(threading.get_ident())

    await subject.engine.recognise(subject.chunk(speech), progress=progress)
    assert told == sorted(told)
    assert all(0.0 <= seconds <= SPEECH_S for seconds in told)
    assert threads <= {threading.get_ident()}


async def test_what_is_no_audio_gives_an_error_of_ours(subject: Subject) -> None:
    """Nothing of a vendor's gets through the port."""
    chunk = subject.chunk(noise(0.1))
    broken = type(chunk)(b"this is no audio", "flac")
    with pytest.raises(TranscriberError):
        await subject.engine.recognise(broken)


async def test_the_profile_fits_the_chunks_we_make(subject: Subject) -> None:
    """The longest chunk in the form we send fits the size limit, and names fit a cache key."""
    profile = subject.engine.profile
    longest = silence(1.0)
    assert len(longest) * profile.max_chunk_s <= profile.max_bytes
    assert profile.takes_pcm or "flac" in profile.containers & profile.codecs
    assert re.fullmatch(r"[a-z]+", profile.name)
    assert re.fullmatch(r"[A-Za-z0-9._-]+", profile.model)
