"""What differs between languages besides words: plurals and the writing of numbers (Unicode CLDR)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Sentence: TypeAlias = "str | Mapping[str, str]"
"""A template for ``str.format``, or one for each plural category of the figure ``count``."""

GROUP_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Locale:
    """One language of the interface."""

    sentences: Mapping[str, Sentence]
    plural: Callable[[int], str]
    """The plural category of a whole number."""
    decimal: str
    group: str
    """Stands between groups of three digits."""
    percent: str

    def number(self, value: float) -> str:
        """``value`` as people here write it; fractions with one digit."""
        text = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
        return text.translate({ord(","): self.group, ord("."): self.decimal})


def one_or_other(n: int) -> str:
    """English, German: 1 is singular."""
    return "one" if n == 1 else "other"


def always_other(n: int) -> str:  # noqa: ARG001 - there is no difference
    """Indonesian: no plural."""
    return "other"
