"""A transcript as SubRip subtitles: cues of at most two lines and seven seconds, never overlapping.

Times are rounded to milliseconds once, when a cue is made; all later arithmetic is in integers.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from processor.rendering.breaks import best_break, cells, fitting, skip_space
from processor.rendering.timeline import one_line, spoken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.transcripts import Segment, Transcript

LINE_CELLS = 42
LINES = 2
LONGEST_S = 7.0
SHORTEST_MS = 833  # a cue that could stay longer without touching the next stays this long

_ARROW = re.compile("-{2,}>")  # would read as a cue's times


@dataclass(slots=True)
class Cue:
    """One subtitle; ``text`` is one or two lines."""

    start_ms: int
    end_ms: int
    text: str


def srt(transcript: Transcript) -> str:
    """The subtitles as a file's text; empty when nothing was said."""
    return "\n".join(
        f"{number}\n{_timestamp(cue.start_ms)} --> {_timestamp(cue.end_ms)}\n{cue.text}\n"
        for number, cue in enumerate(cues(transcript), start=1)
    )


def cues(transcript: Transcript) -> list[Cue]:
    """The cues in the order of time, each ending before or when the next begins."""
    made = [cue for segment in spoken(transcript) for cue in _segment_cues(segment)]
    made.sort(key=lambda cue: cue.start_ms)
    for earlier, later in pairwise(made):
        _separate(earlier, later)
    for earlier, later in pairwise(made):
        earlier.end_ms = max(earlier.end_ms, min(earlier.start_ms + SHORTEST_MS, later.start_ms))
    if made:
        made[-1].end_ms = max(made[-1].end_ms, made[-1].start_ms + SHORTEST_MS)
    return made


def _separate(earlier: Cue, later: Cue) -> None:
    """Where two cues overlap, share the time they cover by the length of their texts.

    The cut lies within the overlap: two voices at once are read one after the other.
    """
    if later.start_ms >= earlier.end_ms:
        return
    covered_until_ms = max(earlier.end_ms, later.end_ms)
    covered_ms = covered_until_ms - earlier.start_ms
    fair_ms = covered_ms * len(earlier.text) // (len(earlier.text) + len(later.text))
    earliest = max(later.start_ms, earlier.start_ms + 1)
    cut = min(max(earlier.start_ms + fair_ms, earliest), earlier.end_ms)
    earlier.end_ms = later.start_ms = cut
    later.end_ms = max(covered_until_ms, cut + 1)


def _segment_cues(segment: Segment) -> Iterator[Cue]:
    """The segment's text in pieces that fit on the screen, each with its share of the time."""
    text = _ARROW.sub("→", segment.text)
    timing = _Timing(segment, text)
    start = 0
    while start < len(text):
        end = _piece_end(text, start, timing)
        lines = list(_lines(text, start, end))
        start_ms = max(0, _ms(timing.at(start)))
        end_ms = min(max(start_ms + 1, _ms(timing.before(end))), start_ms + _ms(LONGEST_S))
        yield Cue(start_ms, end_ms, "\n".join(lines))
        start = skip_space(text, end)


def _piece_end(text: str, start: int, timing: _Timing) -> int:
    """The best end of a cue from ``start`` that fits into the lines and into the time.

    Speech too slow for the time still gets its first word, or a line of unspaced script.
    """
    line_end = _line_end(text, start)
    space = text.find(" ", start, line_end)
    least = line_end if space < 0 else space
    by_time = max(least, timing.until(start, LONGEST_S))
    end = start
    for _ in range(LINES):
        end = _line_end(text, skip_space(text, end))
    return best_break(text, start, min(end, by_time))


def _lines(text: str, start: int, end: int) -> Iterator[str]:
    while start < end:
        line_end = min(end, _line_end(text, start))
        yield text[start:line_end].rstrip()
        start = skip_space(text, line_end)


def _line_end(text: str, start: int) -> int:
    """Where a line from ``start`` must end: behind the last word that fits."""
    end = fitting(text, start, LINE_CELLS, cells)
    if end == len(text) or text[end] == " ":
        return end
    space = text.rfind(" ", start, end)
    return space if space > (start + end) // 2 else best_break(text, start, end)


class _Timing:
    """When each character of a segment is spoken: by its words where they have times, else evenly."""

    def __init__(self, segment: Segment, text: str) -> None:
        self._places, self._times = [0], [segment.start_s]
        found = 0
        for word in segment.words:
            heard = one_line(word.text)
            place = text.find(heard, found) if heard else -1
            if place >= 0:
                found = place + len(heard)
                self._mark(place, word.start_s)
                self._mark(found, word.end_s)
        self._mark(len(text), segment.end_s)

    def _mark(self, place: int, time_s: float) -> None:
        """Note that ``place`` is reached at ``time_s``; time never runs backwards."""
        self._places.append(place)
        self._times.append(max(time_s, self._times[-1]))

    def at(self, place: int) -> float:
        """When the character at ``place`` begins."""
        return self._between(bisect_right(self._places, place), place)

    def before(self, place: int) -> float:
        """When the character before ``place`` ends: a pause that begins there is not counted."""
        return self._between(bisect_left(self._places, place), place)

    def until(self, start: int, length_s: float) -> int:
        """The first place later than ``length_s`` after the one at ``start``."""
        latest = self.at(start) + length_s
        after = bisect_right(self._times, latest)
        if after == len(self._times):
            return self._places[-1]
        span_s = self._times[after] - self._times[after - 1]
        share = (latest - self._times[after - 1]) / span_s
        return int(
            self._places[after - 1] + share * (self._places[after] - self._places[after - 1])
        )

    def _between(self, after: int, place: int) -> float:
        """The time at ``place``, which lies between the mark ``after`` and the one before it."""
        before = after - 1
        share = (place - self._places[before]) / (self._places[after] - self._places[before])
        return self._times[before] + share * (self._times[after] - self._times[before])


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _timestamp(ms: int) -> str:
    seconds, ms = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02},{ms:03}"
