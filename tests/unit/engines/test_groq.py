"""The Groq engine against a strict loopback Groq."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import groq
import httpx
import pytest

from processor.engines.groq import UNANSWERED, GroqEngine, audio_left, cost_usd, translated
from processor.engines.keys import Keys
from shared.audio import Audio
from shared.errors import (
    OperatorError,
    RateLimitedError,
    TranscriberError,
    TransientError,
    UserError,
)
from shared.transcripts import Instructions, Segment
from tests.doubles.groq_server import OVER_QUOTA, TOO_LARGE, GroqServer, rate_limited
from tests.doubles.sounds import as_flac, silence, tone
from tests.doubles.speech_server import Cut, Fault, Stall

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TURBO = "whisper-large-v3-turbo"
TONE = as_flac(tone(1.0))
TINY = httpx.Timeout(0.1, connect=5.0)


@pytest.fixture
async def server() -> AsyncIterator[GroqServer]:
    """Groq with two keys."""
    async with GroqServer(keys=("first-key", "second-key")) as groq_server:
        yield groq_server


@pytest.fixture
async def engine(server: GroqServer) -> AsyncIterator[GroqEngine]:
    """An engine that knows both keys."""
    keys = Keys("GROQ_API_KEY", lambda: tuple(server.keys))
    made = GroqEngine(keys, TURBO, server.base_url)
    yield made
    await made.close()


async def test_speech_comes_back_as_segments(server: GroqServer, engine: GroqEngine) -> None:
    """Text stripped, times and confidence kept, the language's name made a code."""
    server.script = lambda _: [
        Segment(0.0, 0.4, "Guten Tag.", no_speech_prob=0.02, avg_logprob=-0.3),
        Segment(0.4, 30.0, "Es geht."),
    ]
    server.language = "de"
    heard = await engine.recognise(TONE)
    assert [s.text for s in heard.segments] == ["Guten Tag.", "Es geht."]
    assert heard.segments[0].no_speech_prob == 0.02
    assert heard.segments[0].avg_logprob == -0.3
    assert heard.segments[1].end_s == 1.0
    assert heard.language == "de"


async def test_the_request_is_what_groq_wants(server: GroqServer, engine: GroqEngine) -> None:
    """A neutral name with an extension, verbose JSON with segments, the language if known."""
    await engine.recognise(TONE, language="de")
    await engine.recognise(TONE, language="xx")
    first, second = server.seen
    assert (first.file_name, first.content_type) == ("audio.flac", "audio/flac")
    assert first.size_bytes == len(TONE.data)
    assert first.fields["model"] == TURBO
    assert first.fields["response_format"] == "verbose_json"
    assert first.fields["language"] == "de"
    assert "language" not in second.fields
    assert [first.key, second.key] == ["first-key", "second-key"]


async def test_hints_are_told(server: GroqServer, engine: GroqEngine) -> None:
    """Names and terms go as the text before, as many as fit."""
    await engine.recognise(TONE, instructions=Instructions(hints=("Żubr", "kubectl")))
    await engine.recognise(TONE, instructions=Instructions(hints=("x" * 200, "y" * 30, "z")))
    assert [seen.fields["prompt"] for seen in server.seen] == ["Żubr, kubectl.", f"{'x' * 200}."]


async def test_a_translation_is_english(server: GroqServer, engine: GroqEngine) -> None:
    """The one model that translates is asked, without a language, and the answer is English."""
    server.language = "de"
    heard = await engine.recognise(TONE, language="de", instructions=Instructions(task="translate"))
    assert server.translated == 1
    assert server.seen[0].fields["model"] == "whisper-large-v3"
    assert heard.language == "en"
    assert heard.segments


@pytest.mark.parametrize(
    ("model", "audio_s", "expected_usd"),
    [
        ("whisper-large-v3-turbo", 3600.0, 0.04),
        ("whisper-large-v3", 3600.0, 0.111),
        ("whisper-large-v3", 1.0, 0.111 / 360),
        ("another", 3600.0, 0.0),
    ],
)
def test_cost_is_that_of_the_price_list(model: str, audio_s: float, expected_usd: float) -> None:
    """By the second, ten at least."""
    assert cost_usd(model, audio_s) == pytest.approx(expected_usd)


