"""Telling what is to be heard in samples."""

from __future__ import annotations

import math
from array import array
from operator import mul
from typing import TYPE_CHECKING

from shared.audio import PCM, SAMPLE_RATE_HZ
from tests.media.profiles import EMBEDDED, media

if TYPE_CHECKING:
    from processor.media import Prepared
    from shared.audio import Audio


def heard(prepared: Prepared) -> array[int]:
    """Return all samples of chunks made for ``EMBEDDED``."""
    samples = array("h")
    for chunk in prepared.chunks:
        assert chunk.container == PCM
        samples.frombytes(chunk.data)
    return samples


def decoded(chunk: Audio) -> array[int]:
    """Return the samples of one FLAC chunk, through the media path itself."""
    from processor.media import prepare  # noqa: PLC0415 - a test may look before libav is loaded

    return heard(prepare(chunk.data, media(), EMBEDDED))


def level_at(samples: array[int], hz: float, *, rate_hz: int = SAMPLE_RATE_HZ) -> float:
    """Return the level (of full scale) of the sine of ``hz`` in ``samples``."""
    step = math.tau * hz / rate_hz
    cosine = sum(map(mul, samples, (math.cos(step * n) for n in range(len(samples)))))
    sine = sum(map(mul, samples, (math.sin(step * n) for n in range(len(samples)))))
    return 2 * math.hypot(cosine, sine) / max(1, len(samples)) / 32_767


def lag_ms(whole: array[int], chunk: array[int], *, start_s: float, at_s: float) -> float:
    """Return how much later than ``start_s`` says what is at ``at_s`` in ``chunk`` is in ``whole``.

    Looked for within 40 ms to either side.
    """
    reach, length = SAMPLE_RATE_HZ * 40 // 1000, SAMPLE_RATE_HZ // 40
    at = round(at_s * SAMPLE_RATE_HZ)
    piece = chunk[at : at + length]
    centre = round((start_s + at_s) * SAMPLE_RATE_HZ)
    likeness = {
        lag: sum(map(mul, piece, whole[centre + lag : centre + lag + length]))
        for lag in range(max(-reach, -centre), reach + 1)
    }
    return max(likeness, key=likeness.__getitem__) / SAMPLE_RATE_HZ * 1000
