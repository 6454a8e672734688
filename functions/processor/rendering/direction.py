"""Lines that are laid out in the direction they are read.

A screen takes a line's direction from its first letter (rule P2 of Unicode's UAX 9), and a label or
a foreign name there turns the whole line around. An invisible mark in front of it sets this right.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LEFT_TO_RIGHT_MARK = "\u200e"
RIGHT_TO_LEFT_MARK = "\u200f"
_MARKS = {"L": LEFT_TO_RIGHT_MARK, "R": RIGHT_TO_LEFT_MARK, "AL": RIGHT_TO_LEFT_MARK}


def directed(line: str, text: str) -> str:
    """``line``, marked where it would run against most of ``text``, which it shows or belongs to."""
    most = Counter(_strong(text)).most_common(1)
    if not most or next(_strong(line), LEFT_TO_RIGHT_MARK) == most[0][0]:
        return line
    return most[0][0] + line


def _strong(text: str) -> Iterator[str]:
    """For each letter the mark of its direction."""
    return (_MARKS[kind] for kind in map(unicodedata.bidirectional, text) if kind in _MARKS)
