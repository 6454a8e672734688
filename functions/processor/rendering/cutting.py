"""Words into cues that can be read: the cheapest way to cut, by what a reader would mind.

Cheapest are cuts behind a sentence, then at a pause, behind a clause, behind any word. Against them
stand the costs of one more cue, and of cues that must go too soon or hold only a scrap.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from processor.rendering.breaks import CLAUSE_END, SENTENCE_END, WORDS_RUN_ON, cells

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

LINE_CELLS = 42
LINES = 2
LONGEST_S = 7.0
PAUSE_S = 0.5
LONG_PAUSE_S = 2.0  # never within a cue: it would tell in advance what is said behind the pause
SOON_S = 1.0  # a cue that must go sooner than this is better joined to its neighbour

# What a reader minds, in units of nothing but each other.
CUE_COST = 4.0
PAUSE_COST = 2.0
CLAUSE_COST = 3.0
WORD_COST = 12.0
TIED_COST = 4.0
LABEL_COST = 1000.0
SENTENCE_INSIDE_COST = 8.0
PAUSE_INSIDE_COST = 8.0  # for the shortest
SOON_COST = 12.0
SCRAP_COST = 3.0
UNBALANCED_COST = 0.4  # for each cell
TOP_HEAVY_COST = 2.0
ORPHAN_COST = 5.0

# Words so short are articles, prepositions, conjunctions: they belong to the next one; as most
# characters do where words run on.
TIED_LETTERS = 3


@dataclass(frozen=True)
class Atom:
    """What is never cut: a word, or one character where words run on."""

    text: str
    start_s: float
    end_s: float
    joint: str = " "
    """What stands before it, unless a line begins with it."""
    is_label: bool = False

    @cached_property
    def width(self) -> int:
        """Its cells, without the joint."""
        return cells(self.text)

    @cached_property
    def ends_sentence(self) -> bool:
        """Whether a sentence ends with it."""
        return _ends(self.text, SENTENCE_END)

    @cached_property
    def cost_behind(self) -> float:
        """What it costs to break behind it, pauses apart."""
        if self.is_label:
            return LABEL_COST
        if self.ends_sentence:
            return 0.0
        if _ends(self.text, CLAUSE_END):
            return CLAUSE_COST
        small = len(self.text) <= TIED_LETTERS and self.text.isalpha() and self.text.islower()
        return WORD_COST + TIED_COST * (small or bool(WORDS_RUN_ON.match(self.text[-1])))


def cut(atoms: Sequence[Atom]) -> Iterator[Sequence[Atom]]:
    """What one voice says, in pieces that fit on the screen and into the time.

    A piece longer than the longest time is a single word, however slowly spoken.
    """
    costs = [0.0] + [math.inf] * len(atoms)
    origins = [0] * len(costs)
    for start in range(len(atoms)):
        for end, cost in _pieces(atoms, start):
            if costs[start] + cost < costs[end]:
                costs[end], origins[end] = costs[start] + cost, start
    places = [len(atoms)]
    while places[-1] > 0:
        places.append(origins[places[-1]])
    return (atoms[start:end] for start, end in pairwise(reversed(places)))


def lines(piece: Sequence[Atom]) -> list[str]:
    """The lines of a piece: one if it fits, else two that part at a sensible place."""
    place = _line_end(piece)
    return [_joined(part) for part in (piece[:place], piece[place:]) if part]


def _pieces(atoms: Sequence[Atom], start: int) -> Iterator[tuple[int, float]]:
    """Where a piece from ``start`` may end, and what it would cost."""
    first, line, full_lines, inside = atoms[start], 0, 0, 0.0
    for end in range(start + 1, len(atoms) + 1):
        last = atoms[end - 1]
        if last is first:
            line = last.width
        else:
            before = atoms[end - 2]
            if _pause_s(before, last) >= LONG_PAUSE_S or _too_long(first, last):
                return
            inside += SENTENCE_INSIDE_COST * before.ends_sentence
            if (pause_s := _pause_s(before, last)) >= PAUSE_S:
                inside += PAUSE_INSIDE_COST * pause_s / PAUSE_S
            line += len(last.joint) + last.width
        if line > LINE_CELLS:
            full_lines, line = full_lines + 1, last.width
        if full_lines == LINES:
            return
        if last.text.isdecimal() and full_lines and not _line_end(atoms[start:end]):
            continue
        scrap = 1 - (full_lines * LINE_CELLS + line) / (LINES * LINE_CELLS)
        yield end, CUE_COST + inside + SCRAP_COST * scrap**3 + _end_cost(atoms, start, end)


def _end_cost(atoms: Sequence[Atom], start: int, end: int) -> float:
    """What it costs to end a piece before ``end``: for the place, and for how soon that is."""
    last = atoms[end - 1]
    if end == len(atoms):
        until_s, place = last.end_s + PAUSE_S, 0.0
    else:
        until_s, place = atoms[end].start_s, last.cost_behind
        if _pause_s(last, atoms[end]) >= PAUSE_S:
            place = min(place, PAUSE_COST)
    stays_s = until_s - atoms[start].start_s
    return place + SOON_COST * max(0.0, 1 - stays_s / SOON_S)


def _line_end(piece: Sequence[Atom]) -> int:
    """How many atoms the first line takes; 0 where there is no way to make two lines of them."""
    widths = [len(atom.joint) + atom.width for atom in piece]
    total = sum(widths) - len(piece[0].joint)
    if total <= LINE_CELLS:
        return len(piece)
    first, best, best_cost = total - sum(widths[1:]), 0, math.inf
    for place in range(1, len(piece)):
        second = total - first - len(piece[place].joint)
        if max(first, second) <= LINE_CELLS and not _joined(piece[place:]).isdecimal():
            orphans = (place == 1) + (place == len(piece) - 1)
            cost = piece[place - 1].cost_behind + UNBALANCED_COST * abs(first - second)
            cost += TOP_HEAVY_COST * (first > second) + ORPHAN_COST * orphans
            if cost < best_cost:
                best, best_cost = place, cost
        first += widths[place]
    return best


def _joined(atoms: Sequence[Atom]) -> str:
    return "".join(
        atom.joint + atom.text if number else atom.text for number, atom in enumerate(atoms)
    )


def _too_long(first: Atom, last: Atom) -> bool:
    """Whether both cannot stand in one cue; ``first`` may be the label of ``last``."""
    return last.end_s - first.start_s > LONGEST_S and last.start_s > first.start_s


def _pause_s(before: Atom, after: Atom) -> float:
    return after.start_s - before.end_s


def _ends(text: str, pattern: re.Pattern[str]) -> bool:
    """Whether ``text`` ends as ``pattern`` says."""
    return any(match.end() == len(text) for match in pattern.finditer(text))