async def test_an_answer_says_what_it_cost(engine: GroqEngine) -> None:
    """A short note costs as much as ten seconds."""
    assert (await engine.recognise(TONE)).cost_usd == pytest.approx(0.04 / 360)


async def test_silence_is_no_error(engine: GroqEngine) -> None:
    """No speech is an empty tuple."""
    assert (await engine.recognise(as_flac(silence(1.0)))).segments == ()


async def test_bytes_that_are_no_audio_are_the_users(engine: GroqEngine) -> None:
    """The provider's "could not process file" reaches the user."""
    with pytest.raises(UserError) as caught:
        await engine.recognise(Audio(b"not a flac file", "flac"))
    assert caught.value.problem == "undecodable"


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (TOO_LARGE, OperatorError),
        (OVER_QUOTA, OperatorError),
        (Fault(404, {"error": {"code": "model_not_found"}}), OperatorError),
        (Fault(400, {"error": {"code": "model_decommissioned"}}), OperatorError),
        (Fault(408, ""), TransientError),
        (Fault(422, {"error": {"message": "semantic"}}), TransientError),
        (Fault(498, {"error": {"message": "flex"}}), TransientError),
        (Fault(500, {"error": {"message": "oops"}}), TransientError),
        (Fault.html(502), TransientError),
        (Fault.html(503), TransientError),
        (Fault(200, "<html>", {"Content-Type": "text/html"}), TransientError),
        (Fault(200, ["wrong"]), TransientError),
        (Fault(200, b"\xff\xfe", {"Content-Type": "application/json"}), TransientError),
        (Cut(), TransientError),
    ],
)
async def test_each_fault_has_its_meaning(
    server: GroqServer, engine: GroqEngine, fault: Fault | Cut, kind: type[TranscriberError]
) -> None:
    """One request is made, and its failure says what happens next."""
    server.faults.append(fault)
    with pytest.raises(kind):
        await engine.recognise(TONE)
    assert server.requests == 1


async def test_a_stalled_answer_is_given_up(server: GroqServer) -> None:
    """The time limit ends the wait."""
    server.faults.append(Stall())
    keys = Keys("GROQ_API_KEY", lambda: ("first-key",))
    engine = GroqEngine(keys, TURBO, server.base_url, timeout=TINY)
    with pytest.raises(TransientError, match="in time"):
        await engine.recognise(TONE)
    await engine.close()


@pytest.mark.parametrize("address", ["localhost:8000", "ftp://localhost", "http://localhost:port"])
async def test_a_wrong_address_is_the_operators(address: str) -> None:
    """The message names the variable."""
    engine = GroqEngine(Keys("GROQ_API_KEY", lambda: ("k",)), TURBO, address)
    with pytest.raises(OperatorError, match="GROQ_BASE_URL"):
        await engine.recognise(TONE)
    await engine.close()


async def test_an_absent_server_is_worth_another_try() -> None:
    """Nobody listening is transient."""
    engine = GroqEngine(Keys("GROQ_API_KEY", lambda: ("k",)), TURBO, "http://127.0.0.1:9")
    with pytest.raises(TransientError, match="reached"):
        await engine.recognise(TONE)
    await engine.close()


async def test_a_limited_key_hands_over(server: GroqServer, engine: GroqEngine) -> None:
    """A 429 for the first key is answered by the second."""
    server.faults.append(rate_limited())
    await engine.recognise(TONE)
    assert server.requests == 2
    assert server.seen[0].key == "second-key"


async def test_when_all_keys_are_limited_groq_says_for_how_long(
    server: GroqServer, engine: GroqEngine
) -> None:
    """The header counts, and the sentence where it is missing; the shorter of both is taken."""
    server.faults.extend([rate_limited("120"), rate_limited(None)])
    with pytest.raises(RateLimitedError) as caught:
        await engine.recognise(TONE)
    assert caught.value.retry_after_s == pytest.approx(99.738)


