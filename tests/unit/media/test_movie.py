"""Indices that would cost more memory than there is are refused before libav sees them."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from processor.media import prepare
from processor.media.movie import INDEX_BYTES
from shared.errors import UserError
from tests.media.distance import FarFile, chunks_of
from tests.media.listen import heard, level_at
from tests.media.make import box, encode, replace_box, tone
from tests.media.profiles import EMBEDDED, media

TABLES = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
SOUND = encode("ipod", "aac", tone(1.0), bit_rate=64_000)
FRAGMENTS = encode(
    "mp4", "aac", tone(1.0), bit_rate=64_000, options={"movflags": "frag_keyframe+empty_moov"}
)


def _declaring(samples: int) -> bytes:
    """Samples of one size need no table: the number alone says how many."""
    constant = (1).to_bytes(4, "big") + samples.to_bytes(4, "big")
    return replace_box(SOUND, (*TABLES, b"stsz"), box(b"stsz", bytes(4), constant))


def _fragment_of(samples: int) -> bytes:
    run = FRAGMENTS.index(b"trun") + 4
    return FRAGMENTS[: run + 3] + b"\x01" + samples.to_bytes(4, "big") + FRAGMENTS[run + 8 :]


def _packed() -> bytes:
    index = box(b"cmov", box(b"dcom", b"zlib"), box(b"cmvd", bytes(100_000)))
    return SOUND[: SOUND.index(b"moov") - 4] + box(b"moov", index)


def _long() -> bytes:
    start = SOUND.index(b"moov") - 4
    size = (INDEX_BYTES + 100).to_bytes(4, "big")
    return SOUND[:start] + size + SOUND[start + 4 :] + bytes(INDEX_BYTES)


BOMBS = {"samples": _declaring(90_000_000), "packed": _packed(), "long": _long()}


@pytest.mark.parametrize("data", BOMBS.values(), ids=BOMBS)
def test_an_index_out_of_proportion_is_refused(data: bytes) -> None:
    """Near and far."""
    with pytest.raises(UserError) as near:
        prepare(data, media(), EMBEDDED)
    with pytest.raises(UserError) as far:
        asyncio.run(chunks_of(FarFile.of(data), EMBEDDED))
    assert near.value.problem == far.value.problem == "undecodable"


def test_a_fragment_that_declares_too_much_is_refused() -> None:
    """Wherever in a file in memory it stands."""
    with pytest.raises(UserError) as refusal:
        prepare(_fragment_of(60_000_000), media(), EMBEDDED)
    assert refusal.value.problem == "undecodable"


MEASURE = """
import sys
from processor.media import prepare
from tests.media.profiles import EMBEDDED, media
from shared.errors import UserError
data = sys.stdin.buffer.read()
try:
    list(prepare(data, media(), EMBEDDED).chunks)
except UserError:
    pass
# Not getrusage: its figure begins with that of the process which started this one.
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(int(peak.split()[1]) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads memory from /proc")
@pytest.mark.parametrize(
    "data", [_declaring(15_900_000), _fragment_of(15_900_000)], ids=["moov", "moof"]
)
def test_what_is_not_refused_stays_affordable(data: bytes) -> None:
    """Just below the limit the process needs a few hundred megabytes, no more."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE], input=data, capture_output=True, check=False, timeout=120
    )
    assert int(done.stdout or b"9999") < 900, done.stderr.decode()


def test_hours_of_plain_samples_are_no_bomb() -> None:
    """Twelve hours at 48 kHz are two thousand million samples, all of one size, each a tick."""
    data = encode("mov", "pcm_s16be", tone(1.0))
    stated = (2).to_bytes(4, "big") + (48_000).to_bytes(4, "big")
    assert stated in data
    data = data.replace(stated, (2).to_bytes(4, "big") + (2_073_600_000).to_bytes(4, "big"))
    assert level_at(heard(prepare(data, media(), EMBEDDED)), 440) > 0.2


def test_thousands_of_tracks_are_refused() -> None:
    """Libav says it is out of memory then, which another try would not mend."""
    start = SOUND.index(b"trak") - 4
    size = int.from_bytes(SOUND[start : start + 4], "big")
    moov = SOUND.index(b"moov") - 4
    header = SOUND[moov + 8 : start]
    data = SOUND[:moov] + box(b"moov", header, SOUND[start : start + size] * 3_000)
    with pytest.raises(UserError) as near:
        prepare(data, media(), EMBEDDED)
    with pytest.raises(UserError) as far:
        asyncio.run(chunks_of(FarFile.of(data), EMBEDDED))
    assert near.value.problem == far.value.problem == "undecodable"
