"""The Deepgram engine against a strict loopback Deepgram."""

from __future__ import annotations

import hashlib
import inspect
from typing import TYPE_CHECKING, Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from processor.engines.deepgram import DeepgramEngine, from_listen, translated
from processor.engines.keys import Keys
from shared.audio import Audio
from shared.errors import (
    OperatorError,
    RateLimitedError,
    TranscriberError,
    TransientError,
    UserError,
)
from shared.transcripts import Instructions, Segment, Word
from tests.doubles import deepgram_server
from tests.doubles.deepgram_server import DeepgramServer, rate_limited
from tests.doubles.sounds import as_flac, silence, tone
from tests.doubles.speech_server import Cut, Fault, Stall

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

TONE = as_flac(tone(1.0))
EMPTY = Audio(b"", "flac")


@pytest.fixture
async def server() -> AsyncIterator[DeepgramServer]:
    """Deepgram with two keys."""
    async with DeepgramServer(keys=("first-key", "second-key")) as deepgram:
        yield deepgram


@pytest.fixture
async def engine(server: DeepgramServer) -> AsyncIterator[DeepgramEngine]:
    """An engine that knows both keys."""
    keys = Keys("DEEPGRAM_API_KEY", lambda: tuple(server.keys))
    made = DeepgramEngine(keys, "nova-3", server.base_url)
    yield made
    await made.close()


async def test_speakers_are_told_apart_on_request(
    server: DeepgramServer, engine: DeepgramEngine
) -> None:
    """Each segment has one speaker; without the wish nobody is told apart."""
    server.script = lambda _: [
        Segment(0.0, 0.4, "Hello there.", speaker=0),
        Segment(0.5, 1.0, "Good morning.", speaker=1),
    ]
    heard = await engine.recognise(TONE, instructions=Instructions(speakers=True))
    assert [s.speaker for s in heard.segments] == [0, 1]
    assert server.seen[0].fields["diarize_model"] == "latest"
    plain = await engine.recognise(TONE)
    assert [s.speaker for s in plain.segments] == [None, None]
    assert "diarize_model" not in server.seen[1].fields
    assert heard.cost_usd > plain.cost_usd > 0


def test_an_utterance_of_two_is_taken_apart() -> None:
    """Where the speaker changes within an utterance, so does the segment."""
    spoken = [("Hello", 0.0, 0.2, 0), ("you.", 0.2, 0.4, 0), ("Yes?", 0.4, 0.6, 1)]
    words = [
        {"word": w, "start": start, "end": end, "confidence": 1.0, "speaker": speaker}
        for w, start, end, speaker in spoken
    ]
    results: dict[str, Any] = {
        "channels": [{"alternatives": [{"transcript": "Hello you. Yes?", "words": words}]}],
        "utterances": [{"start": 0, "end": 0.6, "transcript": "Hello you. Yes?", "words": words}],
    }
    raw = {
        "metadata": {"sha256": hashlib.sha256(b"").hexdigest(), "duration": 1.0},
        "results": results,
    }
    expected = [("Hello you.", 0), ("Yes?", 1)]
    assert [(s.text, s.speaker) for s in from_listen(raw, EMPTY, None).segments] == expected
    del results["utterances"]
    assert [(s.text, s.speaker) for s in from_listen(raw, EMPTY, None).segments] == expected


async def test_hints_are_key_terms(server: DeepgramServer, engine: DeepgramEngine) -> None:
    """Each on its own, for the model that takes them."""
    await engine.recognise(TONE, instructions=Instructions(hints=("Zubr", "kubectl")))
    assert server.seen[0].fields["keyterm"] == "Zubr,kubectl"


async def test_utterances_come_back_with_their_words(
    server: DeepgramServer, engine: DeepgramEngine
) -> None:
    """Each utterance is a segment; words keep their punctuation and times."""
    server.script = lambda _: [Segment(0.0, 0.4, "Hej du."), Segment(0.5, 1.0, "Ja.")]
    server.language = "sv"
    heard = await engine.recognise(TONE)
    assert [(s.start_s, s.end_s, s.text) for s in heard.segments] == [
        (0.0, 0.4, "Hej du."),
        (0.5, 1.0, "Ja."),
    ]
    assert heard.segments[0].words == (Word(0.0, 0.2, "Hej"), Word(0.2, 0.4, "du."))
    assert (heard.language, heard.duration_s) == ("sv", 1.0)


