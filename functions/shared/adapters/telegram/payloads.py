"""The Bot API's words for what we show and where."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from shared.adapters.telegram.failures import MigratedError, NoSuchThreadError

if TYPE_CHECKING:
    from shared.errors import TranscriberError
    from shared.jobs import Address
    from shared.ports import Keyboard
    from shared.ports.network import Button, Stretch

GENERAL_TOPIC = 1  # a forum's general topic is addressed by no thread at all
LONGEST_TITLE = 64
ARTICLE_ID = "answer"  # names one of several results; ours is the only one


def content(text: str, keyboard: Keyboard, folded: Stretch | None) -> dict[str, Any]:
    """A text message without link previews, its quote and its buttons."""
    shown: dict[str, Any] = {"text": text, "link_preview_options": {"is_disabled": True}}
    if folded:
        shown["entities"] = [_quote(text, folded)]
    rows = [[_button(button) for button in row] for row in keyboard if row]
    if rows:
        shown["reply_markup"] = {"inline_keyboard": rows}
    return shown


def article(shown: dict[str, Any]) -> dict[str, Any]:
    """The same as the one result of a query; its title is seen by nobody but has to be there."""
    message = {key: value for key, value in shown.items() if key not in ("text", "reply_markup")}
    result = {
        "type": "article",
        "id": ARTICLE_ID,
        "title": shown["text"][:LONGEST_TITLE],
        "input_message_content": {"message_text": shown["text"], **message},
    }
    if "reply_markup" in shown:
        result["reply_markup"] = shown["reply_markup"]
    return result


def chat(to: Address) -> dict[str, Any]:
    """The chat, and on whose behalf the bot writes there."""
    return {"chat_id": to.chat_id, "business_connection_id": to.business_id}


def place(to: Address) -> dict[str, Any]:
    """The chat, the topic and the message to reply to."""
    found = chat(to)
    if to.thread_id != GENERAL_TOPIC:
        found["message_thread_id"] = to.thread_id
    if to.message_id is not None:
        found["reply_parameters"] = {
            "message_id": to.message_id,
            "allow_sending_without_reply": True,
        }
    return found


def way_around(to: Address, error: TranscriberError) -> Address:
    """Where to write instead when ``error`` says that a part of ``to`` is gone."""
    if isinstance(error, MigratedError):
        return replace(to, chat_id=error.chat_id, message_id=None)
    if isinstance(error, NoSuchThreadError):
        return replace(to, thread_id=None)
    return replace(to, message_id=None)


def _button(button: Button) -> dict[str, str]:
    if button.url:
        return {"text": button.text, "url": button.url}
    return {"text": button.text, "callback_data": button.data}


def _quote(text: str, stretch: Stretch) -> dict[str, Any]:
    """A quote that is collapsed until it is tapped."""
    start, end = stretch
    offset, length = _units(text[:start]), _units(text[start:end])
    return {"type": "expandable_blockquote", "offset": offset, "length": length}


def _units(text: str) -> int:
    """Length in UTF-16 code units, in which Telegram counts positions."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
