"""What differs between languages besides words: plurals, numbers, dates (after Unicode's CLDR)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Sentence: TypeAlias = "str | Mapping[str, str]"
"""A template for ``str.format``, or one for each plural category of the figure ``count``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Locale:
    """One language of the interface."""

    name: str
    """What its speakers call it."""
    sentences: Mapping[str, Sentence]
    plural: Callable[[int], str]
    """The plural category of a whole number."""
    decimal: str
    group: str
    """Stands between groups of three digits."""
    percent: str
    second: str
    """Abbreviated, behind a number."""
    date: str
    months: tuple[str, ...]
    """Abbreviated, as they stand in a date."""

    def number(self, value: float, digits: int | None = None) -> str:
        """``value`` as people here write it; a fraction with one digit unless ``digits`` says."""
        digits = (0 if isinstance(value, int) else 1) if digits is None else digits
        return f"{value:,.{digits}f}".translate({ord(","): self.group, ord("."): self.decimal})

    def categories(self) -> frozenset[str]:
        """Every plural category that a whole number can have."""
        return frozenset(map(self.plural, range(ALL_CATEGORIES_WITHIN)))


ALL_CATEGORIES_WITHIN = 200  # no rule below needs larger numbers


def always_other(n: int) -> str:  # noqa: ARG001 - there is no difference
    """Indonesian: no plural."""
    return "other"


def one_or_other(n: int) -> str:
    """English, German, Spanish: 1 is singular."""
    return "one" if n == 1 else "other"


def up_to_one_or_other(n: int) -> str:
    """Portuguese (of Brazil): 0 and 1 are singular."""
    return "one" if n in (0, 1) else "other"


def one_few_many(n: int) -> str:
    """Russian: by the last digits, where 11 to 14 are exceptions."""
    tens, ones = divmod(n % 100, 10)
    if tens == 1 or ones == 0 or ones >= 5:  # noqa: PLR2004 - the rule itself
        return "many"
    return "one" if ones == 1 else "few"
