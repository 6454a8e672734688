"""Copied chunks: each alone sounds as that part of the whole, and together they are all of it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from processor.media import prepare
from processor.media.copying import adts_settings
from processor.media.sniff import sniff
from tests.media.films import syllables
from tests.media.listen import decoded, heard, lag_ms
from tests.media.make import encode, interleave, silence, tone
from tests.media.profiles import DECODING, EMBEDDED, HOSTED, media

RATE_HZ = 16_000
SECONDS = 96.0
NOISE = syllables(SECONDS, rate_hz=RATE_HZ)
STEREO = interleave(NOISE, NOISE)
AAC = {"bit_rate": 48_000}

SOURCES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("ipod", "aac", "m4a", AAC), ("mp4", "aac", "m4a", {"options": {"movflags": "frag_keyframe"}, **AAC}),
    ("matroska", "aac", "m4a", AAC), ("adts", "aac", "m4a", AAC), ("mpegts", "aac", "m4a", AAC),
    ("mp3", "mp3", "mp3", {}), ("matroska", "mp3", "mp3", {"channels": 2}),
    ("ogg", "libopus", "ogg", {}), ("webm", "libopus", "ogg", {"channels": 2}),
    ("ogg", "vorbis", "ogg", {"channels": 2}), ("flac", "flac", "flac", {}), ("ogg", "flac", "flac", {}),
]  # fmt: skip
IDS = [f"{container}-{codec}" for container, codec, *_ in SOURCES]


@cache
def _whole(container: str, codec: str) -> bytes:
    settings = next(s for c, k, _, s in SOURCES if (c, k) == (container, codec))
    sound = STEREO if settings.get("channels") == 2 else NOISE
    rate_hz = 48_000 if codec == "libopus" else RATE_HZ
    if codec == "libopus":
        sound = syllables(SECONDS)
        sound = interleave(sound, sound) if settings.get("channels") == 2 else sound
    return encode(container, codec, sound, rate_hz=rate_hz, **settings)


@pytest.mark.parametrize(("container", "codec", "name", "_settings"), SOURCES, ids=IDS)
def test_each_copy_alone_is_its_part_of_the_whole(
    container: str, codec: str, name: str, _settings: dict[str, Any]
) -> None:
    """Near its beginning and near its end the sound is where the chunk says."""
    data = _whole(container, codec)
    whole = heard(prepare(data, media(), EMBEDDED))
    prepared = prepare(data, media(), HOSTED)
    chunks = list(prepared.chunks)
    assert [chunk.container for chunk in chunks] == [name] * 2
    for chunk in chunks:
        alone, lasts_s = decoded(chunk), chunk.duration_s or 0.0
        assert len(alone) / RATE_HZ == pytest.approx(lasts_s, abs=0.1)
        for at_s in (1.0, lasts_s - 2.5):
            assert abs(lag_ms(whole, alone, start_s=chunk.start_s, at_s=at_s)) <= 30
    assert prepared.covered_s == pytest.approx(SECONDS, abs=0.15)
    assert prepared.damaged_packets == 0


@pytest.mark.parametrize(("container", "codec", "name", "_settings"), SOURCES, ids=IDS)
def test_copies_leave_no_gap_and_meet_in_a_pause(
    container: str, codec: str, name: str, _settings: dict[str, Any]
) -> None:
    """Each begins before the one before it ends, where nobody speaks, so that no word is in both."""
    chunks = list(prepare(_whole(container, codec), media(), HOSTED).chunks)
    for before, after in pairwise(chunks):
        end_s = before.start_s + (before.duration_s or 0.0)
        assert after.start_s <= end_s < after.start_s + 0.35
        assert before.overlap_s == 0.0
        assert 3.35 < after.start_s % 4.0 < end_s % 4.0 < 4.0  # the pause is from 3.4 to 4.0
        assert 40.0 < before.duration_s < 62.0  # type: ignore[operator] # copies say how long


def _talk_without_pauses(rate_hz: int = RATE_HZ) -> Any:
    return syllables(130.0, pause_s=0.0, every_s=10.0, rate_hz=rate_hz)


@pytest.mark.parametrize("profile", [HOSTED, DECODING], ids=lambda profile: profile.name)
def test_where_nobody_pauses_chunks_overlap(profile: Any) -> None:
    """Two seconds are heard twice, so that no word is lost at the cut."""
    data = encode("mp3", "mp3", _talk_without_pauses(), rate_hz=RATE_HZ)
    chunks = list(prepare(data, media(), profile).chunks)
    assert len(chunks) == 3
    for before, after in pairwise(chunks):
        end_s = before.start_s + (before.duration_s or 0.0)
        assert after.start_s == pytest.approx(end_s - before.overlap_s, abs=0.03)
        assert 1.9 < before.overlap_s < 2.4
    assert chunks[-1].overlap_s == 0.0
    whole = heard(prepare(data, media(), EMBEDDED))
    for chunk in chunks:
        assert abs(lag_ms(whole, decoded(chunk), start_s=chunk.start_s, at_s=1.0)) <= 30


def test_silence_all_through_is_cut_without_overlap() -> None:
    """There is nothing to lose, and nothing to compare with."""
    data = encode("mp3", "mp3", silence(130.0, rate_hz=RATE_HZ), rate_hz=RATE_HZ)
    assert [chunk.overlap_s for chunk in prepare(data, media(), HOSTED).chunks] == [0.0] * 3


def test_the_engines_limits_hold_for_copies() -> None:
    """In bytes and in seconds, with the overlap and the container included."""
    data = encode("mp3", "mp3", _talk_without_pauses(), rate_hz=RATE_HZ, bit_rate=64_000)
    changes: list[dict[str, Any]] = [{"max_chunk_s": 30.0}, {"max_bytes": 500_000}]
    for change in changes:
        profile = replace(HOSTED, **change)
        chunks = list(prepare(data, media(), profile).chunks)
        assert len(chunks) > 3
        assert all(chunk.container == "mp3" for chunk in chunks)
        assert all((chunk.duration_s or 99) <= profile.max_chunk_s for chunk in chunks)
        assert all(len(chunk.data) <= profile.max_bytes for chunk in chunks)


@pytest.mark.parametrize(
    ("container", "codec", "settings", "change"),
    [
        ("mp3", "mp3", {"bit_rate": 320_000, "rate_hz": 48_000}, {}),
        ("ipod", "alac", {"rate_hz": RATE_HZ}, {}),
        ("wav", "pcm_s16le", {"rate_hz": 44_100}, {}),
        ("mp3", "mp3", {"rate_hz": RATE_HZ}, {"containers": frozenset({"ogg"})}),
        ("mp3", "mp3", {"rate_hz": RATE_HZ}, {"codecs": frozenset({"aac"})}),
        ("mp3", "mp3", {"rate_hz": RATE_HZ}, {"max_chunk_s": 10.0}),
    ],
)
def test_what_cannot_be_copied_is_decoded(
    container: str, codec: str, settings: dict[str, Any], change: dict[str, Any]
) -> None:
    """Too rich a bit rate, another codec, an engine that does not take it, or chunks too short."""
    data = encode(container, codec, silence(92.0, rate_hz=settings["rate_hz"]), **settings)
    chunks = list(prepare(data, media(), replace(HOSTED, **change)).chunks)
    assert {chunk.container for chunk in chunks} == {"flac"}
    assert sum(chunk.duration_s or 0 for chunk in chunks) == pytest.approx(92.0, abs=7)


def test_a_film_is_not_sent_when_its_sound_will_do() -> None:
    """Short, and the engine would take it; but its picture is most of it."""
    film = encode("mp4", "aac", tone(4.0), bit_rate=64_000, picture="mpeg4")
    padded = film + (2_000_008).to_bytes(4, "big") + b"free" + bytes(2_000_000)
    assert prepare(film, media(), HOSTED).passthrough
    prepared = prepare(padded, media(), HOSTED)
    (chunk,) = prepared.chunks
    assert not prepared.passthrough
    assert chunk.container == "m4a"
    assert len(chunk.data) < 60_000


def _joined(seconds: float) -> bytes:
    """Sound at two rates, one behind the other, a hundred seconds together."""
    one, two = syllables(seconds, rate_hz=RATE_HZ), silence(100.0 - seconds, rate_hz=32_000)
    return b"".join(
        encode("adts", "aac", sound, rate_hz=rate_hz, bit_rate=48_000)
        for sound, rate_hz in ((one, RATE_HZ), (two, 32_000))
    )


def test_a_joined_file_is_copied_up_to_the_join() -> None:
    """Behind it other settings hold, which a copy could not say: the rest is decoded."""
    prepared = prepare(_joined(68.0), media(), HOSTED)
    chunks = list(prepared.chunks)
    assert [chunk.container for chunk in chunks] == ["m4a", "m4a", "flac"]
    assert chunks[2].start_s == pytest.approx(68.0, abs=0.2)
    assert prepared.covered_s == pytest.approx(100.0, abs=0.3)


@pytest.mark.parametrize("seconds", [40.0, 68.0], ids=["one copy", "several"])
def test_a_copy_that_does_not_play_is_not_handed_out(
    seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first copy is opened as an engine would; if it fails, everything is decoded instead."""
    monkeypatch.setattr("processor.media.copying.wrapped", lambda *_: b"OggS" + bytes(500))
    prepared = prepare(_joined(seconds), media(), HOSTED)
    chunks = list(prepared.chunks)
    assert {chunk.container for chunk in chunks} == {"flac"}
    assert chunks[0].start_s == 0.0
    assert prepared.covered_s == pytest.approx(100.0, abs=0.3)


def test_cuts_fall_at_the_same_places_every_time() -> None:
    """Results are kept by chunk number: a second try must make the same chunks."""
    data = _whole("mp3", "mp3")
    first, second = (list(prepare(data, media(duration_s=d), HOSTED).chunks) for d in (None, 500.0))
    assert first == second
    assert {sniff(chunk.data).container for chunk in first} == {"mp3"}


def test_the_settings_in_an_adts_header() -> None:
    """Profile, rate and channels, not the length that differs in every frame."""
    assert adts_settings(b"\xff\xf1\x50\x80\x01\x7f") == adts_settings(b"\xff\xf1\x50\x80\x22\x7f")
    assert adts_settings(b"\xff\xf1\x50\x80\x01\x7f") != adts_settings(b"\xff\xf1\x60\x80\x01\x7f")
    assert adts_settings(b"\x21\x10\x04\x60") == adts_settings(b"") == b""
