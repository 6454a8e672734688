"""Which of a file's streams to transcribe, and what the file says of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from av.stream import Disposition

from processor.media.riff import wav_claim_s
from processor.media.sniff import WAV
from shared.errors import UserError

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container.input import InputContainer

    from processor.media.container import Recording

MICROSECONDS = 1_000_000
USUAL_FILM_BPS = 2_000_000
USUAL_SOUND_BPS = 64_000


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
    estimated_s: float
    """How long the file is likely to be, from its header, its last page or its bit rate."""


def choose(recording: Recording, container: InputContainer) -> Track:
    """Choose the audio stream. UserError when there is none, or none that can be decoded.

    Of those with a decoder and a sample rate: the one marked default, then the one with most
    channels, then the highest bit rate, then the first. Cover art is a video stream, and so no
    candidate.
    """
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
        estimated_s=_estimated_s(recording, container, best),
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
    if not recording.kind.declares_duration or recording.in_fragments:
        return None
    if recording.kind is WAV:
        return wav_claim_s(recording.head)
    return _container_s(container, stream)


def _container_s(container: InputContainer, stream: AudioStream) -> float | None:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return container.duration / MICROSECONDS if container.duration else None


def _estimated_s(recording: Recording, container: InputContainer, stream: AudioStream) -> float:
    """What libav believes, else a guess from the size."""
    known_s = None if recording.in_fragments else _container_s(container, stream)
    usual_bps = USUAL_FILM_BPS if container.streams.video else USUAL_SOUND_BPS
    return known_s or recording.size_bytes * 8 / usual_bps


# The sample entry of a sound track in ISO files; in Matroska the element that names the codec.
LABELS = re.compile(
    rb"soun.{0,2000}?stsd.{12}([\x20-\x7e]{4})|\x86[\x83-\xa0](A_[A-Z0-9/_]{1,30})", re.DOTALL
)


def _label(recording: Recording) -> str:
    """What the file itself calls its sound format; libav keeps the name of unknown ones secret."""
    head = recording.head
    match = LABELS.search(head)
    if match is None:
        return recording.kind.container
    name = match[1]
    if name is None:
        name = match[2][: head[match.start() + 1] & 0x7F]
    return name.decode("ascii").strip() or recording.kind.container
