"""The OpenAI-compatible engine against a loopback server."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import httpx
import pytest

from processor.engines.openai_compatible import OpenAICompatibleEngine, translated
from shared.audio import Audio
from shared.errors import (
    OperatorError,
    RateLimitedError,
    TranscriberError,
    TransientError,
    UserError,
)
from shared.transcripts import Instructions, Segment
from tests.doubles.openai_server import OpenAIServer
from tests.doubles.sounds import as_flac, tone
from tests.doubles.speech_server import Cut, Fault, Stall

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TONE = as_flac(tone(1.0))


@pytest.fixture
async def server() -> AsyncIterator[OpenAIServer]:
    """A server that wants a key."""
    async with OpenAIServer() as openai:
        yield openai


@pytest.fixture
async def engine(server: OpenAIServer) -> AsyncIterator[OpenAICompatibleEngine]:
    """An engine that has the key."""
    made = OpenAICompatibleEngine(f"{server.base_url}/v1/", "whisper-1", lambda: "test-key")
    yield made
    await made.close()


async def test_speech_comes_back_as_segments(
    server: OpenAIServer, engine: OpenAICompatibleEngine
) -> None:
    """Verbose JSON with segments is asked for and read."""
    server.script = lambda _: [Segment(0.1, 0.4, "One."), Segment(0.5, 0.9, "Two.")]
    heard = await engine.recognise(TONE, language="de")
    assert [(s.start_s, s.text) for s in heard.segments] == [(0.1, "One."), (0.5, "Two.")]
    assert heard.language == "de"
    fields = server.seen[0].fields
    assert fields["model"] == "whisper-1"
    assert fields["response_format"] == "verbose_json"
    assert fields["language"] == "de"
    assert server.seen[0].file_name == "audio.flac"


async def test_instructions_are_passed_on(
    server: OpenAIServer, engine: OpenAICompatibleEngine
) -> None:
    """Hints as the prompt; a translation at its own address, without a language."""
    await engine.recognise(TONE, instructions=Instructions(hints=("kubectl",)))
    assert server.seen[0].fields["prompt"] == "kubectl."
    heard = await engine.recognise(TONE, language="de", instructions=Instructions(task="translate"))
    assert server.translated == 1
    assert heard.language == "en"


async def test_a_server_without_segments_gives_one_over_the_chunk(
    server: OpenAIServer, engine: OpenAICompatibleEngine
) -> None:
    """Verbose JSON is tried once in the engine's life, then plain JSON is taken."""
    server.formats = ("json",)
    heard = await engine.recognise(TONE)
    assert heard.segments == (Segment(0.0, 1.0, "Hello there."),)
    await engine.recognise(TONE)
    assert server.requests == 3
    assert [seen.fields["response_format"] for seen in server.seen] == ["json", "json"]


async def test_a_server_may_want_no_key(server: OpenAIServer) -> None:
    """An empty key sends no Authorization header."""
    server.keys.clear()
    engine = OpenAICompatibleEngine(f"{server.base_url}/v1", "whisper-1", lambda: "")
    assert (await engine.recognise(TONE)).segments
    await engine.close()


async def test_a_wrong_key_is_the_operators(server: OpenAIServer) -> None:
    """It is not quoted."""
    engine = OpenAICompatibleEngine(f"{server.base_url}/v1", "whisper-1", lambda: "wrong-key")
    with pytest.raises(OperatorError, match="invalid_api_key") as caught:
        await engine.recognise(TONE)
    assert "wrong-key" not in str(caught.value)
    await engine.close()


async def test_bytes_that_are_no_audio_are_the_users(engine: OpenAICompatibleEngine) -> None:
    """The server's sentence about undecodable audio reaches the user."""
    with pytest.raises(UserError) as caught:
        await engine.recognise(Audio(b"not a flac file", "flac"))
    assert caught.value.problem == "undecodable"


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(400, {"error": {"message": "temperature is wrong"}}), OperatorError),
        (Fault(404, "404 page not found"), OperatorError),
        (Fault(307, "", {"Location": "http://127.0.0.1:9/"}), OperatorError),
        (Fault(422, {"detail": [{"loc": ["body", "model"]}]}), OperatorError),
        (Fault(429, {"error": {"code": "insufficient_quota"}}), RateLimitedError),
        (Fault.html(502), TransientError),
        (Fault(200, "<html>"), TransientError),
        (Fault(200, {"transcript": "x"}), TransientError),
        (Cut(), TransientError),
    ],
)
async def test_each_fault_has_its_meaning(
    server: OpenAIServer,
    engine: OpenAICompatibleEngine,
    fault: Fault | Cut,
    kind: type[TranscriberError],
) -> None:
    """One request is made, and its failure says what happens next."""
    server.faults.append(fault)
    with pytest.raises(kind):
        await engine.recognise(TONE)
    assert server.requests == 1


async def test_a_stalled_answer_is_given_up(server: OpenAIServer) -> None:
    """The time limit ends the wait."""
    server.faults.append(Stall())
    engine = OpenAICompatibleEngine(
        f"{server.base_url}/v1", "whisper-1", str, timeout=httpx.Timeout(0.1, connect=5.0)
    )
    with pytest.raises(TransientError, match="in time"):
        await engine.recognise(TONE)
    await engine.close()


@pytest.mark.parametrize(
    "address", ["localhost:8000/v1", "ftp://localhost", "http://localhost:port/v1"]
)
async def test_a_wrong_address_is_the_operators(address: str) -> None:
    """The message names the variable."""
    engine = OpenAICompatibleEngine(address, "whisper-1", str)
    with pytest.raises(OperatorError, match="OPENAI_BASE_URL"):
        await engine.recognise(TONE)
    await engine.close()


async def test_an_absent_server_is_worth_another_try() -> None:
    """Nobody listening is transient."""
    engine = OpenAICompatibleEngine("http://127.0.0.1:9/v1", "whisper-1", str)
    with pytest.raises(TransientError, match="reached"):
        await engine.recognise(TONE)
    await engine.close()


OPERATORS = {"InvalidURL", "UnsupportedProtocol", "LocalProtocolError"}


@pytest.mark.parametrize(
    "kind",
    [
        item
        for _, item in inspect.getmembers(httpx, inspect.isclass)
        if issubclass(item, httpx.HTTPError | httpx.InvalidURL)
    ],
)
def test_every_exception_of_httpx_is_mapped(kind: type[httpx.HTTPError]) -> None:
    """A wrong address or request is the operator's; everything else may work next time."""
    if kind is httpx.HTTPStatusError:
        request = httpx.Request("POST", "http://127.0.0.1/")
        error: httpx.HTTPError = httpx.HTTPStatusError(
            "prose", request=request, response=httpx.Response(500)
        )
    else:
        error = kind("prose")
    expected = OperatorError if kind.__name__ in OPERATORS else TransientError
    assert type(translated(error)) is expected
    assert "prose" not in str(translated(error))
