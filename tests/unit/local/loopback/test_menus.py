"""Menus of commands by scope and language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from local.loopback.bot_api import LoopbackBotApi
    from local.loopback.people import User
    from tests.unit.local.loopback.caller import Caller


def menu(name: str) -> list[dict[str, str]]:
    """One command."""
    return [{"command": name, "description": "x"}]


async def test_the_narrowest_menu_is_shown(api: LoopbackBotApi, call: Caller, user: User) -> None:
    """The chat's before the kind of chat's before the default; within each the language first."""
    group, german = api.group("Team"), api.user(8, "Bob", "de")
    await call("setMyCommands", commands=menu("all"))
    assert api.menu(german) == api.menu(german, group) == menu("all")
    await call("setMyCommands", commands=menu("private"), scope={"type": "all_private_chats"})
    await call(
        "setMyCommands",
        commands=menu("privat"),
        scope={"type": "all_private_chats"},
        language_code="de",
    )
    await call("setMyCommands", commands=menu("group"), scope={"type": "all_group_chats"})
    scope = {"type": "all_chat_administrators"}
    await call("setMyCommands", commands=menu("administrator"), scope=scope)
    await call("setMyCommands", commands=menu("ada"), scope={"type": "chat", "chat_id": 7})
    group.promote(user)

    assert api.menu(german) == menu("privat")
    assert api.menu(user) == menu("ada")
    assert api.menu(german, group) == menu("group")
    assert api.menu(user, group) == menu("administrator")


async def test_a_menu_is_read_and_deleted_by_its_exact_place(call: Caller) -> None:
    """Another scope or language is another menu."""
    scope = {"type": "all_private_chats"}
    await call("setMyCommands", commands=menu("one"), scope=scope, language_code="de")

    assert await call("getMyCommands", scope=scope, language_code="de") == menu("one")
    assert await call("getMyCommands", scope=scope) == []
    await call("deleteMyCommands", scope=scope, language_code="de")
    assert await call("getMyCommands", scope=scope, language_code="de") == []


@pytest.mark.parametrize(
    ("parameters", "description"),
    [
        ({"scope": {"type": "chat", "chat_id": 404}}, "chat not found"),
        ({"scope": {"type": "everywhere"}}, "can't parse BotCommandScope: unsupported type"),
        ({"language_code": "deu"}, "BOT_COMMAND_LANGUAGE_CODE_INVALID"),
        ({"commands": [{"command": "a" * 33, "description": "x"}]}, "BOT_COMMAND_INVALID"),
        (
            {"commands": [{"command": "a", "description": "x" * 257}]},
            "BOT_COMMAND_DESCRIPTION_INVALID",
        ),
    ],
)
async def test_menus_telegram_does_not_take(
    call: Caller, parameters: dict[str, Any], description: str
) -> None:
    """Each condition has its words."""
    refusal = await call.refused("setMyCommands", **{"commands": menu("one"), **parameters})

    assert refusal == f"Bad Request: {description}"
