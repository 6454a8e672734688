"""Understanding a Bot API update: from untrusted JSON to one of a few small requests.

Pure: no clock, no settings, no network. ``understand`` gives a request, None for what is not for
us, or raises MalformedUpdateError; it raises nothing else, whatever it is given.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from shared.jobs import Address, job_id
from shared.texts import locale_of
from webhook.fields import identifier, mapping, numeral, required_integer, text
from webhook.messages import (
    CHANNEL,
    GROUPS,
    address_of,
    from_business,
    from_channel,
    from_chat,
    from_guest,
    thread,
)
from webhook.requests import CallbackRequest, Event, Origin, Unusable

if TYPE_CHECKING:
    from collections.abc import Callable

    from webhook.requests import Request

OUTSIDE = ("left", "kicked")
INSIDE = ("member", "administrator")

_BUTTON = re.compile(r"v1:([a-z_]{1,16}):([A-Za-z0-9_-]{1,44})")


def understand(update: object, *, username: str = "") -> Request | None:
    """The request in ``update``, None for what is not for us, or MalformedUpdateError.

    ``username`` is the bot's own, without @; while it is empty, every command in a group is ours,
    and no mention is.
    """
    fields = mapping(update, "update")
    update_id = required_integer(fields.get("update_id"), "update_id")
    for kind, read in KINDS.items():
        if kind in fields:
            return read(mapping(fields[kind], kind), update_id, username.lower())
    return None


def _message(message: dict[str, Any], update_id: int, username: str) -> Request | None:
    """A message, or what a service message says happened to its chat."""
    if "migrate_to_chat_id" not in message:
        return from_chat(message, update_id, username)
    address = address_of(message)
    chat_id = required_integer(message["migrate_to_chat_id"], "migrate_to_chat_id")
    origin = Origin(address, f"c{address.chat_id}")
    return Event(job_id("update", update_id), origin, "migrated", str(chat_id))


def _callback(callback: dict[str, Any], update_id: int, _: str) -> CallbackRequest | Unusable:
    callback_id = identifier(callback.get("id"), "callback_query.id")
    sender = mapping(callback.get("from"), "callback_query.from")
    user_id = required_integer(sender.get("id"), "callback_query.from.id")
    locale = locale_of(text(sender.get("language_code")))
    pressed = _BUTTON.fullmatch(text(callback.get("data")))
    if "message" not in callback or pressed is None:
        origin = Origin(Address(user_id), f"u{user_id}", locale, callback_id)
        # Below what we said as a guest, where we can neither look nor send anything more.
        elsewhere = pressed is not None and "inline_message_id" in callback
        return Unusable(origin, "guest_button" if elsewhere else "unknown_button")
    message = mapping(callback["message"], "callback_query.message")
    origin = Origin(address_of(message), f"u{user_id}", locale, callback_id)
    return CallbackRequest(job_id("update", update_id), origin, pressed[1], pressed[2])


def _membership(change: dict[str, Any], update_id: int, _: str) -> Event | None:
    chat = mapping(change.get("chat"), "my_chat_member.chat")
    sender = mapping(change.get("from"), "my_chat_member.from")
    before = mapping(change.get("old_chat_member"), "old_chat_member").get("status")
    after = mapping(change.get("new_chat_member"), "new_chat_member").get("status")
    chat_type = chat.get("type")
    if chat_type not in (*GROUPS, CHANNEL) or before not in OUTSIDE or after not in INSIDE:
        return None
    address = Address(required_integer(chat.get("id"), "chat.id"), private=False)
    user_id = required_integer(sender.get("id"), "my_chat_member.from.id")
    locale = locale_of(text(sender.get("language_code")))
    origin = Origin(address, f"u{user_id}", locale, channel=chat_type == CHANNEL)
    return Event(job_id("update", update_id), origin, "joined", str(chat_type))


def _stopped(stop: dict[str, Any], update_id: int, _: str) -> Event:
    """Somebody stopped a message that was being written; drafts are for private chats alone."""
    chat = mapping(stop.get("chat"), "stopped_message_generation.chat")
    chat_id = required_integer(chat.get("id"), "chat.id")
    draft_id = numeral(stop.get("draft_id"), "draft_id")  # documented as a number, sent as text
    address = Address(chat_id, thread_id=thread(stop.get("message_thread_id")))
    origin = Origin(address, f"u{chat_id}")
    return Event(job_id("update", update_id), origin, "stopped", draft_id)


KINDS: dict[str, Callable[[dict[str, Any], int, str], Request | None]] = {
    "message": _message,
    "channel_post": from_channel,
    "business_message": from_business,
    "guest_message": from_guest,
    "callback_query": _callback,
    "my_chat_member": _membership,
    "stopped_message_generation": _stopped,
}
"""How each kind of update is read. A business connection alone asks for nothing."""
