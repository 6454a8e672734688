"""Bytes of any length in items of a bounded size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.adapters.aws.dynamo_blobs import PART_BYTES, Blob, DynamoBlobs

if TYPE_CHECKING:
    from shared.adapters.aws.dynamo_table import DynamoTable
    from tests.doubles.aws_server import RecordingClient

TTL, NOW = 1000, 500.0


def bytes_of(length: int, seed: int = 0) -> bytes:
    """That many, no two parts alike."""
    return b"".join((n + seed).to_bytes(4, "big") for n in range(length // 4 + 1))[:length]


@pytest.fixture
def blobs(cache: DynamoTable) -> DynamoBlobs:
    """Nothing stored yet."""
    return DynamoBlobs(cache)


@pytest.mark.parametrize(
    ("length", "items"),
    [(0, 1), (1, 1), (PART_BYTES, 1), (PART_BYTES + 1, 2), (3 * PART_BYTES, 3)],
)
def test_any_length_comes_back_from_as_many_items_as_needed(
    blobs: DynamoBlobs, cache: DynamoTable, length: int, items: int
) -> None:
    """Each below what DynamoDB takes."""
    blobs.put("a", "", bytes_of(length), TTL)
    assert blobs.all("a", NOW) == {"": Blob(bytes_of(length), TTL)}
    stored = [item["sk"] for item in cache.query("a")]
    assert stored == [f"{number:04}" for number in range(items)]


def test_the_header_is_written_last(blobs: DynamoBlobs, dynamodb: RecordingClient) -> None:
    """A reader never sees a header whose parts are not there; a crash half way leaves nothing."""
    blobs.put("a", "", bytes_of(3 * PART_BYTES), TTL)
    written = [request["Item"]["sk"]["S"] for _, request in dynamodb.requests]
    assert written == ["0002", "0001", "0000"]


@pytest.mark.parametrize("part", ["0000", "0001", "0002"])
def test_a_missing_part_is_an_absent_blob(
    blobs: DynamoBlobs, cache: DynamoTable, part: str
) -> None:
    """Half a transcript is none."""
    blobs.put("a", "", bytes_of(3 * PART_BYTES), TTL)
    cache.delete({"pk": "a", "sk": part})
    assert blobs.all("a", NOW) == {}


def test_parts_of_two_writes_do_not_mix(blobs: DynamoBlobs, cache: DynamoTable) -> None:
    """A reader between two writers finds nothing rather than a mixture."""
    blobs.put("a", "", bytes_of(2 * PART_BYTES), TTL)
    (second,) = [item for item in cache.query("a") if item["sk"] == "0001"]
    blobs.put("a", "", bytes_of(2 * PART_BYTES, seed=9), TTL)
    cache.put(second)
    assert blobs.all("a", NOW) == {}


def test_a_shorter_one_replaces_a_longer_one(blobs: DynamoBlobs, cache: DynamoTable) -> None:
    """What is left over of the longer one is not read, and is removed with it."""
    blobs.put("a", "", bytes_of(3 * PART_BYTES), TTL)
    blobs.put("a", "", b"short", TTL)
    assert blobs.all("a", NOW) == {"": Blob(b"short", TTL)}
    blobs.drop("a")
    assert list(cache.query("a")) == []


def test_names_under_one_key_are_apart(blobs: DynamoBlobs) -> None:
    """Each has its parts and its own time; dropping the key drops all."""
    blobs.put("a", "1#", bytes_of(2 * PART_BYTES), TTL)
    blobs.put("a", "11#", b"eleven", TTL + 1)
    blobs.put("b", "1#", b"other", TTL)
    assert blobs.all("a", NOW) == {
        "1#": Blob(bytes_of(2 * PART_BYTES), TTL),
        "11#": Blob(b"eleven", TTL + 1),
    }
    assert blobs.all("a", float(TTL)) == {"11#": Blob(b"eleven", TTL + 1)}
    blobs.drop("a")
    assert blobs.all("a", NOW) == {}
    assert blobs.all("b", NOW) == {"1#": Blob(b"other", TTL)}


def test_the_largest_item_is_accepted(
    blobs: DynamoBlobs, dynamodb: RecordingClient, cache: DynamoTable
) -> None:
    """A full part with the longest key we make is below the limit of an item, checked by moto."""
    pk = f"H#{'f' * 64}|openai|{'m' * 200}|auto|transcribe|1"
    blobs.put(pk, "000001#", bytes_of(2 * PART_BYTES), TTL)
    assert blobs.all(pk, NOW)["000001#"].data == bytes_of(2 * PART_BYTES)
    assert dynamodb.operations.count("PutItem") == 2
