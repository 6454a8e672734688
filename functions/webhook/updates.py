"""Understanding a Bot API update: from untrusted JSON to one of a few small requests.

Pure: no clock, no settings, no network. ``understand`` gives a request, None for what is not for
us, or raises MalformedUpdateError; it raises nothing else, whatever it is given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from shared.jobs import Action, Address, Job, Media, Options, job_id
from shared.texts import DEFAULT_LOCALE, locale_of
from webhook.attachments import attachment
from webhook.fields import (
    identifier,
    integer,
    mapping,
    required_integer,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from webhook.attachments import Problem

TRANSCRIBE = "transcribe"
FORMATS = ("txt", "srt")  # what a caption may ask for with a slash
ARGUMENT_LIMIT = 128  # characters kept behind a command; keeps a job far below 2 kB
GENERAL_TOPIC = 1  # Telegram refuses messages sent to it by number
CHAT_TYPES = ("private", "group", "supergroup")
GROUP_TYPES = ("group", "supergroup")
OUTSIDE = ("left", "kicked")
INSIDE = ("member", "administrator")
CHATTER = frozenset(
    "text photo sticker live_photo paid_media contact location poll dice game story checklist "  # noqa: SIM905 - a line instead of thirteen
    "rich_message".split()
)
"""Fields of messages a person wrote to us; anything else is a service message."""

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{1,32}))?")
_LANGUAGE = re.compile(r"lang=([a-z]{2})", re.IGNORECASE)
_BUTTON = re.compile(r"v1:([a-z_]{1,16}):([A-Za-z0-9_-]{1,44})")


@dataclass(frozen=True, slots=True)
class Origin:
    """Who asks, where the answer goes, and in which language."""

    address: Address
    user: str
    locale: str = DEFAULT_LOCALE
    callback_id: str | None = None
    """The pressed button that waits for an answer, where it was one."""


@dataclass(frozen=True, slots=True)
class MediaRequest:
    """Media to transcribe; ``asked`` when ``/transcribe`` says so, not the media alone."""

    id: str
    origin: Origin
    media: Media
    options: Options = field(default_factory=Options)
    asked: bool = False

    def job(self, accepted_at: float) -> Job:
        """The job this request becomes."""
        return replace(
            _job(self.id, Action.TRANSCRIBE, self.origin, accepted_at),
            media=self.media,
            options=self.options,
        )


@dataclass(frozen=True, slots=True)
class CommandRequest:
    """A command other than ``/transcribe``: its name in lower case, and what stood behind it."""

    id: str
    origin: Origin
    name: str
    argument: str = ""

    def job(self, accepted_at: float) -> Job:
        """The job this request becomes."""
        return replace(
            _job(self.id, Action.COMMAND, self.origin, accepted_at),
            command=self.name,
            argument=self.argument,
        )


@dataclass(frozen=True, slots=True)
class CallbackRequest:
    """A pressed button: what to do with which job."""

    id: str
    origin: Origin
    verb: str
    subject: str

    def job(self, accepted_at: float) -> Job:
        """The job this request becomes."""
        return replace(
            _job(self.id, Action.CALLBACK, self.origin, accepted_at),
            command=self.verb,
            argument=self.subject,
        )


@dataclass(frozen=True, slots=True)
class Unusable:
    """Someone expects an answer to what we cannot use; ``problem`` is a key of ``shared.texts``."""

    origin: Origin
    problem: str


@dataclass(frozen=True, slots=True)
class Joined:
    """The bot was added to a group."""

    origin: Origin


Request: TypeAlias = MediaRequest | CommandRequest | CallbackRequest | Unusable | Joined


def understand(update: object, *, username: str = "") -> Request | None:
    """The request in ``update``, None for what is not for us, or MalformedUpdateError.

    ``username`` is the bot's own, without @; while it is empty, every command in a group is ours.
    """
    fields = mapping(update, "update")
    update_id = required_integer(fields.get("update_id"), "update_id")
    if "message" in fields:
        return _message(mapping(fields["message"], "message"), update_id, username.lower())
    if "callback_query" in fields:
        return _callback(mapping(fields["callback_query"], "callback_query"), update_id)
    if "my_chat_member" in fields:
        return _membership(mapping(fields["my_chat_member"], "my_chat_member"))
    return None


def _message(message: dict[str, Any], update_id: int, username: str) -> Request | None:
    origin = _origin(message)
    if origin is None:
        return None
    ours = "" if origin.address.private else username
    words = (text(message.get("text")) or text(message.get("caption"))).split()
    found = attachment(message)
    if isinstance(found, Media):
        return _captioned(found, words, ours, origin, update_id)
    if words and _COMMAND.fullmatch(words[0]):
        return _command(message, words, ours, origin, update_id)
    return _unusable(message, found, origin) if origin.address.private else None


def _captioned(
    media: Media, words: Sequence[str], ours: str, origin: Origin, update_id: int
) -> MediaRequest | None:
    """Media with its caption's ``words``; None where they ask another bot to transcribe it."""
    asked = TRANSCRIBE in _commands(words, ours)
    if not asked and TRANSCRIBE in _commands(words, ""):
        return None
    identity = _media_id(origin, media, update_id)
    return MediaRequest(identity, origin, media, _options(words, ours), asked)


