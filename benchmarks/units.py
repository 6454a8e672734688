"""DynamoDB's request units, worked out from requests and answers as the price list defines them.

A write unit is 1 KB of an item, a read unit 4 KB read consistently; inside a transaction each counts
twice. An item's size is that of its names and values.
"""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

WRITE_UNIT_BYTES = 1024
READ_UNIT_BYTES = 4096
NUMBER_BYTES = 1  # and one more for each two digits
CONTAINER_BYTES = 3  # of a list or map, and one more for each element
TRANSACTION_FACTOR = 2
WRITES = ("Put", "Update", "Delete", "ConditionCheck")

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Units:
    """What is billed."""

    reads: int = 0
    writes: int = 0

    def __add__(self, other: Units) -> Units:
        return Units(self.reads + other.reads, self.writes + other.writes)


class Meter:
    """Reads the units off one table after the other's traffic; remembers how large items are."""

    def __init__(self) -> None:
        self._sizes: dict[str, int] = {}

    def units(self, operation: str, request: Mapping[str, Any], answer: Mapping[str, Any]) -> Units:
        """What one call costs. An updated item counts with what it had before and what it got."""
        match operation:
            case "GetItem":
                return Units(reads=_reads(item_bytes(answer.get("Item", {}))))
            case "BatchGetItem":
                asked = sum(len(part["Keys"]) for part in request["RequestItems"].values())
                items = [item for part in answer["Responses"].values() for item in part]
                missing = asked - len(items)
                return Units(reads=missing + sum(_reads(item_bytes(item)) for item in items))
            case "Query":
                return Units(reads=_reads(sum(map(item_bytes, answer["Items"]))))
            case "PutItem" | "UpdateItem" | "DeleteItem":
                return Units(writes=self._write(operation.removesuffix("Item"), request))
            case "BatchWriteItem":
                return Units(writes=sum(self._batched(request["RequestItems"])))
            case "TransactWriteItems":
                parts = [part for item in request["TransactItems"] for part in item.items()]
                writes = sum(self._write(kind, part) for kind, part in parts if kind in WRITES)
                return Units(writes=TRANSACTION_FACTOR * writes)
            case _:
                raise ValueError(operation)

    def _write(self, kind: str, request: Mapping[str, Any]) -> int:
        table = request["TableName"]
        if kind == "Put":
            before = self._sizes.get(_name(table, request["Item"]), 0)
            after = item_bytes(request["Item"])
            self._sizes[_name(table, request["Item"])] = after
        else:
            name = _name(table, request["Key"])
            before = self._sizes.pop(name, item_bytes(request["Key"]))
            after = 0
            if kind == "Update":
                after = before + item_bytes(request.get("ExpressionAttributeValues", {}))
                self._sizes[name] = after
        return max(1, ceil(max(before, after) / WRITE_UNIT_BYTES))

    def _batched(self, tables: Mapping[str, list[dict[str, Any]]]) -> Iterable[int]:
        for table, writes in tables.items():
            for write in writes:
                ((kind, part),) = write.items()
                yield self._write(kind.removesuffix("Request"), {"TableName": table, **part})


def item_bytes(item: Mapping[str, Any]) -> int:
    """The size of an item in DynamoDB's JSON."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(str(content).encode())
        case "N":
            return NUMBER_BYTES + ceil(sum(map(str.isdigit, str(content))) / 2)
        case "B":
            return len(b64decode(content))
        case "M":
            return CONTAINER_BYTES + len(content) + item_bytes(content)
        case "L":
            return CONTAINER_BYTES + len(content) + sum(map(_value_bytes, content))
        case _:
            return 1


def _reads(size_bytes: int) -> int:
    return max(1, ceil(size_bytes / READ_UNIT_BYTES))


def _name(table: str, item: Mapping[str, Any]) -> str:
    return json.dumps([table, item["pk"], item.get("sk")])
