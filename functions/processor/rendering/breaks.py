"""Where a text may be broken, best place first: for messages, for subtitle lines, for file names.

Widths are counted per code point, so that a prefix that fits is found in one pass: in UTF-16 units
as Telegram counts its limits, or in cells as a fixed-width screen shows them.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CLOSERS = "\"'”’»›)]}」』）】》〉"
OPENERS = "\"'“‘«‹([{「『（【《〈„¿¡"
_CLOSING = f"[{re.escape(CLOSERS)}]*"
# A full stop behind a title, an initial or the second letter of "e.g." only abbreviates.
_ABBREVIATED = (
    r"\b[A-HJ-ZА-ЗЙ-Ю]",
    r"\.[^\W\d_]",
    r"\b[DMS]r",
    r"\bMrs",
    r"\bMs",
    r"\bProf",
    r"\bSt",
)
_FULL_STOP = "".join(rf"(?<!{letters})" for letters in _ABBREVIATED) + r"\."
# Latin marks end a sentence only before white space ("3.5" does not); the others by themselves.
SENTENCE_END = re.compile(
    rf"(?:{_FULL_STOP}|[!?…])[.!?…]*{_CLOSING}(?=\s|\Z)|[。！？｡．؟۔।॥։።။]+{_CLOSING}"
)
CLAUSE_END = re.compile(rf"[,;:–—]{_CLOSING}(?=\s|\Z)|[、，；：،؛]{_CLOSING}")
_PARAGRAPH_END = re.compile(r"(?=\n\s*\n)")
_LINE_END = re.compile(r"(?=\n)")
_WORD_END = re.compile(r"(?=\s)")
_BEST_FIRST = (_PARAGRAPH_END, _LINE_END, SENTENCE_END, CLAUSE_END, _WORD_END)

_HAN_AND_KANA = "\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_THAI_LAO_BURMESE_KHMER = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
IDEOGRAPHIC = re.compile(f"[{_HAN_AND_KANA}]")
"""Scripts written without any spaces; Hangul, though as wide, is written with them."""
WORDS_RUN_ON = re.compile(f"[{_HAN_AND_KANA}{_THAI_LAO_BURMESE_KHMER}]")
"""Scripts written without spaces between words."""

_NOT_AT_THE_START = frozenset(
    f"{CLOSERS}、，；：。！？｡．،؛؟۔।॥,;:.!?…ー々ゝヽぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮะาำๅๆຯะາຳໆ％%"
) - frozenset("\"'")  # these open as often as they close
_NOT_AT_THE_END = frozenset("“‘«‹([{「『（【《〈„¿¡เแโใไເແໂໃໄ")
_RUN = re.compile(r"\S+")
_JOINER = "\u200d"
_LOOK_AHEAD = 3  # characters behind the limit that decide whether a place is good: "\n \n"
_LONGEST_CLUSTER = 64  # code points looked back for a whole character; real ones have at most 35

_BASIC_PLANE_END = 0xFFFF


def utf16_units(text: str) -> int:
    """Length as Telegram counts it: characters beyond the basic plane count twice."""
    return len(text) + sum(ord(character) > _BASIC_PLANE_END for character in text)


def cells(text: str) -> int:
    """Columns on a fixed-width screen: East Asian wide characters two, combining marks none."""
    return sum(map(_cells, text))


def split(text: str, limit: int, width: Callable[[str], int]) -> Iterator[str]:
    """Cut ``text`` into parts of at most ``limit``, each at the best place in its later half.

    Parts carry no white space at either end and are never empty; nothing else is lost.
    """
    start = 0
    text = text.strip()
    while start < len(text):
        end = best_break(text, start, fitting(text, start, limit, width))
        yield text[start:end].rstrip()
        start = skip_space(text, end)


def fitting(text: str, start: int, limit: int, width: Callable[[str], int]) -> int:
    """The end of the longest piece from ``start`` that is at most ``limit`` wide, at least one."""
    used = 0
    for index in range(start, len(text)):
        used += width(text[index])
        if used > limit:
            return max(index, start + 1)
    return len(text)


def words(text: str, limit: int) -> Iterator[tuple[int, int]]:
    """Where each word of ``text`` begins and ends, none wider than ``limit`` cells.

    Where words run on, a word is a character with the punctuation that keeps to it.
    """
    for run in _RUN.finditer(text):
        start, stop = run.span()
        while start < stop:
            end = _word_end(text, start, min(stop, fitting(text, start, limit, _cells)))
            if end < stop and not _is_boundary(text, start, end):
                end = _between_characters(text, start, end)
            yield start, end
            start = end


def _word_end(text: str, start: int, stop: int) -> int:
    """The first place behind ``start`` where words that run on may be parted, at most ``stop``."""
    for at in range(start + 1, stop):
        run_on = WORDS_RUN_ON.match(text, at) or WORDS_RUN_ON.match(text, at - 1)
        if run_on and _parts(text, at) and _is_boundary(text, start, at):
            return at
    return stop


def best_break(text: str, start: int, end: int) -> int:
    """Where to end a piece from ``start`` that may reach to ``end``, never at ``start`` itself.

    Paragraph before line, sentence, clause and word; a place in the first half only if the later
    half has none of any kind; within a word only if there is nothing else.
    """
    if end >= len(text):
        return len(text)
    for earliest in (start + (end - start) // 2, start + 1):
        for pattern in _BEST_FIRST:
            places = (m.end() for m in pattern.finditer(text, earliest, end + _LOOK_AHEAD))
            good = [at for at in places if start < at <= end and _breakable(text, at)]
            if good:
                return good[-1]
    return _between_characters(text, start, end)


def skip_space(text: str, start: int) -> int:
    """The first position from ``start`` that is not white space."""
    while start < len(text) and text[start].isspace():
        start += 1
    return start


def _breakable(text: str, at: int) -> bool:
    """Whether what follows ``at``, white space apart, may begin a part."""
    begin = skip_space(text, at)
    return begin == len(text) or not (_extends(text[begin]) or text[begin - 1] == _JOINER)


def _between_characters(text: str, start: int, end: int) -> int:
    """The last place up to ``end`` that splits no visible character and strands no punctuation."""
    nearest = range(end, max(start, end - _LONGEST_CLUSTER), -1)
    whole = [at for at in nearest if _is_boundary(text, start, at)]
    return next((at for at in whole if _parts(text, at)), (whole or [end])[0])


def _parts(text: str, at: int) -> bool:
    """Whether neither the character before ``at`` nor the one behind must keep to the other."""
    return text[at] not in _NOT_AT_THE_START and text[at - 1] not in _NOT_AT_THE_END


def _is_boundary(text: str, start: int, at: int) -> bool:
    """Whether a visible character ends before ``at``, as one does before ``start``.

    An approximation of Unicode's UAX 29.
    """
    if _extends(text[at]) or text[at - 1] == _JOINER:
        return False
    if _is_flag_half(text[at]):
        halves = sum(1 for _ in takewhile(_is_flag_half, reversed(text[start:at])))
        return halves % 2 == 0
    return True


def _extends(character: str) -> bool:
    """Whether it belongs to the character before it: marks, joiners, skin tones, tags, jamo."""
    return (
        unicodedata.category(character) in ("Mn", "Mc", "Me")
        or character in "\u200c\u200d"
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\U000e0020" <= character <= "\U000e007f"
        or "\u1160" <= character <= "\u11ff"
    )


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _cells(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