async def test_the_request_is_what_deepgram_wants(
    server: DeepgramServer, engine: DeepgramEngine
) -> None:
    """The model is named, training opted out of, and language given or detected, never both."""
    await engine.recognise(TONE)
    await engine.recognise(TONE, language="de")
    first, second = server.seen
    assert first.fields["model"] == "nova-3"
    assert first.fields["mip_opt_out"] == "true"
    assert first.fields["utterances"] == "true"
    assert first.fields["detect_language"] == "true"
    assert second.fields["language"] == "de"
    assert "detect_language" not in second.fields
    assert first.content_type == "audio/flac"
    assert first.sha256 == hashlib.sha256(TONE.data).hexdigest()
    assert [first.key, second.key] == ["first-key", "second-key"]


async def test_a_language_the_model_lacks_is_detected_instead(
    server: DeepgramServer, engine: DeepgramEngine
) -> None:
    """A user may choose any language; one that is refused is left to detection."""
    heard = await engine.recognise(TONE, language="eu")
    assert heard.segments
    assert server.requests == 2


async def test_a_wrong_model_is_the_operators(server: DeepgramServer) -> None:
    """Only what the user chose is tried without; the model is configuration."""
    engine = DeepgramEngine(Keys("K", lambda: ("first-key",)), "nova-9", server.base_url)
    for language in (None, "de"):
        with pytest.raises(OperatorError):
            await engine.recognise(TONE, language=language)
    await engine.close()


async def test_a_netrc_entry_does_not_replace_the_key(
    server: DeepgramServer,
    engine: DeepgramEngine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The client would take a machine's stored password over a plain header."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    await engine.recognise(TONE)
    assert server.seen[0].key == "first-key"


async def test_silence_is_no_error(engine: DeepgramEngine) -> None:
    """No speech is an empty tuple without a language."""
    heard = await engine.recognise(as_flac(silence(1.0)))
    assert heard.segments == ()
    assert heard.language is None


async def test_words_are_grouped_where_utterances_are_missing(
    server: DeepgramServer, engine: DeepgramEngine
) -> None:
    """Sentence ends and pauses part the words."""
    server.gives_utterances = False
    server.script = lambda _: [
        Segment(0.0, 0.3, "One two. Three"),
        Segment(4.0, 5.0, "after a pause"),
    ]
    heard = await engine.recognise(as_flac(tone(6.0)))
    assert [s.text for s in heard.segments] == ["One two.", "Three", "after a pause"]
    assert heard.segments[2].start_s == 4.0
    assert len(heard.segments[2].words) == 3


async def test_an_answer_about_other_bytes_is_refused(
    server: DeepgramServer, engine: DeepgramEngine
) -> None:
    """The hash Deepgram reports must be that of what was sent."""
    server.damages = True
    with pytest.raises(TransientError, match="other bytes"):
        await engine.recognise(TONE)


@pytest.mark.parametrize("data", [b"", b"not a flac file"])
async def test_bytes_that_are_no_audio_are_the_users(engine: DeepgramEngine, data: bytes) -> None:
    """The provider's "failed to process audio" reaches the user, with a language set too."""
    for language in (None, "de"):
        with pytest.raises(UserError) as caught:
            await engine.recognise(Audio(data, "flac"), language=language)
        assert caught.value.problem == "undecodable"


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (deepgram_server.SLOW_UPLOAD, TransientError),
        (deepgram_server.GATEWAY_TIMEOUT, TransientError),
        (deepgram_server.refusal(413, "TOO_LARGE", "too large"), OperatorError),
        (Fault(400, {"category": "INVALID_QUERY", "message": "x"}), OperatorError),
        (Fault(302, "", {"Location": "http://127.0.0.1:9/"}), OperatorError),
        (Fault(500, {"err_code": "INTERNAL"}), TransientError),
        (Fault.html(503), TransientError),
        (Fault(200, "<html>"), TransientError),
        (Fault(200, {"request_id": "1"}), TransientError),
        (Fault(200, {"metadata": None, "results": {}}), TransientError),
        (Cut(), TransientError),
    ],
)
async def test_each_fault_has_its_meaning(
    server: DeepgramServer, engine: DeepgramEngine, fault: Fault | Cut, kind: type[TranscriberError]
) -> None:
    """One request is made, and its failure says what happens next."""
    server.faults.append(fault)
    with pytest.raises(kind):
        await engine.recognise(TONE)
    assert server.requests == 1


