"""Memory does not grow with the file: a fresh process each, a small film and one of 1.5 GB."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import asyncio, sys
from processor.media import Pace, ReadAhead, prepare_remote
from tests.media.distance import FarFile
from tests.media.films import Film
from tests.media.profiles import HOSTED, media

def memory(kind):
    with open("/proc/self/status") as status:
        return int(next(line for line in status if line.startswith(kind)).split()[1]) >> 10

async def run():
    before = memory("VmRSS")
    film = Film(float(sys.argv[1]), interleave_s=float(sys.argv[2]))
    own = memory("VmHWM") - before  # what the tables of a film cost that exists only as tables
    far, loop = FarFile(film.read, film.size), asyncio.get_running_loop()
    async with ReadAhead(far) as ahead:
        pace = Pace(requests_per_s=1000.0)
        made = await asyncio.to_thread(prepare_remote, ahead, media(), HOSTED, loop, pace=pace)
        while await asyncio.to_thread(next, made.chunks, None):
            pass
    print(film.size >> 20, memory("VmHWM") - own)

asyncio.run(run())
"""


def _measure(seconds: float, interleave_s: float) -> tuple[int, int]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(seconds), str(interleave_s)],
        capture_output=True,
        check=True,
        timeout=120,
    )
    size_mb, peak_mb = map(int, done.stdout.split())
    return size_mb, peak_mb


LINUX = pytest.mark.skipif(sys.platform != "linux", reason="memory is told by /proc")


@LINUX
def test_peak_memory_is_the_same_for_any_size() -> None:
    """Twenty times the file, and at most half as much again."""
    small_mb, small_peak_mb = _measure(150.0, 1 / 30)
    large_mb, large_peak_mb = _measure(3_600.0, 1 / 30)
    assert large_mb > 20 * small_mb
    assert large_peak_mb < 200
    assert large_peak_mb < 1.5 * small_peak_mb


@LINUX
def test_of_a_film_fetched_in_pieces_less_is_held() -> None:
    """Minutes of sound instead of the window."""
    size_mb, peak_mb = _measure(3_600.0, 1.0)
    assert size_mb > 1_400
    assert peak_mb < 120
