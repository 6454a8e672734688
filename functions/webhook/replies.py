"""Answers that travel in the HTTP response: a Bot API method with its parameters.

Telegram carries them out but never tells with what success, so they are for throw-away sentences
and for the sign that a request was understood.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from webhook.requests import Origin

Reply: TypeAlias = dict[str, Any]

SEEN = "👀"
LONGEST_TITLE = 64  # of an answer to a guest query, where nobody sees it


def answer(origin: Origin, text: str, button: tuple[str, str] | None = None) -> Reply:
    """Say ``text`` where ``origin`` looks for it: over the pressed button, or in the chat.

    Over a button Telegram shows at most 200 characters. ``button`` is the label and the data of
    one below the sentence.
    """
    if origin.callback_id is not None:
        method = {"method": "answerCallbackQuery", "callback_query_id": origin.callback_id}
        return method | {"text": text}
    to = origin.address
    if to.guest_query_id is not None:
        return _guest_answer(to.guest_query_id, text)
    reply: Reply = {"method": "sendMessage", **_place(origin), "text": text}
    if to.message_id is not None:
        reply["reply_parameters"] = {
            "message_id": to.message_id,
            "allow_sending_without_reply": True,
        }
    if not to.private:
        reply["disable_notification"] = True
    if button is not None:
        label, data = button
        reply["reply_markup"] = {"inline_keyboard": [[{"text": label, "callback_data": data}]]}
    return reply


def sign(origin: Origin) -> Reply | None:
    """Show that the request was understood, without a message; as a guest there is no such way."""
    to = origin.address
    if to.guest_query_id is not None:
        return None
    if to.private:
        return {"method": "sendChatAction", **_place(origin), "action": "typing"}
    if to.message_id is None:
        return None
    return {
        "method": "setMessageReaction",
        "chat_id": to.chat_id,
        "message_id": to.message_id,
        "reaction": [{"type": "emoji", "emoji": SEEN}],
    }


def _place(origin: Origin) -> Reply:
    to = origin.address
    place = {
        "chat_id": to.chat_id,
        "message_thread_id": to.thread_id,
        "business_connection_id": to.business_id,
    }
    return {name: value for name, value in place.items() if value is not None}


def _guest_answer(query_id: str, text: str) -> Reply:
    """The one message that a guest query can be answered with."""
    result = {
        "type": "article",
        "id": "1",
        "title": text[:LONGEST_TITLE],
        "input_message_content": {"message_text": text},
    }
    return {"method": "answerGuestQuery", "guest_query_id": query_id, "result": result}
