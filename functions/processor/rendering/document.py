"""A transcript as JSON for programs, by the schema in ``docs/transcript.schema.json``."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from processor.rendering.timeline import one_line, spoken

if TYPE_CHECKING:
    from processor.rendering.look import Look
    from processor.rendering.timeline import Utterance
    from shared.transcripts import Segment, Transcript

FORMAT_VERSION = 1  # raise it when a property changes its meaning or goes; new ones may come


def document(transcript: Transcript, _: Look) -> str:
    """The transcript as text in JSON; how people want it to look does not matter to programs."""
    content = {
        "version": FORMAT_VERSION,
        "language": transcript.language,
        "duration": _seconds(transcript.duration_s),
        "complete": transcript.complete and not transcript.cut_short,
        "segments": [_segment(utterance) for utterance in spoken(transcript)],
    }
    return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _segment(utterance: Utterance) -> dict[str, Any]:
    """A segment; what is not known is left out."""
    segment = utterance.segment
    content = {
        **_timed(segment.start_s, segment.end_s, segment.text),
        "speaker": utterance.voice,
        "channel": segment.channel,
        "confidence": _confidence(segment),
        "missing": segment.missing or None,
        "words": [
            _timed(word.start_s, word.end_s, text)
            for word in segment.words
            if (text := one_line(word.text))
        ]
        or None,
    }
    return {name: value for name, value in content.items() if value is not None}


def _timed(start_s: float, end_s: float, text: str) -> dict[str, Any]:
    start = _seconds(start_s)
    return {"start": start, "end": max(start, _seconds(end_s)), "text": text}


def _confidence(segment: Segment) -> float | None:
    """The mean probability of the segment's words, 0 to 1."""
    logprob = segment.avg_logprob
    return None if logprob is None else round(math.exp(min(0.0, logprob)), 3)


def _seconds(seconds: float) -> float:
    return round(max(0.0, seconds), 3)
