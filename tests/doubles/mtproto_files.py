"""What the MTProto double holds: documents in messages, and the rules for reading them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from telethon.tl import types

from local.loopback.file_ids import TYPES, FileId

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

WINDOW_BYTES = 1 << 20
COARSE_BYTES = 4096
PRECISE_BYTES = 1024
CHANNELS_BELOW = -1_000_000_000_000  # chat ids of supergroups and channels


class RpcError(Exception):
    """A refusal, as the server words it."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(slots=True)
class StoredFile:
    """A document; ``read(offset, length)`` gives its bytes, so that it need not be in memory."""

    id: int
    size_bytes: int
    read: Callable[[int, int], bytes]
    dc_id: int
    mime_type: str
    access_hash: int
    video: bool = False
    reference: bytes = field(default_factory=lambda: b"\x01" + os.urandom(24))

    def expire(self) -> None:
        """Make every reference given out so far invalid."""
        self.reference = b"\x01" + os.urandom(24)

    @property
    def file_id(self) -> str:
        """The Bot API's id of it, with the reference of now."""
        kind = TYPES["video" if self.video else "audio"]
        return str(FileId(kind, self.dc_id, self.id, self.access_hash, self.reference))

    def document(self) -> Any:
        """As messages show it."""
        attributes = (
            types.DocumentAttributeVideo(duration=60.0, w=640, h=360)
            if self.video
            else types.DocumentAttributeAudio(duration=60)
        )
        return types.Document(
            id=self.id,
            access_hash=self.access_hash,
            file_reference=self.reference,
            date=datetime.now(UTC),
            mime_type=self.mime_type,
            size=self.size_bytes,
            dc_id=self.dc_id,
            attributes=[attributes, types.DocumentAttributeFilename("private-name.bin")],
        )


class Pattern:
    """A file of any size, reproducible at any place, out of one megabyte of memory."""

    def __init__(self, size_bytes: int, seed: bytes = b"pattern") -> None:
        self.size_bytes = size_bytes
        self._block = b"".join(
            sha256(seed + number.to_bytes(4, "big")).digest()
            for number in range(WINDOW_BYTES // 32)
        )

    def read(self, offset: int, length: int) -> bytes:
        """The bytes there; every megabyte begins with its number."""
        end = min(offset + length, self.size_bytes)
        pieces = []
        while offset < end:
            number, start = divmod(offset, WINDOW_BYTES)
            stop = min(WINDOW_BYTES, start + end - offset)
            head = number.to_bytes(8, "big")
            pieces.append(head[start:stop] + self._block[max(start, 8) : stop])
            offset += stop - start
        return b"".join(pieces)


class Catalogue:
    """Files by document id, and messages by chat and id."""

    def __init__(self) -> None:
        self.files: dict[int, StoredFile] = {}
        self.channels: set[int] = set()
        """Channels and supergroups the bot is in."""
        self._messages: dict[tuple[int, int], Callable[[], Any]] = {}
        self._replies: dict[tuple[int, int], int] = {}

    def add(self, stored: StoredFile) -> StoredFile:
        """Keep a file that stands in no message."""
        self.files[stored.id] = stored
        return stored

    def post(
        self,
        chat_id: int,
        message_id: int,
        stored: StoredFile,
        alternatives: Sequence[StoredFile] = (),
    ) -> None:
        """Put a message with the file into a chat; ids outside channels are one row for all."""
        for one in (stored, *alternatives):
            self.add(one)
        channel_id = _channel_of(chat_id)
        if channel_id:
            self.channels.add(channel_id)

        def message() -> Any:
            media = types.MessageMediaDocument(
                document=stored.document(),
                video=stored.video or None,
                alt_documents=[one.document() for one in alternatives] or None,
            )
            return types.Message(
                id=message_id,
                peer_id=_peer(chat_id),
                date=datetime.now(UTC),
                message="a private caption",
                media=media,
            )

        self._messages[channel_id, message_id] = message

    def withdraw(self, chat_id: int, message_id: int) -> None:
        """Delete the message."""
        del self._messages[_channel_of(chat_id), message_id]

    def reply(self, chat_id: int, message_id: int, to: int) -> None:
        """Let a message of this id reply to ``to``, which is visible only by way of it."""
        self._replies[_channel_of(chat_id), message_id] = to

    def messages(self, channel_id: int, asked: Sequence[Any]) -> list[Any]:
        """The messages, an empty one for each that is not there or must not be seen."""
        return [self._message(channel_id, one) for one in asked]

    def _message(self, channel_id: int, asked: Any) -> Any:
        hidden = {to for (place, _), to in self._replies.items() if place == channel_id}
        match asked:
            case types.InputMessageReplyTo():
                message_id = self._replies.get((channel_id, asked.id), 0)
            case _:
                message_id = 0 if asked.id in hidden else asked.id
        make = self._messages.get((channel_id, message_id))
        return make() if make else types.MessageEmpty(id=asked.id, peer_id=None)

    def located(self, request: Any, dc_id: int) -> StoredFile:
        """The file a GetFileRequest means, if the request keeps all the rules."""
        _check_range(request)
        location = request.location
        stored = self.files.get(getattr(location, "id", 0))
        if not isinstance(location, types.InputDocumentFileLocation) or stored is None:
            raise RpcError(400, "LOCATION_INVALID")
        if location.access_hash != stored.access_hash or location.thumb_size:
            raise RpcError(400, "FILE_ID_INVALID")
        if not location.file_reference:
            raise RpcError(400, "FILE_REFERENCE_EMPTY")
        if location.file_reference != stored.reference:
            raise RpcError(400, "FILE_REFERENCE_EXPIRED")
        if stored.dc_id != dc_id:
            raise RpcError(303, f"FILE_MIGRATE_{stored.dc_id}")
        return stored


def _check_range(request: Any) -> None:
    unit = PRECISE_BYTES if request.precise else COARSE_BYTES
    offset, limit = request.offset, request.limit
    if offset < 0 or offset % unit:
        raise RpcError(400, "OFFSET_INVALID")
    too_odd = limit % unit or (not request.precise and limit and WINDOW_BYTES % limit)
    if not 0 < limit <= WINDOW_BYTES or too_odd:
        raise RpcError(400, "LIMIT_INVALID")
    if offset // WINDOW_BYTES != (offset + limit - 1) // WINDOW_BYTES:
        raise RpcError(400, "LIMIT_INVALID")


def _channel_of(chat_id: int) -> int:
    return CHANNELS_BELOW - chat_id if chat_id <= CHANNELS_BELOW else 0


def _peer(chat_id: int) -> Any:
    if chat_id > 0:
        return types.PeerUser(chat_id)
    channel_id = _channel_of(chat_id)
    return types.PeerChannel(channel_id) if channel_id else types.PeerChat(-chat_id)


def slices(content: bytes) -> Callable[[int, int], bytes]:
    """What reads parts of bytes in memory."""
    return lambda offset, length: content[offset : offset + length]


def read_from(path: Path) -> Callable[[int, int], bytes]:
    """What reads parts of a file on disk."""

    def read(offset: int, length: int) -> bytes:
        with path.open("rb") as file:
            file.seek(offset)
            data: bytes = file.read(length)
            return data

    return read


def stored_at(path: Path, file_id: str) -> StoredFile:
    """A file on disk under the id the Bot API's double gave it."""
    known = FileId.parse(file_id)
    return StoredFile(
        known.document_id,
        path.stat().st_size,
        read_from(path),
        known.dc_id,
        "application/octet-stream",
        known.access_hash,
        reference=known.reference,
    )
