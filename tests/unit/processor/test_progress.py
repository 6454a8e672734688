"""Progress in the status message: news only, not too often, never after its end."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.conversation import PROGRESS_GROUP_S, PROGRESS_PRIVATE_S, Progress
from shared.errors import OperatorError, TransientError, UndeliverableError
from shared.jobs import Action, Address, Job
from shared.texts import say
from tests.doubles.clock import ManualClock


def job(*, private: bool = True) -> Job:
    """A job from such a chat."""
    return Job("job", Action.TRANSCRIBE, "7", Address(7, private=private), "en", 0.0)


class Board:
    """What progress wrote; ``error`` is raised instead while it is set."""

    def __init__(self, *, private: bool = True) -> None:
        self.clock = ManualClock()
        self.shown: list[str] = []
        self.times: list[float] = []
        self.error: Exception | None = None
        self.open = asyncio.Event()
        self.open.set()
        self.progress = Progress(self.edit, self.clock, job(private=private))

    async def edit(self, text: str) -> None:
        """Write ``text``."""
        await self.open.wait()
        if self.error:
            raise self.error
        self.shown.append(text)
        self.times.append(self.clock.now())


@pytest.mark.parametrize(
    ("private", "pause_s"), [(True, PROGRESS_PRIVATE_S), (False, PROGRESS_GROUP_S)]
)
async def test_edits_keep_their_distance(*, private: bool, pause_s: float) -> None:
    """Nothing before the pause is over, counted from the start and from the last edit."""
    board = Board(private=private)
    await board.progress.show(0.1)
    board.clock.advance(pause_s - 0.1)
    await board.progress.show(0.2)
    assert board.shown == []
    board.clock.advance(0.1)
    await board.progress.show(0.3)
    await board.progress.show(0.4)
    board.clock.advance(pause_s)
    await board.progress.show(0.5)
    assert board.shown == [say("en", "transcribing", percent=p) for p in (30, 50)]


@given(
    steps=st.lists(st.tuples(st.floats(-1, 2), st.floats(0, 5)), max_size=30),
    private=st.booleans(),
)
def test_progress_only_grows_and_never_hurries(
    *, steps: list[tuple[float, float]], private: bool
) -> None:
    """Whatever shares come at whatever times: 1 to 100 %, rising, the pause between each."""

    async def run() -> None:
        board = Board(private=private)
        begun = board.clock.now()
        for share, pause_s in steps:
            board.clock.advance(pause_s)
            await board.progress.show(share)
        percents = [int(text.split()[-2]) for text in board.shown]
        assert percents == sorted(set(percents))
        assert all(1 <= percent <= 100 for percent in percents)
        least = PROGRESS_PRIVATE_S if private else PROGRESS_GROUP_S
        moments = [begun, *board.times]
        assert all(b - a >= least for a, b in pairwise(moments))

    asyncio.run(run())


async def test_nothing_is_shown_once_closed() -> None:
    """The message is the answer's from now on."""
    board = Board()
    board.clock.advance(60)
    await board.progress.close()
    await board.progress.show(0.5)
    assert board.shown == []


async def test_closing_waits_for_the_edit_under_way() -> None:
    """And the one that queued behind it is dropped."""
    board = Board()
    board.clock.advance(60)
    board.open.clear()
    first = asyncio.create_task(board.progress.show(0.4))
    await asyncio.sleep(0)
    closing = asyncio.create_task(board.progress.close())
    board.clock.advance(60)
    late = asyncio.create_task(board.progress.show(0.8))
    await asyncio.sleep(0)
    assert not closing.done()
    board.open.set()
    await asyncio.gather(first, closing, late)
    assert board.shown == [say("en", "transcribing", percent=40)]


@pytest.mark.parametrize("error", [TransientError("429"), OperatorError("400")])
async def test_an_edit_that_fails_is_forgotten(error: Exception) -> None:
    """The next one comes after the usual pause."""
    board = Board()
    board.error = error
    board.clock.advance(60)
    await board.progress.show(0.2)
    board.error = None
    await board.progress.show(0.3)
    board.clock.advance(60)
    await board.progress.show(0.4)
    assert board.shown == [say("en", "transcribing", percent=40)]


async def test_a_user_who_blocked_the_bot_ends_the_work() -> None:
    """There is nobody left to work for."""
    board = Board()
    board.error = UndeliverableError("blocked")
    board.clock.advance(60)
    with pytest.raises(UndeliverableError):
        await board.progress.show(0.2)