async def test_what_is_left_of_the_hour_is_passed_on(server: GroqServer) -> None:
    """With answers and refusals alike, in seconds; nothing where Groq says nothing."""
    learnt: list[tuple[float, float]] = []
    keys = Keys("GROQ_API_KEY", lambda: ("first-key",))
    engine = GroqEngine(
        keys, TURBO, server.base_url, learn=lambda left_s, reset_s: learnt.append((left_s, reset_s))
    )
    await engine.recognise(TONE)
    server.faults.extend([rate_limited(), Fault.html(503)])
    for _ in range(2):
        with pytest.raises(TransientError):
            await engine.recognise(TONE)
    await engine.close()
    assert learnt == [(7190.0, 5.0)] * 2


@pytest.mark.parametrize(
    ("remaining", "reset", "left"),
    [
        ("7190", "5s", (7190.0, 5.0)),
        ("0.5", "59m59.5s", (0.5, 3599.5)),
        ("nan", "5s", None),
        ("7190", "soon", None),
        ("", "", None),
    ],
)
def test_figures_that_are_none_are_left_out(
    remaining: str, reset: str, left: tuple[float, float] | None
) -> None:
    """Only two numbers are believed."""
    headers = {
        "x-ratelimit-remaining-audio-seconds": remaining,
        "x-ratelimit-reset-audio-seconds": reset,
    }
    assert audio_left(headers) == left
    assert audio_left({}) is None


async def test_a_refused_key_is_the_operators_only_when_none_is_left(
    server: GroqServer, engine: GroqEngine
) -> None:
    """A revoked key costs a request; with both revoked the operator is called."""
    keys = Keys("GROQ_API_KEY", lambda: ("revoked-key", "second-key"))
    engine._keys = keys
    assert (await engine.recognise(TONE)).segments
    server.keys.clear()
    with pytest.raises(OperatorError, match="GROQ_API_KEY") as caught:
        await engine.recognise(TONE)
    assert "key-" not in str(caught.value)
    assert "revoked" not in str(caught.value)


def public_exceptions() -> list[type[groq.GroqError]]:
    """The SDK's public exceptions but its two roots, which it never raises bare."""
    return [
        item
        for _, item in inspect.getmembers(groq, inspect.isclass)
        if issubclass(item, groq.GroqError) and item not in (groq.GroqError, groq.APIError)
    ]


def made(kind: type[groq.GroqError], status: int) -> groq.GroqError:
    """An exception as the SDK would make it."""
    request = httpx.Request("POST", "http://127.0.0.1/")
    response = httpx.Response(status, request=request, content=b"{}")
    if issubclass(kind, groq.APIStatusError):
        return kind("prose", response=response, body=None)
    if issubclass(kind, groq.APIResponseValidationError):
        return kind(response=response, body=None)
    if issubclass(kind, groq.APIConnectionError):
        return kind(request=request)
    pytest.fail(f"{kind.__name__} is new: decide what it means")


@pytest.mark.parametrize("kind", public_exceptions())
def test_every_public_exception_of_the_sdk_is_mapped(kind: type[groq.GroqError]) -> None:
    """Each has a status, which the table decides by, or a line of its own."""
    assert issubclass(kind, groq.APIStatusError) or kind.__name__ in UNANSWERED
    status = getattr(kind, "status_code", 500)
    meanings = {400: OperatorError, 401: OperatorError, 403: OperatorError, 404: OperatorError}
    expected = meanings.get(status if isinstance(status, int) else 500, TransientError)
    error = translated(made(kind, status if isinstance(status, int) else 500))
    assert isinstance(error, expected)
    assert "prose" not in str(error)


def test_an_unknown_failure_of_the_sdk_is_the_operators() -> None:
    """Its bare root means misuse of the client."""
    assert isinstance(translated(groq.GroqError("prose")), OperatorError)
