"""Cutting a stream of samples into windows, each at the quietest place near its end."""

from __future__ import annotations

from array import array
from itertools import accumulate
from operator import mul
from statistics import fmean
from typing import TYPE_CHECKING, NamedTuple

from shared.audio import SAMPLE_BYTES, SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

SEARCH_S = 15.0  # how far before its latest end a window may be cut
PAUSE_S = 0.3  # a pause between words; shorter ones are inside them
STEP_S = 0.02
QUIETER = 100  # times less power than speech, 20 dB: then nobody speaks
SILENT_POWER = 33.0**2  # of a sample, 60 dB below the loudest: silence, whatever it is compared to
OVERLAP_S = 2.0  # heard twice where a cut may run through a word: enough words to join at
OVERLAPPED_FROM_S = 20.0  # shorter windows are not lengthened by a tenth

STEP = int(STEP_S * SAMPLE_RATE_HZ)
STEPS_IN_PAUSE = round(PAUSE_S / STEP_S)


class Window(NamedTuple):
    """Samples, how many came before them, and how many of them the next window repeats."""

    start: int
    pcm: bytes
    overlap: int = 0


class Cut(NamedTuple):
    """Where to cut, and whether nobody speaks there."""

    at: int
    silent: bool


class Cutter:
    """Takes blocks of samples, gives windows of at most ``max_samples`` of the sample they begin at.

    One behind the other, less the overlaps, they are the input again. Only the current window is
    held.
    """

    def __init__(self, max_samples: Callable[[int], int]) -> None:
        self._max_samples = max_samples
        self._held = bytearray()
        self._start = 0

    def push(self, block: bytes) -> Iterator[Window]:
        """Add ``block``; yield the windows that are complete."""
        held = self._held
        held += block
        while len(held) > (most := self._max_samples(self._start)) * SAMPLE_BYTES:
            long = most >= OVERLAPPED_FROM_S * SAMPLE_RATE_HZ
            spare = int(OVERLAP_S * SAMPLE_RATE_HZ) if long else 0
            cut, silent = quietest_cut(held, most - spare)
            overlap = 0 if silent else spare
            repeated = bytes(held[cut * SAMPLE_BYTES : (cut + overlap) * SAMPLE_BYTES])
            yield Window(self._start, _take(held, cut * SAMPLE_BYTES) + repeated, overlap)
            self._start += cut

    def end(self) -> Iterator[Window]:
        """Yield what is left."""
        if self._held:
            yield Window(self._start, _take(self._held, len(self._held)))


def windows(blocks: Iterable[bytes], max_samples: int) -> Iterator[Window]:
    """Cut the stream ``blocks``; see ``Cutter``."""
    cutter = Cutter(lambda _: max_samples)
    for block in blocks:
        yield from cutter.push(block)
    yield from cutter.end()


def _take(held: bytearray, size: int) -> bytes:
    """Remove the first ``size`` bytes, with a single copy: windows are tens of megabytes."""
    with memoryview(held) as view:
        taken = bytes(view[:size])
    del held[:size]
    return taken


def quietest_cut(pcm: bytes | bytearray, end: int) -> Cut:
    """The middle of the quietest pause in the last seconds before sample ``end``.

    ``end`` itself where there is no room to look for a pause.
    """
    begin = end - min(int(SEARCH_S * SAMPLE_RATE_HZ), end // 2)
    at, silent = quietest(pcm[begin * SAMPLE_BYTES : end * SAMPLE_BYTES])
    return Cut(begin + at, silent)


def quietest(pcm: bytes | bytearray) -> Cut:
    """The middle of the quietest pause in ``pcm``; its end where that is too short for one.

    Of equally quiet ones the last, so that windows are long. Silent is what lies 20 dB below the
    louder part of the rest.
    """
    searched = array("h", pcm)
    steps = [searched[at : at + STEP] for at in range(0, len(searched) - STEP + 1, STEP)]
    if len(steps) < STEPS_IN_PAUSE:
        return Cut(len(searched), silent=False)
    sums = list(accumulate((sum(map(mul, step, step)) for step in steps), initial=0))
    energies = [after - before for before, after in zip(sums, sums[STEPS_IN_PAUSE:], strict=False)]
    last = len(energies) - 1 - energies[::-1].index(min(energies))
    at = last * STEP + STEPS_IN_PAUSE * STEP // 2
    return Cut(at, silent=_silent(energies[last], energies))


def _silent(energy: int, energies: list[int]) -> bool:
    """Whether a pause is one, measured by the louder third of its neighbours."""
    loud = sorted(energies)[-(len(energies) // 3 + 1) :]
    return energy <= max(fmean(loud) / QUIETER, SILENT_POWER * STEPS_IN_PAUSE * STEP)