def _command(
    message: dict[str, Any], words: Sequence[str], ours: str, origin: Origin, update_id: int
) -> Request | None:
    """The command ``words`` begin with; None where it is addressed to another bot."""
    for name in _commands(words[:1], ours):
        if name == TRANSCRIBE:
            return _replied(message, _options(words[1:], ours), origin, update_id)
        argument = " ".join(words[1:])[:ARGUMENT_LIMIT]
        return CommandRequest(job_id("update", update_id), origin, name, argument)
    return None


def _replied(
    message: dict[str, Any], options: Options, origin: Origin, update_id: int
) -> MediaRequest | Unusable:
    """``/transcribe`` without media of its own: the media is in the message replied to."""
    replied = message.get("reply_to_message")
    source = message if replied is None else mapping(replied, "reply_to_message")
    found = attachment(source)
    if not isinstance(found, Media):
        return Unusable(origin, found or "nothing_to_transcribe")
    media = replace(found, message_id=_message_id(source))
    return MediaRequest(_media_id(origin, media, update_id), origin, media, options, asked=True)


def _unusable(message: dict[str, Any], found: Problem | None, origin: Origin) -> Unusable | None:
    """What a person sends a bot in private and hopes for an answer to; None for the rest."""
    if found is not None:
        return Unusable(origin, found)
    # An album of photos is many updates; one hint for each would be a flood.
    if CHATTER.isdisjoint(message) or "media_group_id" in message:
        return None
    return Unusable(origin, "hint")


def _callback(callback: dict[str, Any], update_id: int) -> CallbackRequest | Unusable:
    callback_id = identifier(callback.get("id"), "callback_query.id")
    sender = mapping(callback.get("from"), "callback_query.from")
    user_id = required_integer(sender.get("id"), "callback_query.from.id")
    locale = locale_of(text(sender.get("language_code")))
    pressed = _BUTTON.fullmatch(text(callback.get("data")))
    if "message" not in callback or pressed is None:
        origin = Origin(Address(user_id), f"u{user_id}", locale, callback_id)
        return Unusable(origin, "unknown_button")
    message = mapping(callback["message"], "callback_query.message")
    origin = Origin(_address(message), f"u{user_id}", locale, callback_id)
    return CallbackRequest(job_id("update", update_id), origin, pressed[1], pressed[2])


def _membership(change: dict[str, Any]) -> Joined | None:
    chat = mapping(change.get("chat"), "my_chat_member.chat")
    sender = mapping(change.get("from"), "my_chat_member.from")
    before = mapping(change.get("old_chat_member"), "old_chat_member").get("status")
    after = mapping(change.get("new_chat_member"), "new_chat_member").get("status")
    if chat.get("type") not in GROUP_TYPES or before not in OUTSIDE or after not in INSIDE:
        return None
    address = Address(required_integer(chat.get("id"), "chat.id"), private=False)
    user_id = required_integer(sender.get("id"), "my_chat_member.from.id")
    return Joined(Origin(address, f"u{user_id}", locale_of(text(sender.get("language_code")))))


def _origin(message: dict[str, Any]) -> Origin | None:
    """Who sent ``message``; None for chats we do not serve and for other bots.

    On behalf of a chat, ``from`` is absent or a stand-in that all such senders share: then the
    chat's limits count.
    """
    address = _address(message)
    sender = message.get("from")
    if mapping(message["chat"], "chat").get("type") not in CHAT_TYPES:
        return None
    if "sender_chat" in message or sender is None:
        return Origin(address, f"c{address.chat_id}")
    person = mapping(sender, "from")
    if person.get("is_bot") is True:  # two bots answering each other would never stop
        return None
    user_id = required_integer(person.get("id"), "from.id")
    return Origin(address, f"u{user_id}", locale_of(text(person.get("language_code"))))


def _address(message: dict[str, Any]) -> Address:
    chat = mapping(message.get("chat"), "chat")
    thread_id = integer(message.get("message_thread_id"))
    in_topic = message.get("is_topic_message") is True and thread_id != GENERAL_TOPIC
    return Address(
        chat_id=required_integer(chat.get("id"), "chat.id"),
        message_id=_message_id(message),
        thread_id=thread_id if in_topic else None,
        private=chat.get("type") == "private",
    )


def _message_id(message: dict[str, Any]) -> int | None:
    """The message's id; None where it is 0, which names no message."""
    return required_integer(message.get("message_id"), "message_id") or None


def _media_id(origin: Origin, media: Media, update_id: int) -> str:
    address = origin.address
    if address.message_id is None:
        return job_id("update", update_id)
    return job_id(address.chat_id, address.message_id, media.file_unique_id)


def _commands(words: Sequence[str], username: str) -> set[str]:
    """The commands among ``words``, without those addressed to a bot that is not ``username``."""
    found = (_COMMAND.fullmatch(word) for word in words)
    return {
        match[1].lower()
        for match in found
        if match and (not match[2] or not username or match[2].lower() == username)
    }


def _options(words: Sequence[str], username: str) -> Options:
    """What a caption, or the words behind ``/transcribe``, ask for; the last language counts."""
    asked = _commands(words, username)
    languages = [match[1].lower() for word in words if (match := _LANGUAGE.fullmatch(word))]
    return Options(
        language=languages[-1] if languages else None,
        formats=tuple(name for name in FORMATS if name in asked),
    )


def _job(identity: str, action: Action, origin: Origin, accepted_at: float) -> Job:
    return Job(
        id=identity,
        action=action,
        user=origin.user,
        address=origin.address,
        locale=origin.locale,
        accepted_at=accepted_at,
        callback_id=origin.callback_id,
    )
