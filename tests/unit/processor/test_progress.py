"""Progress in the status message: news only, not too often, never after its end."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from processor.conversation.progress import PROGRESS_GROUP_S, PROGRESS_PRIVATE_S, Progress, newest
from processor.rendering import utf16_units
from processor.rendering.parts import MESSAGE_LIMIT
from shared.errors import OperatorError, RateLimitedError, TransientError, UndeliverableError
from shared.jobs import Action, Address, Job, Options
from shared.texts import Share, say
from shared.transcripts import TRANSLATE
from tests.doubles.clock import ManualClock

LONG = "All that was said in this long recording. " * 200


def job(*, private: bool = True, task: str = "transcribe") -> Job:
    """A job from such a chat."""
    address = Address(7, private=private)
    return Job("job", Action.TRANSCRIBE, "u7", address, "en", 0.0, options=Options(task=task))


def transcribing(percent: int) -> str:
    """The status at that share, while nothing can be said of the time left."""
    return say("en", "stage_transcribing", share=Share(percent / 100))


class Board:
    """What progress wrote; ``error`` is raised instead while it is set."""

    def __init__(
        self, *, private: bool = True, drafts: bool = False, task: str = "transcribe"
    ) -> None:
        self.clock = ManualClock()
        self.shown: list[str] = []
        self.drafts: list[str] = []
        self.times: list[float] = []
        self.error: Exception | None = None
        self.open = asyncio.Event()
        self.open.set()
        self._has_drafts = drafts
        self.progress = Progress(self.edit, self.draft, self.clock, job(private=private, task=task))

    async def edit(self, text: str) -> None:
        """Write ``text``."""
        await self.open.wait()
        if self.error:
            raise self.error
        self.shown.append(text)
        self.times.append(self.clock.now())

    async def draft(self, text: str) -> bool:
        """Stream ``text``, where the chat can."""
        self.drafts.append(text)
        return self._has_drafts


@pytest.mark.parametrize(
    ("private", "pause_s"), [(True, PROGRESS_PRIVATE_S), (False, PROGRESS_GROUP_S)]
)
async def test_edits_keep_their_distance(*, private: bool, pause_s: float) -> None:
    """Nothing before the pause is over, counted from the start and from the last edit."""
    board = Board(private=private)
    await board.progress.show(0.0)
    board.clock.advance(pause_s - 0.1)
    await board.progress.show(0.02)
    assert board.shown == []
    board.clock.advance(0.1)
    await board.progress.show(0.03)
    await board.progress.show(0.04)
    board.clock.advance(pause_s)
    await board.progress.show(0.04)
    assert board.shown == [transcribing(p) for p in (3, 4)]


@given(
    steps=st.lists(
        st.tuples(st.floats(-1, 2), st.floats(0, 5), st.sampled_from(["", "So far.", LONG])),
        max_size=30,
    ),
    private=st.booleans(),
    drafts=st.booleans(),
)
def test_progress_only_grows_and_never_hurries(
    *, steps: list[tuple[float, float, str]], private: bool, drafts: bool
) -> None:
    """Whatever comes at whatever times: the share never falls, the pause is kept, all fits."""

    async def run() -> None:
        board = Board(private=private, drafts=drafts)
        begun = board.clock.now()
        for share, pause_s, text in steps:
            board.clock.advance(pause_s)
            await board.progress.show(share, text)
        percents = [int(text.split("%")[0].split()[-1]) for text in board.shown]
        assert percents == sorted(percents)
        assert all(0 <= percent <= 100 for percent in percents)
        least = PROGRESS_PRIVATE_S if private else PROGRESS_GROUP_S
        moments = [begun, *board.times]
        assert all(b - a >= least for a, b in pairwise(moments))
        assert all(utf16_units(text) <= MESSAGE_LIMIT for text in [*board.shown, *board.drafts])

    asyncio.run(run())


async def test_the_time_left_is_told_once_it_means_something() -> None:
    """From the pace so far, rounded up to minutes; at the end, less than one."""
    board = Board()
    await board.progress.show(0.0)
    for share in (0.04, 0.2, 0.9):
        board.clock.advance(30)
        await board.progress.show(share)
    assert board.shown == [
        transcribing(4),
        f"{transcribing(20)} · about 4 minutes left",
        f"{transcribing(90)} · less than a minute left",
    ]


async def test_parts_known_from_an_earlier_try_do_not_count_as_pace() -> None:
    """Half of it was there at once: the other half is not done in no time."""
    board = Board()
    await board.progress.show(0.5)
    board.clock.advance(60)
    await board.progress.show(0.6)
    assert board.shown == [f"{transcribing(60)} · about 4 minutes left"]


async def test_the_stages_follow_each_other() -> None:
    """The share begins anew with the stage; a translation is called one."""
    board = Board(task=TRANSLATE)
    for step, share in (("fetching", 0.9), ("show", 0.01)):
        board.clock.advance(10)
        await getattr(board.progress, step)(share)
    assert board.shown == [
        say("en", "stage_fetching", share=Share(0.9)),
        say("en", "stage_translating", share=Share(0.01)),
    ]


async def test_the_text_so_far_stands_below_the_share() -> None:
    """New text is news, though the share be the same; no text later does not take it away."""
    board = Board()
    for share, text in ((0.01, ""), (0.01, "So far."), (0.02, "")):
        board.clock.advance(10)
        await board.progress.show(share, text)
    assert board.shown == [
        transcribing(1),
        f"{transcribing(1)}\n\nSo far.",
        f"{transcribing(2)}\n\nSo far.",
    ]


async def test_text_longer_than_a_message_is_streamed_where_the_chat_can() -> None:
    """The newest words go into the draft; the status keeps to its share."""
    board = Board(drafts=True)
    board.clock.advance(10)
    await board.progress.show(0.01, LONG + "These are the newest words.")
    assert board.drafts[0].endswith("These are the newest words.")
    assert board.shown == [transcribing(1)]


@pytest.mark.parametrize("private", [True, False])
async def test_without_drafts_the_newest_words_stand_in_the_status(*, private: bool) -> None:
    """A chat that has none is asked once, a group never."""
    board = Board(private=private)
    for percent in (1, 2):
        board.clock.advance(10)
        await board.progress.show(percent / 100, f"{LONG}{percent} The newest words.")
    assert len(board.drafts) == (1 if private else 0)
    for percent, text in zip((1, 2), board.shown, strict=True):
        assert text.startswith(f"{transcribing(percent)}\n\n… ")
        assert text.endswith(f"{percent} The newest words.")


@example(text="😀" * 200, limit=60)
@example(text="words with spaces " * 20, limit=60)
@given(text=st.text(max_size=300), limit=st.integers(50, 100))
def test_the_newest_of_a_text_fits_and_is_its_end(text: str, limit: int) -> None:
    """Within the limit it is the whole; else the longest end that fits, but for part of a word."""
    end = newest(text, limit)
    assert utf16_units(end) <= limit
    assert text.endswith(end.removeprefix("… ") if end != text else end)


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
    assert board.shown == [transcribing(40)]


@pytest.mark.parametrize("error", [TransientError("429"), OperatorError("400")])
async def test_an_edit_that_fails_is_forgotten(error: Exception) -> None:
    """The next one comes after the usual pause."""
    board = Board()
    board.error = error
    board.clock.advance(60)
    await board.progress.show(0.2)
    board.error = None
    await board.progress.show(0.21)
    board.clock.advance(4)
    await board.progress.show(0.22)
    assert board.shown == [transcribing(22)]


async def test_telegram_gets_the_rest_it_asks_for() -> None:
    """The next edit comes no sooner, whatever the usual pause is."""
    board = Board()
    board.error = RateLimitedError("429", retry_after_s=30.0)
    board.clock.advance(60)
    await board.progress.show(0.2)
    board.error = None
    board.clock.advance(30)
    await board.progress.show(0.21)
    assert board.shown == []
    board.clock.advance(PROGRESS_PRIVATE_S)
    await board.progress.show(0.22)
    assert board.shown == [transcribing(22)]


async def test_a_user_who_blocked_the_bot_ends_the_work() -> None:
    """There is nobody left to work for."""
    board = Board()
    board.error = UndeliverableError("blocked")
    board.clock.advance(60)
    with pytest.raises(UndeliverableError):
        await board.progress.show(0.2)
