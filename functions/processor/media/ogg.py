"""Ogg/Opus voice notes, read without any library: the usual Telegram message takes this path.

Container: RFC 3533. Opus in it: RFC 7845. The first byte of an Opus packet: RFC 6716, 3.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

OPUS_RATE_HZ = 48_000  # granule positions always count at this rate
PAGE_HEADER_BYTES = 27
SEGMENTS_AT = 26
FIRST_PAGE = 2  # flag: a logical stream begins
LACING_FULL = 255  # a segment of this length is not its packet's last
OPUS_HEAD_BYTES = 19
TOLERANCE_S = 1.0  # between what the last page claims and what the packets add up to


@dataclass(frozen=True, slots=True)
class OpusNote:
    """A single Opus stream in an Ogg file."""

    channels: int
    duration_s: float


class _Page(NamedTuple):
    flags: int
    granule: int
    serial: int
    lacing: bytes
    body: int
    """Where its data begins in the file."""


def read_opus_note(data: bytes, limit_s: float) -> OpusNote | None:
    """Return the note if the file is one Opus stream of at most ``limit_s``, else None.

    The length the last page claims must agree with the packets, so that it can be believed. A file
    that breaks off within a page counts up to its last whole page.
    """
    pages = _pages(data)
    head = next(pages, None)
    if head is None or not head.flags & FIRST_PAGE:
        return None
    opus = data[head.body : head.body + OPUS_HEAD_BYTES]
    if len(opus) < OPUS_HEAD_BYTES or not opus.startswith(b"OpusHead"):
        return None
    channels, pre_skip = opus[9], int.from_bytes(opus[10:12], "little")
    counted, granule = 0, 0
    for page in pages:
        if page is None or page.serial != head.serial or page.flags & FIRST_PAGE:
            return None  # rubbish between the pages, or a second stream: beside it or behind it
        counted += _samples(data, page)
        granule = max(granule, page.granule)
        if counted > (limit_s + TOLERANCE_S) * OPUS_RATE_HZ:
            return None
    duration_s = (granule - pre_skip) / OPUS_RATE_HZ
    believable = abs(granule - counted) <= TOLERANCE_S * OPUS_RATE_HZ
    return OpusNote(channels, duration_s) if believable and 0 < duration_s <= limit_s else None


def _pages(data: bytes) -> Iterator[_Page | None]:
    """Yield the whole pages in turn; None, and nothing more, where something else stands."""
    offset = 0
    while offset + PAGE_HEADER_BYTES <= len(data):
        if not data.startswith(b"OggS", offset):
            yield None
            return
        body = offset + PAGE_HEADER_BYTES + data[offset + SEGMENTS_AT]
        lacing = data[offset + PAGE_HEADER_BYTES : body]
        end = body + sum(lacing)
        if body > len(data) or end > len(data):
            return
        yield _Page(
            flags=data[offset + 5],
            granule=int.from_bytes(data[offset + 6 : offset + 14], "little", signed=True),
            serial=int.from_bytes(data[offset + 14 : offset + 18], "little"),
            lacing=lacing,
            body=body,
        )
        offset = end


def _samples(data: bytes, page: _Page) -> int:
    """How long the packets that begin in ``page`` last, in samples."""
    samples, offset, begins = 0, page.body, not page.flags & 1
    for length in page.lacing:
        if begins and length:
            tags = data.startswith(b"OpusTags", offset)
            samples += 0 if tags else packet_samples(data[offset : offset + 2])
        begins = length < LACING_FULL
        offset += length
    return samples


def packet_samples(start: bytes) -> int:
    """How many samples at 48 kHz the Opus packet lasts that begins with ``start`` (two bytes)."""
    configuration, code = start[0] >> 3, start[0] & 3
    if configuration < 12:  # noqa: PLR2004 - SILK
        frame = (480, 960, 1920, 2880)[configuration & 3]
    elif configuration < 16:  # noqa: PLR2004 - hybrid
        frame = (480, 960)[configuration & 1]
    else:  # CELT
        frame = (120, 240, 480, 960)[configuration & 3]
    frames = (1, 2, 2, (start[1] & 63) if len(start) > 1 else 0)[code]
    return frame * frames
