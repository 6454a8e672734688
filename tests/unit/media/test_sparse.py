"""The plan for a film's sound: all of it, no more than pays, in requests Telegram answers."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.media.ranges import PART_BYTES
from processor.media.sparse import ALIGN_BYTES, READ_THROUGH_BYTES, Pace, plan

MANY = Pace(bandwidth_bytes_per_s=10e6, requests_per_s=1_000.0)
SIZE = 1_500_000_000


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
    stretches = plan(packets, size, Pace(bandwidth, requests))
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
    stretches = plan(_interleaved(gap, sound), SIZE, MANY)
    assert stretches is not None
    assert sum(end - start for start, end in stretches) / SIZE < share


def test_bytes_and_requests_are_weighed() -> None:
    """With forty requests a second some of the picture is fetched so as to ask less often."""
    stretches = plan(_interleaved(392_000, 16_000), SIZE, Pace())
    assert stretches is not None
    fetched = sum(end - start for start, end in stretches)
    lasts_s = Pace().seconds(fetched, len(stretches))
    assert lasts_s < 150.0 / 1.3
    assert fetched / 10e6 == pytest.approx(len(stretches) / 40, rel=0.1)  # neither waits


def test_where_little_is_gained_everything_is_fetched() -> None:
    """Sound by the frame, or few requests: the plain way."""
    assert plan(_interleaved(12_600, 800), SIZE, MANY) is None
    assert plan(_interleaved(392_000, 16_000), SIZE, Pace(40e6, 40.0)) is None
    assert plan([], SIZE, MANY) is None


def test_gaps_that_libav_reads_through_are_planned() -> None:
    """They would be read all the same, and one by one."""
    near = [(10 << 20, 100), ((10 << 20) + READ_THROUGH_BYTES - 8_192, 100)]
    stretches = plan(near, SIZE, MANY)
    assert stretches is not None
    assert len(stretches) == 1


def test_a_track_that_stands_alone_is_one_stretch_after_the_other() -> None:
    """Sound at the end of a film, as some editors write it."""
    stretches = plan(
        [(SIZE - 50_000_000 + n, 1_000) for n in range(0, 50_000_000, 1_000)], SIZE, Pace()
    )
    assert stretches is not None
    assert stretches[0].start >= SIZE - 50_000_000 - ALIGN_BYTES
    assert all(a.end == b.start for a, b in pairwise(stretches))
