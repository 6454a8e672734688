"""Every sentence a user can read, in every language we speak; chosen by ``language_code``.

A sentence that refuses says what to do next. Placeholders are the same in all languages.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.texts.locale import Locale

LOCALES = ("en", "id")
DEFAULT_LOCALE = "en"


def locale_of(language_code: str | None) -> str:
    """The language we speak to a user whose client is set to ``language_code`` (IETF tag)."""
    primary = (language_code or "").replace("_", "-").split("-")[0].lower()
    return primary if primary in LOCALES else DEFAULT_LOCALE


def say(locale: str, key: str, **figures: object) -> str:
    """The sentence ``key`` in ``locale``. KeyError for a key that no language has.

    Numbers among ``figures`` are written as people there write them; ``count`` chooses the plural.
    """
    language = spoken(locale if locale in LOCALES else DEFAULT_LOCALE)
    sentence = language.sentences[key]
    if not isinstance(sentence, str):
        count = figures["count"]
        sentence = sentence[language.plural(count if isinstance(count, int) else 0)]
    shown = {
        name: language.number(value) if isinstance(value, int | float) else value
        for name, value in figures.items()
    }
    return sentence.format(**shown)


@cache
def spoken(locale: str) -> Locale:
    """The language ``locale``, one of ``LOCALES``; loaded when it is first spoken."""
    language: Locale = import_module(f"shared.texts.{locale}").LOCALE
    return language


def size(size_bytes: int) -> str:
    """Bytes for a person, in binary units as Telegram's limits are: ``20.0 MiB``."""
    amount = float(size_bytes)
    for unit in ("B", "KiB", "MiB"):
        if amount < UNIT_STEP:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= UNIT_STEP
    return f"{amount:.2f} GiB"


UNIT_STEP = 1024


def span(seconds: float) -> str:
    """A length of time for a person: ``0.2 s`` below ten seconds, else as ``moment``."""
    return f"{seconds:.1f} s" if seconds < FRACTIONS_BELOW_S else moment(seconds)


def moment(seconds: float) -> str:
    """A place in a recording for a person: ``0:07``, ``12:30``, ``1:02:03``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


FRACTIONS_BELOW_S = 10.0
