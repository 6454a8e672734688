"""What a file id of the Bot API says about where the file lies.

Urlsafe base64 without padding, in which n zero bytes are written as 0, n, of: the kind and flags,
the data centre, the file reference if a flag announces one, the document's id and access hash (all
little endian), and the layout's version.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
from dataclasses import dataclass

from shared.errors import OperatorError

KINDS = {
    3: "voice",
    4: "video",
    5: "document",
    8: "sticker",
    9: "audio",
    10: "animation",
    13: "video_note",
}
WEB_FLAG = 1 << 24
REFERENCE_FLAG = 1 << 25
KIND_MASK = WEB_FLAG - 1
VERSION = 4
LONG_STRING = 254  # a byte string of this length or more has a four-byte head


@dataclass(frozen=True, slots=True)
class FileLocation:
    """A document at Telegram; the reference is as old as the file id."""

    kind: str
    dc_id: int
    document_id: int
    access_hash: int
    file_reference: bytes


def decode(file_id: str) -> FileLocation:
    """Take ``file_id`` apart. OperatorError for what is none: Telegram's layout has changed."""
    try:
        return _decoded(file_id)
    except (struct.error, IndexError, KeyError, ValueError) as error:
        raise OperatorError("Telegram's file ids have changed; update this program") from error


def _decoded(file_id: str) -> FileLocation:
    data = _unpacked(file_id)
    head, dc_id = struct.unpack_from("<ii", data)
    if head & WEB_FLAG or dc_id <= 0 or data[-1] != VERSION:
        raise ValueError("not a document of a known layout")
    reference, rest = _split(data[8:]) if head & REFERENCE_FLAG else (b"", data[8:])
    # Behind the two numbers stand at least the sub-version and the version.
    document_id, access_hash, _ = struct.unpack_from("<qqH", rest)
    return FileLocation(KINDS[head & KIND_MASK], dc_id, document_id, access_hash, reference)


def _unpacked(file_id: str) -> bytes:
    try:
        packed = base64.b64decode(file_id + "=" * (-len(file_id) % 4), b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    return re.sub(rb"\0(.?)", _zeros, packed, flags=re.DOTALL)


def _zeros(run: re.Match[bytes]) -> bytes:
    return bytes(run[1][0])


def _split(data: bytes) -> tuple[bytes, bytes]:
    """A byte string with its length in front and padding to a multiple of four; what follows it."""
    start = 4 if data[0] == LONG_STRING else 1
    length = int.from_bytes(data[1:4], "little") if start > 1 else data[0]
    end = start + length
    return data[start:end], data[end + -end % 4 :]
