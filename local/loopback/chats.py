"""What the stand-in remembers: chats, their messages and files, and how each looks as JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local.loopback.file_ids import FileId
from local.loopback.formatting import found

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local.loopback.drafts import Draft
    from local.loopback.faults import Refusal
    from local.loopback.formatting import Entities, Keyboard
    from local.loopback.people import Business
    from local.loopback.record import Entry

IN_CHARGE = ("creator", "administrator")


@dataclass(slots=True, eq=False)
class StoredFile:
    """One uploaded document; forwarding keeps it, uploading the same bytes again makes another."""

    kind: str
    document_id: int
    data: bytes
    size_bytes: int
    """What is announced; more than ``data`` holds where only the size matters."""
    path: str
    fields: dict[str, Any]
    """Duration, MIME type, name …: what the sender's client says of it."""
    gone: bool = False

    def vanish(self) -> None:
        """Let downloads answer that there is no such file, though its id is still good."""
        self.gone = True


@dataclass(slots=True, eq=False)
class Message:
    """A message as the chat shows it now, and what it showed before."""

    id: int
    chat: Chat
    date: int
    sender: dict[str, Any]
    """The user or bot; of a post in a channel, nobody is told."""
    text: str = ""
    entities: Entities = field(default_factory=list)
    """Those that were given with the text or caption; others Telegram finds by itself."""
    caption: str = ""
    buttons: Keyboard = field(default_factory=list)
    file: StoredFile | None = None
    reply_to: Message | None = None
    thread_id: int | None = None
    sender_chat: Chat | None = None
    """On whose behalf it was written: a channel, or the group of an anonymous administrator."""
    album: str | None = None
    """The media group it belongs to."""
    inline_id: str | None = None
    """What alone names the bot's answer to a guest."""
    guest_query_id: str | None = None
    """By which the bot may answer, where a guest asked it."""
    forward_origin: dict[str, Any] | None = None
    service: dict[str, Any] = field(default_factory=dict)
    """Fields of a service message."""
    edits: list[str] = field(default_factory=list)
    """Former texts, oldest first."""
    reactions: list[str] = field(default_factory=list)
    edited_at: int | None = None
    silent: bool = False
    previews: bool = True
    """Whether a link in it opens a preview."""
    deleted: bool = False

    @property
    def from_bot(self) -> bool:
        """Whether the bot wrote it."""
        return bool(self.sender.get("is_bot")) and self.sender_chat is None

    @property
    def author(self) -> str:
        """The name shown above it."""
        if self.sender_chat:
            return self.sender_chat.names["title"]
        return str(self.sender["first_name"])

    @property
    def button_texts(self) -> list[str]:
        """The buttons' labels, row by row."""
        return [button["text"] for row in self.buttons for button in row]

    @property
    def document(self) -> bytes | None:
        """The bytes of the file it carries."""
        return self.file.data if self.file else None

    @property
    def file_name(self) -> str | None:
        """The name of the file it carries."""
        return self.file.fields.get("file_name") if self.file else None

    @property
    def file_id(self) -> str | None:
        """The id of the file in this message; another message has another for the same file."""
        if self.file is None:
            return None
        return str(self._file_id(self.file))

    @property
    def file_unique_id(self) -> str | None:
        """The id of the file wherever it is forwarded."""
        return self._file_id(self.file).unique_id if self.file else None

    def _file_id(self, file: StoredFile) -> FileId:
        return FileId.of(file.kind, file.document_id, message_id=self.id, date=self.date)

    def to_dict(self, *, with_reply: bool = True) -> dict[str, Any]:
        """The Bot API's Message."""
        shown = {
            "message_id": self.id,
            **self._signature(),
            "chat": self.chat.to_dict(),
            "date": self.date,
            "edit_date": self.edited_at,
            "forward_origin": self.forward_origin,
            "media_group_id": self.album,
            "guest_query_id": self.guest_query_id,
            "text": self.text,
            "entities": found(self.text) + (self.entities if self.text else []),
            "caption": self.caption,
            "caption_entities": found(self.caption) + (self.entities if self.caption else []),
            **self._thread(),
            **self._media(),
            **self.service,
        }
        if self.reply_to and with_reply:
            shown["reply_to_message"] = self.reply_to.to_dict(with_reply=False)
        if self.buttons:
            shown["reply_markup"] = {"inline_keyboard": self.buttons}
        return {key: value for key, value in shown.items() if value not in (None, "", [])}

    def _signature(self) -> dict[str, Any]:
        """Who wrote it, as far as the bot is told."""
        if self.chat.type == "channel":
            return {"sender_chat": self.chat.to_dict()}
        signed: dict[str, Any] = {"from": self.sender}
        if self.sender_chat:
            signed["sender_chat"] = self.sender_chat.to_dict()
        business = self.chat.business
        if business:
            signed["business_connection_id"] = business.id
            if self.from_bot:
                signed |= {"from": business.owner.about, "sender_business_bot": self.sender}
        return signed

    def _thread(self) -> dict[str, Any]:
        if self.thread_id is None:
            return {}
        return {"message_thread_id": self.thread_id, "is_topic_message": True}

    def _media(self) -> dict[str, Any]:
        if self.file is None:
            return {}
        media = {
            **self.file.fields,
            "file_id": self.file_id,
            "file_unique_id": self.file_unique_id,
            "file_size": self.file.size_bytes,
        }
        shown = {self.file.kind: media}
        if self.file.kind == "animation":
            shown["document"] = media  # Telegram shows an animation as a document as well
        return shown


