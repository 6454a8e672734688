"""A DynamoDB table as Python values: the operations the adapters need, and no more.

In expressions an attribute ``name`` is written ``#name`` and a value ``:name``; the first stands
for itself (which settles the question of reserved words), the second is looked up in ``values``.
"""

from __future__ import annotations

import math
import os
import re
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any

from shared.adapters.aws.failures import RefusedError
from shared.errors import TransientError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from shared.adapters.aws.client import AwsClient

Item = dict[str, Any]

NAMES = re.compile(r"#(\w+)")
BATCH_WRITES = 25  # the most one BatchWriteItem takes
BATCH_TRIES = 5


class ConditionFailedError(Exception):
    """The write's condition does not hold; ``item`` is what is there, None when nothing is."""

    def __init__(self, item: Item | None) -> None:
        super().__init__("the condition does not hold")
        self.item = item


class TransactionCancelledError(Exception):
    """Nothing was written; ``reasons`` holds the code of each part, ``None`` for a good one."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("the transaction was cancelled")
        self.reasons = reasons


CONDITION_FAILED = "ConditionalCheckFailed"  # reasons of a cancelled transaction
CONFLICT = "TransactionConflict"


class DynamoTable:
    """One table; every read is consistent."""

    def __init__(self, client: AwsClient, name: str) -> None:
        self._client = client
        self._name = name

    def get(self, key: Item) -> Item | None:
        """The item under ``key``."""
        request = {"TableName": self._name, "Key": encoded(key), "ConsistentRead": True}
        item = self._client.call("GetItem", request).get("Item")
        return decoded(item) if item else None

    def get_all(self, keys: Sequence[Item]) -> list[Item]:
        """The items there are under these (at most 100) keys, in one call, in any order."""
        wanted = {"Keys": [encoded(key) for key in keys], "ConsistentRead": True}
        answer = self._client.call("BatchGetItem", {"RequestItems": {self._name: wanted}})
        if answer.get("UnprocessedKeys"):
            raise TransientError("dynamodb BatchGetItem: not available now (unprocessed keys)")
        return [decoded(item) for item in answer["Responses"].get(self._name, [])]

    def query(self, pk: str, *, keys_only: bool = False) -> Iterator[Item]:
        """Everything under ``pk`` in the order of ``sk``."""
        request = {
            "TableName": self._name,
            "ConsistentRead": True,
            "KeyConditionExpression": "#pk = :pk",
            **({"ProjectionExpression": "#pk, #sk"} if keys_only else {}),
            "ExpressionAttributeNames": {"#pk": "pk", **({"#sk": "sk"} if keys_only else {})},
            "ExpressionAttributeValues": encoded({":pk": pk}),
        }
        while True:
            answer = self._client.call("Query", request)
            yield from map(decoded, answer["Items"])
            if not answer.get("LastEvaluatedKey"):
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def put(
        self, item: Item, *, condition: str = "", values: Mapping[str, Any] | None = None
    ) -> None:
        """Write the whole item, if ``condition`` holds."""
        self._write("PutItem", self.putting(item, condition=condition, values=values))

    def update(
        self,
        key: Item,
        change: str,
        *,
        condition: str,
        values: Mapping[str, Any],
        names: Mapping[str, str] | None = None,
        answer: str = "ALL_NEW",
    ) -> Item:
        """Change the item if ``condition`` holds; the item as it is now, or was (``ALL_OLD``)."""
        request = self.updating(key, change, condition=condition, values=values, names=names)
        answered = self._write("UpdateItem", {**request, "ReturnValues": answer})
        return decoded(answered["Attributes"])

    def delete(
        self, key: Item, *, condition: str = "", values: Mapping[str, Any] | None = None
    ) -> None:
        """Remove the item, if ``condition`` holds; without one it need not be there."""
        self._write("DeleteItem", self.deleting(key, condition=condition, values=values))

    def delete_all(self, keys: Sequence[Item]) -> None:
        """Remove these items, 25 to a call."""
        left = [{"DeleteRequest": {"Key": encoded(key)}} for key in keys]
        tries = BATCH_TRIES + len(left) // BATCH_WRITES
        while left:
            if not tries:
                raise TransientError("dynamodb BatchWriteItem: not available now (unprocessed)")
            tries -= 1
            batch, left = left[:BATCH_WRITES], left[BATCH_WRITES:]
            answer = self._client.call("BatchWriteItem", {"RequestItems": {self._name: batch}})
            left += answer.get("UnprocessedItems", {}).get(self._name, [])

    def transact(self, parts: Sequence[Mapping[str, Any]]) -> None:
        """Write all ``parts`` (at most 100) or none. Made by ``putting`` and its like.

        The token makes a try whose answer was lost, and the one after it, the same transaction.
        """
        request = {"TransactItems": parts, "ClientRequestToken": os.urandom(16).hex()}
        try:
            self._client.call("TransactWriteItems", request)
        except RefusedError as refused:
            if refused.code != "TransactionCanceledException":
                raise
            reasons = refused.details.get("CancellationReasons") or []
            raise TransactionCancelledError([reason["Code"] for reason in reasons]) from refused

    def putting(
        self, item: Item, *, condition: str = "", values: Mapping[str, Any] | None = None
    ) -> Item:
        """The request that ``put`` sends."""
        return {
            "TableName": self._name,
            "Item": encoded(item),
            **_expressions({"ConditionExpression": condition}, values),
        }

    def updating(
        self,
        key: Item,
        change: str,
        *,
        condition: str,
        values: Mapping[str, Any],
        names: Mapping[str, str] | None = None,
    ) -> Item:
        """The request that ``update`` sends."""
        expressions = {"UpdateExpression": change, "ConditionExpression": condition}
        return {
            "TableName": self._name,
            "Key": encoded(key),
            **_expressions(expressions, values, names),
        }

    def deleting(
        self, key: Item, *, condition: str = "", values: Mapping[str, Any] | None = None
    ) -> Item:
        """The request that ``delete`` sends."""
        return {
            "TableName": self._name,
            "Key": encoded(key),
            **_expressions({"ConditionExpression": condition}, values),
        }

    def _write(self, operation: str, request: Item) -> dict[str, Any]:
        if "ConditionExpression" in request:
            request = {**request, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        try:
            return self._client.call(operation, request)
        except RefusedError as refused:
            if refused.code != "ConditionalCheckFailedException":
                raise
            item = refused.details.get("Item")
            raise ConditionFailedError(decoded(item) if item else None) from refused


def time_to_live(now: float, kept_s: float) -> int:
    """The ``ttl`` of what is kept for ``kept_s``: DynamoDB wants whole seconds."""
    return math.ceil(now + kept_s)


def alive(item: Item | None, now: float) -> bool:
    """Whether there is an item and it has not expired; DynamoDB removes it days later."""
    return item is not None and item["ttl"] > now


def encoded(item: Mapping[str, Any]) -> Item:
    """The attributes as DynamoDB wants them; None is left out."""
    return {name: _encoded(value) for name, value in item.items() if value is not None}


def decoded(item: Mapping[str, Any]) -> Item:
    """What ``encoded`` made; sequences come back as lists."""
    return {name: _decoded(value) for name, value in item.items()}


def _encoded(value: Any) -> dict[str, Any]:
    match value:
        case str():
            return {"S": str(value)}  # an enumeration's member too
        case bytes():
            return {"B": b64encode(value).decode()}
        case int() | float():
            return {"N": repr(value)}
        case dict():
            return {"M": encoded(value)}
        case list() | tuple():
            return {"L": [_encoded(part) for part in value]}
        case _:
            raise TypeError(type(value).__name__)


def _decoded(value: Mapping[str, Any]) -> Any:
    ((kind, content),) = value.items()
    match kind:
        case "N":
            return int(content) if content.lstrip("-").isdigit() else float(content)
        case "B":
            return b64decode(content)
        case "M":
            return decoded(content)
        case "L":
            return [_decoded(part) for part in content]
        case _:
            return content


def _expressions(
    expressions: Mapping[str, str],
    values: Mapping[str, Any] | None,
    names: Mapping[str, str] | None = None,
) -> Item:
    """The expressions that are not empty, with the names and values they speak of."""
    given: Item = {kind: text for kind, text in expressions.items() if text}
    used = {name for text in expressions.values() for name in NAMES.findall(text)}
    if used:
        given |= {"ExpressionAttributeNames": {f"#{n}": (names or {}).get(n, n) for n in used}}
    if values:
        given |= {"ExpressionAttributeValues": {f":{n}": _encoded(v) for n, v in values.items()}}
    return given
