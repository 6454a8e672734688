"""Reads subtitles strictly and names every rule they break; knows nothing of how they were made."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from html import unescape
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LINE_CELLS = 42
LINES = 2
SHORTEST_MS = 833
LONGEST_MS = 7000
GAP_MS = 84

_TIME = r"(\d{2,}):([0-5]\d):([0-5]\d)%s(\d{3})"
_SRT = re.compile(rf"(\d+)\n{_TIME % ','} --> {_TIME % ','}\n((?:.+\n)+)(?:\n(?=.)|\Z)")
_VTT = re.compile(
    rf"(){_TIME % re.escape('.')} --> {_TIME % re.escape('.')}\n((?:.+\n)+)(?:\n(?=.)|\Z)"
)
_VOICE = re.compile(r"<v ([^>\n]+)>")
_HEADER = "WEBVTT\n"


@dataclass(frozen=True, slots=True)
class Shown:
    """A cue as a file has it."""

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]
    voice: str | None = None


def read_srt(text: str) -> list[Shown]:
    """The cues of a SubRip file; nothing may stand between them, numbers run from 1."""
    found = list(_read(text, _SRT))
    assert [number for number, _ in found] == [str(n) for n in range(1, len(found) + 1)]
    return [cue for _, cue in found]


def read_vtt(text: str) -> list[Shown]:
    """The cues of a WebVTT file, voice tags taken off and text unescaped."""
    assert text.startswith(_HEADER)
    body = text.removeprefix(_HEADER)
    assert not body or body.startswith("\n")
    return [_unmarked(cue) for _, cue in _read(body.removeprefix("\n"), _VTT)]


def faults(cues: Sequence[Shown]) -> list[str]:
    """What is wrong with the cues, a sentence for each fault."""
    wrong = [f"cue {n}: {fault}" for n, cue in enumerate(cues, 1) for fault in _cue_faults(cue)]
    for n, (earlier, later) in enumerate(pairwise(cues), 1):
        gap_ms = later.start_ms - earlier.end_ms
        if gap_ms < GAP_MS:
            wrong.append(f"cue {n}: followed after {gap_ms} ms")
    return wrong


def _cue_faults(cue: Shown) -> Iterator[str]:
    length_ms = cue.end_ms - cue.start_ms
    if not SHORTEST_MS <= length_ms <= LONGEST_MS:
        yield f"{length_ms} ms on the screen"
    if not 1 <= len(cue.lines) <= LINES:
        yield f"{len(cue.lines)} lines"
    for line in cue.lines:
        if _cells(line) > LINE_CELLS:
            yield f"{_cells(line)} cells in a line"
        if not line.strip() or line != line.strip():
            yield "a blank or padded line"
        if "-->" in line:
            yield "an arrow in the text"
    if len(cue.lines) > 1 and cue.lines[-1].isdecimal():
        yield "a last line that looks like a number of a cue"


def _read(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[str, Shown]]:
    at = 0
    while at < len(text):
        match = pattern.match(text, at)
        assert match, text[at:]
        figures = list(map(int, match.groups()[1:9]))
        start_ms, end_ms = (
            ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms
            for hours, minutes, seconds, ms in (figures[:4], figures[4:])
        )
        yield match[1], Shown(start_ms, end_ms, tuple(match[10].removesuffix("\n").split("\n")))
        at = match.end()


def _unmarked(cue: Shown) -> Shown:
    first, *rest = cue.lines
    tag = _VOICE.match(first)
    lines = (first[tag.end() :] if tag else first, *rest)
    assert not any("<" in line or ">" in line for line in lines)
    assert all(re.fullmatch(r"(?:[^&]|&(?:amp|lt|gt);)*", line) for line in lines)
    voice = unescape(tag[1]) if tag else None
    return Shown(cue.start_ms, cue.end_ms, tuple(map(unescape, lines)), voice)


def _cells(line: str) -> int:
    return sum(
        0
        if unicodedata.category(c) in ("Mn", "Me", "Cf")
        else 1 + (unicodedata.east_asian_width(c) in ("W", "F"))
        for c in line
    )
