"""Names and terms that may be said, as Whisper models take them: as text that came before."""

from __future__ import annotations

from itertools import accumulate, takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

PROMPT_BYTES = 224  # a Whisper prompt has 224 tokens, and no token is less than a byte
SEPARATOR = ", "


def prompt(hints: Iterable[str]) -> str | None:
    """The hints as a list that ends like a sentence; None without any. Late ones that do not fit are left out."""
    hints = tuple(hints)
    sizes = accumulate(len(f"{hint}{SEPARATOR}".encode()) for hint in hints)
    fitting = [hint for hint, _ in takewhile(_fits, zip(hints, sizes, strict=True))]
    return f"{SEPARATOR.join(fitting)}." if fitting else None


def _fits(hint_and_size: tuple[str, int]) -> bool:
    return hint_and_size[1] <= PROMPT_BYTES
