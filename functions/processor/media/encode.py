"""FLAC in memory: lossless, taken by every engine, and by far the cheapest to make."""

from __future__ import annotations

import io

import av
from av.audio.frame import AudioFrame

from shared.audio import SAMPLE_BYTES, SAMPLE_RATE_HZ

WORST_SIZE_FACTOR = 1.02  # noise does not compress: its samples, and a header to each frame
HEADER_BYTES = 1 << 14  # stream information and padding
BLOCK_SAMPLES = SAMPLE_RATE_HZ


def flac(pcm: bytes) -> bytes:
    """Encode mono s16le samples at ``SAMPLE_RATE_HZ``."""
    file = io.BytesIO()
    with av.open(file, "w", format="flac") as container:
        stream = container.add_stream("flac", rate=SAMPLE_RATE_HZ, layout="mono", format="s16")
        view = memoryview(pcm)
        for start in range(0, len(pcm), BLOCK_SAMPLES * SAMPLE_BYTES):
            block = bytes(view[start : start + BLOCK_SAMPLES * SAMPLE_BYTES])
            frame = AudioFrame(format="s16", layout="mono", samples=len(block) // SAMPLE_BYTES)
            frame.sample_rate = SAMPLE_RATE_HZ
            frame.pts = start // SAMPLE_BYTES
            frame.planes[0].update(block)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def samples_within(size_bytes: int) -> int:
    """How many samples are sure to stay below ``size_bytes`` as FLAC, whatever they are."""
    return max(0, int((size_bytes - HEADER_BYTES) / (WORST_SIZE_FACTOR * SAMPLE_BYTES)))
