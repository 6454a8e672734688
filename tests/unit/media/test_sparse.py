"""The plan for a film's sound: all of it, no more than pays, in requests Telegram answers."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.media.pace import Pace
from processor.media.ranges import PART_BYTES, Stretch
from processor.media.sparse import (
    ALIGN_BYTES,
    NEAR_BEST,
    READ_THROUGH_BYTES,
    WORTH_IT,
    pieces,
    plan,
    promising,
)

MANY = Pace(bandwidth_bytes_per_s=10e6, requests_per_s=1_000.0)
SIZE = 1_500_000_000


def planned(
    packets: list[tuple[int, int]], size_bytes: int, pace: Pace
) -> tuple[Stretch, ...] | None:
    """The plan for packets of a file so large."""
    return plan(pieces(packets, size_bytes), size_bytes, pace)


def fetched(stretches: tuple[Stretch, ...]) -> int:
    """How many bytes a plan fetches."""
    return sum(end - start for start, end in stretches)


def _interleaved(gap: int, sound: int, size: int = SIZE) -> list[tuple[int, int]]:
    """Packets of 400 bytes, ``sound`` bytes at a time, ``gap`` between."""
    return [
        (at + n * 400, 400)
        for at in range(gap, size - sound, gap + sound)
        for n in range(sound // 400)
    ]


PACKETS = st.lists(st.tuples(st.integers(-10, 40 << 20), st.integers(0, 3_000_000)), max_size=60)


@given(PACKETS, st.sampled_from([0.1, 5.0, 1e6]), st.sampled_from([1e4, 1e7, 1e9]))
def test_a_plan_holds_every_packet(
    packets: list[tuple[int, int]], requests: float, bandwidth: float
) -> None:
    """Sorted, apart, in whole blocks, never across a part's border, never beyond the file."""
    size = (32 << 20) + 77
    stretches = planned(packets, size, Pace(bandwidth, requests))
    if stretches is None:
        return
    for start, end in stretches:
        assert 0 <= start < end <= size
        assert start % ALIGN_BYTES == 0
        assert end % ALIGN_BYTES == 0 or end == size
        assert start // PART_BYTES == (end - 1) // PART_BYTES
    assert all(a.end <= b.start for a, b in pairwise(stretches))
    for place, length in packets:
        first, last = max(0, place), min(size, place + length) - 1
        held = [s for s in stretches if s.start <= last and s.end > first]
        if first <= last:
            assert held[0].start <= first
            assert held[-1].end > last
            assert all(a.end == b.start for a, b in pairwise(held))


@pytest.mark.parametrize(
    ("gap", "sound", "share"), [(392_000, 16_000, 0.055), (202_000, 8_000, 0.062)]
)
def test_with_requests_to_spare_the_picture_stays_where_it_is(
    gap: int, sound: int, share: float
) -> None:
    """Films of phones, a second or half a second between pieces of sound."""
    stretches = planned(_interleaved(gap, sound), SIZE, MANY)
    assert stretches is not None
    assert fetched(stretches) / SIZE < share


def test_bytes_and_requests_are_weighed() -> None:
    """With forty requests a second some of the picture is fetched so as to ask less often."""
    stretches = planned(_interleaved(392_000, 16_000), SIZE, Pace())
    assert stretches is not None
    taken = fetched(stretches)
    assert Pace().seconds(taken, len(stretches)) < 150.0 / WORTH_IT
    assert 0.8 < taken / 10e6 / (len(stretches) / 40) < 1.0  # neither waits long, rather the line


FILMS = st.builds(
    lambda gaps: [(sum(gaps[: n + 1]) + n * 16_384, 16_384) for n in range(len(gaps))],
    st.lists(st.integers(100_000, 3_000_000), min_size=3, max_size=40),
)


@given(FILMS, st.floats(1.0, 1e3), st.floats(1e5, 1e9))
def test_of_plans_about_as_fast_the_one_with_the_fewest_bytes(
    packets: list[tuple[int, int]], requests: float, bandwidth: float
) -> None:
    """No plan is much slower than the best there is, or gains too little over fetching all."""
    size, pace = packets[-1][0] + 20_000_000, Pace(bandwidth, requests)
    stretches = planned(packets, size, pace)
    apart = pieces(packets, size)
    gaps = sorted(b.start - a.end for a, b in pairwise(apart))
    ways = [fetched(tuple(apart)) + sum(gaps[:closed]) for closed in range(len(apart))]
    times_s = [pace.seconds(b, len(apart) - n + b / PART_BYTES) for n, b in enumerate(ways)]
    all_s = pace.seconds(size, size / PART_BYTES)
    if stretches is None:
        assert all_s <= min(times_s) * WORTH_IT * NEAR_BEST * 1.05
        return
    near = (b for b, lasts_s in zip(ways, times_s, strict=True) if lasts_s <= min(times_s) * 1.05)
    assert fetched(stretches) <= next(near) + 40 * (1 << 16)  # gaps this much alike are as good
    assert fetched(stretches) < size


def test_gaps_alike_are_closed_all_over_the_film() -> None:
    """Else the line would be full in one half, and idle in the other."""
    stretches = planned(_interleaved(392_000, 16_000), SIZE, Pace(40e6, 250.0))
    assert stretches is not None
    first = sum(end - start for start, end in stretches if end < SIZE // 2)
    assert first / fetched(stretches) == pytest.approx(0.5, abs=0.05)
    assert fetched(stretches) / SIZE > 0.1


def test_whether_it_may_pay_is_known_before_any_pace_is() -> None:
    """Then nobody need measure one."""
    assert promising(pieces(_interleaved(392_000, 16_000), SIZE), SIZE)
    assert not promising(pieces(_interleaved(12_600, 800), SIZE), SIZE)
    assert not promising([], SIZE)


def test_where_little_is_gained_everything_is_fetched() -> None:
    """Sound by the frame, or few requests: the plain way."""
    assert planned(_interleaved(12_600, 800), SIZE, MANY) is None
    assert planned(_interleaved(392_000, 16_000), SIZE, Pace(40e6, 40.0)) is None
    assert planned([], SIZE, MANY) is None


def test_gaps_that_libav_reads_through_are_planned() -> None:
    """They would be read all the same, and one by one."""
    near = [(10 << 20, 100), ((10 << 20) + READ_THROUGH_BYTES - 8_192, 100)]
    stretches = planned(near, SIZE, MANY)
    assert stretches is not None
    assert len(stretches) == 1


def test_a_track_that_stands_alone_is_one_stretch_after_the_other() -> None:
    """Sound at the end of a film, as some editors write it."""
    stretches = planned(
        [(SIZE - 50_000_000 + n, 1_000) for n in range(0, 50_000_000, 1_000)], SIZE, Pace()
    )
    assert stretches is not None
    assert stretches[0].start >= SIZE - 50_000_000 - ALIGN_BYTES
    assert all(a.end == b.start for a, b in pairwise(stretches))
