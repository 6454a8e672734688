"""Opening a container with libav so that it can reach nothing but the bytes it was given."""

from __future__ import annotations

import io
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import av

from processor.media.movie import check_index, in_fragments
from processor.media.ranges import RangeFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.container.input import InputContainer

    from processor.media.sniff import Kind

SMALL_READS_BYTES = 4096  # what libav reads more than it needs, around every piece of sound
READS_BYTES = 1 << 15
HEAD_BYTES = 1 << 16  # what is looked at for a name or a claim


@dataclass(frozen=True, slots=True)
class Recording:
    """A file, in memory or far away, and what kind it is."""

    content: bytes | RangeFile
    kind: Kind

    @property
    def size_bytes(self) -> int:
        """Of the whole file."""
        return self.content.size_bytes if isinstance(self.content, RangeFile) else len(self.content)

    def read_at(self, offset: int, length: int) -> bytes:
        """That range, shorter at the end of the file."""
        if isinstance(self.content, RangeFile):
            return self.content.read_at(offset, length)
        return self.content[offset : offset + length]

    @property
    def head(self) -> bytes:
        """As much of the beginning as is worth a search; of a file in memory all."""
        return self.content if isinstance(self.content, bytes) else self.read_at(0, HEAD_BYTES)

    @property
    def in_fragments(self) -> bool:
        """Whether it is a remote film whose length nobody knows before its end."""
        remote_film = isinstance(self.content, RangeFile) and self.kind.demuxer == "mov"
        return remote_film and in_fragments(self.read_at, self.size_bytes)

    @contextmanager
    def open(self) -> Iterator[InputContainer]:
        """The demuxer over the bytes, closed at the end."""
        movie, remote = self.kind.demuxer == "mov", isinstance(self.content, RangeFile)
        if movie:
            check_index(self.read_at, self.size_bytes, to_the_end=not remote)
        if isinstance(self.content, RangeFile):
            self.content.seek(0)
        container = av.open(
            self.content if isinstance(self.content, RangeFile) else io.BytesIO(self.content),
            "r",
            format=self.kind.demuxer,
            # Without ignidx libav looks through all fragments first, and so at the whole file.
            options=_confinement(self.kind.demuxer)
            | ({"fflags": "+ignidx"} if movie and remote else {}),
            metadata_errors="replace",
            buffer_size=SMALL_READS_BYTES if movie and remote else READS_BYTES,
            io_open=_nothing_else,
        )
        with container:
            yield container


@cache
def _confinement(demuxer: str) -> dict[str, str]:
    """Options that keep libav to this demuxer, no protocol, and decoders of sound.

    Leaving the video decoders out also makes opening a film about ten times cheaper.
    """
    return {
        "format_whitelist": demuxer,
        "protocol_whitelist": "none",
        "codec_whitelist": ",".join(sorted(_audio_decoders())),
    }


def _audio_decoders() -> Iterator[str]:
    for name in av.codecs_available:
        try:
            codec = av.Codec(name, "r")
        except ValueError:  # only an encoder
            continue
        if codec.type == "audio":
            yield codec.name


def _nothing_else(_url: str, _flags: int, _options: dict[str, str]) -> io.BytesIO:
    """Whatever else a file refers to is empty. Raising would make PyAV print a traceback."""
    return io.BytesIO()
