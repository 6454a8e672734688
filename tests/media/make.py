"""Recordings made in memory: synthetic sound in any container that PyAV can write."""

from __future__ import annotations

import io
import math
import random
from array import array
from typing import TYPE_CHECKING, Any

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from av.container.output import OutputContainer

RATE_HZ = 48_000
LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}
BLOCK = 4_800


def tone(
    seconds: float, *, hz: float = 440.0, level: float = 0.3, rate_hz: int = RATE_HZ
) -> array[int]:
    """Return a sine of ``level`` (of full scale)."""
    step, peak = math.tau * hz / rate_hz, level * 32_767
    return array("h", (round(peak * math.sin(step * n)) for n in range(round(seconds * rate_hz))))


def noise(seconds: float, *, seed: int, level: float = 0.3, rate_hz: int = RATE_HZ) -> array[int]:
    """Return white noise, the same for the same seed."""
    draw = random.Random(seed).uniform  # noqa: S311 - a sound, not a secret
    peak = level * 32_767
    return array("h", (round(draw(-peak, peak)) for _ in range(round(seconds * rate_hz))))


def silence(seconds: float, *, rate_hz: int = RATE_HZ) -> array[int]:
    """Return digital silence."""
    return array("h", bytes(2 * round(seconds * rate_hz)))


def phrases(seconds: float, *, rate_hz: int = RATE_HZ) -> array[int]:
    """Return what is cut like speech: four seconds of a tone, one of silence, and again."""
    said = tone(4.0, rate_hz=rate_hz) + silence(1.0, rate_hz=rate_hz)
    whole = said * (int(seconds / 5.0) + 1)
    return whole[: round(seconds * rate_hz)]


def interleave(*channels: array[int]) -> array[int]:
    """Join channels of the same length to one stream of samples."""
    mixed = array("h", bytes(2 * len(channels) * len(channels[0])))
    for index, channel in enumerate(channels):
        mixed[index :: len(channels)] = channel
    return mixed


def encode(
    container: str,
    codec: str,
    *tracks: array[int],
    channels: int = 1,
    rate_hz: int = RATE_HZ,
    picture: str = "",
    options: dict[str, str] | None = None,
    bit_rate: int | None = None,
) -> bytes:
    """Write each of ``tracks`` (interleaved) as an audio stream of a ``container`` file.

    With ``picture``, the name of a video codec, a small film goes with it.
    """
    file = io.BytesIO()

    def reread(_url: str, _flags: int, _options: dict[str, str]) -> io.BytesIO:
        """Moving the index to the front reads the file back."""
        return io.BytesIO(file.getvalue())

    with av.open(file, "w", format=container, options=options or {}, io_open=reread) as output:
        video = _video(output, picture) if picture else None
        streams = [_audio(output, codec, rate_hz, channels, bit_rate) for _ in tracks]
        if video is not None:
            _film(output, video, len(tracks[0]) / channels / rate_hz if tracks else 1.0)
        for stream, track in zip(streams, tracks, strict=True):
            _sound(output, stream, track, channels, rate_hz)
    return file.getvalue()


def _audio(
    output: OutputContainer, codec: str, rate_hz: int, channels: int, bit_rate: int | None
) -> AudioStream:
    settings: dict[str, Any] = {"layout": LAYOUTS[channels]}
    if codec in {"opus", "vorbis", "dca"}:
        settings["options"] = {"strict": "experimental"}
    stream: Any = output.add_stream(codec, rate=rate_hz, **settings)
    assert isinstance(stream, AudioStream)
    if bit_rate:
        stream.bit_rate = bit_rate
    return stream


def _sound(
    output: OutputContainer, stream: AudioStream, samples: array[int], channels: int, rate_hz: int
) -> None:
    for start in range(0, len(samples), BLOCK * channels):
        block = samples[start : start + BLOCK * channels]
        frame = AudioFrame("s16", LAYOUTS[channels], len(block) // channels)
        frame.sample_rate = rate_hz
        frame.pts = start // channels
        frame.planes[0].update(block.tobytes())
        output.mux(stream.encode(frame))
    output.mux(stream.encode(None))


def _video(output: OutputContainer, codec: str) -> VideoStream:
    stream: Any = output.add_stream(codec, rate=10)
    assert isinstance(stream, VideoStream)
    stream.width, stream.height = 176, 144
    stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    return stream


def _film(output: OutputContainer, stream: VideoStream, seconds: float) -> None:
    for number in range(max(1, round(seconds * 10))):
        frame = VideoFrame(176, 144, stream.pix_fmt or "yuv420p")
        for plane in frame.planes:
            plane.update(bytes([number % 256]) * plane.buffer_size)
        frame.pts = number
        output.mux(stream.encode(frame))
    output.mux(stream.encode(None))


def cover_art_mp3(samples: array[int], picture: bytes) -> bytes:
    """Put an ID3v2.3 tag with ``picture`` before an MP3."""
    body = b"\x00image/jpeg\x00\x03\x00" + picture
    frame = b"APIC" + len(body).to_bytes(4, "big") + b"\x00\x00" + body
    return id3(frame) + encode("mp3", "mp3", samples)


def id3(frames: bytes) -> bytes:
    """Return an ID3v2.3 tag around ``frames``."""
    size = bytes(len(frames) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\x00\x00" + size + frames


def wav(samples: array[int], *, claims_s: float | None = None, rate_hz: int = 16_000) -> bytes:
    """Return a mono WAV whose header may claim more than there is."""
    data = samples.tobytes()
    claimed = len(data) if claims_s is None else round(claims_s * rate_hz) * 2
    layout = (1).to_bytes(2, "little") + (1).to_bytes(2, "little")
    rates = rate_hz.to_bytes(4, "little") + (2 * rate_hz).to_bytes(4, "little")
    fmt = layout + rates + (2).to_bytes(2, "little") + (16).to_bytes(2, "little")
    chunks = b"WAVEfmt " + (16).to_bytes(4, "little") + fmt
    chunks += b"data" + claimed.to_bytes(4, "little")
    return b"RIFF" + (len(chunks) + claimed).to_bytes(4, "little") + chunks + data


def box(name: bytes, *children: bytes) -> bytes:
    """Return an ISO media box."""
    body = b"".join(children)
    return (8 + len(body)).to_bytes(4, "big") + name + body


def replace_box(data: bytes, path: Sequence[bytes], new: bytes) -> bytes:
    """Put ``new`` in the place of the first box at ``path``, correcting all sizes on the way."""
    offset, out = 0, b""
    while offset < len(data):
        size = int.from_bytes(data[offset : offset + 4], "big")
        name, body = data[offset + 4 : offset + 8], data[offset + 8 : offset + size]
        if path and name == path[0]:
            inner = new if len(path) == 1 else box(name, replace_box(body, path[1:], new))
            out, path = out + inner, ()
        else:
            out += data[offset : offset + size]
        offset += size
    return out
