"""What an engine answered, made into a recognition."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.engines.hearing import from_verbose_json, parsed, recognition
from shared.audio import Audio
from shared.errors import TransientError
from shared.transcripts import Segment

AUDIO = Audio(b"", "flac", duration_s=5.0)
VERBOSE = {
    "language": "English",
    "duration": 5.12,
    "text": " Hello there. This is a test.",
    "segments": [
        {"id": 8, "start": 1.6, "end": 28.0, "text": " This is a test.", "no_speech_prob": 0.01},
        {"id": 9, "start": 0.0, "end": 1.2, "text": " Hello there.", "avg_logprob": -0.16},
        {"id": 10, "start": 4.0, "end": 4.1, "text": "  "},
    ],
}

times = st.floats(-10, 100)
segments = st.lists(st.builds(Segment, times, times, st.sampled_from(["", "word"])))


def read(raw: Any, audio: Audio = AUDIO, language: str | None = None) -> Any:
    """Read an answer of the provider acme."""
    return from_verbose_json(raw, provider="acme", audio=audio, language=language)


@given(segments, st.floats(0, 50))
def test_segments_come_in_order_and_inside_the_audio(
    found: list[Segment], duration_s: float
) -> None:
    """Whatever times an engine gives, none lies outside and no text is lost."""
    heard = recognition(found, language="en", duration_s=duration_s)
    assert all(0 <= s.start_s <= s.end_s <= duration_s for s in heard.segments)
    assert list(heard.segments) == sorted(heard.segments, key=lambda s: s.start_s)
    assert len(heard.segments) == sum(bool(s.text) for s in found)


def test_verbose_json_is_stripped_ordered_and_cut_to_the_audio() -> None:
    """Leading spaces, empty segments and times behind the end are gone; the figures stay."""
    heard = read(VERBOSE)
    assert heard.segments == (
        Segment(0.0, 1.2, "Hello there.", avg_logprob=-0.16),
        Segment(1.6, 5.0, "This is a test.", no_speech_prob=0.01),
    )
    assert (heard.language, heard.duration_s) == ("en", 5.0)


def test_a_plain_text_answer_is_one_segment_over_the_chunk() -> None:
    """Servers without segments still give text, and the language that was asked for."""
    heard = read({"text": " Hello there."}, language="de")
    assert heard.segments == (Segment(0.0, 5.0, "Hello there."),)
    assert heard.language == "de"


def test_without_a_known_length_the_answers_own_is_taken() -> None:
    """For original bytes that nobody decoded the provider's duration stands, even as text."""
    heard = read({"text": "Hello.", "duration": "8.47"}, Audio(b"", "mp3"))
    assert heard.segments == (Segment(0.0, 8.47, "Hello."),)
    assert heard.duration_s == 8.47


@pytest.mark.parametrize(
    "raw", [{"text": ""}, {"text": " ", "segments": [], "language": "English"}]
)
def test_silence_is_no_segment_and_no_language(raw: dict[str, Any]) -> None:
    """A language guessed from silence must not decide for the rest of the file."""
    heard = read(raw, language="de")
    assert heard.segments == ()
    assert heard.language is None


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        "text",
        {},
        {"text": None},
        {"segments": [{}]},
        {"segments": [None]},
        {"segments": 7},
        {"segments": [{"start": "x", "end": 1, "text": "a"}]},
        {"segments": [{"start": 0, "end": float("nan"), "text": "a"}]},
        {"segments": [], "duration": "long"},
        {"segments": [], "duration": 10**400},
    ],
)
def test_another_shape_is_worth_another_try(raw: Any) -> None:
    """An answer that is no transcript is a provider's mishap, not an empty transcript."""
    with pytest.raises(TransientError, match="acme"):
        read(raw)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["text", "segments", "start", "end", "language"]), inner)
    ),
    max_leaves=8,
)


@given(json_values)
def test_any_json_is_read_or_refused(raw: Any) -> None:
    """No answer, however odd, raises anything but TransientError."""
    try:
        heard = read(parsed(json.dumps(raw).encode(), "acme"))
    except TransientError:
        return
    assert all(segment.text for segment in heard.segments)


def test_what_is_no_json_is_worth_another_try() -> None:
    """A page of HTML with status 200 is refused."""
    with pytest.raises(TransientError, match="no transcript"):
        parsed(b"<html>", "acme")
