"""What kind of file it is, told from its first bytes: an allow-list of audio and video containers.

Libav can guess formats itself, but among those it would guess are playlists that name further
files and addresses. So the guessing happens here, and libav is given the one demuxer to use.
Names and MIME types are not looked at: both are the sender's claims.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from processor.media.framing import is_adts, is_mpeg_audio, is_transport_stream, sync_positions
from shared.errors import UserError

Reader = Callable[[int, int], bytes]
"""Gives the bytes from an offset, so many, fewer at the end."""

HEAD_BYTES = 1 << 16  # enough to tell the kind, but where a long tag stands before it


@dataclass(frozen=True, slots=True)
class Kind:
    """A container by its usual file extension, and the libav demuxer that reads it."""

    container: str
    demuxer: str
    declares_duration: bool = True
    """Whether a header states the length; where not, libav only estimates it."""


OGG = Kind("ogg", "ogg", declares_duration=False)
WAV = Kind("wav", "wav")
FLAC = Kind("flac", "flac")
MP3 = Kind("mp3", "mp3", declares_duration=False)
AAC = Kind("aac", "aac", declares_duration=False)
MPEG_TS = Kind("ts", "mpegts", declares_duration=False)
MATROSKA = Kind("mkv", "matroska")
WEBM = Kind("webm", "matroska")
AC3 = Kind("ac3", "ac3", declares_duration=False)
EAC3 = Kind("eac3", "eac3", declares_duration=False)

MAGIC: tuple[tuple[bytes, Kind], ...] = (
    (b"OggS", OGG),
    (b"fLaC", FLAC),
    (b"\x1a\x45\xdf\xa3", MATROSKA),
    (b"\x0b\x77", AC3),
    (b"FLV\x01", Kind("flv", "flv")),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9", Kind("wma", "asf")),
    (b"caff", Kind("caf", "caf")),
    (b"#!AMR", Kind("amr", "amr", declares_duration=False)),
    (b".snd", Kind("au", "au")),
    (b"wvpk", Kind("wv", "wv")),
    (b"TTA1", Kind("tta", "tta")),
    (b"MAC ", Kind("ape", "ape")),
    (b"riff\x2e\x91\xcf\x11", Kind("w64", "w64")),
    (b"\x00\x00\x01\xba", Kind("mpg", "mpeg", declares_duration=False)),
    (b"\x7f\xfe\x80\x01", Kind("dts", "dts", declares_duration=False)),
)

RIFF_FORMS = {b"WAVE": WAV, b"AVI ": Kind("avi", "avi")}
IFF_FORMS = {b"AIFF": Kind("aiff", "aiff"), b"AIFC": Kind("aiff", "aiff")}

BOXES_THAT_OPEN_QUICKTIME = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
PRINTABLE = 0x20  # a box this large is 512 MiB; a text has a letter here
PICTURE_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"})
BRANDS = {b"M4A ": "m4a", b"M4B ": "m4a", b"M4P ": "m4a", b"qt  ": "mov"}

SCAN_BYTES = 1 << 16  # how far into the file a stream without a header may begin
TAGS_IN_A_ROW = 4  # ID3 tags stacked by careless taggers


def sniff(data: bytes) -> Kind:
    """Return the kind of ``data``; UserError ``empty_file`` or ``not_media`` when there is none."""
    if not data:
        raise UserError("empty_file")
    kind = _by_magic(data) or _by_frames(data)
    if kind is None:
        raise UserError("not_media")
    return kind


def sniff_remote(read_at: Reader) -> Kind:
    """The same for a file of which only pieces are at hand."""
    head = read_at(0, HEAD_BYTES)
    start = tag_bytes(head)
    return _behind_tags(read_at(start, SCAN_BYTES)) if start else sniff(head)


def _by_magic(data: bytes) -> Kind | None:
    form = data[8:12]
    if data.startswith((b"RIFF", b"RIFX", b"RF64", b"BW64")):
        return RIFF_FORMS.get(form)
    if data.startswith(b"FORM"):
        return IFF_FORMS.get(form)
    if data.startswith(b"ID3"):
        return _behind_tags(data[tag_bytes(data) :][:SCAN_BYTES])
    if data[4:8] == b"ftyp" or (data[4:8] in BOXES_THAT_OPEN_QUICKTIME and data[0] < PRINTABLE):
        return _isobmff(data)
    kind = next((kind for magic, kind in MAGIC if data.startswith(magic)), None)
    return FURTHER[kind](data) if kind in FURTHER else kind


def _isobmff(data: bytes) -> Kind | None:
    if data[4:8] != b"ftyp":
        return Kind("mov", "mov")
    brand = data[8:12]
    if brand in PICTURE_BRANDS:
        return None
    fallback = "3gp" if brand.startswith((b"3gp", b"3g2")) else "mp4"
    return Kind(BRANDS.get(brand, fallback), "mov")


def _matroska(data: bytes) -> Kind:
    return WEBM if b"webm" in data[:EBML_HEADER_BYTES] else MATROSKA


def _dolby(data: bytes) -> Kind:
    stream_id = data[BSID_AT] >> 3 if len(data) > BSID_AT else 0
    return AC3 if stream_id <= LAST_AC3_ID else EAC3


EBML_HEADER_BYTES = 64
BSID_AT = 5  # ATSC A/52: the byte with the bit stream id, which is above 10 for E-AC-3
LAST_AC3_ID = 10
FURTHER = {MATROSKA: _matroska, AC3: _dolby}


def _behind_tags(rest: bytes) -> Kind:
    """ID3 stands before MP3, as a rule, but before FLAC, AAC and AC-3 too."""
    if rest.startswith(b"fLaC"):
        return FLAC
    if rest.startswith(b"\x0b\x77"):
        return _dolby(rest)
    return _by_frames(rest) or MP3


def tag_bytes(data: bytes) -> int:
    """How many bytes of ID3v2 tags the file begins with."""
    start = 0
    for _ in range(TAGS_IN_A_ROW):
        header = data[start : start + 10]
        if len(header) < len(b"ID3vvfssss") or not header.startswith(b"ID3"):
            break
        # The size is 28 bits, seven in each byte, and leaves out the header itself.
        start += 10 + sum(
            (byte & 0x7F) << shift for byte, shift in zip(header[6:], SEVENS, strict=True)
        )
    return start


SEVENS = (21, 14, 7, 0)


def _by_frames(data: bytes) -> Kind | None:
    """Find streams that are frames from the first byte on, or after a little rubbish."""
    if is_transport_stream(data):
        return MPEG_TS
    for start in sync_positions(data, SCAN_BYTES):
        if is_mpeg_audio(data, start):
            return replace(
                MP3, declares_duration=bool(XING.search(data, start, start + XING_WITHIN))
            )
        if is_adts(data, start):
            return AAC
    return None


XING = re.compile(rb"Xing|Info|VBRI")  # all three hold the number of frames
XING_WITHIN = 64  # bytes from the first frame's start
