"""Texts, their entities and the buttons below them, as the real server takes and refuses them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from local.loopback.faults import bad_request

if TYPE_CHECKING:
    from local.loopback.parameters import Parameters

LONGEST_TEXT = 4096  # code points
LONGEST_CAPTION = 1024
LONGEST_BUTTON_BYTES = 64
MOST_BUTTONS = 100
ENTITIES = """
mention hashtag cashtag bot_command url email phone_number bold italic underline strikethrough
spoiler blockquote expandable_blockquote code pre text_link text_mention custom_emoji date_time
"""
URL = re.compile(r"(https?|tg|ton)://\S+|[\w-]+(\.[\w-]+)+(/\S*)?")
TEXT_BUTTON = (
    "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
)
# What Telegram finds in a text by itself.
FOUND = {
    "bot_command": re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,64}(@\w+)?"),
    "mention": re.compile(r"(?<!\w)@\w{3,32}", re.ASCII),
}
Keyboard = list[list[dict[str, Any]]]
Entities = list[dict[str, Any]]


def formatted(
    call: Parameters,
    *,
    name: str = "text",
    entities: str = "entities",
    longest: int = LONGEST_TEXT,
    empty: bool = False,
) -> tuple[str, Entities]:
    """A text without the blanks around it, and its entities, whose places follow it."""
    if call.text("parse_mode"):
        raise bad_request("unsupported parse_mode")  # markup is beyond this stand-in
    raw = call.text(name)
    text = raw.strip()
    if not text and not empty:
        raise bad_request("message text is empty")
    if len(text) > longest:
        kind = "message" if name != "caption" else "message caption"
        raise bad_request(f"{kind} is too long")
    shift = units(raw[: len(raw) - len(raw.lstrip())])
    return text, _entities(call.structure(entities) or [], text, shift)


def found(text: str) -> Entities:
    """The entities that Telegram finds in ``text`` by itself."""
    return [
        {"type": kind, "offset": units(text[: hit.start()]), "length": units(hit[0])}
        for kind, pattern in FOUND.items()
        for hit in pattern.finditer(text)
    ]


def keyboard(call: Parameters) -> Keyboard:
    """The inline keyboard's rows; empty without one."""
    markup = call.structure("reply_markup")
    if markup is None:
        return []
    rows = markup.get("inline_keyboard") if isinstance(markup, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request("object expected as reply markup")
    buttons = [button for row in rows for button in row]
    if len(buttons) > MOST_BUTTONS:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    for button in buttons:
        _check_button(button)
    return [row for row in rows if row]


def units(text: str) -> int:
    """Length in UTF-16 code units, in which places in a text are counted."""
    return len(text.encode("utf-16-le")) // 2


def _check_button(button: Any) -> None:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: expected an Object")
    data, url = button.get("callback_data"), button.get("url")
    if not button.get("text") or (data is None and url is None):
        raise bad_request(TEXT_BUTTON)
    if url is not None:
        if not URL.fullmatch(url):
            raise bad_request(f"inline keyboard button URL '{url}' is invalid: URL host is empty")
    elif not 1 <= len(str(data).encode()) <= LONGEST_BUTTON_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")


def _entities(given: Any, text: str, shift: int) -> Entities:
    if not isinstance(given, list):
        raise bad_request("can't parse entities: expected an Array of MessageEntity")
    return [_entity(item, units(text), shift) for item in given]


def _entity(given: Any, end: int, shift: int) -> dict[str, Any]:
    if not isinstance(given, dict) or given.get("type") not in ENTITIES.split():
        raise bad_request("can't parse MessageEntity: unsupported type")
    offset, length = given.get("offset"), given.get("length")
    if not isinstance(offset, int) or not isinstance(length, int):
        raise bad_request("can't parse MessageEntity: offset and length must be numbers")
    offset -= shift
    if offset < 0 or length <= 0 or offset + length > end:
        raise bad_request("ENTITY_BOUNDS_INVALID")
    return {**given, "offset": offset}
