"""Joining what was heard in the chunks into one list of segments.

Chunks are cut where it is quiet, so their segments follow each other and concatenation is exact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shared.audio import Audio
    from shared.transcripts import Recognition, Segment

# Whisper invents text in silence and says so itself: both figures must agree.
NO_SPEECH_PROB = 0.6
SILENT_LOGPROB = -0.4


def stitch(parts: Iterable[tuple[Audio, Recognition]]) -> tuple[Segment, ...]:
    """All segments in absolute time, in order; what only silence was heard as is left out."""
    segments = sorted(
        (
            segment.shifted(audio.start_s, channel=audio.channel)
            for audio, heard in parts
            for segment in heard.segments
            if segment.text and not invented(segment)
        ),
        key=lambda segment: (segment.start_s, segment.channel or 0),
    )
    return tuple(_once(segments))


def invented(segment: Segment) -> bool:
    """Whether the engine's own figures say that this was silence."""
    if segment.no_speech_prob is None or segment.avg_logprob is None:
        return False
    return segment.no_speech_prob > NO_SPEECH_PROB and segment.avg_logprob < SILENT_LOGPROB


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


ECHO_REACH = 4  # segments to look back; channels interleave closely
