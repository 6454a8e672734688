"""DynamoDB items as Python values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.aws.dynamo_table import (
    ConditionFailedError,
    DynamoTable,
    TransactionCancelledError,
    decoded,
    encoded,
    time_to_live,
)
from shared.errors import OperatorError, TransientError
from tests.unit.aws.scripted_service import Answer

if TYPE_CHECKING:
    from tests.doubles.aws_server import RecordingClient
    from tests.unit.aws.conftest import Connect
    from tests.unit.aws.scripted_service import ScriptedService

NUMBERS = st.integers(-(2**60), 2**60) | st.floats(0, 4e9, allow_subnormal=False)
PLAIN = st.text(max_size=9) | st.binary(max_size=9) | NUMBERS
VALUES = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(min_size=1, max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(item=st.dictionaries(st.text(min_size=1, max_size=5), VALUES, max_size=4))
def test_values_survive_being_stored(item: dict[str, object]) -> None:
    """Text, bytes, numbers to the last bit, lists and maps come back equal."""
    assert decoded(encoded(item)) == item


def test_a_missing_value_is_a_missing_attribute() -> None:
    """None is not stored."""
    assert encoded({"a": None, "b": ""}) == {"b": {"S": ""}}


def test_what_cannot_be_stored_is_a_mistake_of_ours() -> None:
    """An unknown type is refused before anything is sent."""
    with pytest.raises(TypeError, match="object"):
        encoded({"a": object()})


def test_the_time_to_live_is_whole_seconds_and_never_early() -> None:
    """DynamoDB reads whole seconds; nothing may vanish before its time."""
    assert time_to_live(1000.25, 60.0) == 1061
    assert time_to_live(1000.0, 60.0) == 1060


def test_reserved_words_and_expired_items(state: DynamoTable) -> None:
    """Attributes may be called as DynamoDB's own words; a refused write brings what is there."""
    state.put({"pk": "a", "owner": "alice", "ttl": 10})
    with pytest.raises(ConditionFailedError) as refused:
        state.put({"pk": "a"}, condition="#owner = :owner", values={"owner": "bob"})
    assert refused.value.item == {"pk": "a", "owner": "alice", "ttl": 10}
    with pytest.raises(ConditionFailedError) as refused:
        state.delete({"pk": "b"}, condition="attribute_exists(#pk)")
    assert refused.value.item is None


def test_a_transaction_writes_all_or_nothing(state: DynamoTable) -> None:
    """One part that is refused keeps the other from being written, and is named."""
    state.put({"pk": "there"})
    parts = [
        {"Put": state.putting({"pk": "new"})},
        {"Put": state.putting({"pk": "there"}, condition="attribute_not_exists(#pk)")},
    ]
    with pytest.raises(TransactionCancelledError) as cancelled:
        state.transact(parts)
    assert cancelled.value.reasons == ["None", "ConditionalCheckFailed"]
    assert state.get({"pk": "new"}) is None


def test_long_lists_come_page_by_page(cache: DynamoTable, dynamodb: RecordingClient) -> None:
    """More than one answer can hold is read and deleted completely."""
    for number in range(60):
        cache.put({"pk": "a", "sk": f"{number:04}", "body": b"x" * 30_000})
    dynamodb.requests.clear()
    assert [item["sk"] for item in cache.query("a")] == [f"{number:04}" for number in range(60)]
    assert dynamodb.operations == ["Query", "Query"]
    cache.delete_all(list(cache.query("a", keys_only=True)))
    assert list(cache.query("a")) == []


def table_at(service: ScriptedService, connect: Connect) -> DynamoTable:
    """A table there."""
    return DynamoTable(connect(service.endpoint), "t")


def test_half_an_answer_to_a_batch_is_no_answer(service: ScriptedService, connect: Connect) -> None:
    """Limits are not judged on keys that were left out."""
    left = {"t": {"Keys": [{"pk": {"S": "a"}}]}}
    service.script.append(Answer(body={"Responses": {"t": []}, "UnprocessedKeys": left}))
    with pytest.raises(TransientError):
        table_at(service, connect).get_all([{"pk": "a"}, {"pk": "b"}])


def test_deletions_that_were_left_out_are_sent_again(
    service: ScriptedService, connect: Connect
) -> None:
    """Until all are done, or the table is too busy for it."""
    left = {"t": [{"DeleteRequest": {"Key": {"pk": {"S": "b"}}}}]}
    service.script.extend([Answer(body={"UnprocessedItems": left}), Answer()])
    table_at(service, connect).delete_all([{"pk": "a"}, {"pk": "b"}])
    assert [asked.body.count(b"DeleteRequest") for asked in service.asked] == [2, 1]
    service.script.extend([Answer(body={"UnprocessedItems": left})] * 20)
    with pytest.raises(TransientError):
        table_at(service, connect).delete_all([{"pk": "b"}])


def test_a_transaction_sent_again_is_the_same_transaction(
    service: ScriptedService, connect: Connect
) -> None:
    """A try whose answer was lost and the next one carry one token; another call has its own."""
    service.script.append(Answer(500))
    table = table_at(service, connect)
    table.transact([])
    table.transact([])
    first, again, other = (asked.body for asked in service.asked)
    assert first == again != other


def test_other_refusals_are_the_operators(service: ScriptedService, connect: Connect) -> None:
    """Only a failed condition is ours to answer."""
    for _ in range(2):
        service.script.append(Answer(400, {"__type": "x#ResourceNotFoundException"}))
    with pytest.raises(OperatorError, match="no such table"):
        table_at(service, connect).put({"pk": "a"}, condition="attribute_not_exists(#pk)")
    with pytest.raises(OperatorError, match="no such table"):
        table_at(service, connect).transact([])
