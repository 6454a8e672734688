"""Everything the stand-in for Telegram remembers, and the few ways it changes."""

from __future__ import annotations

import hashlib
import itertools
from typing import TYPE_CHECKING, Any

from local.loopback.chats import Callback, Chat, Message, StoredFile
from local.loopback.events import EventBoard
from local.loopback.file_ids import FileId

if TYPE_CHECKING:
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
        self.files: dict[int, StoredFile] = {}
        self.callbacks: dict[str, Callback] = {}
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        """The bot's menu by scope and language."""
        bot_id = int(token.partition(":")[0])
        self.bot = {"id": bot_id, "is_bot": True, "first_name": username, "username": username}
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

    def post(self, chat: Chat, sender: dict[str, Any], **content: Any) -> Message:
        """Append a message to ``chat``. Supergroups number their own, all others share a count."""
        supergroup = chat.id <= SUPERGROUP_IDS
        ids = self._account_messages
        if supergroup:
            ids = self._chat_messages.setdefault(chat.id, itertools.count(1))
        message = Message(next(ids), chat, self.now, sender, **content)
        chat.history.append(message)
        return message

    def press(self, message: Message, data: str, user_id: int) -> Callback:
        """Note that a button was pressed."""
        seed = f"{message.chat.id} {message.id} {user_id} {len(self.callbacks)}"
        number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8]) >> 1
        callback = Callback(str(number), data, message)
        self.callbacks[callback.id] = callback
        return callback
