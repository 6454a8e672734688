"""The words around media: commands, mentions of the bot, and options for this one file.

Options with a sign of their own (``lang=de``, ``/srt``) count wherever they stand; bare words
(``srt``) only where there is nothing but options, so that ordinary captions mean nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.jobs import Options
from shared.languages import language_code
from shared.settings import ENGINES
from shared.transcripts import TRANSCRIBE, TRANSLATE

if TYPE_CHECKING:
    from collections.abc import Sequence

FORMATS = ("text", "txt", "srt", "vtt", "json")  # in the order answers come
SWITCHES = ("timestamps", "speakers")
NAMES = frozenset((*FORMATS, *SWITCHES, TRANSLATE))
_BETWEEN = re.compile(r"[\s,;]+")
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{1,32}))?")
_SETTING = re.compile(r"(lang|language|engine)=(.*)|(timestamps|speakers)=(on|off)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Caption:
    """What words ask for."""

    options: Options
    alone: bool
    """Whether they are nothing but options, the command and the bot's name."""
    problem: str | None = None
    """The sentence about a value nobody knows, where the words are nothing but options."""


def read(text: str, username: str) -> Caption:
    """The options in ``text``; of several values for the same, the last counts."""
    words = [word.rstrip(".:!?") for word in _BETWEEN.split(text)]
    words = [word for word in words if word]
    alone = all(_is_option(word, username) for word in words)
    named = commands(words, username) | ({word.lower() for word in words} if alone else set())
    values = _values(words)
    language, engine = values.get("lang"), values.get("engine")
    options = Options(
        language=language_code(language or ""),
        formats=tuple(name for name in FORMATS if name in named),
        timestamps=_switch("timestamps", named, values),
        speakers=_switch("speakers", named, values),
        engine=engine if engine in ENGINES else None,
        task=TRANSLATE if TRANSLATE in named else TRANSCRIBE,
    )
    if alone and language is not None and options.language is None:
        return Caption(options, alone, "caption_language")
    if alone and engine is not None and options.engine is None:
        return Caption(options, alone, "caption_engine")
    return Caption(options, alone)


def commands(words: Sequence[str], username: str) -> set[str]:
    """The commands among ``words``, without those addressed to a bot that is not ``username``."""
    found = (_COMMAND.fullmatch(word) for word in words)
    return {
        match[1].lower()
        for match in found
        if match and (not match[2] or not username or match[2].lower() == username)
    }


def begins_with_command(words: Sequence[str]) -> bool:
    """Whether the first word is a command, to whichever bot."""
    return bool(words) and _COMMAND.fullmatch(words[0]) is not None


def mentions(text: str, username: str) -> bool:
    """Whether ``text`` names the bot, as ``@name`` in any case and at any place.

    A nameless bot is never mentioned. Telegram marks mentions in the text itself, so looking for
    them finds marked and unmarked ones alike.
    """
    if not username or "@" not in text:
        return False
    name = rf"(?<![\w@])@{re.escape(username)}(?!\w)"
    return re.search(name, text, re.IGNORECASE | re.ASCII) is not None


def _is_option(word: str, username: str) -> bool:
    lower = word.lower()
    return (
        lower in NAMES
        or _SETTING.fullmatch(word) is not None
        or bool(username and lower == f"@{username}")
        or not commands([word], username).isdisjoint({*NAMES, TRANSCRIBE})
    )


def _values(words: Sequence[str]) -> dict[str, str]:
    """What is set with ``name=value``, in lower case; ``language`` goes by ``lang``."""
    values = {}
    for match in filter(None, map(_SETTING.fullmatch, words)):
        name, value = (part.lower() for part in match.groups() if part is not None)
        values[name.removesuffix("uage")] = value
    return values


def _switch(name: str, named: set[str], values: dict[str, str]) -> bool | None:
    if name in values:
        return values[name] == "on"
    return True if name in named else None
