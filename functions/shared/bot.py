"""What the bot tells Telegram about itself: the updates it wants, and its menus of commands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.texts import DEFAULT_LOCALE, LOCALES, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ALLOWED_UPDATES = (
    "message",
    "channel_post",
    "callback_query",
    "my_chat_member",
    "business_connection",
    "business_message",
    "guest_message",
    "stopped_message_generation",
)

BASICS = ("start", "help", "settings", "language", "history", "forget", "privacy")
PRIVATE = (
    "settings",
    "language",
    "format",
    "engine",
    "hints",
    "history",
    "status",
    "cancel",
    "help",
    "privacy",
    "forget",
)
GROUP = ("transcribe", "language", "format", "status", "cancel", "help", "privacy", "forget")
GROUP_ADMINISTRATOR = ("transcribe", "settings", "engine", "hints", *GROUP[1:])
# Telegram shows the menu of the narrowest scope that fits, so each of them holds all there is.
SCOPES = (
    ("default", BASICS),
    ("all_private_chats", PRIVATE),
    ("all_group_chats", GROUP),
    ("all_chat_administrators", GROUP_ADMINISTRATOR),
)
OPERATOR = (*PRIVATE, "stats")
USER_ID = re.compile(r"\s*\d{1,18}\s*", re.ASCII)
EVERYBODY_ELSE = ""  # the language of all for whom there is no menu of their own


@dataclass(frozen=True, slots=True)
class Menu:
    """The commands one kind of chat offers to users of one language."""

    scope: Mapping[str, Any]
    """The Bot API's BotCommandScope."""
    language: str
    """ISO 639-1, or empty for every language without a menu of its own."""
    commands: tuple[tuple[str, str], ...]
    """Name and description."""

    def parameters(self) -> dict[str, Any]:
        """What setMyCommands takes."""
        return {
            "scope": dict(self.scope),
            "language_code": self.language,
            "commands": [{"command": name, "description": text} for name, text in self.commands],
        }


def menus(admin_ids: Iterable[int]) -> Iterator[Menu]:
    """Every menu in every language; those of ``admin_ids``'s private chats have /stats besides."""
    operators = [({"type": "chat", "chat_id": admin_id}, OPERATOR) for admin_id in admin_ids]
    scopes = [({"type": kind}, commands) for kind, commands in SCOPES] + operators
    for scope, commands in scopes:
        for locale in LOCALES:
            described = tuple((name, say(locale, f"menu_{name}")) for name in commands)
            yield Menu(scope, EVERYBODY_ELSE if locale == DEFAULT_LOCALE else locale, described)


def user_ids(text: str) -> tuple[int, ...]:
    """The ids in a list separated by commas, as an operator writes it; what is none is left out."""
    return tuple(int(part) for part in text.split(",") if USER_ID.fullmatch(part))
