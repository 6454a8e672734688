"""What a WAV header claims; libav tells only what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

CHUNKS_LOOKED_AT = 32
OPEN_ENDED_BYTES = 0x7FFF_0000  # what programs write that do not know the length when they begin


def wav_claim_s(data: bytes) -> float | None:
    """Seconds by the sizes in the header of a RIFF file; None where it leaves them open."""
    if not data.startswith(b"RIFF"):
        return None
    bytes_per_second = 0
    for name, size, body in _chunks(data):
        if name == b"fmt ":
            bytes_per_second = int.from_bytes(data[body + 8 : body + 12], "little")
        elif name == b"data":
            known = bytes_per_second and 0 < size < OPEN_ENDED_BYTES
            return size / bytes_per_second if known else None
    return None


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, size and place of the first chunks."""
    offset = len(b"RIFFssssWAVE")
    for _ in range(CHUNKS_LOOKED_AT):
        body = offset + 8
        if body > len(data):
            return
        size = int.from_bytes(data[offset + 4 : body], "little")
        yield data[offset : offset + 4], size, body
        offset = body + size + size % 2
