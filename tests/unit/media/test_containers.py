"""Files of every kind, whole and damaged: what is heard, what is covered, what is refused."""

from __future__ import annotations

import random
from array import array
from dataclasses import replace
from itertools import repeat
from typing import Any

import av.error
import pytest
from av.audio.frame import AudioFrame

from processor.media import prepare
from processor.media.encode import flac, samples_within
from processor.media.faults import reading
from processor.media.limits import MAX_DURATION_S
from processor.media.pipeline import _bounded, window_samples
from shared.audio import PCM, SAMPLE_RATE_HZ
from shared.errors import UserError
from shared.texts import More, Span
from shared.transcripts import Transcript
from tests.media.listen import decoded, heard, level_at
from tests.media.make import (
    box,
    cover_art_mp3,
    encode,
    interleave,
    noise,
    silence,
    tone,
    wav,
)
from tests.media.profiles import DECODING, EMBEDDED, HOSTED, media

FASTSTART = {"options": {"movflags": "+faststart"}}
FRAGMENTS = {"options": {"movflags": "frag_keyframe+empty_moov+default_base_moof"}}
FILM = {"picture": "mpeg4"}
NARROW = {"rate_hz": 8_000}

FILES: list[tuple[str, str, dict[str, Any]]] = [
    ("ogg", "libopus", {}), ("ogg", "vorbis", {"channels": 2}), ("ogg", "flac", {}),
    ("mp3", "mp3", {}), ("mp3", "mp3", {"channels": 2}), ("mp2", "mp2", {}),
    ("ipod", "aac", {}), ("ipod", "alac", {}), ("ipod", "aac", FASTSTART),
    ("mp4", "aac", FILM), ("mp4", "aac", FILM | FASTSTART), ("mp4", "aac", FRAGMENTS),
    ("mov", "aac", FILM), ("mov", "pcm_s16be", {}), ("3gp", "aac", {}), ("3gp", "amr_nb", NARROW),
    ("amr", "amr_nb", NARROW), ("flac", "flac", {}), ("wav", "pcm_s16le", {}),
    ("wav", "pcm_f32le", {}), ("wav", "pcm_mulaw", NARROW), ("w64", "pcm_s16le", {}),
    ("webm", "libopus", {}), ("matroska", "aac", FILM), ("matroska", "libopus", {}),
    ("adts", "aac", {}), ("aiff", "pcm_s16be", {}), ("avi", "mp3", FILM), ("flv", "aac", {}),
    ("mpegts", "aac", {}), ("mpegts", "mp3", FILM), ("mpeg", "mp2", {}), ("asf", "wmav2", {}),
    ("ac3", "ac3", {}), ("eac3", "eac3", {}), ("caf", "pcm_s16le", {}), ("au", "pcm_s16be", {}),
    ("wv", "wavpack", {}), ("tta", "tta", {}),
]  # fmt: skip


def _file(container: str, codec: str, seconds: float = 2.0, **settings: Any) -> bytes:
    channel = tone(seconds, rate_hz=settings.get("rate_hz", 48_000))
    if codec in {"aac", "wmav2"}:
        settings["bit_rate"] = 64_000
    channels = [channel] * settings.get("channels", 1)
    return encode(container, codec, interleave(*channels), **settings)


def _problem(data: bytes) -> str:
    with pytest.raises(UserError) as refusal:
        list(prepare(data, media(), DECODING).chunks)
    return refusal.value.problem


@pytest.mark.parametrize(
    ("container", "codec", "settings"), FILES, ids=[f"{c}-{k}-{len(s)}" for c, k, s in FILES]
)
def test_every_container_gives_its_sound(
    container: str, codec: str, settings: dict[str, Any]
) -> None:
    """The tone comes out, as long as it went in."""
    data = _file(container, codec, **settings)
    prepared = prepare(data, media(), EMBEDDED)
    samples = heard(prepared)
    assert prepared.covered_s == pytest.approx(2.0, abs=0.15)
    assert len(samples) == round((prepared.covered_s or 0) * SAMPLE_RATE_HZ)
    assert level_at(samples, 440) == pytest.approx(0.3, abs=0.06)
    assert prepared.declared_s is None or prepared.declared_s == pytest.approx(2.0, abs=0.15)


def test_chunks_are_flac_of_the_same_samples() -> None:
    """FLAC loses nothing, holds the right number of samples and fits the limits."""
    data = _file("wav", "pcm_s16le", seconds=7.0, rate_hz=16_000)
    small = replace(DECODING, max_chunk_s=3.0)
    chunks = list(prepare(data, media(), small).chunks)
    assert len(chunks) >= 3
    assert {chunk.container for chunk in chunks} == {"flac"}
    samples = array("h")
    for chunk in chunks:
        assert chunk.start_s == len(samples) / SAMPLE_RATE_HZ
        assert (chunk.duration_s or 9) <= 3.0
        part = decoded(chunk)
        assert len(part) == round((chunk.duration_s or 0) * SAMPLE_RATE_HZ)
        samples.extend(part)
    assert samples == tone(7.0, rate_hz=16_000)


