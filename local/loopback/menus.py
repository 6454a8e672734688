"""The bot's menus of commands, by scope and language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from local.loopback.faults import bad_request

if TYPE_CHECKING:
    from local.loopback.chats import Chat
    from local.loopback.parameters import Parameters
    from local.loopback.state import State

MOST_COMMANDS = 100
LONGEST_DESCRIPTION = 256
SCOPES = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators")
CHAT_SCOPES = ("chat", "chat_administrators")
Commands = list[dict[str, str]]


def set_my_commands(state: State, call: Parameters) -> bool:
    """setMyCommands: the menu of a scope and a language."""
    commands = call.structure("commands")
    if not isinstance(commands, list) or len(commands) > MOST_COMMANDS:
        raise bad_request("can't parse commands: expected an Array of BotCommand")
    for command in commands:
        if not re.fullmatch(r"/?[a-z0-9_]{1,32}", command.get("command", "")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(command.get("description", "").strip()) <= LONGEST_DESCRIPTION:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    state.commands[_place(state, call)] = commands
    return True


def get_my_commands(state: State, call: Parameters) -> Commands:
    """getMyCommands: what was set for exactly this scope and language."""
    return state.commands.get(_place(state, call), [])


def delete_my_commands(state: State, call: Parameters) -> bool:
    """deleteMyCommands: from now on a wider scope's menu is shown."""
    state.commands.pop(_place(state, call), None)
    return True


def shown(state: State, chat: Chat, user_id: int, language: str) -> Commands:
    """The menu a user sees: that of the narrowest scope that has one, in his language first."""
    if chat.private:
        scopes = [f"chat:{chat.id}", "all_private_chats"]
    else:
        scopes = [f"chat:{chat.id}", "all_group_chats"]
        if chat.in_charge(user_id):
            scopes = [
                f"chat_administrators:{chat.id}",
                f"chat:{chat.id}",
                "all_chat_administrators",
                "all_group_chats",
            ]
    places = [(scope, code) for scope in [*scopes, "default"] for code in (language, "")]
    return next((state.commands[place] for place in places if place in state.commands), [])


def _place(state: State, call: Parameters) -> tuple[str, str]:
    language = call.text("language_code")
    if not re.fullmatch(r"([a-z]{2})?", language):
        raise bad_request("BOT_COMMAND_LANGUAGE_CODE_INVALID")
    scope = call.structure("scope") or {"type": "default"}
    kind = scope.get("type") if isinstance(scope, dict) else None
    if kind in SCOPES:
        return str(kind), language
    if kind not in CHAT_SCOPES:
        raise bad_request("can't parse BotCommandScope: unsupported type")
    chat = state.chats.get(int(scope.get("chat_id") or 0))
    if chat is None or (chat.private and not chat.history):
        raise bad_request("chat not found")
    return f"{kind}:{chat.id}", language
