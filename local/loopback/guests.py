"""Guest mode: the bot is asked in a chat it is no member of, and may answer once."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

from local.loopback.events import Event, EventKind
from local.loopback.faults import bad_request
from local.loopback.formatting import formatted, keyboard
from local.loopback.messages import previews
from local.loopback.parameters import Parameters
from local.loopback.presence import QUERY_TOO_OLD

if TYPE_CHECKING:
    from local.loopback.state import State

LONGEST_RESULT_ID_BYTES = 64


def answer_guest_query(state: State, call: Parameters) -> dict[str, Any]:
    """answerGuestQuery: the one message a guest gets; it is edited by the id that comes back."""
    query_id = call.text("guest_query_id")
    asked = state.guests.get(query_id)
    if asked is None:
        raise bad_request(QUERY_TOO_OLD)
    shown = _article(call.structure("result"))
    text, entities = formatted(shown, name="message_text")
    buttons = keyboard(shown)
    del state.guests[query_id]
    message = state.post(
        asked.chat,
        state.bot,
        text=text,
        entities=entities,
        buttons=buttons,
        previews=previews(shown),
        reply_to=asked,
        inline_id=_inline_id(query_id),
    )
    state.inline[str(message.inline_id)] = message
    state.events.tell(Event(EventKind.SENT, asked.chat.id, message, text))
    return {"inline_message_id": message.inline_id}


def _article(result: Any) -> Parameters:
    """The message of an InlineQueryResultArticle."""
    if not isinstance(result, dict) or result.get("type") != "article":
        raise bad_request("can't parse inline query result: only articles are known here")
    if not 1 <= len(str(result.get("id", "")).encode()) <= LONGEST_RESULT_ID_BYTES:
        raise bad_request("RESULT_ID_INVALID")
    if not str(result.get("title", "")).strip():
        raise bad_request("ARTICLE_TITLE_EMPTY")
    content = result.get("input_message_content")
    if not isinstance(content, dict):
        raise bad_request("message content is not specified")
    return Parameters({**content, "reply_markup": result.get("reply_markup")})


def _inline_id(query_id: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(query_id.encode()).digest()[:21]).decode()
