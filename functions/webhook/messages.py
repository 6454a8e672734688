"""What a message asks, by the kind of chat it stands in.

In a private chat everything is for us; in groups and channels what names us, and media; between a
business account and its customers, where we speak in the owner's name, media and what names us; as
a guest, whatever we are called for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from shared.jobs import Address, Media, job_id
from shared.texts import locale_of
from shared.transcripts import TRANSCRIBE
from webhook import captions
from webhook.attachments import attachment, is_song
from webhook.fields import identifier, integer, mapping, required_integer, text
from webhook.requests import CommandRequest, MediaRequest, Origin, Unusable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from webhook.attachments import Problem
    from webhook.captions import Caption
    from webhook.requests import Request

ARGUMENT_LIMIT = 420  # characters kept behind a command: ten terms of forty
ARGUMENT_BYTES = 1000  # and in UTF-8, so that a job stays below 2 kB
GENERAL_TOPIC = 1  # Telegram refuses messages sent to it by number
PRIVATE, CHANNEL = "private", "channel"
GROUPS = ("group", "supergroup")
CHATTER = frozenset(
    "text photo sticker live_photo paid_media contact location poll dice game story checklist "  # noqa: SIM905 - a line instead of thirteen
    "rich_message".split()
)
"""Fields of messages a person wrote to us; anything else is a service message."""


@dataclass(frozen=True, slots=True)
class _Message:
    """A message that somebody we serve sent."""

    fields: dict[str, Any]
    update_id: int
    origin: Origin
    text: str
    """What was written, in it or below its media."""
    username: str
    """The bot's, where others may be spoken to; empty where everything is for us."""


def from_chat(fields: dict[str, Any], update_id: int, username: str) -> Request | None:
    """What a message in a private chat or a group asks."""
    origin = _origin(fields, (PRIVATE, *GROUPS))
    if origin is None:
        return None
    ours = "" if origin.address.private else username
    return _understood(_Message(fields, update_id, origin, _text(fields), ours))


def from_channel(fields: dict[str, Any], update_id: int, username: str) -> Request | None:
    """What a post in a channel asks; only its administrators post."""
    origin = _origin(fields, (CHANNEL,))
    if origin is None:
        return None
    return _understood(_Message(fields, update_id, origin, _text(fields), username))


def from_business(fields: dict[str, Any], update_id: int, username: str) -> Request | None:
    """What a message between a business account and its customer asks."""
    origin = _origin(fields, (PRIVATE,))
    # What a bot wrote in the owner's name, we or another, is no request.
    if origin is None or "sender_business_bot" in fields:
        return None
    message = _Message(fields, update_id, origin, _text(fields), username)
    found = attachment(fields)
    if isinstance(found, Media):
        return _captioned(message, found)
    words = message.text.split()
    if TRANSCRIBE in captions.commands(words[:1], username):
        return _replied(message, captions.read(" ".join(words[1:]), username))
    return _mentioned(message)


def from_guest(fields: dict[str, Any], update_id: int, username: str) -> Request | None:
    """What we are called for in a chat that we are no member of: only media can be meant."""
    origin = _origin(fields, (PRIVATE, *GROUPS))
    if origin is None:
        return None
    query_id = identifier(fields.get("guest_query_id"), "guest_query_id")
    origin = replace(origin, address=replace(origin.address, guest_query_id=query_id))
    message = _Message(fields, update_id, origin, _text(fields), username)
    caption = captions.read(message.text, username)
    found = attachment(fields)
    if not isinstance(found, Media):
        found = _media_replied_to(fields) or found
    if isinstance(found, Media):
        return _media_request(message, found, caption, asked=True)
    return Unusable(origin, found or "guest_usage")


def address_of(fields: dict[str, Any]) -> Address:
    """Where the answer to a message goes."""
    chat = mapping(fields.get("chat"), "chat")
    thread_id = thread(fields.get("message_thread_id"))
    business_id = fields.get("business_connection_id")
    return Address(
        chat_id=required_integer(chat.get("id"), "chat.id"),
        message_id=_message_id(fields),
        thread_id=thread_id if fields.get("is_topic_message") is True else None,
        private=chat.get("type") == PRIVATE,
        business_id=business_id and identifier(business_id, "business_connection_id"),
    )


def thread(value: object) -> int | None:
    """The number of a topic; None where it is the general one, which is not named."""
    thread_id = integer(value)
    return None if thread_id == GENERAL_TOPIC else thread_id


def _understood(message: _Message) -> Request | None:
    found = attachment(message.fields)
    if isinstance(found, Media):
        return _captioned(message, found)
    words = message.text.split()
    if captions.begins_with_command(words):
        return _command(message, words)
    if message.origin.address.private:
        return _unusable(message, found)
    return _mentioned(message)


