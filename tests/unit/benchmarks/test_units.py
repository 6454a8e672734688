"""Request units are what DynamoDB's price list says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.units import Meter, Units, item_bytes
from shared.adapters.aws.dynamo_table import encoded

KEY = encoded({"pk": "a"})


def put(size_bytes: int) -> dict[str, Any]:
    """A write of an item of exactly so many bytes."""
    body = "x" * (size_bytes - len("pk") - len("a") - len("body"))
    return {"TableName": "t", "Item": encoded({"pk": "a", "body": body})}


def test_an_item_is_as_large_as_its_names_and_values() -> None:
    """Text by its UTF-8, bytes as they are, a map with its overhead."""
    item = encoded({"pk": "ä", "body": b"123", "map": {"k": "v"}, "n": 1234})
    assert item_bytes(item) == (2 + 2) + (4 + 3) + (3 + 3 + 1 + 2) + (1 + 3)


@pytest.mark.parametrize(("size_bytes", "writes"), [(100, 1), (1024, 1), (1025, 2), (10_240, 10)])
def test_a_write_unit_is_a_kilobyte(size_bytes: int, writes: int) -> None:
    """Begun kilobytes count."""
    assert Meter().units("PutItem", put(size_bytes), {}) == Units(writes=writes)


@pytest.mark.parametrize(("size_bytes", "reads"), [(100, 1), (4096, 1), (4097, 2)])
def test_a_read_unit_is_four_kilobytes(size_bytes: int, reads: int) -> None:
    """A consistent read of nothing costs one as well."""
    answer = {"Item": put(size_bytes)["Item"]}
    assert Meter().units("GetItem", {"Key": KEY}, answer) == Units(reads=reads)
    assert Meter().units("GetItem", {"Key": KEY}, {}) == Units(reads=1)


def test_a_batch_reads_each_item_for_itself_and_a_query_all_together() -> None:
    """Two small items: two units by key, one by query; a key without an item counts."""
    items = [put(100)["Item"], put(100)["Item"]]
    batch = {"RequestItems": {"t": {"Keys": [KEY, KEY, KEY]}}}
    assert Meter().units("BatchGetItem", batch, {"Responses": {"t": items}}) == Units(reads=3)
    assert Meter().units("Query", {}, {"Items": items}) == Units(reads=1)


def test_a_transaction_counts_twice() -> None:
    """Each part is written and prepared."""
    update = {"TableName": "t", "Key": KEY, "ExpressionAttributeValues": encoded({":one": 1})}
    request = {"TransactItems": [{"Put": put(100)}, {"Update": update}]}
    assert Meter().units("TransactWriteItems", request, {}) == Units(writes=4)


def test_a_deletion_costs_what_was_there() -> None:
    """The size of the item that goes, alone or in a batch; one unit where nothing was."""
    meter = Meter()
    delete = {"TableName": "t", "Key": KEY}
    meter.units("PutItem", put(5000), {})
    assert meter.units("DeleteItem", delete, {}) == Units(writes=5)
    assert meter.units("DeleteItem", delete, {}) == Units(writes=1)
    meter.units("PutItem", put(5000), {})
    batch = {"RequestItems": {"t": [{"DeleteRequest": {"Key": KEY}}]}}
    assert meter.units("BatchWriteItem", batch, {}) == Units(writes=5)


def test_an_unknown_operation_is_no_guess() -> None:
    """A call that nobody has priced stops the benchmark."""
    with pytest.raises(ValueError, match="Scan"):
        Meter().units("Scan", {}, {})


@given(st.lists(st.integers(0, 100).map(lambda n: Units(n, n))))
def test_units_add_up(parts: list[Units]) -> None:
    """The sum of parts is the sum of each kind."""
    total = sum(parts, Units())
    assert total == Units(sum(p.reads for p in parts), sum(p.writes for p in parts))