@dataclass(slots=True, eq=False)
class Chat:
    """A conversation; ``refusal`` is what every call for it gets while the bot is shut out."""

    id: int
    type: str
    names: dict[str, str]
    """``first_name`` and ``username`` of a private chat, ``title`` of a group."""
    forum: bool = False
    threads: set[int] = field(default_factory=set)
    """Topics that exist; the general one is none of them."""
    closed_threads: set[int] = field(default_factory=set)
    history: list[Message] = field(default_factory=list)
    """Every message ever, those deleted too."""
    log: list[Entry] = field(default_factory=list)
    """All that happened, oldest first."""
    drafts: list[Draft] = field(default_factory=list)
    """Every state of every draft ever shown."""
    members: dict[int, str] = field(default_factory=dict)
    """What each member of a group is: creator, administrator, member, left or kicked."""
    business: Business | None = None
    """The account in whose chat this is, where the bot writes on somebody's behalf."""
    reactions_allowed: bool = True
    actions: list[str] = field(default_factory=list)
    """What the bot was seen doing: ``typing`` …"""
    refusal: Refusal | None = None

    @property
    def private(self) -> bool:
        """Whether it is a chat with one user."""
        return self.type == "private"

    @property
    def messages(self) -> Sequence[Message]:
        """What the chat shows now, oldest first."""
        return [message for message in self.history if not message.deleted]

    @property
    def from_bot(self) -> Sequence[Message]:
        """What the bot wrote of it."""
        return [message for message in self.messages if message.from_bot]

    def message(self, message_id: int) -> Message | None:
        """The message with this id, unless it was deleted."""
        return next((m for m in self.messages if m.id == message_id), None)

    def in_charge(self, user_id: int) -> bool:
        """Whether the user, or bot, is an administrator or the owner."""
        return self.members.get(user_id) in IN_CHARGE

    def to_dict(self) -> dict[str, Any]:
        """The Bot API's Chat."""
        shown: dict[str, Any] = {"id": self.id, "type": self.type, **self.names}
        if self.forum:
            shown["is_forum"] = True
        return shown


@dataclass(slots=True, eq=False)
class Callback:
    """A pressed button; ``answers`` are what the bot answered, '' for a bare stop."""

    id: str
    data: str
    label: str
    message: Message
    answers: list[str] = field(default_factory=list)
