"""Cutting a stream of samples into windows, each at the quietest place near its end."""

from __future__ import annotations

from array import array
from itertools import accumulate
from operator import mul
from typing import TYPE_CHECKING

from shared.audio import SAMPLE_BYTES, SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SEARCH_S = 15.0  # how far before its latest end a window may be cut
PAUSE_S = 0.3  # a pause between words; shorter ones are inside them
STEP_S = 0.02

STEP = int(STEP_S * SAMPLE_RATE_HZ)
STEPS_IN_PAUSE = round(PAUSE_S / STEP_S)


def windows(blocks: Iterable[bytes], max_samples: int) -> Iterator[tuple[int, bytes]]:
    """Yield windows of at most ``max_samples``, each with the number of samples before it.

    One behind the other they are the input again. Only the current window is held.
    """
    held = bytearray()
    start = 0
    for block in blocks:
        held += block
        while len(held) > max_samples * SAMPLE_BYTES:
            cut = quietest_cut(held, max_samples)
            yield start, _take(held, cut * SAMPLE_BYTES)
            start += cut
    if held:
        yield start, _take(held, len(held))


def _take(held: bytearray, size: int) -> bytes:
    """Remove the first ``size`` bytes, with a single copy: windows are tens of megabytes."""
    with memoryview(held) as view:
        taken = bytes(view[:size])
    del held[:size]
    return taken


def quietest_cut(pcm: bytes | bytearray, end: int) -> int:
    """The sample at the middle of the quietest pause in the last seconds before sample ``end``.

    Of equally quiet ones the last, so that windows are long. ``end`` itself where there is no room
    to look for a pause.
    """
    begin = end - min(int(SEARCH_S * SAMPLE_RATE_HZ), end // 2)
    searched = array("h", pcm[begin * SAMPLE_BYTES : end * SAMPLE_BYTES])
    steps = [searched[at : at + STEP] for at in range(0, len(searched) - STEP + 1, STEP)]
    if len(steps) < STEPS_IN_PAUSE:
        return end
    sums = list(accumulate((sum(map(mul, step, step)) for step in steps), initial=0))
    energies = [after - before for before, after in zip(sums, sums[STEPS_IN_PAUSE:], strict=False)]
    quietest = len(energies) - 1 - energies[::-1].index(min(energies))
    return begin + quietest * STEP + STEPS_IN_PAUSE * STEP // 2
