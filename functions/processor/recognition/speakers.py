"""Who is who across chunks: an engine numbers the speakers of each request anew.

Where two chunks share some seconds, the voices in them are matched by when they speak. Where they
share none, nobody is claimed to be the same person: numbers go on.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shared.transcripts import Segment


class Speakers:
    """Numbers that mean one person each in the whole recording."""

    def __init__(self) -> None:
        self._known = 0

    def numbered(self, heard: Sequence[Segment], before: Sequence[Segment] = ()) -> list[Segment]:
        """``heard`` of one more request; ``before`` is what is known of the seconds it repeats."""
        same = _matched(heard, before)
        for segment in heard:
            if segment.speaker is not None and segment.speaker not in same:
                same[segment.speaker] = self._known
                self._known += 1
        return [_by(segment, same) for segment in heard]


def in_order(segments: Iterable[Segment]) -> list[Segment]:
    """The segments with speakers counted from 0 in the order in which they first speak."""
    segments = list(segments)
    met = dict.fromkeys(segment.speaker for segment in segments if segment.speaker is not None)
    order = {speaker: number for number, speaker in enumerate(met)}
    return [_by(segment, order) for segment in segments]


def _matched(heard: Sequence[Segment], before: Sequence[Segment]) -> dict[int, int]:
    """Whose voice each of ``heard`` is, the pairs that speak longest together first."""
    together: Counter[tuple[int, int]] = Counter()
    for new, old in product(heard, before):
        both_ms = round(1000 * (min(new.end_s, old.end_s) - max(new.start_s, old.start_s)))
        if new.speaker is not None and old.speaker is not None and both_ms > 0:
            together[new.speaker, old.speaker] += both_ms
    same: dict[int, int] = {}
    for (new_speaker, old_speaker), _ in together.most_common():
        if new_speaker not in same and old_speaker not in same.values():
            same[new_speaker] = old_speaker
    return same


def _by(segment: Segment, numbers: dict[int, int]) -> Segment:
    return (
        segment if segment.speaker is None else replace(segment, speaker=numbers[segment.speaker])
    )
