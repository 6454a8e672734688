"""Every sentence a user can read, in every language we speak; chosen by ``language_code``.

A sentence that refuses says what to do next. Placeholders are the same in all languages.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from shared.texts.figures import Day, Dollars, More, Share, Size, Span, moment, span

if TYPE_CHECKING:
    from shared.texts.locale import Locale

__all__ = [
    "DEFAULT_LOCALE",
    "LOCALES",
    "Day",
    "Dollars",
    "More",
    "Share",
    "Size",
    "Span",
    "locale_of",
    "moment",
    "say",
    "span",
    "spoken",
]

LOCALES = ("en", "id", "es", "pt", "ru", "de")
DEFAULT_LOCALE = "en"


def locale_of(language_code: str | None) -> str:
    """The language we speak to a user whose client is set to ``language_code`` (IETF tag)."""
    primary = (language_code or "").replace("_", "-").split("-")[0].lower()
    return primary if primary in LOCALES else DEFAULT_LOCALE


def say(locale: str, key: str, **figures: object) -> str:
    """The sentence ``key`` in ``locale``. KeyError for a key that no language has.

    Numbers among ``figures``, and the kinds of ``shared.texts.figures``, are written as people
    there write them; the figure ``count`` chooses the plural.
    """
    language = spoken(locale if locale in LOCALES else DEFAULT_LOCALE)
    sentence = language.sentences[key]
    if not isinstance(sentence, str):
        count = figures["count"]
        sentence = sentence[language.plural(count if isinstance(count, int) else 0)]
    return sentence.format(**{name: _written(value, language) for name, value in figures.items()})


@cache
def spoken(locale: str) -> Locale:
    """The language ``locale``, one of ``LOCALES``; loaded when it is first spoken."""
    language: Locale = import_module(f"shared.texts.{locale}").LOCALE
    return language


def _written(value: object, language: Locale) -> object:
    if isinstance(value, Size | Span | More | Share | Dollars | Day):
        return value.written(language)
    return language.number(value) if isinstance(value, int | float) else value
