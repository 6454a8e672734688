"""An AWS account on loopback that keeps a record of every call, and an app that works in it."""

from __future__ import annotations

import json
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from shared.adapters.clock import SystemClock
from tests.doubles.aws_server import (
    REGION,
    AwsServer,
    RecordingClient,
    create_queue,
    create_table,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Call:
    """One request that reached the account."""

    operation: str
    request: dict[str, Any]
    answer: dict[str, Any]


@dataclass(slots=True)
class Record:
    """What reached the account, oldest first."""

    calls: list[Call] = field(default_factory=list)

    def operations(self) -> Counter[str]:
        """How often each operation was called."""
        return Counter(call.operation for call in self.calls)


class RecordedAccount(AwsServer):
    """DynamoDB and SQS by moto; ``record`` may be exchanged for an empty one at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = SystemClock()
        self.record = Record()
        self._writing = threading.Lock()

    def answer(self, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, Any], bytes]:
        """What moto says to the request, and a line in the record."""
        operation = headers["X-Amz-Target"].split(".")[1]
        status, answer_headers, text = super().answer(headers, body)
        with self._writing:
            answered = json.loads(text) if text else {}
            self.record.calls.append(Call(operation, json.loads(body), answered))
        return status, answer_headers, text


@contextmanager
def account() -> Iterator[tuple[RecordedAccount, dict[str, str]]]:
    """A running account with the stack's tables and queues, and the environment that names them."""
    with RecordedAccount().running() as server:
        assert isinstance(server, RecordedAccount)  # noqa: S101  # `running` gives back itself
        dynamodb, sqs = (
            RecordingClient(service, server.endpoint, server.clock)
            for service in ("dynamodb", "sqs")
        )
        name = uuid4().hex  # moto has one account for the whole process
        environ = {
            "AWS_ENDPOINT_URL": server.endpoint,
            "AWS_REGION": REGION,
            "STATE_TABLE": create_table(dynamodb, f"state-{name}"),
            "CACHE_TABLE": create_table(dynamodb, f"cache-{name}", sort_key=True),
            "EXPRESS_QUEUE_URL": create_queue(sqs, f"express-{name}"),
            "BULK_QUEUE_URL": create_queue(sqs, f"bulk-{name}"),
            "DEAD_LETTER_QUEUE_URL": create_queue(sqs, f"dead-{name}"),
        }
        server.record = Record()
        try:
            yield server, environ
        finally:
            dynamodb.close()
            sqs.close()
