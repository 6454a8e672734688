"""The recordings of the media benchmark: any size, computed where they are read."""

from __future__ import annotations

import io
from array import array
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import av
from av.audio.resampler import AudioResampler

from benchmarks.recordings import SAMPLE, voice
from tests.media.films import Film, as_clip
from tests.media.make import RATE_HZ, encode

if TYPE_CHECKING:
    from collections.abc import Callable

HOUR_S = 3600.0
MP3_BYTES_PER_S = 16_000  # 128 kbit/s
FILM_BPS = 3_250_000  # picture of 720p; with its sound an hour is 1.5 GB
FRAME_S = 1 / 30  # between two pieces of sound, as FFmpeg writes films
PHONE_S = 1.0  # the same as telephones do
SHORT_FILM_S = 143.0  # 60 MB


@dataclass(frozen=True, slots=True)
class Source:
    """A file far away: how long, how large, and how to read it."""

    seconds: float
    size_bytes: int
    read: Callable[[int, int], bytes]
    sound_bytes: int
    samples: int = 0
    """In the tables of its index, where it has one."""
    scattered: bool = True
    """Whether sound lies in about every part, so that all have to be fetched."""


def note(seconds: float) -> Source:
    """A voice note, as Telegram makes them."""
    data = voice(seconds)
    return Source(
        seconds, len(data), lambda offset, length: data[offset : offset + length], len(data)
    )


def podcast(seconds: float = HOUR_S) -> Source:
    """An MP3 of speech at 128 kbit/s: a short one, over and over."""
    size_bytes = round(seconds * MP3_BYTES_PER_S)
    clip = as_clip([speech_mp3()])
    return Source(
        seconds,
        size_bytes,
        lambda offset, length: clip.read(offset, max(0, min(length, size_bytes - offset))),
        size_bytes,
    )


def film(seconds: float = HOUR_S, *, interleave_s: float) -> Source:
    """An MP4 with its index at the end."""
    made = Film(seconds, interleave_s=interleave_s, video_bps=FILM_BPS)
    return Source(
        seconds,
        made.size,
        made.read,
        sound_bytes=made.clip.position(made.packets),
        samples=made.packets + made.frames,
        scattered=interleave_s < PHONE_S,
    )


@cache
def speech_mp3() -> bytes:
    """The sample note as MP3, whole frames without a header."""
    samples = array("h")
    resampler = AudioResampler("s16", "mono", RATE_HZ)
    with av.open(io.BytesIO((SAMPLE / "note.oga").read_bytes()), "r") as recording:
        for frame in recording.decode(audio=0):
            for piece in resampler.resample(frame):
                samples.frombytes(bytes(piece.planes[0])[: 2 * piece.samples])
    plain = {"write_xing": "0", "id3v2_version": "0"}
    return encode("mp3", "mp3", samples, bit_rate=8 * MP3_BYTES_PER_S, options=plain)
