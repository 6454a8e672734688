"""A look at an ISO movie's index before libav: what would cost it more memory than it has.

A few bytes can declare a hundred million samples, for each of which libav makes an entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processor.media.sniff import Reader

INDEX_BYTES = 64 << 20  # twelve hours of film need about twenty million bytes
SAMPLES = 16_000_000  # as many as fit into that as a table; libav takes 24 bytes for each
PACKED_BYTES = 1 << 16  # a compressed index swells up to a thousandfold
BOXES = 100_000  # on the top level; a fragment of a second has two
HEADER = 8
LONG_HEADER = 16
PARENTS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"traf"})


def check_index(read_at: Reader, size_bytes: int, *, to_the_end: bool) -> None:
    """UserError ``undecodable`` when the movie's index is out of all proportion.

    ``to_the_end``: the indices of fragments too, which lie all over the file.
    """
    samples = 0
    for name, start, end in _top_level(read_at, size_bytes):
        if name not in {b"moov", b"moof"}:
            continue
        if end - start > INDEX_BYTES:
            raise UserError("undecodable")
        index = read_at(start, end - start)
        if index[4:8] == b"cmov" and len(index) > PACKED_BYTES:
            raise UserError("undecodable")
        samples += sum(_samples(index))
        if samples > SAMPLES:
            raise UserError("undecodable")
        if not to_the_end:
            return


def in_fragments(read_at: Reader, size_bytes: int) -> bool:
    """Whether the index at the beginning speaks only of the beginning."""
    for name, start, end in _top_level(read_at, size_bytes):
        if name == b"moov":
            index = read_at(start, min(end - start, INDEX_BYTES))
            return any(box == b"mvex" for box, *_ in _boxes(index, 0, len(index)))
    return False


def _top_level(read_at: Reader, size_bytes: int) -> Iterator[tuple[bytes, int, int]]:
    """Name and body of each box; what is no box ends it, for libav to say what is wrong."""
    offset = 0
    for _ in range(BOXES):
        header = read_at(offset, LONG_HEADER)
        if len(header) < HEADER:
            return
        size, body = int.from_bytes(header[:4], "big"), offset + HEADER
        if size == 1:
            size, body = int.from_bytes(header[8:16], "big"), offset + LONG_HEADER
        end = offset + size if size else size_bytes
        yield header[4:8], body, min(end, size_bytes)
        if end < body:
            return
        offset = end
    raise UserError("undecodable")


@dataclass(slots=True)
class _Table:
    """What a track says of its samples."""

    count: int = 0
    constant: bool = False
    """All of one size: then the number stands alone, with no table behind it."""
    each_a_tick: bool = False
    """Plain samples of sound, which libav indexes by the chunk."""

    @property
    def entries(self) -> int:
        return 0 if self.constant and self.each_a_tick else self.count


def _samples(index: bytes) -> Iterator[int]:
    """How many entries libav will make, by track."""
    table = _Table()
    for name, body, end in _boxes(index, 0, len(index)):
        if name == b"trak":
            yield table.entries
            table = _Table()
        elif name == b"stsz":
            table.constant = any(index[body + 4 : body + 8])
            table.count = int.from_bytes(index[body + 8 : body + 12], "big")
        elif name == b"stts":
            once = index[body + 4 : body + 8] == b"\x00\x00\x00\x01"
            table.each_a_tick = (
                once and index[body + 12 : min(end, body + 16)] == b"\x00\x00\x00\x01"
            )
        elif name == b"trun":
            yield int.from_bytes(index[body + 4 : body + 8], "big")
    yield table.entries


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Every box within, parents before their children."""
    offset = start
    while offset + HEADER <= end:
        size, name = int.from_bytes(data[offset : offset + 4], "big"), data[offset + 4 : offset + 8]
        close = min(end, offset + size) if size >= HEADER else end
        yield name, offset + HEADER, close
        if name in PARENTS:
            yield from _boxes(data, offset + HEADER, close)
        offset = close
