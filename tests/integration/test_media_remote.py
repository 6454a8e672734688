"""Files far away, through the whole media path: what is fetched, what is heard, what ends it."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from processor.media import Pace, prepare
from shared.errors import TransientError, UserError
from tests.media.distance import FarFile, chunks_of, prepared
from tests.media.films import Film, syllables
from tests.media.listen import decoded, heard, lag_ms
from tests.media.make import encode, id3
from tests.media.profiles import DECODING, EMBEDDED, HOSTED, media
from tests.media.seeds import CORPUS, mutant

RATE_HZ = 16_000
NOISE = syllables(100.0, rate_hz=RATE_HZ)
PARTS = 1 << 18  # a quarter of the real ones, so that a few megabytes are many

DENSE: list[tuple[str, str, dict[str, Any]]] = [
    ("wav", "pcm_s16le", {}), ("flac", "flac", {}), ("mp3", "mp3", {}), ("ogg", "vorbis", {}),
    ("ipod", "aac", {"bit_rate": 64_000}), ("matroska", "aac", {"bit_rate": 64_000}),
    ("mp4", "aac", {"bit_rate": 64_000, "picture": "mpeg4", "options": {"movflags": "frag_keyframe+empty_moov"}}),
    ("mpegts", "mp3", {}), ("mpeg", "mp2", {}), ("asf", "wmav2", {"bit_rate": 64_000}),
    ("avi", "mp3", {"picture": "mpeg4"}), ("aiff", "pcm_s16be", {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("film", "share"),
    [(Film(3_600.0), 0.065), (Film(1_200.0, interleave_s=0.5, faststart=True), 0.065)],
    ids=["1 s, index at the end, 1.5 GB", "0.5 s, index first"],
)
async def test_of_a_phones_film_only_the_sound_is_fetched(film: Film, share: float) -> None:
    """A twentieth of the file, and all of the sound."""
    far = FarFile(film.read, film.size)
    made, chunks = await chunks_of(far, HOSTED)
    assert far.fetched_share < share
    assert far.most_at_once <= 17
    assert made.covered_s == pytest.approx(film.frames / 30, abs=0.1)
    assert made.damaged_packets == 0
    assert {chunk.container for chunk in chunks} == {"m4a"}
    assert all(0 < b.start_s - a.start_s < 602 for a, b in pairwise(chunks))


async def test_with_few_requests_allowed_some_picture_comes_along() -> None:
    """Fewer requests than pieces of sound, and still far fewer bytes than the film."""
    film = Film(600.0)
    far = FarFile(film.read, film.size)
    await chunks_of(far, HOSTED, pace=Pace(10e6, 40.0))
    assert 0.3 < far.fetched_share < 0.6
    assert len(far.reads) < 500


async def test_sound_by_the_frame_is_fetched_with_the_film() -> None:
    """Everything once: nothing is gained by leaving out."""
    film = Film(300.0, interleave_s=1 / 30)
    far = FarFile(film.read, film.size)
    made, _ = await chunks_of(far, HOSTED)
    assert 0.99 < far.fetched_share <= 1.005
    assert made.covered_s == pytest.approx(300.0, abs=0.1)


async def test_sparse_and_whole_give_the_same_chunks() -> None:
    """What was left out was not sound."""
    film = Film(130.0, video_bps=400_000)
    far = FarFile(film.read, film.size)
    _, sparse = await chunks_of(far, HOSTED)
    near = list(prepare(film.read(0, film.size), media(), HOSTED).chunks)
    assert far.fetched_share < 0.9
    assert sparse == near
    whole = heard(prepare(film.read(0, film.size), media(), EMBEDDED))
    for chunk in near:
        assert abs(lag_ms(whole, decoded(chunk), start_s=chunk.start_s, at_s=5.0)) <= 30


@pytest.mark.parametrize(
    ("container", "codec", "settings"), DENSE, ids=[f"{c}-{k}" for c, k, _ in DENSE]
)
async def test_a_large_file_of_any_kind_is_read_once(
    container: str, codec: str, settings: dict[str, Any]
) -> None:
    """Every byte at most once; chunks of the same places and lengths as from memory."""
    channels = 2 if codec == "vorbis" else 1
    sound = NOISE if channels == 1 else NOISE + NOISE
    data = encode(container, codec, sound, rate_hz=RATE_HZ, channels=channels, **settings)
    for profile in (HOSTED, DECODING, EMBEDDED):
        far = FarFile.of(data)
        made, chunks = await chunks_of(far, profile, part_bytes=PARTS)
        near = prepare(data, media(), profile)
        whole = [replace(c, data=b"") for c in near.chunks]
        # How long a film in fragments is, nobody knows who has not read it: other cuts are wanted.
        assert container == "mp4" or [replace(c, data=b"") for c in chunks] == whole
        assert made.covered_s == near.covered_s
        assert far.fetched_share <= 1.005


async def test_hours_of_mp3_from_twenty_seconds_of_it() -> None:
    """Three hours, cut into copies, each byte fetched once."""
    short = encode("mp3", "mp3", syllables(20.0), options={"write_xing": "0", "id3v2_version": "0"})
    rounds = 540  # three hours
    size = len(short) * rounds
    far = FarFile(
        lambda offset, length: (short * (length // len(short) + 2))[
            offset % len(short) : offset % len(short) + min(length, size - offset)
        ],
        size,
    )
    made, chunks = await chunks_of(far, HOSTED)
    assert made.covered_s == pytest.approx(20.0 * rounds, rel=0.01)
    assert far.fetched_share <= 1.005
    assert {chunk.container for chunk in chunks} == {"mp3"}
    assert len(chunks) == pytest.approx(23, abs=3)


async def test_the_first_chunk_does_not_wait_for_the_last_byte() -> None:
    """Recognition begins while the file is still on its way, and nobody fetches ahead of need."""
    film = Film(600.0, interleave_s=1 / 30, video_bps=4_000_000)
    far = FarFile(film.read, film.size)
    async with prepared(far, HOSTED) as made:
        first = await asyncio.to_thread(next, made.chunks)
        for _ in range(200):
            await asyncio.sleep(0)
        assert first.start_s == 0.0
        assert far.fetched_share < 0.4
        assert made.covered_s is None
    assert far.fetched_share < 0.4


@pytest.mark.parametrize(
    "name",
    ["film.mkv", "sound.flac", "cover.mp3", "eight.wav", "film.ts", "stereo.ogg", "fragments.mp4"],
)
async def test_a_link_that_breaks_is_never_the_end_of_the_file(name: str) -> None:
    """A transcript with a silent hole would be worse than none: the job is tried again."""
    data = (CORPUS / name).read_bytes()
    for place in range(0, len(data), 4096):
        far = FarFile.of(data)
        far.failure, far.fails_from = TransientError("link down"), place
        with pytest.raises(TransientError, match="link down"):
            await chunks_of(far, HOSTED, part_bytes=4096)


async def test_a_job_that_is_cancelled_ends_at_once() -> None:
    """Although a thread is waiting for a part that never comes."""
    film = Film(60.0)
    far = FarFile(film.read, film.size)
    far.stuck = asyncio.Event()
    job = asyncio.create_task(chunks_of(far, HOSTED))
    while not far.reads:  # noqa: ASYNC110 - the read itself is what is waited for
        await asyncio.sleep(0)
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    assert not far.under_way


async def test_a_deadline_ends_the_work_between_two_packets() -> None:
    """Also where nothing is fetched any more, and for files in memory."""
    film = Film(130.0, video_bps=100_000)
    asked = 0

    def check() -> None:
        nonlocal asked
        asked += 1
        if asked > 3_000:
            raise TransientError("out of time")

    async with prepared(FarFile(film.read, film.size), HOSTED, check=check) as made:
        with pytest.raises(TransientError, match="out of time"):
            await asyncio.to_thread(list, made.chunks)
    asked = 0
    with pytest.raises(TransientError, match="out of time"):
        list(prepare(film.read(0, film.size), media(), HOSTED, check=check).chunks)


@pytest.mark.parametrize("codec", ["mp3", "flac"])
async def test_what_stands_behind_a_large_cover_is_found(codec: str) -> None:
    """The picture in the tag is longer than the piece by which kinds are told."""
    sound = encode(codec, codec, syllables(20.0, rate_hz=RATE_HZ), rate_hz=RATE_HZ)
    picture = b"\x00image/jpeg\x00\x03\x00\xff\xd8" + bytes(300_000)
    data = id3(b"APIC" + len(picture).to_bytes(4, "big") + b"\x00\x00" + picture) + sound
    _, chunks = await chunks_of(FarFile.of(data), EMBEDDED, part_bytes=PARTS // 4)
    assert chunks == list(prepare(data, media(), EMBEDDED).chunks)
    assert chunks[0].duration_s == pytest.approx(20.0, abs=0.1)


async def test_an_empty_file_is_refused() -> None:
    """As it is in memory."""
    with pytest.raises(UserError) as refusal:
        await chunks_of(FarFile.of(b""), HOSTED)
    assert refusal.value.problem == "empty_file"


FILES = sorted(path.name for path in CORPUS.iterdir())


@pytest.mark.parametrize("name", FILES)
async def test_the_corpus_far_away_is_as_it_is_near(name: str) -> None:
    """The same sound, whatever the container."""
    data = (CORPUS / name).read_bytes()
    assert len(data) < 100_000
    for profile in (DECODING, EMBEDDED):
        _, chunks = await chunks_of(FarFile.of(data), profile, part_bytes=4096)
        assert chunks == list(prepare(data, media(), profile).chunks)
        assert sum(chunk.duration_s or 0 for chunk in chunks) > 0.25


@pytest.mark.parametrize("name", FILES)
async def test_mutants_far_away_end_in_chunks_or_a_sentence(name: str) -> None:
    """Nothing else escapes, and nobody is led to fetch the file again and again."""
    whole = (CORPUS / name).read_bytes()
    draw = random.Random(name)  # noqa: S311 - the same mutants each time
    for number in range(20):
        far = FarFile.of(mutant(whole, draw))
        profile = (HOSTED, EMBEDDED)[number % 2]
        try:
            _, chunks = await chunks_of(far, profile, part_bytes=4096)
            outcome: float | str = sum(chunk.duration_s or 0.0 for chunk in chunks)
        except UserError as error:
            outcome = error.problem
        problems = {"undecodable", "not_media", "no_audio_stream", "unknown_codec", "too_long"}
        assert outcome in problems or (isinstance(outcome, float) and outcome >= 0)
        assert sum(length for _, length in far.reads) <= far.size_bytes * 1.25 + (33 << 12)