def _captioned(message: _Message, media: Media) -> MediaRequest | None:
    """Media with its caption; None where that asks another bot to transcribe it."""
    words = message.text.split()
    asked = TRANSCRIBE in captions.commands(words, message.username)
    asked = asked or captions.mentions(message.text, message.username)
    if not asked and TRANSCRIBE in captions.commands(words, ""):
        return None
    caption = captions.read(message.text, message.username)
    return _media_request(message, media, caption, asked=asked)


def _command(message: _Message, words: Sequence[str]) -> Request | None:
    """The command ``words`` begin with; None where it is addressed to another bot."""
    rest = " ".join(words[1:])
    for name in captions.commands(words[:1], message.username):
        if name == TRANSCRIBE:
            return _replied(message, captions.read(rest, message.username))
        # Control characters would grow sixfold in the job.
        visible = "".join(character for character in rest if character >= " ")[:ARGUMENT_LIMIT]
        argument = visible.encode()[:ARGUMENT_BYTES].decode(errors="ignore")
        return CommandRequest(job_id("update", message.update_id), message.origin, name, argument)
    return None


def _replied(message: _Message, caption: Caption) -> MediaRequest | Unusable:
    """``/transcribe`` without media of its own: the media is in the message replied to."""
    found = _media_replied_to(message.fields) or attachment(message.fields)
    if isinstance(found, Media):
        return _media_request(message, found, caption, asked=True)
    return Unusable(message.origin, found or "nothing_to_transcribe")


def _mentioned(message: _Message) -> MediaRequest | Unusable | None:
    """The bot's name in a reply to media; alone it asks for an explanation, in talk for nothing."""
    if not captions.mentions(message.text, message.username):
        return None
    caption = captions.read(message.text, message.username)
    request = _replied(message, caption)
    return request if caption.alone or isinstance(request, MediaRequest) else None


def _unusable(message: _Message, found: Problem | None) -> Unusable | None:
    """What a person sends a bot in private and hopes for an answer to; None for the rest."""
    if found is not None:
        return Unusable(message.origin, found)
    # An album of photos is many updates; one hint for each would be a flood.
    if CHATTER.isdisjoint(message.fields) or "media_group_id" in message.fields:
        return None
    return Unusable(message.origin, "hint")


def _media_request(
    message: _Message, media: Media, caption: Caption, *, asked: bool
) -> MediaRequest:
    return MediaRequest(
        _identity(message, media),
        message.origin,
        media,
        caption.options,
        asked=asked,
        song=is_song(message.fields),
        problem=caption.problem,
    )


def _identity(message: _Message, media: Media) -> str:
    """The same for the same file in the same message, however often it is delivered."""
    address = message.origin.address
    if address.guest_query_id is not None:
        return job_id("guest", address.guest_query_id, media.file_unique_id)
    if address.message_id is None:
        return job_id("update", message.update_id)
    place = (address.chat_id, address.message_id, media.file_unique_id)
    # A business account's chats have numbers of their own.
    return job_id(*place) if address.business_id is None else job_id(address.business_id, *place)


def _media_replied_to(fields: dict[str, Any]) -> Media | Problem | None:
    """What the message replied to carries, also where that stands in another chat."""
    replied = fields.get("reply_to_message")
    if replied is not None:
        source = mapping(replied, "reply_to_message")
        found = attachment(source)
        return replace(found, message_id=_message_id(source)) if isinstance(found, Media) else found
    elsewhere = fields.get("external_reply")
    return None if elsewhere is None else attachment(mapping(elsewhere, "external_reply"))


def _origin(fields: dict[str, Any], chat_types: Sequence[str]) -> Origin | None:
    """Who sent the message; None for other kinds of chat, and for other bots.

    Who writes on behalf of a chat (an anonymous administrator of his group, a member of his
    channel) counts as that chat: then ``from`` is absent or a stand-in that all such senders share.
    """
    address = address_of(fields)
    chat_type = mapping(fields["chat"], "chat").get("type")
    if chat_type not in chat_types:
        return None
    channel = chat_type == CHANNEL
    if "sender_chat" in fields:
        sender_chat = mapping(fields["sender_chat"], "sender_chat")
        sender_id = required_integer(sender_chat.get("id"), "sender_chat.id")
        return Origin(address, f"c{sender_id}", channel=channel)
    if fields.get("from") is None:
        return Origin(address, f"c{address.chat_id}", channel=channel)
    person = mapping(fields["from"], "from")
    if person.get("is_bot") is True:  # two bots answering each other would never stop
        return None
    user_id = required_integer(person.get("id"), "from.id")
    locale = locale_of(text(person.get("language_code")))
    return Origin(address, f"u{user_id}", locale, channel=channel)


def _text(fields: dict[str, Any]) -> str:
    return text(fields.get("text")) or text(fields.get("caption"))


def _message_id(fields: dict[str, Any]) -> int | None:
    """The message's id; None where it is 0, which names no message."""
    return required_integer(fields.get("message_id"), "message_id") or None
