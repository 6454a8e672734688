"""How far an engine trusted its own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.transcripts import Transcript

DOUBTFUL_LOGPROB = -1.0  # Whisper's own logprob_threshold: below it, it tries the passage again
DOUBTFUL_SHARE = 0.3  # from this share of the speech on, a reader should be told


def doubtful(transcript: Transcript) -> float:
    """The share (0 to 1) of the time spoken in which the engine itself doubts its words.

    Speech without a figure does not count on either side.
    """
    figured = [
        (max(0.0, segment.end_s - segment.start_s), segment.avg_logprob)
        for segment in transcript.segments
        if segment.avg_logprob is not None
    ]
    spoken_s = sum(length_s for length_s, _ in figured)
    doubted_s = sum(length_s for length_s, logprob in figured if logprob < DOUBTFUL_LOGPROB)
    return doubted_s / spoken_s if spoken_s else 0.0