def test_noise_stays_below_the_limit_on_bytes() -> None:
    """The worst sound for a compressor still fits."""
    limit = 200_000
    pcm = noise(10.0, seed=5, level=1.0, rate_hz=SAMPLE_RATE_HZ)
    assert len(flac(pcm[: samples_within(limit)].tobytes())) <= limit
    tight = replace(DECODING, max_bytes=limit)
    chunks = list(prepare(wav(pcm), media(), tight).chunks)
    assert len(chunks) > 1
    assert all(len(chunk.data) <= limit for chunk in chunks)
    assert window_samples(replace(EMBEDDED, max_bytes=limit)) == limit // 2


@pytest.mark.parametrize(
    ("container", "codec", "name"),
    [("mp3", "mp3", "mp3"), ("ipod", "aac", "m4a"), ("mp4", "aac", "mp4"), ("wav", "pcm_s16le", "wav"),
     ("flac", "flac", "flac"), ("webm", "libopus", "webm"), ("ogg", "vorbis", "ogg")],
)  # fmt: skip
def test_what_the_engine_takes_is_not_touched(container: str, codec: str, name: str) -> None:
    """The original bytes, one chunk, with the length its packets add up to."""
    settings = {"channels": 2} if codec == "vorbis" else {}
    data = _file(container, codec, **settings)
    prepared = prepare(data, media(), HOSTED)
    (chunk,) = prepared.chunks
    assert prepared.passthrough
    assert prepared.covered_s is None
    assert (chunk.data, chunk.container, chunk.start_s) == (data, name, 0.0)
    assert chunk.duration_s == pytest.approx(2.0, abs=0.15)


@pytest.mark.parametrize(
    "change",
    [
        {"takes_pcm": True},
        {"containers": frozenset({"ogg"})},
        {"codecs": frozenset({"mp3"})},
        {"max_bytes": 17_000},
        {"max_chunk_s": 1.5},
    ],
    ids=str,
)
def test_each_limit_of_the_engine_forbids_the_original(change: dict[str, Any]) -> None:
    """Only what satisfies all of them passes."""
    data = _file("ipod", "aac")
    prepared = prepare(data, media(), replace(HOSTED, **change))
    assert not prepared.passthrough
    assert all(chunk.data != data for chunk in prepared.chunks)


def test_the_second_track_is_cut_out_when_it_is_the_better() -> None:
    """An engine would take the first; so the original is not given away."""
    data = bytearray(encode("ipod", "aac", tone(1.0), tone(1.0, hz=880.0), bit_rate=64_000))
    flags = [at for at in range(len(data)) if data[at : at + 4] == b"tkhd"]
    assert len(flags) == 2
    data[flags[0] + 7] &= 0xFE  # not enabled: no longer the default
    data[flags[1] + 7] |= 0x01
    assert not prepare(bytes(data), media(), HOSTED).passthrough
    samples = heard(prepare(bytes(data), media(), EMBEDDED))
    assert level_at(samples, 880) > 0.2
    assert level_at(samples, 440) < 0.01


def test_cover_art_is_no_track() -> None:
    """The picture in an MP3's tag is passed over, broken or not."""
    for picture in (b"\xff\xd8\xff\xe0" + bytes(500), b"not a picture"):
        data = cover_art_mp3(tone(2.0), picture)
        prepared = prepare(data, media(), EMBEDDED)
        assert level_at(heard(prepared), 440) > 0.25
        assert prepared.declared_s == pytest.approx(2.0, abs=0.1)


def test_a_film_without_sound_says_so() -> None:
    """There is nothing to transcribe, and the sentence tells why."""
    for container in ("mp4", "matroska", "avi"):
        assert _problem(encode(container, "aac", picture="mpeg4")) == "no_audio_stream"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (_file("mov", "pcm_s16le").replace(b"sowt", b"ac-4"), "ac-4"),
        (_file("matroska", "libopus").replace(b"A_OPUS", b"A_XYZ1"), "A_XYZ1"),
        (wav(tone(1.0)).replace(b"\x10\x00\x00\x00\x01\x00", b"\x10\x00\x00\x00\xee\xee"), "wav"),
    ],
    ids=["mov", "mkv", "wav"],
)
def test_an_unknown_format_is_named(data: bytes, name: str) -> None:
    """The user learns what to convert."""
    with pytest.raises(UserError) as refusal:
        prepare(data, media(), DECODING)
    assert (refusal.value.problem, refusal.value.figures) == ("unknown_codec", {"codec": name})


