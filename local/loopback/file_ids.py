"""File ids in Telegram's own layout, so that whatever takes them apart can be tried on ours.

An id is urlsafe base64 without padding over bytes in which a run of n zeros is written as 0, n.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import struct
from dataclasses import dataclass
from typing import Self

REFERENCE_FLAG = 1 << 25
SUB_VERSION = 32
VERSION = 4
UNIQUE_DOCUMENT = 2  # the kind of unique id that documents of every sort have
LONGEST_RUN = 250
LONG_REFERENCE = 254  # a TL byte string of this length or more has a four-byte head
TYPES = {
    "voice": 3,
    "video": 4,
    "document": 5,
    "audio": 9,
    "animation": 10,
    "video_note": 13,
}


@dataclass(frozen=True, slots=True)
class FileId:
    """What a file id says: the same document has another id in every message that carries it."""

    type: int
    dc_id: int
    document_id: int
    access_hash: int
    reference: bytes

    @classmethod
    def of(cls, kind: str, document_id: int, *, message_id: int, date: int) -> Self:
        """The id of a document in a message of a private chat."""
        digest = hashlib.sha256(f"{document_id}".encode()).digest()
        head = b"\x01" + struct.pack(">II", message_id, date)
        mark = hashlib.sha256(f"{document_id} {message_id}".encode()).digest()[:16]
        return cls(TYPES[kind], 4, document_id, struct.unpack("<q", digest[:8])[0], head + mark)

    def __str__(self) -> str:
        body = struct.pack("<ii", self.type | REFERENCE_FLAG, self.dc_id)
        body += _byte_string(self.reference) + struct.pack(
            "<qq", self.document_id, self.access_hash
        )
        return _text(body + bytes((SUB_VERSION, VERSION)))

    @property
    def unique_id(self) -> str:
        """What is the same for one document wherever it is forwarded."""
        return _text(struct.pack("<iq", UNIQUE_DOCUMENT, self.document_id))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an id. Raise ValueError for anything that is none."""
        try:
            data = _unpacked(text)
            kind, dc_id = struct.unpack_from("<ii", data)
            reference, rest = b"", data[8:]
            if kind & REFERENCE_FLAG:
                reference, rest = _split_byte_string(rest)
            document_id, access_hash, _, version = struct.unpack("<qqBB", rest)
        except (struct.error, IndexError, binascii.Error) as error:
            raise ValueError("not a file id") from error
        if version != VERSION or kind & 0xFF not in TYPES.values():
            raise ValueError("not a file id of a document")
        return cls(kind & 0xFF, dc_id, document_id, access_hash, reference)


def _byte_string(data: bytes) -> bytes:
    """A TL byte string: its length, itself, and zeros up to a multiple of four."""
    if len(data) >= LONG_REFERENCE:
        raise ValueError("a file reference is shorter")
    packed = bytes((len(data),)) + data
    return packed + bytes(-len(packed) % 4)


def _split_byte_string(data: bytes) -> tuple[bytes, bytes]:
    length = data[0]
    end = 1 + length
    return data[1:end], data[end + -end % 4 :]


def _text(data: bytes) -> str:
    packed = re.sub(rb"\0{1,%d}" % LONGEST_RUN, lambda run: bytes((0, len(run[0]))), data)
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def _unpacked(text: str) -> bytes:
    if not re.fullmatch(r"[\w-]+", text, re.ASCII):
        raise ValueError("not a file id")
    packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return re.sub(rb"\0(.)", lambda run: bytes(run[1][0]), packed, flags=re.DOTALL)
