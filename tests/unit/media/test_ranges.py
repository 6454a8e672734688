"""Reading far away: nothing twice, nothing too much at once, no failure taken for an end."""

from __future__ import annotations

import asyncio
import io
import random
import threading
from collections import deque
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processor.media.ranges import RangeFile, ReadAhead, Stretch, without
from shared.errors import TransientError, UserError
from tests.media.distance import FarFile

if TYPE_CHECKING:
    from collections.abc import Callable

PART = 4096
WINDOW = 16 * PART
DATA = random.Random(7).randbytes(100 * PART + 123)  # noqa: S311 - bytes, not a secret


async def _reading(
    far: FarFile, work: Callable[[RangeFile], Any], *, in_flight: int = 4, **more: Any
) -> Any:
    """Do ``work`` in a thread with a file over ``far``."""
    loop = asyncio.get_running_loop()
    async with ReadAhead(far, window_bytes=WINDOW, part_bytes=PART, in_flight=in_flight) as ahead:
        return await asyncio.to_thread(work, RangeFile(ahead, loop, **more))


def _all(file: RangeFile) -> bytes:
    return b"".join(iter(lambda: file.read(1000), b""))


async def test_reading_through_fetches_every_byte_once() -> None:
    """From front to back the reads are the file, no part is asked for twice."""
    far = FarFile.of(DATA)
    assert await _reading(far, _all) == DATA
    assert sum(length for _, length in far.reads) == len(DATA)
    assert 1 < far.most_at_once <= 5  # those ahead, and the one that is waited for


async def test_the_first_read_asks_for_little_and_a_straight_reader_for_more() -> None:
    """Who looks at the head alone does not pull the window in."""
    far = FarFile.of(DATA)
    assert await _reading(far, lambda file: file.read(10)) == DATA[:10]
    assert len(far.reads) <= 3


async def test_who_goes_back_and_forth_over_what_is_there_gets_nothing_more() -> None:
    """An index at the end is read several times over, with looks at the head between."""
    far = FarFile.of(DATA)

    def work(file: RangeFile) -> int:
        for _ in range(5):
            file.read_at(0, 100)
            file.read_at(90 * PART, 3 * PART)
        return max((offset for offset, _ in far.reads if offset < 90 * PART), default=0)

    assert await _reading(far, work) == 2 * PART  # what came along with the first look
    assert sum(length for _, length in far.reads) == len(far.reads) * PART


async def test_no_more_than_the_window_is_held() -> None:
    """However far the file goes on, and however slowly it is read."""
    far = FarFile.of(DATA)

    async def peek() -> int:
        loop = asyncio.get_running_loop()
        async with ReadAhead(far, window_bytes=WINDOW, part_bytes=PART, in_flight=4) as ahead:
            file = RangeFile(ahead, loop)
            most = 0
            for _ in range(90):
                await asyncio.to_thread(file.read, PART)
                for _ in range(20):
                    await asyncio.sleep(0)
                most = max(most, sum(end - start for start, end in ahead._held))
        return most

    assert WINDOW // 2 < await peek() <= WINDOW + PART


async def test_the_end_first_and_then_all_of_it_costs_no_byte_twice() -> None:
    """As with an index at the end: the part it shares with the rest is kept."""
    far = FarFile.of(DATA)

    def work(file: RangeFile) -> bytes:
        file.read(100)
        assert file.read_at(len(DATA) - 5_000, 5_000) == DATA[-5_000:]
        file.seek(0)
        return _all(file)

    assert await _reading(far, work) == DATA
    assert sum(length for _, length in far.reads) <= len(DATA) * 1.005


STEPS = st.lists(
    st.tuples(st.integers(0, len(DATA) + 10), st.integers(0, 3 * PART)), min_size=1, max_size=12
)


@given(STEPS, st.sampled_from(["planned", "dense"]))
@settings(max_examples=40, deadline=None)
def test_it_reads_like_any_file(steps: list[tuple[int, int]], way: str) -> None:
    """Seeks and reads anywhere give what a file in memory gives, planned for or not."""
    plan = [Stretch(at, at + PART) for at in range(0, len(DATA) - PART, 5 * PART)]

    def work(file: RangeFile) -> None:
        if way == "planned":
            file.read(10)
            file.follow(plan)
        plain = io.BytesIO(DATA)
        for offset, length in steps:
            assert file.seek(offset) == plain.seek(offset) == file.tell()
            piece = file.read(length)
            assert piece == plain.read(len(piece))
            assert piece or not length or offset >= len(DATA)
            assert file.read_at(offset, length) == DATA[offset : offset + length]

    asyncio.run(_reading(FarFile.of(DATA), work))


async def test_it_is_an_ordinary_file() -> None:
    """Seekable from all three origins, readable into a buffer, not writable, never before zero."""

    def work(file: RangeFile) -> None:
        assert (file.readable(), file.seekable(), file.writable()) == (True, True, False)
        buffer = bytearray(10)
        assert file.seek(-10, io.SEEK_END) == len(DATA) - 10
        assert file.readinto(buffer) == 10
        assert buffer == DATA[-10:]
        assert file.read(5) == b""
        assert file.seek(-5, io.SEEK_CUR) == len(DATA) - 5
        with pytest.raises(ValueError, match="before the beginning"):
            file.seek(-1)

    await _reading(FarFile.of(DATA), work)


