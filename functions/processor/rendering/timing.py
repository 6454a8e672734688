"""When each character of a segment is spoken."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from processor.rendering.timeline import one_line

if TYPE_CHECKING:
    from shared.transcripts import Segment

REACH = 12  # characters: how far behind its expected place a word is looked for


class Timing:
    """By the segment's words where these have times, by an equal share for each character elsewhere.

    A word that the text does not have, or not here, is passed over.
    """

    def __init__(self, segment: Segment, end_s: float | None = None) -> None:
        self._places, self._times = [0], [max(0.0, segment.start_s)]
        text, found, passed_over = segment.text, 0, 0
        for word in segment.words:
            heard = one_line(word.text)
            reach = found + passed_over + len(heard) + REACH
            place = text.find(heard, found, reach) if heard else -1
            if place < 0:
                passed_over += len(heard) + 1
                continue
            found, passed_over = place + len(heard), 0
            self._mark(place, word.start_s)
            self._mark(found, word.end_s)
        self._mark(len(text), segment.end_s if end_s is None else end_s)

    def start(self, place: int) -> float:
        """When the character at ``place`` begins."""
        return self._between(bisect_right(self._places, place), place)

    def end(self, place: int, following: int) -> float:
        """When the character before ``place`` ends, ``following`` being where the next words begin.

        There is a pause between the two only where words say so.
        """
        after = bisect_left(self._places, place)
        if self._places[after] == place:
            return self._times[after]
        return self._between(after, min(following, self._places[after]))

    def _mark(self, place: int, time_s: float) -> None:
        """Note that ``place`` is reached at ``time_s``; time never runs backwards."""
        self._places.append(place)
        self._times.append(max(time_s, self._times[-1]))

    def _between(self, after: int, place: int) -> float:
        """The time at ``place``, which lies between the mark ``after`` and the one before it."""
        before = after - 1
        share = (place - self._places[before]) / (self._places[after] - self._places[before])
        return self._times[before] + share * (self._times[after] - self._times[before])
