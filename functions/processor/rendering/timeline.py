"""What was said, in the order of time, cleaned of all that would upset a reader or a format."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from processor.rendering.breaks import CLOSERS, IDEOGRAPHIC, OPENERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.transcripts import Segment, Transcript

    Source = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Utterance:
    """A segment that says something: one line of text."""

    segment: Segment
    voice: int | None
    """Who speaks, counted from 1; None where nobody can be told apart, or nothing was heard."""


def spoken(transcript: Transcript) -> list[Utterance]:
    """The segments that say something, sorted by their beginnings.

    Voices are channels, speakers, or the speakers of each channel, whatever could be told; they are
    numbered through, channel by channel.
    """
    clean = (replace(segment, text=one_line(segment.text)) for segment in transcript.segments)
    said = sorted((s for s in clean if s.text), key=lambda segment: segment.start_s)
    numbers = _voices(said)
    return [Utterance(segment, numbers[source]) for segment, source in _sources(said)]


def one_line(text: str) -> str:
    """``text`` with every run of white space as one space and without control characters."""
    seen = (c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cs"))
    return " ".join("".join(seen).split())


def joint(left: str, right: str) -> str:
    """What stands between two pieces of speech: a space, except within Chinese or Japanese."""
    unspaced = IDEOGRAPHIC.match(left.rstrip(CLOSERS)[-1:]) and IDEOGRAPHIC.match(
        right.lstrip(OPENERS)[:1]
    )
    return "" if unspaced else " "


def _voices(segments: Sequence[Segment]) -> dict[Source | None, int | None]:
    """A number for each source; none where there is only one."""
    heard = sorted({source for _, source in _sources(segments) if source is not None})
    numbers: dict[Source | None, int | None] = {None: None}
    for number, source in enumerate(heard, start=1):
        numbers[source] = number if len(heard) > 1 else None
    return numbers


def _sources(segments: Sequence[Segment]) -> list[tuple[Segment, Source | None]]:
    """Each segment with its channel and speaker, as far as these tell who it is."""
    told = any(segment.speaker is not None for segment in segments)

    def source(segment: Segment) -> Source | None:
        channel, speaker = segment.channel, segment.speaker
        unknown = speaker is None and (told or channel is None)
        if segment.missing or unknown:
            return None
        return (-1 if channel is None else channel, -1 if speaker is None else speaker)

    return [(segment, source(segment)) for segment in segments]
