"""Recordings of any length: the sample note's voice, over and over, as Telegram clients encode it."""

from __future__ import annotations

import io
import random
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
from av.audio.resampler import AudioResampler
from av.packet import Packet

from shared.transcripts import Recognition, Segment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.audio.frame import AudioFrame

SAMPLE = Path(__file__).resolve().parent.parent / "local" / "sample"
RATE_HZ = 16_000
VOICE_BITS_PER_S = 24_000
TICKS_PER_S = 48_000  # of Opus in Ogg, whatever the rate
PACKET_S = 0.02
SEGMENT_S = 4.0
WORDS_PER_SEGMENT = 10  # 150 words a minute


def voice(seconds: float) -> bytes:
    """An Ogg Opus recording of speech; what is encoded is a part, repeated as it is needed."""
    file = io.BytesIO()
    with av.open(file, "w", format="ogg") as output:
        stream = output.add_stream("libopus", rate=RATE_HZ, layout="mono")
        stream.bit_rate = VOICE_BITS_PER_S
        part = [bytes(packet) for frame in _frames() for packet in stream.encode(frame)]
        for number in range(round(seconds / PACKET_S)):
            packet = Packet(part[number % len(part)])
            packet.stream, packet.time_base = stream, Fraction(1, TICKS_PER_S)
            packet.pts = packet.dts = round(number * PACKET_S * TICKS_PER_S)
            packet.duration = round(PACKET_S * TICKS_PER_S)
            output.mux(packet)
    return file.getvalue()


def _frames() -> Iterator[AudioFrame]:
    """The sample note as the encoder takes it."""
    resampler = AudioResampler("s16", "mono", RATE_HZ, frame_size=round(PACKET_S * RATE_HZ))
    with av.open(str(SAMPLE / "note.oga")) as recording:
        for frame in recording.decode(audio=0):
            yield from resampler.resample(frame)


def words(seconds: float) -> Recognition:
    """What an engine may hear in ``seconds`` of speech, as long as real text and as varied."""
    known = (SAMPLE / "note.txt").read_text(encoding="utf-8").split()
    draw = random.Random(seconds)  # noqa: S311  # not a secret
    segments = []
    start = 0.0
    while start < seconds:
        end = min(start + SEGMENT_S, seconds)
        text = " ".join(draw.choices(known, k=WORDS_PER_SEGMENT))
        segments.append(Segment(start, end, text, no_speech_prob=0.01, avg_logprob=-0.2))
        start = end
    return Recognition(tuple(segments), "en", seconds)
