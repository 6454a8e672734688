"""Everything the stand-in for Telegram remembers, and the few ways it changes."""

from __future__ import annotations

import hashlib
import itertools
from typing import TYPE_CHECKING, Any

from local.loopback.chats import Callback, Chat, Message, StoredFile
from local.loopback.events import EventBoard
from local.loopback.file_ids import FileId
from local.loopback.record import Entry, What

if TYPE_CHECKING:
    from local.loopback.drafts import Draft
    from local.loopback.formatting import Entities, Keyboard
    from local.loopback.people import Business
    from local.loopback.updates import Updates
    from shared.ports import Clock

FIRST_DOCUMENT_ID = 6_203_928_960_259_064_824
SUPERGROUP_IDS = -1_000_000_000_000  # supergroups are numbered downwards from here
FOLDERS = {
    "voice": ("voice", ".oga"),
    "audio": ("music", ".mp3"),
    "video": ("videos", ".mp4"),
    "video_note": ("video_notes", ".mp4"),
    "animation": ("animations", ".mp4"),
    "document": ("documents", ""),
}


class State:
    """Chats, files, pressed buttons and the bot itself."""

    def __init__(self, token: str, username: str, clock: Clock, updates: Updates) -> None:
        self.clock = clock
        self.updates = updates
        self.events = EventBoard()
        self.chats: dict[int, Chat] = {}
        self.users: dict[int, dict[str, Any]] = {}
        self.businesses: dict[str, Business] = {}
        self.guests: dict[str, Message] = {}
        """The messages of guests that wait for their one answer, by query."""
        self.inline: dict[str, Message] = {}
        """The bot's answers to guests by the id that names them."""
        self.files: dict[int, StoredFile] = {}
        self.callbacks: dict[str, Callback] = {}
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        """The bot's menu by scope and language; a chat's scope has the chat's id behind a colon."""
        self.abilities = {
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
            "supports_guest_queries": True,
            "can_connect_to_business": True,
            "has_main_web_app": False,
            "has_topics_enabled": False,
        }
        """What the bot's owner has allowed it, as getMe tells."""
        bot_id = int(token.partition(":")[0])
        self.bot: dict[str, Any] = {
            "id": bot_id,
            "is_bot": True,
            "first_name": username,
            "username": username,
        }
        self._document_ids = itertools.count(FIRST_DOCUMENT_ID)
        self._account_messages = itertools.count(1)
        self._chat_messages: dict[int, itertools.count[int]] = {}
        self._supergroups = itertools.count(1_234_567_890)

    @property
    def now(self) -> int:
        """The date of whatever happens now."""
        return int(self.clock.now())

    def new_supergroup_id(self) -> int:
        """An id no supergroup has yet."""
        return SUPERGROUP_IDS - next(self._supergroups)

    def open_chat(self, chat: Chat) -> Chat:
        """Take ``chat`` in."""
        return self.chats.setdefault(chat.id, chat)

    def store(
        self, kind: str, data: bytes, fields: dict[str, Any], *, size_bytes: int | None = None
    ) -> StoredFile:
        """Keep an uploaded file under a new document id."""
        document_id = next(self._document_ids)
        folder, ending = FOLDERS[kind]
        name = str(fields.get("file_name") or "")
        if kind == "document":
            ending = "." + name.rpartition(".")[2] if "." in name else ""
        path = f"{folder}/file_{len(self.files)}{ending}"
        size_bytes = len(data) if size_bytes is None else size_bytes
        fields = {key: value for key, value in fields.items() if value is not None}
        file = StoredFile(kind, document_id, data, size_bytes, path, fields)
        self.files[document_id] = file
        return file

    def find_file(self, file_id: str) -> StoredFile | None:
        """The file with this id. Raise ValueError for what is no id at all."""
        return self.files.get(FileId.parse(file_id).document_id)

    def file_at(self, path: str) -> StoredFile | None:
        """The file a download asks for."""
        return next((f for f in self.files.values() if f.path == path and not f.gone), None)

    @property
    def bot_name(self) -> str:
        """The bot as chats name it."""
        return str(self.bot["first_name"])

    def named(self, seed: str, count: int) -> str:
        """A long number as Telegram names queries, each time another."""
        digest = hashlib.sha256(f"{seed} {count}".encode()).digest()
        return str(int.from_bytes(digest[:8]) >> 1)

    # What happens in chats

    def note(
        self,
        what: What,
        chat: Chat,
        who: str,
        message: Message | None = None,
        *,
        text: str | None = None,
        draft_id: int = 0,
    ) -> None:
        """Write down what happened; without ``text`` it is the message as it looks now."""
        shown: dict[str, Any] = {"text": text or "", "draft_id": draft_id}
        if message and text is None:
            shown |= {
                "text": message.text or message.caption,
                "entities": tuple(message.entities),
                "buttons": tuple(tuple(row) for row in message.buttons),
            }
        chat.log.append(Entry(what, self.clock.now(), who, message, **shown))

    def post(self, chat: Chat, sender: dict[str, Any], **content: Any) -> Message:
        """Append a message to ``chat``. Supergroups number their own, all others share a count."""
        supergroup = chat.id <= SUPERGROUP_IDS
        ids = self._account_messages
        if supergroup:
            ids = self._chat_messages.setdefault(chat.id, itertools.count(1))
        message = Message(next(ids), chat, self.now, sender, **content)
        chat.history.append(message)
        if message.service:
            what = ", ".join(message.service)
            self.note(What.SERVICE, chat, message.author, message, text=what)
            return message
        if not message.from_bot and not message.sender_chat:
            chat.members.setdefault(sender["id"], "member")
        if message.from_bot:
            self.end_draft(chat)
        self.note(What.WROTE, chat, message.author, message)
        return message

    def edit(
        self, message: Message, text: str, entities: Entities, buttons: Keyboard, *, previews: bool
    ) -> None:
        """Let ``message`` show something else."""
        message.edits.append(message.text)
        message.text, message.entities, message.buttons = text, entities, buttons
        message.previews, message.edited_at = previews, self.now
        self.note(What.EDITED, message.chat, message.author, message)

    def delete(self, message: Message, who: str) -> None:
        """Take ``message`` away."""
        message.deleted = True
        self.note(What.DELETED, message.chat, who, message)

    def draft(self, chat: Chat) -> Draft | None:
        """The draft that ``chat`` shows now."""
        newest = chat.drafts[-1] if chat.drafts else None
        return newest if newest and newest.visible(self.clock.now()) else None

    def end_draft(self, chat: Chat) -> None:
        """Let the draft vanish that ``chat`` shows."""
        draft = self.draft(chat)
        if draft:
            draft.gone = True
            self.note(What.DRAFT_GONE, chat, self.bot_name, text=draft.text, draft_id=draft.id)

    def press(self, message: Message, label: str, data: str, user: dict[str, Any]) -> Callback:
        """Note that a button was pressed."""
        seed = f"{message.chat.id} {message.id} {user['id']}"
        callback = Callback(self.named(seed, len(self.callbacks)), data, label, message)
        self.callbacks[callback.id] = callback
        self.note(What.PRESSED, message.chat, user["first_name"], message, text=label)
        return callback
