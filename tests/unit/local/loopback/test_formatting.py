"""Entities and buttons are taken and refused as the real server does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.loopback.faults import Refusal
from local.loopback.formatting import formatted, found
from local.loopback.parameters import Parameters

if TYPE_CHECKING:
    from local.loopback.people import User
    from tests.unit.local.loopback.caller import Caller

QUOTE = "expandable_blockquote"
BLANKS = st.text(" \n", max_size=4)


@pytest.mark.parametrize(
    ("entity", "description"),
    [
        ({"type": "details", "offset": 0, "length": 1}, "unsupported type"),
        ({"type": QUOTE, "offset": 0}, "must be numbers"),
        ({"type": QUOTE, "offset": 0, "length": 0}, "ENTITY_BOUNDS_INVALID"),
        ({"type": QUOTE, "offset": -1, "length": 1}, "ENTITY_BOUNDS_INVALID"),
        ({"type": QUOTE, "offset": 0, "length": 5}, "ENTITY_BOUNDS_INVALID"),
        (QUOTE, "unsupported type"),
    ],
)
async def test_entities_telegram_does_not_take(
    call: Caller, user: User, entity: Any, description: str
) -> None:
    """Unknown kinds and places outside the text are refused; two emoji are four units long."""
    refusal = await call.refused("sendMessage", chat_id=7, text="😀😀", entities=[entity])

    assert refusal.startswith("Bad Request: ")
    assert description in refusal
    assert user.chat.from_bot == []


async def test_entities_are_shown_and_changed_by_edits(call: Caller, user: User) -> None:
    """They belong to the content: a message edited to lose its quote is modified."""
    entities = [{"type": QUOTE, "offset": 0, "length": 4}]
    sent = await call("sendMessage", chat_id=7, text="😀😀", entities=entities)
    edit = {"chat_id": 7, "message_id": sent["message_id"], "text": "😀😀"}

    same = await call.refused("editMessageText", **edit, entities=entities)
    edited = await call("editMessageText", **edit)

    assert sent["entities"] == entities
    assert "message is not modified" in same
    assert "entities" not in edited
    assert [len(entry.entities) for entry in user.chat.log[-2:]] == [1, 0]


@given(before=BLANKS, text=st.text("aé😀", min_size=1, max_size=9), after=BLANKS)
def test_places_follow_the_text_when_blanks_are_cut(before: str, text: str, after: str) -> None:
    """An entity over the whole text covers it still when blanks around it were cut."""
    whole = len(text.encode("utf-16-le")) // 2
    entity = {"type": "bold", "offset": len(before), "length": whole}

    shown, entities = formatted(Parameters({"text": before + text + after, "entities": [entity]}))

    assert shown == text
    assert entities == [{"type": "bold", "offset": 0, "length": whole}]


def test_commands_and_mentions_are_found() -> None:
    """Telegram marks them by itself, counting in UTF-16; an address in a command is part of it."""
    assert found("/go@ExampleBot 😀 @ada_l") == [
        {"type": "bot_command", "offset": 0, "length": 14},
        {"type": "mention", "offset": 18, "length": 6},
    ]
    assert found("a/b me@example.com 1/2") == []


@pytest.mark.parametrize(
    ("button", "description"),
    [
        ({"text": "a"}, "Text buttons are unallowed"),
        ({"text": "", "callback_data": "1"}, "Text buttons are unallowed"),
        ({"text": "a", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"text": "a", "callback_data": "x" * 65}, "BUTTON_DATA_INVALID"),
        ({"text": "a", "url": "not a link"}, "is invalid"),
        ("a", "expected an Object"),
    ],
)
async def test_buttons_telegram_does_not_take(
    call: Caller, user: User, button: Any, description: str
) -> None:
    """A button has a label and either data of 1 to 64 bytes or a link."""
    markup = {"inline_keyboard": [[button]]}

    refusal = await call.refused("sendMessage", chat_id=7, text="x", reply_markup=markup)

    assert description in refusal
    assert user.chat.from_bot == []


async def test_keyboards_have_rows_and_an_end(call: Caller, user: User) -> None:
    """Rows stay rows; a row must be a list; a hundred buttons are the most."""
    button = {"text": "a", "callback_data": "1"}
    link = {"text": "b", "url": "https://t.me/ExampleBot?start=1"}
    rows = [[button], [link, button]]
    sent = await call("sendMessage", chat_id=7, text="x", reply_markup={"inline_keyboard": rows})

    assert sent["reply_markup"]["inline_keyboard"] == rows
    for wrong in ([button], [[button]] * 101):
        markup = {"inline_keyboard": wrong}
        await call.refused("sendMessage", chat_id=7, text="x", reply_markup=markup)
    with pytest.raises(KeyError):
        await user.press(user.chat.messages[-1], "b")  # a link tells the bot nothing


def test_markup_is_beyond_this_stand_in() -> None:
    """A test that relies on it is told so."""
    with pytest.raises(Refusal, match="parse_mode"):
        formatted(Parameters({"text": "<b>x</b>", "parse_mode": "HTML"}))
