"""The languages people can say their speech is in."""

from __future__ import annotations

from processor.engines.languages import iso_code
from shared.languages import language_code

COMMON = {
    "en": "English",
    "es": "Español",
    "pt": "Português",
    "fr": "Français",
    "de": "Deutsch",
    "it": "Italiano",
    "ru": "Русский",
    "uk": "Українська",
    "id": "Bahasa Indonesia",
    "zh": "中文",
    "ar": "العربية",
    "hi": "हिन्दी",
    "tr": "Türkçe",
    "fa": "فارسی",
    "pl": "Polski",
    "nl": "Nederlands",
    "ja": "日本語",
    "ko": "한국어",
    "vi": "Tiếng Việt",
    "th": "ไทย",
    "uz": "Oʻzbekcha",
    "kk": "Қазақша",
    "he": "עברית",
    "ro": "Română",
    "cs": "Čeština",
    "hu": "Magyar",
    "el": "Ελληνικά",
    "sv": "Svenska",
    "ms": "Bahasa Melayu",
    "tl": "Tagalog",
    "bn": "বাংলা",
    "ur": "اردو",
    "ta": "தமிழ்",
    "sw": "Kiswahili",
    "az": "Azərbaycanca",
    "ca": "Català",
}
"""By what their speakers call them; the first twelve are on the panel's first page."""

_OWN_NAMES = {name.casefold(): code for code, name in COMMON.items()}


def spoken_language(text: str) -> str | None:
    """The code for a code, a tag (``pt-BR``), or a name in English or in the language itself.

    ``auto`` for itself; None for what is no language.
    """
    wanted = " ".join(text.split()).casefold()
    return language_code(_OWN_NAMES.get(wanted) or iso_code(wanted) or wanted)


def language_name(code: str) -> str:
    """What its speakers call it, else its code."""
    return COMMON.get(code, code)