@pytest.mark.parametrize(
    "data",
    [wav(array("h")), _file("flac", "flac")[:60], _file("mp4", "aac")[:4_000],
     b"\x1a\x45\xdf\xa3" + bytes(500), b"OggS" + bytes(500), b"ID3\x03\x00\x00\x00\x00\x00\x00" + bytes(99),
     wav(tone(1.0, rate_hz=16_000), rate_hz=1)],
    ids=["no samples", "header only", "no index", "ebml", "ogg", "tag only", "one hertz"],
)  # fmt: skip
def test_what_cannot_be_decoded_is_an_error(data: bytes) -> None:
    """Never an empty transcript."""
    assert _problem(data) == "undecodable"


@pytest.mark.parametrize(
    ("container", "codec"),
    [
        ("mp3", "mp3"),
        ("flac", "flac"),
        ("wav", "pcm_s16le"),
        ("matroska", "aac"),
        ("aiff", "pcm_s16be"),
    ],
)
def test_a_truncated_file_gives_what_it_has_and_shows_it(container: str, codec: str) -> None:
    """Half the file is about half the sound, and the header still claims all of it."""
    data = _file(container, codec, seconds=8.0)
    prepared = prepare(data[: len(data) // 2], media(), DECODING)
    list(prepared.chunks)
    assert prepared.covered_s == pytest.approx(4.0, abs=0.6)
    assert Transcript((), None, prepared.covered_s or 0, prepared.declared_s).cut_short


def test_a_truncated_ogg_is_measured_against_what_telegram_says() -> None:
    """Ogg has no header that claims a length."""
    data = _file("ogg", "libopus", seconds=8.0)
    prepared = prepare(data[: len(data) // 2], media(duration_s=8.0), DECODING)
    list(prepared.chunks)
    assert prepared.declared_s == 8.0
    assert prepared.covered_s == pytest.approx(4.0, abs=1.1)


def _mp3_that_claims_an_hour() -> bytes:
    data = bytearray(_file("mp3", "mp3"))
    count = data.index(b"Info" if b"Info" in data else b"Xing") + 8
    data[count : count + 4] = round(3600 * 48_000 / 1152).to_bytes(4, "big")
    return bytes(data)


@pytest.mark.parametrize(
    "data", [_mp3_that_claims_an_hour(), wav(tone(2.0, rate_hz=16_000), claims_s=3600.0)],
    ids=["mp3", "wav"],
)  # fmt: skip
def test_a_header_that_lies_is_not_believed(data: bytes) -> None:
    """Covered is what was decoded; the packets, not the claim, decide what passes."""
    prepared = prepare(data, media(), EMBEDDED)
    heard(prepared)
    assert prepared.covered_s == pytest.approx(2.0, abs=0.1)
    (chunk,) = prepare(data, media(), HOSTED).chunks
    assert chunk.data == data
    assert chunk.duration_s == pytest.approx(2.0, abs=0.1)


def test_an_exaggerating_mp3_is_reported_as_cut_short() -> None:
    """Whether it was cut or lies, the user is told."""
    prepared = prepare(_mp3_that_claims_an_hour(), media(), EMBEDDED)
    heard(prepared)
    assert prepared.declared_s == pytest.approx(3600.0, abs=1)
    assert Transcript((), None, prepared.covered_s or 0, prepared.declared_s).cut_short


@pytest.mark.parametrize(
    ("container", "codec", "least_s"),
    [("adts", "aac", 11.5), ("mp3", "mp3", 11.5), ("mp4", "aac", 11.5), ("matroska", "aac", 7.0)],
)
def test_a_hole_in_the_middle_costs_only_the_hole(
    container: str, codec: str, least_s: float
) -> None:
    """What is behind the damage is still heard, and the damage is counted.

    Matroska's reader finds its way again at the next cluster, five seconds on.
    """
    data = bytearray(_file(container, codec, seconds=12.0))
    middle, rubbish = len(data) // 2, random.Random(4).randbytes(1_500)  # noqa: S311 - rubbish
    data[middle : middle + len(rubbish)] = rubbish
    prepared = prepare(bytes(data), media(), EMBEDDED)
    samples = heard(prepared)
    assert least_s < (prepared.covered_s or 0) < 12.1
    assert level_at(samples[-SAMPLE_RATE_HZ:], 440) > 0.2
    assert prepared.damaged_packets > 0


MUTATED = [
    ("ogg", "libopus"),
    ("mp3", "mp3"),
    ("mp4", "aac"),
    ("matroska", "aac"),
    ("flac", "flac"),
]


@pytest.mark.parametrize(("container", "codec"), MUTATED)
def test_mutated_files_end_in_chunks_or_a_sentence(container: str, codec: str) -> None:
    """Thirty mutants of each kind: cut, overwritten, with pieces missing. None escapes the table."""
    draw = random.Random(f"{container}{codec}")  # noqa: S311 - the same mutants each time
    whole = _file(container, codec, seconds=1.0)
    for _ in range(30):
        data = bytearray(whole)
        for _ in range(draw.randint(1, 20)):
            data[draw.randrange(len(data))] = draw.randrange(256)
        if draw.random() < 0.3:
            del data[draw.randrange(len(data)) :]
        if draw.random() < 0.3 and len(data) > 200:
            at = draw.randrange(len(data) - 100)
            del data[at : at + draw.randrange(100)]
        try:
            result: float | str = sum(
                chunk.duration_s or 0.0 for chunk in prepare(bytes(data), media(), EMBEDDED).chunks
            )
        except UserError as error:
            result = error.problem
        problems = {"undecodable", "not_media", "empty_file", "no_audio_stream", "unknown_codec"}
        assert result in problems or (isinstance(result, float) and result > 0)


def test_sound_that_changes_its_format_on_the_way_is_one_recording() -> None:
    """Joined MP3s of different rates and channels play on."""
    one = encode("mp3", "mp3", tone(1.0), options={"write_xing": "0"})
    two = encode(
        "mp3", "mp3", interleave(*[tone(1.0, rate_hz=44_100)] * 2), channels=2, rate_hz=44_100,
        options={"write_xing": "0", "id3v2_version": "0"},
    )  # fmt: skip
    prepared = prepare(one + two, media(), EMBEDDED)
    samples = heard(prepared)
    assert prepared.covered_s == pytest.approx(2.0, abs=0.2)
    assert level_at(samples[-8_000:], 440) > 0.2


def test_silence_is_a_recording() -> None:
    """That nobody speaks is for the engine to say."""
    prepared = prepare(wav(silence(2.0, rate_hz=16_000)), media(), EMBEDDED)
    (chunk,) = prepared.chunks
    assert (chunk.container, chunk.data) == (PCM, bytes(2 * 2 * 16_000))


def test_what_decodes_to_more_than_half_a_day_is_refused() -> None:
    """A small file of endless silence does not occupy a worker for ever."""
    minute = AudioFrame("s16", "mono", 60 * SAMPLE_RATE_HZ)
    minute.sample_rate = SAMPLE_RATE_HZ
    passed: list[AudioFrame] = []
    with pytest.raises(UserError) as refusal:
        passed.extend(_bounded(repeat(minute)))
    assert refusal.value.problem == "too_long"
    assert refusal.value.figures == {
        "got": More(Span(MAX_DURATION_S)),
        "limit": Span(MAX_DURATION_S),
    }
    assert len(passed) * 60 == MAX_DURATION_S


def test_chunks_are_made_only_when_they_are_asked_for() -> None:
    """Closing early leaves the rest undone, and nothing counts as covered."""
    data = _file("wav", "pcm_s16le", seconds=6.0, rate_hz=16_000)
    prepared = prepare(data, media(), replace(EMBEDDED, max_chunk_s=2.0))
    first = next(prepared.chunks)
    assert first.start_s == 0.0
    assert prepared.covered_s is None
    list(prepared.chunks)
    assert prepared.covered_s == 6.0


def test_an_index_that_claims_too_much_is_no_reason_to_fail() -> None:
    """Boxes nobody knows are stepped over."""
    data = _file("ipod", "aac") + box(b"zzzz", bytes(50))
    assert level_at(heard(prepare(data, media(), EMBEDDED)), 440) > 0.2


@pytest.mark.parametrize(("claims_s", "declared_s"), [(5.0, 5.0), (67_108.0, None), (0.0, None)])
def test_what_a_wav_leaves_open_it_does_not_claim(
    claims_s: float, declared_s: float | None
) -> None:
    """Recorders that cannot go back write a length of nothing or of everything: no claim at all."""
    data = wav(tone(1.0, rate_hz=16_000), claims_s=claims_s)
    note = b"LIST" + (5).to_bytes(4, "little") + b"INFO\x00" + b"\x00"  # odd sizes are padded
    data = data.replace(b"data", note + b"data", 1)
    assert prepare(data, media(), EMBEDDED).declared_s == declared_s


def test_no_memory_is_not_the_files_fault() -> None:
    """What may succeed on a bigger machine is not blamed on the user."""
    with pytest.raises(MemoryError), reading("mp3"):
        raise av.error.MemoryError(12, "Cannot allocate memory")
