"""Figures that are more than numbers: each knows how a language writes it, ``say`` asks it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.texts.locale import Locale

UNIT_STEP = 1024
FRACTIONS_BELOW_S = 10.0


class Size(int):
    """Bytes, told in binary units as Telegram's limits are: ``20.0 MiB``."""

    __slots__ = ()

    def written(self, language: Locale) -> str:
        """The size as ``language`` writes it."""
        amount, steps = float(self), 0
        while amount >= UNIT_STEP and steps < len(UNITS) - 1:
            amount /= UNIT_STEP
            steps += 1
        unit, digits = UNITS[steps]
        return f"{language.number(amount, digits)} {unit}"


UNITS = (("B", 0), ("KiB", 1), ("MiB", 1), ("GiB", 2))


class Span(float):
    """A length of time in seconds: ``0.2 s`` below ten, else as a moment."""

    __slots__ = ()

    def written(self, language: Locale) -> str:
        """The length as ``language`` writes it."""
        if self < FRACTIONS_BELOW_S:
            return f"{language.number(float(self))} {language.second}"
        return moment(self)


@dataclass(frozen=True, slots=True)
class More:
    """More than a size or a length, where how much is not known."""

    than: Size | Span

    def written(self, language: Locale) -> str:
        """The bound as ``language`` writes it, marked as one."""
        return f"> {self.than.written(language)}"


class Share(float):
    """A part of a whole, 0 to 1, told in whole percent."""

    __slots__ = ()

    def written(self, language: Locale) -> str:
        """The share as ``language`` writes it."""
        return language.percent.format(language.number(round(100 * self)))


class Dollars(float):
    """An amount of US dollars."""

    __slots__ = ()

    def written(self, language: Locale) -> str:
        """The amount as ``language`` writes it, to the cent."""
        return f"{language.number(float(self), 2)} USD"


class Day(float):
    """A moment of calendar time, seconds since the epoch, told as its day (UTC)."""

    __slots__ = ()

    def written(self, language: Locale) -> str:
        """The day as ``language`` writes it, without the year."""
        day = time.gmtime(self)
        return language.date.format(day=day.tm_mday, month=language.months[day.tm_mon - 1])


def span(seconds: float) -> str:
    """A length of time for an operator, in English: ``0.2 s`` below ten seconds, else a moment."""
    return f"{seconds:.1f} s" if seconds < FRACTIONS_BELOW_S else moment(seconds)


def moment(seconds: float) -> str:
    """A place in a recording for a person: ``0:07``, ``12:30``, ``1:02:03``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