async def test_a_stalled_answer_is_given_up(server: DeepgramServer) -> None:
    """The time limit ends the wait."""
    server.faults.append(Stall())
    keys = Keys("DEEPGRAM_API_KEY", lambda: ("first-key",))
    engine = DeepgramEngine(keys, "nova-3", server.base_url, timeout_s=(5.0, 0.1))
    with pytest.raises(TransientError, match="in time"):
        await engine.recognise(TONE)
    await engine.close()


async def test_an_account_without_credit_hands_over_to_the_next_key(
    server: DeepgramServer, engine: DeepgramEngine
) -> None:
    """A 402 sets that key aside; with none left the operator reads the code."""
    server.faults.append(deepgram_server.NO_CREDIT)
    await engine.recognise(TONE)
    assert server.seen[0].key == "second-key"
    server.faults.append(deepgram_server.NO_CREDIT)
    with pytest.raises(OperatorError, match="ASR_PAYMENT_REQUIRED"):
        await engine.recognise(TONE)


async def test_when_all_keys_are_limited_the_job_waits(
    server: DeepgramServer, engine: DeepgramEngine
) -> None:
    """Deepgram says no time; where it does, it is kept."""
    server.faults.extend([rate_limited(), rate_limited("7")])
    with pytest.raises(RateLimitedError) as caught:
        await engine.recognise(TONE)
    assert caught.value.retry_after_s == 7.0


OPERATORS = {
    "InvalidURL",
    "InvalidProxyURL",
    "MissingSchema",
    "InvalidSchema",
    "InvalidHeader",
}


@pytest.mark.parametrize(
    "kind",
    [
        item
        for _, item in inspect.getmembers(requests.exceptions, inspect.isclass)
        if issubclass(item, requests.RequestException)
    ],
)
def test_every_exception_of_requests_is_mapped(kind: type[requests.RequestException]) -> None:
    """A wrong address or header is the operator's; everything else may work next time."""
    error = kind("prose", "doc", 0) if kind is requests.JSONDecodeError else kind("prose")
    expected = OperatorError if kind.__name__ in OPERATORS else TransientError
    assert type(translated(error)) is expected
    assert "prose" not in str(translated(error))


@pytest.mark.parametrize("address", ["127.0.0.1", "ftp://127.0.0.1", "http://"])
async def test_a_wrong_address_is_the_operators(address: str) -> None:
    """The message names the variable."""
    engine = DeepgramEngine(Keys("K", lambda: ("key",)), "nova-3", address)
    with pytest.raises(OperatorError, match="DEEPGRAM_BASE_URL"):
        await engine.recognise(TONE)
    await engine.close()


def answer(**results: Any) -> dict[str, Any]:
    """An answer to the empty chunk."""
    metadata = {"sha256": hashlib.sha256(b"").hexdigest().upper(), "duration": 3.0}
    return {"metadata": metadata, "results": {"channels": [], **results}}


def test_the_least_that_deepgram_promises_is_enough() -> None:
    """No utterances, no punctuated words, no detected language, even no channel."""
    assert from_listen(answer(), EMPTY, "de").segments == ()
    word = {"word": "hola", "start": 0.1, "end": 0.3, "confidence": 0.9}
    alternative = {"transcript": "hola", "confidence": 0.9, "words": [word]}
    channels = [{"alternatives": [alternative]}]
    assert from_listen(answer(channels=channels), EMPTY, "es").language == "es"
    mixed = [{"alternatives": [{**alternative, "languages": ["ca", "en"]}]}]
    heard = from_listen(answer(channels=mixed), EMPTY, None)
    assert heard.segments == (Segment(0.1, 0.3, "hola", (Word(0.1, 0.3, "hola"),)),)
    assert heard.language == "ca"


def test_a_transcript_without_words_is_one_segment() -> None:
    """Text is never thrown away for want of times."""
    channels = [{"alternatives": [{"transcript": " hola", "words": []}]}]
    heard = from_listen(answer(channels=channels), EMPTY, None)
    assert heard.segments == (Segment(0.0, 3.0, "hola"),)


json_values = st.recursive(
    st.none() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["alternatives", "words", "transcript", "start", "end", "word"]), inner
        )
    ),
    max_leaves=8,
)


@given(json_values, json_values)
def test_any_json_is_read_or_refused(channels: Any, utterances: Any) -> None:
    """No answer, however odd, raises anything but TransientError."""
    try:
        from_listen(answer(channels=channels, utterances=utterances), EMPTY, None)
    except TransientError:
        return
