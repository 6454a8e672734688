"""Answers that travel in the HTTP response: a Bot API method with its parameters.

Telegram carries them out but never tells with what success, so they are for throw-away sentences.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from webhook.updates import Origin

Reply: TypeAlias = dict[str, Any]


def answer(origin: Origin, text: str) -> Reply:
    """Say ``text`` where ``origin`` looks for it: over the pressed button, or in the chat.

    Over a button Telegram shows at most 200 characters.
    """
    if origin.callback_id is not None:
        method = {"method": "answerCallbackQuery", "callback_query_id": origin.callback_id}
        return method | {"text": text}
    to = origin.address
    reply: Reply = {"method": "sendMessage", "chat_id": to.chat_id, "text": text}
    if to.message_id is not None:
        reply["reply_parameters"] = {
            "message_id": to.message_id,
            "allow_sending_without_reply": True,
        }
    if to.thread_id is not None:
        reply["message_thread_id"] = to.thread_id
    return reply
