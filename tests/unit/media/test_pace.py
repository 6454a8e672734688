"""The pace of a remote file, measured while its beginning and its index are read."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from benchmarks.virtual_time import VirtualTimeLoop, run
from processor.media.pace import PROBE_BYTES, USUAL_BYTES_PER_S, Gauged, Pace
from processor.media.ranges import ReadAhead
from shared.errors import TransientError
from tests.media.distance import FarFile

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

MIB = 1 << 20
PLACES = (0, 10 * MIB, 20 * MIB, 30 * MIB)


class Line:
    """A remote file behind a round trip and a line on which bytes queue up."""

    def __init__(self, rtt_s: float, bytes_per_s: float, *, connecting_s: float = 0.0) -> None:
        self.size_bytes = 1 << 30
        self.in_flight = 16
        self.asked: list[tuple[int, int]] = []
        self._rtt_s = rtt_s
        self._bytes_per_s = bytes_per_s
        self._connected_s = connecting_s
        self._free_s = 0.0

    async def read(self, offset: int, length: int) -> bytes:
        """The bytes, when they are through."""
        self.asked.append((offset, length))
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, self._connected_s - loop.time()) + self._rtt_s)
        self._free_s = max(self._free_s, loop.time()) + length / self._bytes_per_s
        await asyncio.sleep(self._free_s - loop.time())
        return bytes(length)


def measured(line: Line, reading: Callable[[Gauged], Awaitable[object]], at_once: int = 16) -> Pace:
    """The pace that is found after ``reading``, in virtual time."""

    async def program(loop: VirtualTimeLoop) -> Pace:
        del loop
        gauged = Gauged(line)
        await reading(gauged)
        return await gauged.pace(PLACES, in_flight=at_once)

    return run(program)


async def head(file: Gauged) -> None:
    """Read three parts at once, as a file is begun."""
    await asyncio.gather(*(file.read(n * MIB, MIB) for n in range(3)))


async def head_and_index(file: Gauged) -> None:
    """Read the head, then one part after the other somewhere else."""
    await head(file)
    await file.read(100 * MIB, MIB)
    await file.read(101 * MIB, MIB)


@pytest.mark.parametrize("bytes_per_s", [1e6, 1e7, 1e8])
@pytest.mark.parametrize("reading", [head, head_and_index])
@pytest.mark.parametrize("rtt_s", [0.02, 0.06, 0.3])
def test_round_trip_and_bandwidth_are_told_apart(
    bytes_per_s: float, reading: Callable[[Gauged], Awaitable[object]], rtt_s: float
) -> None:
    """Whatever the one, the other is right; and making the connection counts as neither."""
    pace = measured(Line(rtt_s, bytes_per_s, connecting_s=1.0), reading)
    assert pace.bandwidth_bytes_per_s == pytest.approx(bytes_per_s, rel=0.01)
    assert pace.requests_per_s == pytest.approx(16 / (rtt_s + PROBE_BYTES / bytes_per_s), rel=0.01)


def test_no_more_requests_are_expected_than_both_sides_bear() -> None:
    """Neither what Telegram lets through nor what the reader sends for is exceeded."""
    line = Line(0.1, 1e9)
    assert measured(line, head, at_once=8).requests_per_s == pytest.approx(80, rel=0.01)
    line.in_flight = 3
    assert measured(line, head).requests_per_s == pytest.approx(30, rel=0.01)


def test_a_file_of_which_little_was_read_is_expected_to_be_usual() -> None:
    """A single part shows no bandwidth: its round trip is in it."""

    async def little(file: Gauged) -> None:
        await file.read(0, MIB)

    assert measured(Line(0.06, 1e6), little).bandwidth_bytes_per_s == USUAL_BYTES_PER_S


def test_measuring_costs_a_few_blocks() -> None:
    """One at each place."""
    line = Line(0.06, 1e7)
    measured(line, head)
    assert line.asked[3:] == [(place, PROBE_BYTES) for place in PLACES]


async def test_a_link_that_breaks_while_it_is_measured_is_a_failure() -> None:
    """The remote file's own, and no group of them."""
    far = FarFile.of(bytes(100_000))
    far.failure = TransientError("link down")
    with pytest.raises(TransientError, match="link down"):
        await Gauged(far).pace((0, 8192), in_flight=4)


async def test_the_end_of_a_job_releases_who_measures() -> None:
    """Closing the file ends its probes, and the reader is told."""
    far = FarFile.of(bytes(100_000))
    far.stuck = asyncio.Event()
    async with ReadAhead(far) as ahead:
        measuring = asyncio.create_task(ahead.pace([0, 8192]))
        while far.under_way < 2:  # noqa: ASYNC110 - the reads themselves are what is waited for
            await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await measuring
    assert not far.under_way
    with pytest.raises(TransientError, match="closed"):
        await ahead.pace([0])
