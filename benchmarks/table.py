"""Tables as Markdown, the way every benchmark prints its result."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def markdown(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; the first column is text, all others are figures."""
    rule = [":--", *["--:"] * (len(headings) - 1)]
    return "".join(f"| {' | '.join(map(str, row))} |\n" for row in (headings, rule, *rows))
