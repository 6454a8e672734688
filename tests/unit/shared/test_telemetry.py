"""What is counted and what is logged: figures and places, never what somebody said."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.telemetry import JsonFormatter, Metric, Tally, keyed_hash

MARKER = "xylophone-4711"


def logged(**given: Any) -> dict[str, Any]:
    """A line as it is emitted, read back; it is one line."""
    record = logging.LogRecord("here", logging.INFO, "file.py", 1, "a thing", None, None)
    exc_info = given.pop("exc_info", None)
    record.__dict__.update(given)
    record.exc_info = exc_info
    line = JsonFormatter().format(record)
    assert "\n" not in line
    read: dict[str, Any] = json.loads(line)
    return read


def _parse(text: str) -> int:
    try:
        return int(text)
    except ValueError as cause:
        raise KeyError(f"could not parse {text}") from cause


def test_an_exceptions_message_is_never_in_the_line() -> None:
    """Type and place are; neither the message nor the cause's nor the source line."""
    with pytest.raises(KeyError) as caught:
        _parse(MARKER)
    assert MARKER in str(caught.value)
    line = logged(exc_info=(caught.type, caught.value, caught.tb))
    assert MARKER not in json.dumps(line)
    assert line["error"] == "KeyError"
    place, _, number = line["at"].rpartition(":")
    assert place.endswith("test_telemetry.py")
    assert int(number) == _parse.__code__.co_firstlineno + 4


def test_an_exception_without_a_trace_is_named_too() -> None:
    """As loggers may be given one that was never raised."""
    line = logged(exc_info=(ValueError, ValueError(MARKER), None))
    assert line["error"] == "ValueError"
    assert MARKER not in json.dumps(line)
    assert "error" not in logged(exc_info=(None, None, None))


def test_a_stack_and_unknown_fields_are_not_in_the_line() -> None:
    """Only fields on the list are, so that nobody adds a name by accident."""
    line = logged(job="abc", attempt=2, chat_title=MARKER, stack_info=MARKER, args=None)
    assert MARKER not in json.dumps(line)
    assert (line["job"], line["attempt"]) == ("abc", 2)


def test_a_line_says_when_where_and_what() -> None:
    """With a value that JSON does not know shown as text."""
    line = logged(state=Metric.JOB_FAILED, seconds=1.5, status={1})
    assert line["level"] == "INFO"
    assert line["logger"] == "here"
    assert line["message"] == "a thing"
    assert (line["state"], line["seconds"], line["status"]) == ("JobFailed", 1.5, "{1}")
    assert line["time"]


def test_a_message_of_several_lines_stays_one(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody can forge a line of ours by a line break."""
    caplog.set_level(logging.WARNING)
    logging.getLogger("here").warning("one\n%s", '{"level":"ERROR"}')
    (record,) = caplog.records
    assert "\n" not in JsonFormatter().format(record)


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.integers(1, 9))))
def test_a_tally_adds_up(counts: list[tuple[str, int]]) -> None:
    """Each name by itself."""
    tally = Tally()
    for name, n in counts:
        tally.count(name, n)
    for name in ("a", "b"):
        assert tally.counts.get(name, 0) == sum(n for other, n in counts if other == name)


def test_a_tally_keeps_the_newest_thousand() -> None:
    """Its memory has an end, however long the bot runs."""
    tally = Tally()
    for value in range(2500):
        tally.observe("seconds", float(value))
    assert tally.values["seconds"] == [float(value) for value in range(1500, 2500)]


def test_a_summary_is_a_line_for_each_name() -> None:
    """Counts first, then means; nothing for nothing."""
    tally = Tally()
    assert tally.summary() == ""
    tally.count(Metric.JOB_SUCCEEDED, 2)
    for value in (1.0, 3.0):
        tally.observe(Metric.PROCESSING_S, value)
    assert tally.summary().splitlines() == [
        "JobSucceeded 2",
        "ProcessingSeconds mean 2.00, max 3.00, n 2",
    ]


def test_a_chats_stand_in_depends_on_the_key() -> None:
    """Stable under one key, different under another, and not the id."""
    assert keyed_hash("k", 4711) == keyed_hash("k", 4711) == keyed_hash("k", "4711")
    assert keyed_hash("k", 4711) != keyed_hash("other", 4711)
    assert keyed_hash("k", 4711) != keyed_hash("k", 4712)
    assert "4711" not in keyed_hash("k", 4711)
