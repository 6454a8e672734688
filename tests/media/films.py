"""Films of any size that exist only as tables: real sound, a picture of zeros, any interleaving."""

from __future__ import annotations

import io
import random
from array import array
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import av

from tests.media.make import RATE_HZ, box, encode, silence

if TYPE_CHECKING:
    from collections.abc import Sequence

PACKET_SAMPLES = 1024  # AAC
FRAMES_PER_S = 30
MOVIE_RATE = 1000  # ticks per second of the movie's own clock


@dataclass(frozen=True, slots=True)
class Clip:
    """A short piece of sound as packets, to be repeated."""

    packets: tuple[bytes, ...]
    joined: bytes
    starts: tuple[int, ...]
    """Where each packet begins in ``joined``, and the end."""

    def position(self, packet: int) -> int:
        """Where packet number ``packet`` begins in the endless repetition."""
        rounds, rest = divmod(packet, len(self.packets))
        return rounds * len(self.joined) + self.starts[rest]

    def read(self, start: int, length: int) -> bytes:
        """Bytes of the endless repetition."""
        begin = start % len(self.joined)
        rounds = -(-(begin + length) // len(self.joined))
        return (self.joined * rounds)[begin : begin + length]


@cache
def syllables(
    seconds: float, *, pause_s: float = 0.6, every_s: float = 4.0, rate_hz: int = RATE_HZ
) -> array[int]:
    """Return noise with a pause at the end of every few seconds, never the same twice."""
    sound = array("h")
    draw = random.Random(1)  # noqa: S311 - a sound, not a secret
    for _ in range(round(seconds / every_s)):
        loud = draw.randbytes(round((every_s - pause_s) * rate_hz))
        sound.extend([value << 6 for value in array("b", loud)])
        sound += silence(pause_s, rate_hz=rate_hz)
    return sound


@cache
def clip(seconds: float = 20.0) -> Clip:
    """Return AAC of a noise with pauses."""
    with av.open(io.BytesIO(_short_film(seconds)), "r", format="mov") as container:
        sound = container.streams.audio[0]
        packets = tuple(bytes(packet) for packet in container.demux(sound) if packet.size)
    return as_clip(packets)


def as_clip(packets: Sequence[bytes]) -> Clip:
    """Return a clip of ``packets``."""
    starts = tuple(accumulate(map(len, packets), initial=0))
    return Clip(tuple(packets), b"".join(packets), starts)


@cache
def _short_film(seconds: float) -> bytes:
    sound = syllables(seconds)
    return encode("mp4", "aac", sound, picture="libx264", bit_rate=96_000)


@cache
def _sample_descriptions() -> tuple[bytes, bytes]:
    """The ``stsd`` boxes of picture and sound, as a real muxer writes them."""
    data, found, at = _short_film(20.0), [], -1
    while (at := data.find(b"stsd", at + 1)) >= 0:
        found.append(data[at - 4 : at - 4 + int.from_bytes(data[at - 4 : at], "big")])
    picture, sound = found
    return picture, sound


class Film:
    """An MP4 of picture and sound, computed where it is read."""

    def __init__(
        self,
        seconds: float,
        *,
        interleave_s: float = 1.0,
        video_bps: int = 3_200_000,
        faststart: bool = False,
        frames_per_s: int = FRAMES_PER_S,
    ) -> None:
        self.clip = clip()
        self.packets = round(seconds * RATE_HZ / PACKET_SAMPLES)
        self.frames = round(seconds * frames_per_s)
        self._frames_per_s = frames_per_s
        self._frame_bytes = video_bps // 8 // frames_per_s
        periods = max(1, round(seconds / interleave_s))
        self._sound_at = [self.packets * n // periods for n in range(periods + 1)]
        self._film_at = [self.frames * n // periods for n in range(periods + 1)]
        head = box(b"ftyp", b"isom", (512).to_bytes(4, "big"), b"isomiso2avc1mp41")
        self._front = head + (self._moov(0) if faststart else b"")
        self._data_at = len(self._front) + 16
        if faststart:
            self._front = head + self._moov(self._data_at)
        self._places = self._layout(self._data_at)
        end = self._places[-1]
        self._front += (
            (1).to_bytes(4, "big") + b"mdat" + (end - len(self._front)).to_bytes(8, "big")
        )
        self._back = b"" if faststart else self._moov(self._data_at)
        self.size = end + len(self._back)

    def _layout(self, start: int) -> list[int]:
        """Where each chunk begins, picture and sound in turn, and the end."""
        places, at = [], start
        for n in range(len(self._sound_at) - 1):
            places.append(at)
            at += (self._film_at[n + 1] - self._film_at[n]) * self._frame_bytes
            places.append(at)
            at += self.clip.position(self._sound_at[n + 1]) - self.clip.position(self._sound_at[n])
        return [*places, at]

    def read(self, offset: int, length: int) -> bytes:
        """Bytes from ``offset``, fewer at the end."""
        out, end = [], min(offset + length, self.size)
        while offset < end:
            if offset < len(self._front):
                piece = self._front[offset : min(end, len(self._front))]
            elif offset >= self._places[-1]:
                piece = self._back[offset - self._places[-1] : end - self._places[-1]]
            else:
                piece = self._chunk_bytes(offset, end)
            out.append(piece)
            offset += len(piece)
        return b"".join(out)

    def _chunk_bytes(self, offset: int, end: int) -> bytes:
        index = bisect_right(self._places, offset) - 1
        length = min(end, self._places[index + 1]) - offset
        if index % 2 == 0:
            return bytes(length)
        first = self.clip.position(self._sound_at[index // 2])
        return self.clip.read(first + offset - self._places[index], length)

    def _moov(self, data_at: int) -> bytes:
        places = self._layout(data_at)
        picture, sound = _sample_descriptions()
        ticks = round(self.frames / self._frames_per_s * MOVIE_RATE)
        film = _track(
            1, ticks, b"vmhd", picture,
            rate=self._frames_per_s, count=self.frames, step=1,
            sizes=array("I", [self._frame_bytes]) * self.frames,
            chunks=places[0:-1:2], firsts=self._film_at,
        )  # fmt: skip
        clip_sizes = array("I", map(len, self.clip.packets))
        rounds = self.packets // len(clip_sizes) + 1
        heard = _track(
            2, ticks, b"smhd", sound,
            rate=RATE_HZ, count=self.packets, step=PACKET_SAMPLES,
            sizes=(clip_sizes * rounds)[: self.packets],
            chunks=places[1:-1:2], firsts=self._sound_at,
        )  # fmt: skip
        header = bytes(12) + _u32(MOVIE_RATE, ticks, 0x10000) + b"\x01" + bytes(11)
        header += MATRIX + bytes(24) + _u32(3)
        return box(b"moov", box(b"mvhd", header), film, heard)


MATRIX = b"".join(n.to_bytes(4, "big") for n in (0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000))


def _u32(*values: int) -> bytes:
    return b"".join(value.to_bytes(4, "big") for value in values)


def _table(values: Sequence[int], code: str = "I") -> bytes:
    packed = array(code, values)
    packed.byteswap()  # the machines this runs on are little endian
    return packed.tobytes()


def _track(
    number: int,
    ticks: int,
    media_header: bytes,
    description: bytes,
    *,
    rate: int,
    count: int,
    step: int,
    sizes: array[int],
    chunks: Sequence[int],
    firsts: Sequence[int],
) -> bytes:
    runs: list[int] = []
    per_chunk = [b - a for a, b in pairwise(firsts)]
    for index, samples in enumerate(per_chunk):
        if index == 0 or samples != per_chunk[index - 1]:
            runs += (index + 1, samples, 1)
    tables = box(
        b"stbl",
        description,
        box(b"stts", bytes(4), _u32(1, count, step)),
        box(b"stsc", bytes(4), _u32(len(runs) // 3), _table(runs)),
        box(b"stsz", bytes(4), _u32(0, count), _table(sizes)),
        box(b"co64", bytes(4), _u32(len(chunks)), _table(chunks, "Q")),
    )
    kind = b"vide" if media_header == b"vmhd" else b"soun"
    header = b"\x00\x00\x00\x01" + bytes(8) if kind == b"vide" else bytes(8)
    reference = box(b"dinf", box(b"dref", bytes(4), _u32(1), box(b"url ", _u32(1))))
    media = box(
        b"mdia",
        box(b"mdhd", bytes(12), _u32(rate, count * step), b"\x55\xc4\x00\x00"),
        box(b"hdlr", bytes(8), kind, bytes(13)),
        box(b"minf", box(media_header, header), reference, tables),
    )
    track = b"\x00\x00\x00\x03" + bytes(8) + _u32(number, 0, ticks) + bytes(16) + MATRIX + bytes(8)
    return box(b"trak", box(b"tkhd", track), media)
