"""Sniffing: an allow-list told from content alone."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from processor.media.framing import adts_frame_bytes, mpeg_frame_bytes
from processor.media.sniff import BOXES_THAT_OPEN_QUICKTIME, MAGIC, Kind, sniff
from shared.errors import UserError
from tests.media.make import encode, id3, noise, tone

HTML = b"<!DOCTYPE html><html><body>sorry</body></html>"


@given(st.binary(max_size=400))
@example(b"\xff" * 400)
@example(b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f")
@example(b"RIFF")
@example(b"\x0b\x77")
def test_arbitrary_bytes_are_a_known_kind_or_refused(data: bytes) -> None:
    """No input makes the sniffer fail in any other way."""
    try:
        result: Kind | str = sniff(data)
    except UserError as error:
        result = error.problem
    assert isinstance(result, Kind) or result in {"empty_file", "not_media"}


@given(st.sampled_from([magic for magic, _ in MAGIC]), st.binary(max_size=100))
def test_a_magic_number_decides_whatever_follows(magic: bytes, rest: bytes) -> None:
    """Each magic number leads to the demuxers of its family, unless a movie's box is named."""
    assume((magic + rest)[4:8] not in {b"ftyp", *BOXES_THAT_OPEN_QUICKTIME})
    families = {"ac3": {"ac3", "eac3"}}
    named = next(kind.demuxer for known, kind in MAGIC if known == magic)
    assert sniff(magic + rest).demuxer in families.get(named, {named})


@pytest.mark.parametrize(
    "data",
    [
        b"#EXTM3U\n#EXT-X-TARGETDURATION:10\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile '/etc/passwd'\n",
        b"[playlist]\nFile1=http://127.0.0.1/a.mp3\n",
        b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=audio 9 RTP/AVP 0\r\n",
        b"<?xml version='1.0'?><MPD><BaseURL>http://127.0.0.1/</BaseURL></MPD>",
        b"1\n00:00:00,000 --> 00:00:01,000\nHello\n",
        b"WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n",
        HTML,
        b"%PDF-1.7\n",
        b"PK\x03\x04" + bytes(60),
        b"Rar!\x1a\x07\x01\x00",
        b"\x89PNG\r\n\x1a\n" + bytes(60),
        b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(60),
        b"GIF89a" + bytes(60),
        b"\x00\x00\x00\x18ftypheic" + bytes(60),
        b"RIFF\x10\x00\x00\x00WEBPVP8 ",
        b"The free software song",
        b"\x7fELF" + bytes(60),
    ],
    ids=lambda data: data[:12].decode("latin-1"),
)
def test_what_is_no_recording_is_refused(data: bytes) -> None:
    """Playlists, texts, pictures and archives never reach libav."""
    with pytest.raises(UserError) as refusal:
        sniff(data)
    assert refusal.value.problem == "not_media"


def test_nothing_is_an_empty_file() -> None:
    """Zero bytes have their own sentence."""
    with pytest.raises(UserError) as refusal:
        sniff(b"")
    assert refusal.value.problem == "empty_file"


def test_raw_samples_without_header_are_refused() -> None:
    """Noise holds sync words by chance, but no frames in a row."""
    with pytest.raises(UserError) as refusal:
        sniff(noise(1.0, seed=3, level=1.0).tobytes())
    assert refusal.value.problem == "not_media"


@pytest.mark.parametrize(
    ("brand", "container"),
    [
        (b"M4A ", "m4a"), (b"qt  ", "mov"), (b"isom", "mp4"), (b"mp42", "mp4"), (b"dash", "mp4"),
        (b"3gp4", "3gp"), (b"3g2a", "3gp"),
    ],
)  # fmt: skip
def test_brands_tell_the_iso_family_apart(brand: bytes, container: str) -> None:
    """One demuxer, several extensions: engines are told the right one."""
    kind = sniff(b"\x00\x00\x00\x18ftyp" + brand)
    assert (kind.container, kind.demuxer) == (container, "mov")


@pytest.mark.parametrize(
    ("inner", "codec", "container"),
    [
        ("mp3", "mp3", "mp3"),
        ("adts", "aac", "aac"),
        ("flac", "flac", "flac"),
        ("ac3", "ac3", "ac3"),
    ],
)
def test_the_kind_behind_an_id3_tag_counts(inner: str, codec: str, container: str) -> None:
    """Tags are put before more than MP3, sometimes twice."""
    tags = id3(b"TIT2" + bytes(40)) + id3(bytes(300))
    assert sniff(tags + encode(inner, codec, tone(0.5))).container == container


@pytest.mark.parametrize(("inner", "codec"), [("mp3", "mp3"), ("mp2", "mp2"), ("adts", "aac")])
def test_frames_are_found_behind_rubbish(inner: str, codec: str) -> None:
    """A stream cut out of a longer one begins in the middle of a frame."""
    whole = encode(inner, codec, tone(1.0), bit_rate=64_000)
    assert sniff(whole[37:]).demuxer == sniff(whole).demuxer


def test_only_an_mp3_with_a_frame_count_declares_its_length() -> None:
    """Without a Xing header libav would guess from the first frame's bit rate."""
    with_count = encode("mp3", "mp3", tone(1.0))
    without = encode("mp3", "mp3", tone(1.0), options={"write_xing": "0"})
    assert sniff(with_count).declares_duration
    assert not sniff(without).declares_duration


@given(st.binary(min_size=6, max_size=6))
def test_frame_lengths_move_forward(header: bytes) -> None:
    """A frame is never shorter than its header, so that scanning ends."""
    for length in (mpeg_frame_bytes(header), adts_frame_bytes(header)):
        assert length == 0 or length >= 4
