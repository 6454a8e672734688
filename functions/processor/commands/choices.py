"""Choices people make, by buttons or by commands, and what they do to a chat's preferences.

A choice that cannot be made raises ``UserError`` with the sentence that says what can.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

from processor.commands.languages import spoken_language
from processor.rendering import FORMATS
from processor.wishes import AUTO, DEFAULT_FORMATS, TEXT
from shared.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable

    from processor.commands.deployment import Deployment
    from shared.ports import ChatPreferences

    Choice = Callable[[ChatPreferences, str, Deployment], ChatPreferences]

ANSWERS = (TEXT, *FORMATS)
"""What an answer may consist of, in the order it is given."""
MODES = ("on_request", "all", "off")
SWITCH = {"on": True, "off": False}
HINTS_LIMIT = 10
HINT_CHARACTERS = 40

_BETWEEN_HINTS = re.compile(r"[,;،、，\n]")
_BETWEEN_NAMES = re.compile(r"[\s,+/]+")


def formats_of(chosen: ChatPreferences) -> tuple[str, ...]:
    """What an answer to the chat consists of."""
    return chosen.formats or DEFAULT_FORMATS


def pressed(
    chosen: ChatPreferences, item: str, value: str, deployment: Deployment
) -> ChatPreferences:
    """The preferences after the button ``set:<item>-<value>``; KeyError for one we do not know."""
    return BUTTONS[item](chosen, value, deployment)


def language(chosen: ChatPreferences, text: str, _: Deployment) -> ChatPreferences:
    """The speech is in the language ``text`` names, or it is detected."""
    code = spoken_language(text)
    if code is None:
        raise UserError("language_unknown")
    return replace(chosen, language=code)


def formats(chosen: ChatPreferences, text: str, _: Deployment) -> ChatPreferences:
    """An answer consists of what ``text`` lists, and of nothing else."""
    names = {name.lstrip(".") for name in _BETWEEN_NAMES.split(text.lower()) if name}
    if not names or not names <= set(ANSWERS):
        raise UserError("format_unknown", formats=", ".join(ANSWERS))
    return replace(chosen, formats=tuple(name for name in ANSWERS if name in names))


def engine(chosen: ChatPreferences, text: str, deployment: Deployment) -> ChatPreferences:
    """The engine of that name hears everything, or we choose."""
    name = text.strip().lower()
    if name != AUTO and name not in deployment.engines:
        raise UserError("engine_unknown", engines=", ".join((AUTO, *deployment.engines)))
    return replace(chosen, engine=name)


def hints(chosen: ChatPreferences, text: str, deployment: Deployment) -> ChatPreferences:
    """The terms ``text`` lists may be said."""
    if not deployment.hints:
        raise UserError("hints_unavailable")
    terms = {term.casefold(): term for part in _BETWEEN_HINTS.split(text) if (term := _bare(part))}
    if not 0 < len(terms) <= HINTS_LIMIT or max(map(len, terms.values())) > HINT_CHARACTERS:
        raise UserError("hints_usage", limit=HINTS_LIMIT, characters=HINT_CHARACTERS)
    return replace(chosen, hints=tuple(terms.values()))


def _bare(term: str) -> str:
    """A term without what cannot be seen, on one line."""
    visible = (c if unicodedata.category(c) not in ("Cc", "Cs") else " " for c in term)
    return " ".join("".join(visible).split())


def _toggled_format(chosen: ChatPreferences, name: str, _: Deployment) -> ChatPreferences:
    now = set(formats_of(chosen)) ^ {name}
    if name not in ANSWERS:
        raise KeyError(name)
    if not now:
        raise UserError("format_last")
    return replace(chosen, formats=tuple(item for item in ANSWERS if item in now))


def _timestamps(chosen: ChatPreferences, value: str, _: Deployment) -> ChatPreferences:
    return replace(chosen, timestamps=SWITCH[value])


def _speakers(chosen: ChatPreferences, value: str, deployment: Deployment) -> ChatPreferences:
    if SWITCH[value] and not deployment.speakers:
        raise UserError("speakers_unavailable")
    return replace(chosen, speakers=SWITCH[value])


def _no_hints(chosen: ChatPreferences, value: str, _: Deployment) -> ChatPreferences:
    if value != "clear":
        raise KeyError(value)
    return replace(chosen, hints=())


def _mode(chosen: ChatPreferences, value: str, _: Deployment) -> ChatPreferences:
    if value not in MODES:
        raise KeyError(value)
    return replace(chosen, mode=value)


def _open_to_all(chosen: ChatPreferences, value: str, _: Deployment) -> ChatPreferences:
    return replace(chosen, open_to_all=SWITCH[value])


BUTTONS: dict[str, Choice] = {
    "language": language,
    "format": _toggled_format,
    "timestamps": _timestamps,
    "speakers": _speakers,
    "engine": engine,
    "hints": _no_hints,
    "mode": _mode,
    "open": _open_to_all,
}
COMMANDS: dict[str, Choice] = {
    "language": language,
    "format": formats,
    "engine": engine,
    "hints": hints,
}
GROUP_ITEMS = ("mode", "open")
"""Chosen in groups and channels alone."""
