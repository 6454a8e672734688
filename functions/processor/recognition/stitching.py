"""Joining what was heard in the chunks into one list of segments.

Chunks cut where it is quiet follow each other, and their segments are put one behind the other.
Where a chunk repeats the beginning of the next, ``processor.recognition.joining`` finds the place. A chunk that
could not be heard leaves a segment that says so.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from processor.recognition.joining import SAME_TIME_S, join
from processor.recognition.speakers import Speakers, in_order
from shared.transcripts import Segment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from shared.audio import Audio
    from shared.transcripts import Recognition

    Part = tuple[Audio, Recognition]

# Whisper invents text in silence and says so itself: both figures must agree.
NO_SPEECH_PROB = 0.6
SILENT_LOGPROB = -0.4
ECHO_REACH = 4  # segments to look back for an echo; channels interleave closely


def stitch(parts: Iterable[Part]) -> tuple[Segment, ...]:
    """All segments in absolute time, in order; what only silence was heard as is left out."""
    speakers = Speakers()
    segments = sorted(
        (segment for channel in _channels(parts) for segment in _joined(channel, speakers)),
        key=lambda segment: (segment.start_s, segment.channel or 0),
    )
    return tuple(in_order(_once(segments)))


def gap(audio: Audio, text: str) -> Segment:
    """What stands where ``audio`` could not be heard: ``text`` says so."""
    end_s = audio.start_s + (audio.duration_s or 0.0) - audio.overlap_s
    return Segment(
        audio.start_s, max(end_s, audio.start_s), text, channel=audio.channel, missing=True
    )


def invented(segment: Segment) -> bool:
    """Whether the engine's own figures say that this was silence."""
    if segment.no_speech_prob is None or segment.avg_logprob is None:
        return False
    return segment.no_speech_prob > NO_SPEECH_PROB and segment.avg_logprob < SILENT_LOGPROB


def _channels(parts: Iterable[Part]) -> Iterator[Sequence[Part]]:
    """The parts of each channel in the order of time."""

    def channel(part: Part) -> int:
        return -1 if part[0].channel is None else part[0].channel

    ordered = sorted(parts, key=lambda part: (channel(part), part[0].start_s))
    for _, group in groupby(ordered, channel):
        yield list(group)


def _joined(parts: Sequence[Part], speakers: Speakers) -> list[Segment]:
    """One channel's segments, every seam joined."""
    done: list[Segment] = []
    shared_to_s = 0.0
    for audio, heard in parts:
        segments = [
            segment.shifted(audio.start_s, channel=audio.channel)
            for segment in heard.segments
            if segment.text and not invented(segment)
        ]
        if shared_to_s > audio.start_s:
            # Only what reaches the shared seconds takes part.
            far = [s for s in done if s.end_s <= audio.start_s - SAME_TIME_S]
            near = [s for s in done if s.end_s > audio.start_s - SAME_TIME_S]
            segments = speakers.numbered(segments, near)
            done = far + join(near, segments, audio.start_s, shared_to_s)
        else:
            done += speakers.numbered(segments)
        end_s = audio.start_s + (audio.duration_s or 0.0)
        shared_to_s = end_s if audio.overlap_s else 0.0
    return done


def _once(segments: list[Segment]) -> Iterator[Segment]:
    """Drop a channel's echo: the same words at the same time on another channel."""
    for number, segment in enumerate(segments):
        echoes = (
            other.text == segment.text
            and other.channel != segment.channel
            and other.end_s > segment.start_s
            for other in segments[max(0, number - ECHO_REACH) : number]
        )
        if not any(echoes):
            yield segment
