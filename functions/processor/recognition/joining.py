"""Joining two chunks that share some seconds, so that no word is lost and none is said twice.

Where a chunk could not be cut in silence it repeats the beginning of the next. Both heard the shared
seconds, each with a damaged word at its edge. The longest run of words that both heard at the same
time is where they are joined: the first one's words up to its end, then the second one's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.transcripts import Segment

SAME_TIME_S = 0.5  # engines date the same word differently by less than this
SURE_RUN = 2  # words; a single common one may be chance
# A character of a script that puts no spaces between words, or a word; each with what precedes it.
UNSPACED = r"\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
TOKENS = re.compile(rf"\s*(?:[{UNSPACED}]|[^\s{UNSPACED}]+)")
NO_LETTER = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a segment, with the space before it."""

    text: str
    start_s: float
    end_s: float
    segment: int
    """Index of its segment in the list it was made from."""

    @property
    def middle_s(self) -> float:
        """The moment that says on which side of a cut it lies."""
        return (self.start_s + self.end_s) / 2

    def same(self, other: Token) -> bool:
        """Whether both are one word heard twice."""
        near = abs(self.middle_s - other.middle_s) <= SAME_TIME_S
        return near and _bare(self.text) == _bare(other.text)


def join(
    before: Sequence[Segment], after: Sequence[Segment], shared_from_s: float, shared_to_s: float
) -> list[Segment]:
    """The two chunks' segments as one list; both heard ``shared_from_s`` to ``shared_to_s``.

    Times are absolute. Segments that the join does not touch come back as they were.
    """
    left, right = tokens(before), tokens(after)
    # Words that only seem to lie outside, by a badly dated edge, take part too.
    tail = next((i for i, t in enumerate(left) if t.end_s > shared_from_s - SAME_TIME_S), len(left))
    head = next(
        (i for i, t in enumerate(right) if t.start_s > shared_to_s + SAME_TIME_S), len(right)
    )
    at, its, length = longest_run(left[tail:], right[:head])
    if tail == len(left) or head == 0:  # one of them heard nothing there: the other is right
        keep, skip = len(left), 0
    elif length >= min(SURE_RUN, len(left) - tail, head):
        keep, skip = tail + at + length, its + length
    else:
        middle_s = (shared_from_s + shared_to_s) / 2
        keep = next((i for i, t in enumerate(left) if t.middle_s >= middle_s), len(left))
        skip = next((i for i, t in enumerate(right) if t.middle_s >= middle_s), len(right))
    return [*_cut(before, left[:keep], left), *_cut(after, right[skip:], right)]


def longest_run(left: Sequence[Token], right: Sequence[Token]) -> tuple[int, int, int]:
    """Where the longest run of common words begins in each, and its length; the latest of equals."""
    best = (0, 0, 0)
    runs = [0] * (len(right) + 1)
    for i, one in enumerate(left):
        previous = 0
        for j, other in enumerate(right):
            previous, runs[j + 1] = runs[j + 1], previous + 1 if one.same(other) else 0
            if runs[j + 1] and runs[j + 1] >= best[2]:
                best = (i + 1 - runs[j + 1], j + 1 - runs[j + 1], runs[j + 1])
    return best


def tokens(segments: Sequence[Segment]) -> list[Token]:
    """The words of ``segments`` in order, dated by the engine, else by their place in the text."""
    return [token for index, segment in enumerate(segments) for token in _tokens(segment, index)]


def _tokens(segment: Segment, index: int) -> list[Token]:
    texts = TOKENS.findall(segment.text)
    if len(texts) == len(segment.words):
        dates = [(word.start_s, word.end_s) for word in segment.words]
    else:
        length_s = segment.end_s - segment.start_s
        total = sum(map(len, texts)) or 1
        edges = [
            segment.start_s + length_s * passed / total
            for passed in accumulate(map(len, texts), initial=0)
        ]
        dates = list(pairwise(edges))
    return [Token(text, *date, index) for text, date in zip(texts, dates, strict=True)]


def _cut(
    segments: Sequence[Segment], kept: Sequence[Token], every: Sequence[Token]
) -> list[Segment]:
    """``segments`` with the kept words alone; those that lose none stay as they are."""
    cut = []
    for index, segment in enumerate(segments):
        mine = [token for token in kept if token.segment == index]
        if len(mine) == sum(token.segment == index for token in every):
            cut.append(segment)
        elif mine:
            start_s, end_s = mine[0].start_s, mine[-1].end_s
            cut.append(
                replace(
                    segment,
                    text="".join(token.text for token in mine).strip(),
                    start_s=start_s,
                    end_s=end_s,
                    words=tuple(w for w in segment.words if start_s <= w.start_s < end_s),
                )
            )
    return cut


def _bare(text: str) -> str:
    """A word as it is compared: neither case nor punctuation tells two hearings apart."""
    return NO_LETTER.sub("", text).casefold() or text.strip()
