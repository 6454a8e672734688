"""From what an engine answered to a recognition that keeps the engines' common promises."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from processor.engines.languages import iso_code
from shared.errors import TransientError
from shared.transcripts import TRANSLATE, Recognition, Segment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.audio import Audio
    from shared.transcripts import Instructions


def recognition(
    segments: Iterable[Segment], *, language: object, duration_s: float | None
) -> Recognition:
    """Segments with text, in order of time, inside the audio.

    Whisper models end a last segment seconds behind the audio, so times are cut to it. Where
    nothing was said the language is a guess about noise, which must not decide for the rest of the
    file: it becomes None.
    """
    limit_s = math.inf if duration_s is None else duration_s
    kept = tuple(
        _within(segment, limit_s)
        for segment in sorted(segments, key=lambda s: (s.start_s, s.end_s))
        if segment.text
    )
    return Recognition(kept, iso_code(language) if kept else None, duration_s)


def from_verbose_json(
    raw: Any, *, provider: str, audio: Audio, language: str | None
) -> Recognition:
    """The recognition in an answer of the ``verbose_json`` or ``json`` form.

    Without segments the whole text becomes one. Raise TransientError for anything else.
    """
    try:
        answered_s = raw.get("duration")
        duration_s = audio.duration_s if answered_s is None else finite(answered_s)
        limit_s = duration_s if audio.duration_s is None else audio.duration_s
        segments = raw.get("segments")
        if segments is None:
            heard = [Segment(0.0, limit_s or 0.0, raw["text"].strip())]
        else:
            heard = [_segment(item) for item in segments]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise not_a_transcript(provider) from error
    return recognition(heard, language=raw.get("language") or language, duration_s=limit_s)


def in_english(heard: Recognition, instructions: Instructions) -> Recognition:
    """``heard``, in English if that was asked for, whatever language the engine names."""
    if instructions.task == TRANSLATE and heard.segments:
        return replace(heard, language="en")
    return heard


def parsed(body: bytes, provider: str) -> Any:
    """The JSON in ``body``. Raise TransientError where there is none."""
    try:
        return json.loads(body)
    except ValueError as error:
        raise not_a_transcript(provider) from error


def not_a_transcript(provider: str) -> TransientError:
    """What to raise for an answer of success in an unknown shape."""
    return TransientError(f"{provider} answered something that is no transcript")


def finite(value: Any) -> float:
    """``value`` as a float. Raise ValueError or TypeError for what is none, NaN and infinity."""
    try:
        number = float(value)
    except OverflowError as error:  # JSON sets integers no limit
        raise ValueError("too large a number") from error
    if not math.isfinite(number):
        raise ValueError("not a finite number")
    return number


def _segment(item: Any) -> Segment:
    return Segment(
        start_s=finite(item["start"]),
        end_s=finite(item["end"]),
        text=item["text"].strip(),
        no_speech_prob=_optional(item.get("no_speech_prob")),
        avg_logprob=_optional(item.get("avg_logprob")),
    )


def _optional(value: Any) -> float | None:
    return None if value is None else finite(value)


def _within(segment: Segment, limit_s: float) -> Segment:
    start_s = min(max(segment.start_s, 0.0), limit_s)
    return replace(segment, start_s=start_s, end_s=min(max(segment.end_s, start_s), limit_s))
