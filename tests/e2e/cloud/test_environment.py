"""The Lambda environment of these tests does to a function what Lambda does."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.doubles.lambda_runtime import Clock, End, LambdaRuntime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Start = Callable[..., LambdaRuntime]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads memory from /proc")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a function whose module has this text; ``handle`` is its handler."""
    running: list[LambdaRuntime] = []

    def begin(program: str, **settings: object) -> LambdaRuntime:
        (tmp_path / "toy.py").write_text(program, encoding="utf-8")
        function = LambdaRuntime("toy.handle", {}, path=[str(tmp_path)], **settings)  # type: ignore[arg-type]
        running.append(function.__enter__())
        return function

    yield begin
    for function in running:
        function.__exit__(None, None, None)


def test_the_process_is_kept_for_the_next_event_and_frozen_until_it_comes(start: Start) -> None:
    """The first event starts the process, the second finds it as the first left it: stopped."""
    function = start("import os\ndef handle(event, context): return [event, os.getpid()]")
    first, second = function.invoke("a"), function.invoke("b")
    assert (first.end, first.cold, second.cold) == (End.RESPONSE, True, False)
    assert first.payload[1] == second.payload[1]
    assert (first.payload[0], second.payload[0]) == ("a", "b")
    state = Path(f"/proc/{second.payload[1]}/stat").read_text(encoding="ascii").split()[2]
    assert state == "T"


def test_what_runs_beyond_its_deadline_is_killed(start: Start) -> None:
    """A timeout ends the process; the next event starts another."""
    function = start(
        "import threading\ndef handle(event, context): return event or threading.Event().wait()",
        timeout_s=0.2,
    )
    assert function.invoke(None).end is End.TIMEOUT
    again = function.invoke("b")
    assert (again.end, again.cold, again.payload) == (End.RESPONSE, True, "b")


def test_what_takes_more_memory_than_it_has_is_killed(start: Start) -> None:
    """Resident memory above the limit ends the process."""
    function = start(
        "import threading\n"
        "def handle(event, context): event = bytearray(200 << 20); threading.Event().wait()",
        memory_mib=128,
    )
    done = function.invoke(None)
    assert done.end is End.OUT_OF_MEMORY
    assert done.peak_bytes > 128 << 20


def test_a_handler_sees_the_time_that_is_left_on_the_clock_of_the_test(
    start: Start, tmp_path: Path
) -> None:
    """The deadline is counted on the clock that tests move, and so is the function's own time."""
    clock = Clock(tmp_path)
    function = start(
        "import time\n"
        "def handle(event, context): return [time.time(), context.get_remaining_time_in_millis()]",
        timeout_s=30.0,
        clock=clock,
    )
    before, left = function.invoke(None).payload
    clock.advance(5000)
    after, left_after = function.invoke(None).payload
    assert 5000 <= after - before < 5030
    assert 0 < left <= 30_000
    assert 0 < left_after <= 30_000


@pytest.mark.parametrize(
    ("program", "end"),
    [
        ("raise ImportError('no')", End.INIT_ERROR),
        ("def handle(event, context): raise ValueError(event)", End.ERROR),
        ("import os\ndef handle(event, context): os._exit(3)", End.EXIT),
        ("def handle(event, context): return 'x' * (7 << 20)", End.TOO_LARGE),
    ],
)
def test_other_ends_are_told_apart(start: Start, program: str, end: End) -> None:
    """A module that does not load, an exception, a process that ends itself, a giant's answer."""
    assert start(program).invoke("event").end is end
