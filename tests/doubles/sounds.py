"""Short sounds, made on the spot: raw samples as engines take them, and FLAC files of them."""

from __future__ import annotations

import math
import random
from array import array
from io import BytesIO

import av

from shared.audio import PCM, SAMPLE_RATE_HZ, Audio

LOUD = 8_000  # of 32 767
FLAC_FRAME = 4096  # samples


def silence(seconds: float) -> bytes:
    """Samples of nothing."""
    return bytes(2 * round(seconds * SAMPLE_RATE_HZ))


def tone(seconds: float, pitch_hz: float = 440.0) -> bytes:
    """Samples of one steady tone."""
    step = 2 * math.pi * pitch_hz / SAMPLE_RATE_HZ
    count = round(seconds * SAMPLE_RATE_HZ)
    return array("h", (round(LOUD * math.sin(step * i)) for i in range(count))).tobytes()


def noise(seconds: float, peak: int = 2_000) -> bytes:
    """Samples of the same white noise every time."""
    source = random.Random(20)  # noqa: S311  (a sound, not a secret)
    count = round(seconds * SAMPLE_RATE_HZ)
    return array("h", (source.randint(-peak, peak) for _ in range(count))).tobytes()


def flac(samples: bytes) -> bytes:
    """The samples as a mono FLAC file."""
    file = BytesIO()
    with av.open(file, "w", format="flac") as container:
        stream = container.add_stream("flac", rate=SAMPLE_RATE_HZ)
        stream.layout = "mono"
        step = 2 * FLAC_FRAME
        for start in range(0, len(samples), step):
            block = samples[start : start + step]
            frame = av.AudioFrame(format="s16", layout="mono", samples=len(block) // 2)
            frame.sample_rate = SAMPLE_RATE_HZ
            frame.pts = start // 2
            frame.planes[0].update(block.ljust(frame.planes[0].buffer_size, b"\0"))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def decode(data: bytes) -> bytes:
    """Any audio file as samples."""
    with av.open(BytesIO(data), "r") as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE_HZ)
        frames = [
            resampled
            for frame in (*container.decode(audio=0), None)
            for resampled in resampler.resample(frame)
        ]
    return b"".join(frame.to_ndarray().tobytes() for frame in frames)


def as_flac(samples: bytes) -> Audio:
    """A chunk as providers get it."""
    return Audio(flac(samples), "flac", duration_s=len(samples) / 2 / SAMPLE_RATE_HZ)


def as_pcm(samples: bytes) -> Audio:
    """A chunk as the embedded engine gets it."""
    return Audio(samples, PCM, duration_s=len(samples) / 2 / SAMPLE_RATE_HZ)
