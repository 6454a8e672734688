"""Opening a container with libav so that it can reach nothing but the bytes it was given."""

from __future__ import annotations

import io
import re
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import av
import av.error
from av.stream import Discard, Disposition

from processor.media.faults import LIBAV_ERRORS, reading
from processor.media.riff import wav_claim_s
from processor.media.sniff import WAV
from shared.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.audio.stream import AudioStream
    from av.container.input import InputContainer
    from av.packet import Packet

    from processor.media.sniff import Kind

MICROSECONDS = 1_000_000
DAMAGE_LIMIT = 100  # breaks in the container after which the rest is given up


@dataclass(frozen=True, slots=True)
class Recording:
    """A whole file in memory and what kind it is; opened anew by each step that reads it."""

    data: bytes
    kind: Kind

    @contextmanager
    def open(self) -> Iterator[InputContainer]:
        """The demuxer over the bytes, closed at the end."""
        container = av.open(
            io.BytesIO(self.data),
            "r",
            format=self.kind.demuxer,
            options=_confinement(self.kind.demuxer),
            metadata_errors="replace",
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


@dataclass(frozen=True, slots=True)
class Track:
    """The audio stream we transcribe."""

    index: int
    codec: str
    """FFmpeg's name of the format, whichever decoder reads it; ``xhe_aac`` for that profile."""
    channels: int
    first: bool
    """Whether it is the file's first audio stream: what others take who do not choose."""
    declared_s: float | None
    """What the header claims, where one does."""

    def stream_of(self, container: InputContainer) -> AudioStream:
        """This track in ``container``."""
        return next(s for s in container.streams.audio if s.index == self.index)


def find_track(recording: Recording) -> Track:
    """Choose the audio stream. UserError when there is none, or none that can be decoded.

    Of those with a decoder and a sample rate: the one marked default, then the one with most
    channels, then the highest bit rate, then the first. Cover art is a video stream, and so no
    candidate.
    """
    with reading(), recording.open() as container:
        streams = container.streams.audio
        if not streams:
            raise UserError("no_audio_stream")
        decodable = [stream for stream in streams if _has_decoder(stream)]
        if not decodable:
            raise UserError("unknown_codec", codec=_label(recording))
        best = max(decodable, key=_merit)
        return Track(
            index=best.index,
            codec=_codec_name(best),
            channels=best.channels,
            first=best.index == streams[0].index,
            declared_s=_declared_s(recording, container, best),
        )


def _has_decoder(stream: AudioStream) -> bool:
    context: object = stream.codec_context  # None, whatever its annotation says
    return context is not None


def _merit(stream: AudioStream) -> tuple[bool, bool, int, int, int]:
    default = Disposition.default in stream.disposition
    rate = stream.codec_context.bit_rate or 0
    return bool(stream.sample_rate), default, stream.channels, rate, -stream.index


def _codec_name(stream: AudioStream) -> str:
    """FFmpeg's name of the format; xHE-AAC apart, as decoders before FFmpeg 7 lack it."""
    usac = stream.codec_context.profile == "xHE-AAC"
    return "xhe_aac" if usac else stream.codec_context.codec.canonical_name


def _declared_s(
    recording: Recording, container: InputContainer, stream: AudioStream
) -> float | None:
    """What the header says of this stream, else of the file."""
    if not recording.kind.declares_duration:
        return None
    if recording.kind is WAV:
        return wav_claim_s(recording.data)
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return container.duration / MICROSECONDS if container.duration else None


def measure_s(recording: Recording, track: Track) -> float:
    """How long the track's packets last by their own account, without decoding any."""
    with reading(track.codec), recording.open() as container:
        stream = track.stream_of(container)
        ticks = sum(packet.duration or 0 for packet in packets(container, track, Damage()))
        return float(ticks * stream.time_base) if stream.time_base else 0.0


@dataclass(slots=True)
class Damage:
    """What could not be read of a file, so far."""

    count: int = 0
    last: Exception | None = None

    def add(self, error: Exception) -> None:
        """Count one more."""
        self.count += 1
        self.last = error


def packets(
    container: InputContainer, track: Track, damage: Damage
) -> Iterator[Packet[AudioStream]]:
    """Yield the track's packets, going on behind damaged places, as players do."""
    wanted = track.stream_of(container)
    for stream in container.streams:
        stream.discard = Discard.default if stream.index == track.index else Discard.all
    for _ in range(DAMAGE_LIMIT):
        try:
            # The packets without size, at the end, are PyAV's request to flush the decoder.
            yield from (packet for packet in container.demux(wanted) if packet.size)
        except MemoryError:
            raise
        except LIBAV_ERRORS as error:
            damage.add(error)
        else:
            return


# The sample entry of a sound track in ISO files; in Matroska the element that names the codec.
LABELS = re.compile(
    rb"soun.{0,2000}?stsd.{12}([\x20-\x7e]{4})|\x86[\x83-\xa0](A_[A-Z0-9/_]{1,30})", re.DOTALL
)


def _label(recording: Recording) -> str:
    """What the file itself calls its sound format; libav keeps the name of unknown ones secret."""
    match = LABELS.search(recording.data)
    if match is None:
        return recording.kind.container
    name = match[1]
    if name is None:
        size = recording.data[match.start() + 1] & 0x7F
        name = match[2][:size]
    return name.decode("ascii").strip() or recording.kind.container
