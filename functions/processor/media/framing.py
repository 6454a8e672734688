"""Streams that are frames from the first byte on: MPEG audio, ADTS AAC and MPEG transport.

They have no magic number at the start, only short sync words, so several frames in a row must fit.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SYNC = re.compile(rb"\xff[\xe0-\xff]")
FRAMES_IN_A_ROW = 3
HEADER_BYTES = 6  # as much of a header as either kind needs


def sync_positions(data: bytes, limit: int) -> Iterator[int]:
    """Where in the first ``limit`` bytes a frame of MPEG audio or ADTS could begin."""
    return (match.start() for match in SYNC.finditer(data, 0, limit))


def is_mpeg_audio(data: bytes, start: int) -> bool:
    """Whether MPEG audio frames (MP1, MP2, MP3) follow each other from ``start``."""
    return _frames_follow(data, start, mpeg_frame_bytes)


def is_adts(data: bytes, start: int) -> bool:
    """Whether ADTS frames (raw AAC) follow each other from ``start``."""
    return _frames_follow(data, start, adts_frame_bytes)


def _frames_follow(data: bytes, start: int, frame_bytes: Callable[[bytes], int]) -> bool:
    """See whether a row of frames fits; the file's end may cut the row short at its beginning."""
    offset = start
    for _ in range(FRAMES_IN_A_ROW):
        header = data[offset : offset + HEADER_BYTES]
        if not header and start == 0:
            return True
        length = frame_bytes(header)
        if not length:
            return False
        offset += length
    return True


PACKET_SIZES = ((188, 0), (192, 4), (204, 0))  # plain, with Blu-ray time codes, with parity
PACKETS_IN_A_ROW = 4


def is_transport_stream(data: bytes) -> bool:
    """Whether MPEG transport packets stand in a row from the start."""
    return any(
        data[lead : lead + size * PACKETS_IN_A_ROW : size] == b"\x47" * PACKETS_IN_A_ROW
        for size, lead in PACKET_SIZES
    )


# ISO 11172-3 and 13818-3: kbit/s by index, by (MPEG version, layer).
_V1L1 = (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448)
_V1L2 = (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384)
_V1L3 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_V2L1 = (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256)
_V2L23 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
BIT_RATES_KBPS = {
    (1, 1): _V1L1, (1, 2): _V1L2, (1, 3): _V1L3, (2, 1): _V2L1, (2, 2): _V2L23, (2, 3): _V2L23,
}  # fmt: skip
SAMPLE_RATES_HZ = (44_100, 48_000, 32_000)
RATE_DIVISORS = {3: 1, 2: 2, 0: 4}  # by version bits: MPEG-1, MPEG-2, MPEG-2.5
SAMPLES_BY_LAYER = {(1, 2): 1152, (1, 3): 1152, (2, 2): 1152, (2, 3): 576}
MPEG_SYNC = 0x7FF  # eleven bits
ADTS_SYNC = 0b1111_1111_1111_0_00  # sync word, MPEG-4 or 2, layer
ADTS_SYNC_MASK = 0b1111_1111_1111_0_11
ADTS_RATES = 13
ADTS_HEADER_BYTES = 7


def mpeg_frame_bytes(header: bytes) -> int:
    """Length of the MPEG audio frame that begins with ``header``; 0 when it is none."""
    bits = int.from_bytes(header[:4], "big")
    divisor = RATE_DIVISORS.get(bits >> 19 & 3)
    rate_index = bits >> 10 & 3
    if bits >> 21 != MPEG_SYNC or divisor is None or rate_index >= len(SAMPLE_RATES_HZ):
        return 0
    version, layer = min(divisor, 2), 4 - (bits >> 17 & 3)
    rates = BIT_RATES_KBPS.get((version, layer), ())
    bit_index = bits >> 12 & 15
    if not 0 < bit_index < len(rates):
        return 0
    bit_rate, rate_hz = rates[bit_index] * 1000, SAMPLE_RATES_HZ[rate_index] // divisor
    padding = bits >> 9 & 1
    if layer == 1:
        return (12 * bit_rate // rate_hz + padding) * 4
    return SAMPLES_BY_LAYER[version, layer] // 8 * bit_rate // rate_hz + padding


def adts_frame_bytes(header: bytes) -> int:
    """Length of the ADTS frame that begins with ``header``; 0 when it is none."""
    bits = int.from_bytes(header[:6], "big")
    if bits >> 33 & ADTS_SYNC_MASK != ADTS_SYNC or (bits >> 26 & 15) >= ADTS_RATES:
        return 0
    length = bits >> 5 & 0x1FFF
    return length if length >= ADTS_HEADER_BYTES else 0
