"""What providers' refusals mean."""

from __future__ import annotations

import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.engines.failures import (
    KeyRefusedError,
    RequestRefusedError,
    error_code,
    failure,
    go_duration_s,
    retry_after_s,
)
from shared.errors import (
    OperatorError,
    RateLimitedError,
    TranscriberError,
    TransientError,
    UserError,
)

SECRET = "sk-prose-that-must-stay-behind"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, OperatorError),
        (400, RequestRefusedError),
        (401, KeyRefusedError),
        (402, KeyRefusedError),
        (403, KeyRefusedError),
        (404, OperatorError),
        (405, OperatorError),
        (408, TransientError),
        (409, TransientError),
        (413, OperatorError),
        (418, OperatorError),
        (422, RequestRefusedError),
        (425, TransientError),
        (429, RateLimitedError),
        (500, TransientError),
        (502, TransientError),
        (503, TransientError),
        (504, TransientError),
        (599, TransientError),
    ],
)
def test_each_status_has_one_meaning(status: int, kind: type[TranscriberError]) -> None:
    """The table decides, whatever the body holds."""
    for body in (b"", b"<html>", json.dumps({"error": {"message": SECRET}}).encode()):
        error = failure("acme", status, body, httpx.Headers())
        assert type(error) is kind
        assert str(error) == f"acme answered {status}"


@pytest.mark.parametrize(
    "sentence",
    [
        "could not process file - is it a valid media file?",
        "Bad Request: failed to process audio: corrupt or unsupported data",
        "The audio file could not be decoded or its format is not supported.",
        "Audio file might be corrupted or unsupported",
        "Invalid file format. Supported formats: ['flac']",
    ],
)
def test_a_400_about_the_audio_is_the_users_to_mend(sentence: str) -> None:
    """The documented sentences for broken audio become the user's "undecodable"."""
    error = failure("acme", 400, json.dumps({"error": {"message": sentence}}).encode(), {})
    assert isinstance(error, UserError)
    assert error.problem == "undecodable"


@pytest.mark.parametrize(
    ("code", "hint"),
    [("rate_limit_exceeded", "hourly quota"), ("request_too_large", "larger than")],
)
def test_the_two_kinds_of_413_are_told_apart(code: str, hint: str) -> None:
    """Neither is worth waiting for; the operator reads which one it is."""
    body = json.dumps({"error": {"message": SECRET, "code": code}}).encode()
    error = failure("acme", 413, body, {"retry-after": "5"})
    assert type(error) is OperatorError
    assert hint in str(error)
    assert SECRET not in str(error)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"error": {"code": "invalid_api_key"}}, "invalid_api_key"),
        ({"err_code": "ASR_PAYMENT_REQUIRED", "err_msg": "x"}, "ASR_PAYMENT_REQUIRED"),
        ({"category": "INVALID_JSON", "message": "x"}, "INVALID_JSON"),
        ({"error": {"code": 7}}, None),
        ({"error": "plain"}, None),
        ({"error": {"code": "<b>" + "x" * 80}}, None),
        ([], None),
        ("text", None),
    ],
)
def test_the_code_is_found_in_every_shape(body: object, code: str | None) -> None:
    """Both providers' shapes are read; what is no code is left behind."""
    assert error_code(json.dumps(body).encode()) == code


@given(st.binary(max_size=200))
def test_any_body_is_survived(body: bytes) -> None:
    """Whatever bytes come with a refusal, it stays a refusal."""
    assert isinstance(failure("acme", 429, body, {}), RateLimitedError)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1m39.738s", 99.738),
        ("500ms", 0.5),
        ("2m59.56s", 179.56),
        ("1h0m0s", 3600.0),
        ("1h15m30.918273645s", 4530.918273645),
        (".5s", 0.5),
        ("100µs", 0.0001),
        ("7ns", 7e-9),
        ("0s", 0.0),
        ("", None),
        ("5", None),
        ("s", None),
        ("1m 5s", None),
        ("-5s", None),
        ("1d", None),
        ("\u0661s", None),
    ],
)
def test_go_durations(text: str, seconds: float | None) -> None:
    """Go's own notation is read; anything else is no duration."""
    assert go_duration_s(text) == (None if seconds is None else pytest.approx(seconds))


@given(st.integers(0, 99), st.integers(0, 59), st.integers(0, 59_999))
def test_go_durations_round_trip(hours: int, minutes: int, milliseconds: int) -> None:
    """What Go would print for a time is read as that time."""
    text = f"{hours}h{minutes}m{milliseconds / 1000}s"
    expected = hours * 3600 + minutes * 60 + milliseconds / 1000
    assert go_duration_s(text) == pytest.approx(expected)


@given(st.text(max_size=40))
def test_no_text_breaks_the_duration_parser(text: str) -> None:
    """Any text gives a time of 0 or more, or None."""
    seconds = go_duration_s(text)
    assert seconds is None or seconds >= 0


@pytest.mark.parametrize(
    ("headers", "text", "seconds"),
    [
        ({"retry-after": "100"}, "try again in 5s.", 100.0),
        ({"retry-after": "1.5"}, "", 1.5),
        ({}, "Please try again in 1m39.738s. Need more?", 99.738),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, "", None),
        ({"retry-after": "-3"}, "", None),
        ({"retry-after": "nan"}, "", None),
        ({"retry-after": "inf"}, "", None),
        ({}, "", None),
    ],
)
def test_the_header_says_how_long_and_the_sentence_where_it_is_missing(
    headers: dict[str, str], text: str, seconds: float | None
) -> None:
    """A sensible header wins; nonsense is the same as nothing."""
    assert retry_after_s(headers, text) == seconds
