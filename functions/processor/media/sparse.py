"""Which bytes of a film to fetch when only its sound is wanted.

The tables of an MP4 say where every packet of sound lies. Phones write about a second of picture
between two pieces of sound, and leaving the picture out saves nineteen bytes of twenty; but each
piece costs a request, and Telegram allows only so many. So bytes and requests are weighed.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from processor.media.ranges import PART_BYTES, Stretch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ALIGN_BYTES = 4096
READ_THROUGH_BYTES = 36 << 10  # libav reads through shorter gaps instead of seeking
WORTH_IT = 1.3  # predicted gain below which the plain way is taken
NEAR_BEST = 1.05  # of the shortest time: within it the fewest bytes, of which others want theirs


@dataclass(frozen=True, slots=True)
class Pace:
    """What the remote side is expected to give."""

    bandwidth_bytes_per_s: float = 10e6
    requests_per_s: float = 40.0

    def seconds(self, size_bytes: float, requests: float) -> float:
        """How long fetching takes; bytes and requests flow side by side."""
        return max(size_bytes / self.bandwidth_bytes_per_s, requests / self.requests_per_s)


def plan(
    packets: Iterable[tuple[int, int]], size_bytes: int, pace: Pace
) -> tuple[Stretch, ...] | None:
    """The stretches to fetch for ``packets`` (place and size), or None to fetch everything.

    Of all ways to close the smaller gaps the one with the fewest bytes that is about as fast, by
    ``pace``, as the fastest.
    """
    pieces = list(_merged(sorted(_aligned(packets, size_bytes))))
    if not pieces:
        return None
    gaps = sorted(
        (right.start - left.end, index) for index, (left, right) in enumerate(pairwise(pieces))
    )
    times_s = list(_times_s(pieces, [gap for gap, _ in gaps], pace))
    enough_s = min(times_s) * NEAR_BEST
    closed = next(count for count, lasts_s in enumerate(times_s) if lasts_s <= enough_s)
    if times_s[closed] * WORTH_IT > pace.seconds(size_bytes, size_bytes / PART_BYTES):
        return None
    closed_gaps = {index for _, index in gaps[:closed]}
    return tuple(_parts(_closed(pieces, closed_gaps)))


def _times_s(pieces: list[Stretch], gaps: list[int], pace: Pace) -> Iterator[float]:
    """How long it takes with none of the gaps closed, with the first, the first two, and so on."""
    needed = sum(end - start for start, end in pieces)
    for closed, gap in enumerate((0, *gaps)):
        needed += gap
        yield pace.seconds(needed, len(pieces) - closed + needed / PART_BYTES)


def _aligned(packets: Iterable[tuple[int, int]], size_bytes: int) -> Iterator[Stretch]:
    """Packets in a row as one stretch, on whole blocks; nothing beyond the file."""
    start = end = 0
    for place, size in packets:
        if place != end and end > start:
            yield _block(start, end, size_bytes)
        if place != end:
            start = min(max(0, place), size_bytes)
        end = min(max(start, place + size), size_bytes)
    if end > start:
        yield _block(start, end, size_bytes)


def _block(start: int, end: int, size_bytes: int) -> Stretch:
    return Stretch(
        start - start % ALIGN_BYTES, min(size_bytes, -(-end // ALIGN_BYTES) * ALIGN_BYTES)
    )


def _merged(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """Join what overlaps, touches or is too close for a seek; from sorted to sorted."""
    current: Stretch | None = None
    for stretch in stretches:
        if current is not None and stretch.start <= current.end + READ_THROUGH_BYTES:
            current = Stretch(current.start, max(current.end, stretch.end))
        else:
            if current is not None:
                yield current
            current = stretch
    if current is not None:
        yield current


def _closed(pieces: list[Stretch], gaps: set[int]) -> Iterator[Stretch]:
    """Join each piece in ``gaps`` (by index) to the next."""
    start = pieces[0].start
    for index, piece in enumerate(pieces):
        if index not in gaps:
            yield Stretch(start, piece.end)
            if index + 1 < len(pieces):
                start = pieces[index + 1].start


def _parts(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """Split at every multiple of a part, which no request may cross."""
    for start, end in stretches:
        borders = range(start - start % PART_BYTES + PART_BYTES, end, PART_BYTES)
        yield from map(Stretch._make, pairwise((start, *borders, end)))
