"""A transcript as subtitles' cues, by the rules of broadcasters.

At most two lines of 42 cells, from 5/6 s to 7 s on the screen, 84 ms between any two, never two
voices in one. Times are rounded to milliseconds once; all arithmetic with them is in integers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from processor.rendering.breaks import cells, words
from processor.rendering.cutting import LINE_CELLS, LONGEST_S, Atom, cut, lines
from processor.rendering.direction import directed
from processor.rendering.timeline import joint, spoken
from processor.rendering.timing import Timing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from processor.rendering.look import Look
    from processor.rendering.timeline import Utterance
    from shared.transcripts import Transcript

LONGEST_MS = round(LONGEST_S * 1000)
SHORTEST_MS = 833
GAP_MS = 84  # two frames of film
CELLS_PER_S = 20  # what most people can read; wide characters count two, as they read slower
LINGER_MS = 500  # a cue stays so long behind its last word, if nothing follows

_ARROW = re.compile("-{2,}>")  # would read as a cue's times


@dataclass(frozen=True, slots=True)
class Cue:
    """One subtitle; ``text`` is one or two lines."""

    start_ms: int
    end_ms: int
    text: str
    voice: int | None = None


@dataclass(frozen=True, slots=True)
class _Piece:
    """What a cue will show, and when that is spoken."""

    atoms: Sequence[Atom]
    voice: int | None

    @property
    def said(self) -> str:
        """Its text without the label, spaces apart."""
        return "".join(atom.text for atom in self.atoms if not atom.is_label)

    @property
    def start_ms(self) -> int:
        return round(self.atoms[0].start_s * 1000)

    @property
    def end_ms(self) -> int:
        return round(self.atoms[-1].end_s * 1000)


def cues(transcript: Transcript, look: Look | None = None) -> list[Cue]:
    """The cues in the order of time; with a ``look``, its labels where a speaker takes the word."""
    pieces = [
        piece
        for (voice, _), turn in groupby(spoken(transcript), lambda u: (u.voice, u.segment.missing))
        for piece in _cut(list(_atoms(turn)), voice, look)
    ]
    pieces.sort(key=lambda piece: piece.start_ms)
    if look:
        pieces = list(_labelled(pieces, look))
    return list(_scheduled(pieces))


def _atoms(turn: Iterable[Utterance]) -> Iterator[Atom]:
    """The words of one voice's turn, time never running backwards."""
    said, clock_s = "", 0.0
    for utterance in turn:
        segment = replace(utterance.segment, text=_ARROW.sub("→", utterance.segment.text))
        text, until_s = segment.text, segment.end_s
        if segment.missing:  # long as it may be, its words stand at its beginning
            until_s = min(until_s, segment.start_s + LONGEST_S)
        timing = Timing(segment, until_s)
        between = joint(said, text)
        spans = list(words(text, LINE_CELLS))
        for number, (start, end) in enumerate(spans, start=1):
            following = spans[number][0] if number < len(spans) else end
            start_s = max(clock_s, timing.start(start))
            clock_s = max(start_s, timing.end(end, following))
            yield Atom(text[start:end], start_s, clock_s, between)
            between = text[end:following]
        said = text


def _cut(atoms: Sequence[Atom], voice: int | None, look: Look | None) -> Iterator[_Piece]:
    """What one voice says as pieces, the first with the voice's label if it has one."""
    label = look.label(voice) if look else ""
    start_s = atoms[0].start_s
    head = [Atom(label, start_s, start_s, is_label=True)] if label else []
    return (_Piece(piece, voice) for piece in cut([*head, *atoms]))


def _labelled(pieces: Iterable[_Piece], look: Look) -> Iterator[_Piece]:
    """The pieces; where an interrupted voice goes on, its label stands again."""
    speaking = None
    for piece in pieces:
        silent = piece.voice == speaking or not look.label(piece.voice)
        if silent or piece.atoms[0].is_label:
            yield piece
        else:
            yield from _cut(piece.atoms, piece.voice, look)
        speaking = piece.voice


def _scheduled(pieces: Sequence[_Piece]) -> Iterator[Cue]:
    """When each piece is shown: from its first word, until it can be read and has been spoken.

    Where it must make room it goes earlier, though never in less than the shortest time. Where
    voices overlap, the later one waits until the earlier can be read.
    """
    free_ms = 0
    for number, piece in enumerate(pieces, start=1):
        shown = lines(piece.atoms)
        start_ms = max(piece.start_ms, free_ms)
        read_ms = start_ms + sum(map(cells, shown)) * 1000 // CELLS_PER_S
        end_ms = max(piece.end_ms + LINGER_MS, read_ms)
        if number < len(pieces):
            overlap_ms = min(piece.end_ms, read_ms)
            end_ms = min(end_ms, max(pieces[number].start_ms, overlap_ms) - GAP_MS)
        end_ms = min(max(end_ms, start_ms + SHORTEST_MS), start_ms + LONGEST_MS)
        text = "\n".join(directed(line, piece.said) for line in shown)
        yield Cue(start_ms, end_ms, text, piece.voice)
        free_ms = end_ms + GAP_MS
