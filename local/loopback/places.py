"""Where a call goes: the chat, if the bot may write there, the topic and the message replied to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.loopback.faults import Refusal, bad_request

if TYPE_CHECKING:
    from local.loopback.chats import Chat, Message
    from local.loopback.parameters import Parameters
    from local.loopback.state import State

REPLY_WINDOW_S = 24 * 3600.0


def destination(state: State, call: Parameters) -> Chat:
    """The chat a call is for, if the bot may write there."""
    if not call.text("chat_id").strip():
        raise bad_request("chat_id is empty")
    connection = call.text("business_connection_id")
    if connection:
        return _business_chat(state, connection, call.integer("chat_id"))
    chat = state.chats.get(call.integer("chat_id"))
    if chat is None:
        raise bad_request("chat not found")
    if chat.refusal:
        raise chat.refusal
    if chat.private and not chat.history:
        raise Refusal(403, "Forbidden: bot can't initiate conversation with a user")
    return chat


def placement(chat: Chat, call: Parameters) -> dict[str, Any]:
    """The topic and the message replied to, if they exist."""
    reply_to = _reply_target(chat, call)
    thread_id = thread_of(chat, call) or (reply_to.thread_id if reply_to else None)
    if thread_id in chat.closed_threads:
        raise bad_request("TOPIC_CLOSED")
    silent = call.flag("disable_notification")
    return {"reply_to": reply_to, "thread_id": thread_id, "silent": silent}


def thread_of(chat: Chat, call: Parameters) -> int | None:
    """The topic a call names; the general one has no number."""
    thread_id = call.integer("message_thread_id")
    if thread_id and thread_id not in chat.threads:
        raise bad_request("message thread not found")
    return thread_id or None


def _business_chat(state: State, connection: str, chat_id: int) -> Chat:
    business = state.businesses.get(connection)
    if business is None or not business.enabled:
        raise bad_request("business connection not found")
    chat = business.chats.get(chat_id)
    if chat is None:
        raise bad_request("chat not found")
    if not business.can_reply:
        raise bad_request("BUSINESS_CONNECTION_NOT_ALLOWED")
    heard_at = max((m.date for m in chat.history if m.sender["id"] == chat_id), default=0)
    if state.clock.now() - heard_at > REPLY_WINDOW_S:
        raise bad_request("BUSINESS_PEER_USAGE_MISSING")
    return chat


def _reply_target(chat: Chat, call: Parameters) -> Message | None:
    parameters = call.structure("reply_parameters")
    if parameters is None:
        return None
    if not isinstance(parameters, dict):
        raise bad_request("object expected as reply parameters")
    target = chat.message(int(parameters.get("message_id") or 0))
    if target is None and not parameters.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return target
