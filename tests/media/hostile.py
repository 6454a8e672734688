"""Files that try to make their reader open other files and addresses."""

from __future__ import annotations

import io

import av

from tests.media.make import box, encode, replace_box, tone

DREF = (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref")


def playlist(*targets: str) -> bytes:
    """Return an HLS playlist of ``targets``."""
    entries = "".join(f"#EXTINF:2,\n{target}\n" for target in targets)
    return f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n{entries}#EXT-X-ENDLIST\n".encode()


def concatenation(*targets: str) -> bytes:
    """Return a list for libav's concat demuxer."""
    entries = "".join(f"file '{target}'\n" for target in targets)
    return f"ffconcat version 1.0\n{entries}".encode()


def session_description(port: int) -> bytes:
    """Return a description that would have its reader join a stream."""
    lines = ("v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=x", "c=IN IP4 127.0.0.1", "t=0 0")
    return "\r\n".join((*lines, f"m=audio {port} RTP/AVP 0", "")).encode()


def manifest(url: str) -> bytes:
    """Return a DASH manifest with its base at ``url``."""
    return (
        '<?xml version="1.0"?><MPD type="static" mediaPresentationDuration="PT2S"><Period>'
        f'<BaseURL>{url}</BaseURL><AdaptationSet mimeType="audio/mp4"><Representation id="1">'
        "<BaseURL>a.mp4</BaseURL></Representation></AdaptationSet></Period></MPD>"
    ).encode()


def movie_with_sound_elsewhere(path: str) -> bytes:
    """Return an MP4 whose sound, by its data reference, lies in the file at ``path``.

    The reference is a Macintosh alias, the only kind libav follows (when told to).
    """
    name = path.encode()
    alias = bytes(10) + b"\x00" * 28 + bytes(12) + b"\x01x" + bytes(62)
    alias += bytes(16) + b"\xff\xff\xff\xff" + bytes(16)
    absolute = (2).to_bytes(2, "big") + len(name).to_bytes(2, "big") + name + bytes(len(name) % 2)
    return _with_reference(box(b"alis", bytes(4), alias, absolute, b"\xff\xff\x00\x00"))


def movie_with_sound_at(url: str) -> bytes:
    """Return an MP4 whose data reference is an address."""
    return _with_reference(box(b"url ", bytes(4), url.encode() + b"\x00"))


def _with_reference(entry: bytes) -> bytes:
    whole = encode("mp4", "aac", tone(1.0), bit_rate=64_000)
    return replace_box(whole, DREF, box(b"dref", bytes(4), (1).to_bytes(4, "big"), entry))


def reference_movie(url: str) -> bytes:
    """Return a QuickTime file that consists of nothing but a pointer to another."""
    target = url.encode() + b"\x00"
    pointer = box(b"rdrf", bytes(4), b"url ", len(target).to_bytes(4, "big"), target)
    return box(b"ftyp", b"qt  ", bytes(4)) + box(b"moov", box(b"rmra", box(b"rmda", pointer)))


def matroska_with_attachment(name: str, content: bytes) -> bytes:
    """Return a Matroska file with sound and an attached file."""
    file = io.BytesIO()
    sound = io.BytesIO(encode("matroska", "flac", tone(1.0)))
    with av.open(sound, "r") as source, av.open(file, "w", format="matroska") as target:
        stream = source.streams.audio[0]
        copy = target.add_stream_from_template(stream)
        target.add_attachment(name, "application/x-mpegurl", content)
        for packet in source.demux(stream):
            if packet.size:
                packet.stream = copy
                target.mux(packet)
    return file.getvalue()