async def test_a_plan_is_all_that_is_fetched() -> None:
    """Its stretches, in the order of the file, less what is there already."""
    far = FarFile.of(DATA)
    plan = [Stretch(at, at + PART) for at in range(0, 90 * PART, 10 * PART)]

    def work(file: RangeFile) -> None:
        file.read(10)
        file.follow(plan)
        for start, end in plan:
            assert file.read_at(start, end - start) == DATA[start:end]

    await _reading(far, work)
    beyond = [read for read in far.reads if Stretch(read[0], sum(read)) not in plan]
    assert len(beyond) <= 2  # what was fetched ahead before there was a plan
    assert len(far.reads) == len(set(far.reads)) == len(plan) + len(beyond)


async def test_what_no_plan_foresaw_is_fetched_by_the_piece() -> None:
    """A read beside the plan costs that read; many of them end the plan."""
    far = FarFile.of(DATA * 20)

    def work(file: RangeFile) -> None:
        file.follow([Stretch(0, PART)])
        assert file.read_at(500_000, 10) == (DATA * 20)[500_000:500_010]
        seen = len(far.reads)
        file.seek(600_000)
        for _ in range(500):
            file.read(PART)
        assert len(far.reads) - seen > 200

    await _reading(far, work)
    assert far.reads[1][1] <= 1 << 16
    assert max(length for _, length in far.reads[-100:]) == PART  # parts again


async def test_a_failure_reaches_the_reader_every_time() -> None:
    """Never an end of file where there was an error; not even at the second asking."""
    far = FarFile.of(DATA)
    far.failure, far.fails_from = TransientError("link down"), 50 * PART

    def work(file: RangeFile) -> int:
        with pytest.raises(TransientError, match="link down"):
            _all(file)
        for again in (file.ensure_whole, lambda: file.read(10)):
            with pytest.raises(TransientError, match="link down"):
                again()
        return file.tell()

    assert await _reading(far, work) == 50 * PART


async def test_a_failure_of_a_kind_nobody_expects_is_remembered_too() -> None:
    """The file then counts as unread, and the job is tried again."""
    far = FarFile.of(DATA)
    far.failure = OSError("socket")

    def work(file: RangeFile) -> None:
        with pytest.raises(OSError, match="socket"):
            file.read(10)
        with pytest.raises(TransientError):
            file.ensure_whole()

    await _reading(far, work)


async def test_a_file_that_ends_before_its_size_is_a_failure() -> None:
    """A part shorter than announced is never passed on."""
    far = FarFile(lambda offset, length: DATA[offset : offset + length][:-1], len(DATA))

    def work(file: RangeFile) -> None:
        with pytest.raises(TransientError, match="before its size"):
            file.read(10)

    await _reading(far, work)


async def test_the_end_of_a_job_releases_its_reader() -> None:
    """A thread that waits for a part which never comes is let go when the file is closed."""
    far = FarFile.of(DATA)
    far.stuck = asyncio.Event()
    waiting = threading.Event()
    loop = asyncio.get_running_loop()

    def read(file: RangeFile) -> bytes:
        waiting.set()
        return file.read(10)

    async with ReadAhead(far, part_bytes=PART) as ahead:
        file = RangeFile(ahead, loop)
        reader = asyncio.create_task(asyncio.to_thread(read, file))
        while not far.reads:  # noqa: ASYNC110 - the read itself is what is waited for
            await asyncio.sleep(0)
        assert waiting.is_set()
    with pytest.raises(TransientError, match="closed"):
        await reader
    with pytest.raises(TransientError, match="closed"):
        await asyncio.to_thread(RangeFile(ahead, loop).read, 10)


async def test_a_deadline_ends_reading() -> None:
    """It is asked before each read, and what it raises stands."""
    asked = 0

    def check() -> None:
        nonlocal asked
        asked += 1
        if asked > 3:
            raise TransientError("out of time")

    def work(file: RangeFile) -> None:
        with pytest.raises(TransientError, match="out of time"):
            _all(file)

    await _reading(FarFile.of(DATA), work, check=check)
    assert asked == 4


async def test_who_reads_in_circles_is_stopped() -> None:
    """A hostile index may lead back and forth; the traffic has an end."""
    far = FarFile.of(DATA)

    def work(file: RangeFile) -> None:
        circles = [at for _ in range(50) for at in range(0, len(DATA), 7 * PART)]
        with pytest.raises(UserError) as refusal:
            deque((file.read_at(at, 10) for at in circles), maxlen=0)
        assert refusal.value.problem == "undecodable"

    await _reading(far, work)
    assert far.fetched_share < 1.5


async def test_a_loop_that_is_gone_is_a_failure() -> None:
    """No reader waits for a loop that will not answer."""
    loop = asyncio.new_event_loop()
    loop.close()
    file = RangeFile(ReadAhead(FarFile.of(DATA)), loop)
    with pytest.raises(TransientError):
        file.read(10)


STRETCHES = st.lists(st.integers(0, 60), unique=True, max_size=20).map(
    lambda edges: [
        Stretch(*pair) for pair in zip(sorted(edges)[::2], sorted(edges)[1::2], strict=False)
    ]
)


@given(STRETCHES, STRETCHES)
def test_what_is_there_is_left_out_of_a_plan(plan: list[Stretch], held: list[Stretch]) -> None:
    """Exactly the bytes that were planned and are not held remain."""

    def places(stretches: list[Stretch]) -> set[int]:
        return {at for start, end in stretches for at in range(start, end)}

    rest = without(plan, held)
    assert places(rest) == places(plan) - places(held)
    assert rest == sorted(rest)
