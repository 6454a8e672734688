"""The menus say what there is, in every language, within Telegram's limits."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from shared.bot import SCOPES, menus, user_ids
from shared.texts import DEFAULT_LOCALE, LOCALES

MOST_COMMANDS = 100
LONGEST_DESCRIPTION = 256


def test_every_scope_has_its_menu_in_every_language() -> None:
    """English is for all who have no menu of their own; no place is set twice."""
    places = Counter((str(menu.scope["type"]), menu.language) for menu in menus([]))

    languages = ["", *(locale for locale in LOCALES if locale != DEFAULT_LOCALE)]
    assert places == Counter((scope, code) for scope, _ in SCOPES for code in languages)


def test_only_admins_have_statistics_and_only_in_their_own_chat() -> None:
    """Their menu is that of private chats and one command more."""
    of_admins = [menu for menu in menus([7, 8]) if menu.scope["type"] == "chat"]
    others = [menu for menu in menus([7, 8]) if menu.scope["type"] != "chat"]

    assert {menu.scope["chat_id"] for menu in of_admins} == {7, 8}
    assert all("stats" in dict(menu.commands) for menu in of_admins)
    assert not any("stats" in dict(menu.commands) for menu in others)


def test_menus_keep_telegrams_limits() -> None:
    """Names of small letters, descriptions of 1 to 256 characters, no command twice."""
    for menu in menus([7]):
        names = [name for name, _ in menu.commands]
        assert len(names) == len(set(names)) <= MOST_COMMANDS
        assert all(re.fullmatch("[a-z0-9_]{1,32}", name) for name in names)
        assert all(1 <= len(text) <= LONGEST_DESCRIPTION for _, text in menu.commands)


@pytest.mark.parametrize(
    ("text", "ids"),
    [("", ()), ("7", (7,)), (" 7, 8 ,", (7, 8)), ("@ada, 7, -1, ٣", (7,))],
)
def test_ids_as_an_operator_writes_them(text: str, ids: tuple[int, ...]) -> None:
    """Blanks do not matter, and what is no user's id is left out."""
    assert user_ids(text) == ids
