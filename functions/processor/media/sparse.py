"""Which bytes of a film to fetch when only its sound is wanted.

The tables of an MP4 say where every packet of sound lies. Phones write about a second of picture
between two pieces of sound, and leaving the picture out saves nineteen bytes of twenty; but each
piece costs a request, and Telegram allows only so many. So bytes and requests are weighed.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from processor.media.ranges import PART_BYTES, Stretch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from processor.media.pace import Pace

ALIGN_BYTES = 4096
READ_THROUGH_BYTES = 36 << 10  # libav reads through shorter gaps instead of seeking
ALIKE_BYTES = 1 << 16  # gaps that differ by less are as good as each other
GOLDEN = 0.6180339887498949
WORTH_IT = 1.3  # predicted gain below which the plain way is taken
NEAR_BEST = 1.05  # of the shortest time: within it the fewest bytes, of which others want theirs


def pieces(packets: Iterable[tuple[int, int]], size_bytes: int) -> list[Stretch]:
    """Where ``packets`` (place and size) lie: the least that must be fetched of so large a file."""
    return list(_merged(sorted(_aligned(packets, size_bytes))))


def promising(pieces: Sequence[Stretch], size_bytes: int) -> bool:
    """Whether they are few enough bytes to pay if requests cost nothing."""
    return 0 < _length(pieces) * WORTH_IT <= size_bytes


def plan(pieces: Sequence[Stretch], size_bytes: int, pace: Pace) -> tuple[Stretch, ...] | None:
    """The stretches to fetch for ``pieces``, or None to fetch everything.

    Of all ways to close the smaller gaps the one with the fewest bytes that is about as fast, by
    ``pace``, as the fastest.
    """
    if not pieces:
        return None
    gaps = [right.start - left.end for left, right in pairwise(pieces)]
    order = sorted(range(len(gaps)), key=lambda index: (gaps[index] // ALIKE_BYTES, _spot(index)))
    times_s = list(_times_s(pieces, [gaps[index] for index in order], pace))
    enough_s = min(times_s) * NEAR_BEST
    closed = next(count for count, lasts_s in enumerate(times_s) if lasts_s <= enough_s)
    if times_s[closed] * WORTH_IT > pace.seconds(size_bytes, size_bytes / PART_BYTES):
        return None
    return tuple(_parts(_closed(pieces, set(order[:closed]))))


def _spot(index: int) -> float:
    """A place between 0 and 1; those of any numbers in a row lie evenly spread.

    So gaps alike are closed all over the file: bytes and requests flow side by side only where
    both are wanted at the same time. See Knuth, TAOCP 6.4, on multiplicative hashing.
    """
    return index * GOLDEN % 1


def _length(stretches: Iterable[Stretch]) -> int:
    return sum(end - start for start, end in stretches)


def _times_s(pieces: Sequence[Stretch], gaps: Iterable[int], pace: Pace) -> Iterator[float]:
    """How long it takes with none of the gaps closed, with the first, the first two, and so on."""
    needed = _length(pieces)
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


def _closed(pieces: Sequence[Stretch], gaps: set[int]) -> Iterator[Stretch]:
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
