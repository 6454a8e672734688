"""Bytes of any length in items of a bounded size.

The first piece stands in the header (part 0), which is written last and says how many parts there
are. A reader that finds a part missing, or from another write, finds nothing at all.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from shared.adapters.aws.dynamo_table import alive

if TYPE_CHECKING:
    from shared.adapters.aws.dynamo_table import DynamoTable, Item

PART_BYTES = 380_000  # an item holds 409 600 bytes, names and keys included
DIGITS = 4


class Blob(NamedTuple):
    """The bytes, and until when they are kept."""

    data: bytes
    ttl: int


class DynamoBlobs:
    """Named blobs under a common key; a name is any text that sorts apart from the others."""

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def put(self, pk: str, name: str, data: bytes, ttl: int) -> None:
        """Store, replacing what was there under this name."""
        pieces = [data[at : at + PART_BYTES] for at in range(0, len(data), PART_BYTES)] or [b""]
        common = {"pk": pk, "ttl": ttl, "tag": os.urandom(6).hex()}
        for number, piece in reversed(list(enumerate(pieces))):
            item = {**common, "sk": f"{name}{number:0{DIGITS}}", "body": piece}
            if number == 0:
                item["parts"] = len(pieces)
            self._table.put(item)

    def all(self, pk: str, now: float) -> dict[str, Blob]:
        """Every whole blob under ``pk`` that has not expired, by name."""
        items = {item["sk"]: item for item in self._table.query(pk)}
        found = {}
        for sk, header in items.items():
            if "parts" in header and alive(header, now):
                name = sk[:-DIGITS]
                parts = [items.get(f"{name}{n:0{DIGITS}}") for n in range(header["parts"])]
                data = _joined(parts, header["tag"])
                if data is not None:
                    found[name] = Blob(data, header["ttl"])
        return found

    def drop(self, pk: str) -> None:
        """Remove everything under ``pk``, leftovers of earlier writes too."""
        self._table.delete_all(list(self._table.query(pk, keys_only=True)))


def _joined(parts: list[Item | None], tag: str) -> bytes | None:
    """The bytes of all parts, or None when one is missing or another write's."""
    whole = [part for part in parts if part is not None and part["tag"] == tag]
    return b"".join(part["body"] for part in whole) if len(whole) == len(parts) else None
