"""What the stand-in remembers: chats, their messages and files, and how each looks as JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local.loopback.file_ids import FileId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local.loopback.faults import Refusal

Keyboard = list[list[dict[str, Any]]]


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
    text: str = ""
    caption: str = ""
    buttons: Keyboard = field(default_factory=list)
    file: StoredFile | None = None
    reply_to: Message | None = None
    thread_id: int | None = None
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
        return bool(self.sender.get("is_bot"))

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
            "from": self.sender,
            "chat": self.chat.to_dict(),
            "date": self.date,
            "edit_date": self.edited_at,
            "forward_origin": self.forward_origin,
            "text": self.text,
            "entities": _commands(self.text),
            "caption": self.caption,
            "caption_entities": _commands(self.caption),
            **self._thread(),
            **self._media(),
            **self.service,
        }
        if self.reply_to and with_reply:
            shown["reply_to_message"] = self.reply_to.to_dict(with_reply=False)
        if self.buttons:
            shown["reply_markup"] = {"inline_keyboard": self.buttons}
        return {key: value for key, value in shown.items() if value not in (None, "", [])}

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
    history: list[Message] = field(default_factory=list)
    """Every message ever, those deleted too."""
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
    message: Message
    answers: list[str] = field(default_factory=list)


def _commands(text: str) -> list[dict[str, Any]]:
    """The entity of the command that ``text`` begins with."""
    words = text.split(maxsplit=1)
    if not words or not words[0].startswith("/") or words[0] == "/" or text[0] != "/":
        return []
    return [{"type": "bot_command", "offset": 0, "length": len(words[0])}]
