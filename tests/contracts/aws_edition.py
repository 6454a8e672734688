"""The AWS edition for the contract suites, on moto or on an emulator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import uuid4

from shared.adapters.allowance import Allowances
from shared.adapters.aws import CALL_BACKOFF, WRITE_BACKOFF
from shared.adapters.aws.client import AwsClient
from shared.adapters.aws.dynamo_budget import DynamoAudioBudget
from shared.adapters.aws.dynamo_cache import DynamoTranscriptCache
from shared.adapters.aws.dynamo_history import DynamoHistory
from shared.adapters.aws.dynamo_jobs import DynamoJobStore
from shared.adapters.aws.dynamo_leases import DynamoLeases
from shared.adapters.aws.dynamo_limiter import DynamoRateLimiter
from shared.adapters.aws.dynamo_preferences import DynamoPreferences
from shared.adapters.aws.dynamo_statistics import DynamoStatistics
from shared.adapters.aws.dynamo_table import DynamoTable
from shared.adapters.aws.sqs import SqsJobQueue
from shared.jobs import Lane
from tests.contracts.editions import DAILY_S, RETENTION_S
from tests.doubles.aws_server import CREDENTIALS, REGION, create_queue, create_table, queue_arn

if TYPE_CHECKING:
    from shared.adapters.memory import PackedTranscripts
    from shared.ports import (
        AudioBudget,
        Clock,
        History,
        JobQueue,
        JobStore,
        Leases,
        Preferences,
        RateLimiter,
        Statistics,
    )


class AwsEdition:
    """Tables and queues of its own at ``endpoint``; every client has its own connections."""

    def __init__(self, endpoint: str, clock: Clock) -> None:
        self._endpoint = endpoint
        self._clock = clock
        self._clients: list[AwsClient] = []
        self._name = f"contract-{uuid4().hex}"
        self._tables: tuple[str, str] | None = None
        self._queues: tuple[dict[Lane, str], str] | None = None

    def queue(self, *, max_receive_count: int = 3) -> JobQueue:
        """A client of the job queue."""
        sqs = self._client("sqs")
        if self._queues is None:
            dead = create_queue(sqs, f"{self._name}-dead")
            policy = {
                "deadLetterTargetArn": queue_arn(sqs, dead),
                "maxReceiveCount": max_receive_count,
            }
            lanes = {
                lane: create_queue(sqs, f"{self._name}-{lane}", RedrivePolicy=json.dumps(policy))
                for lane in Lane
            }
            self._queues = lanes, dead
        return SqsJobQueue(sqs, *self._queues)

    def limiter(
        self, *, tasks: int = 3, per_minute: int = 10, global_per_minute: int = 100
    ) -> RateLimiter:
        """A client of the rate limiter, with task leases of 1800 s."""
        return DynamoRateLimiter(
            self._state(),
            self._clock,
            WRITE_BACKOFF,
            tasks=tasks,
            per_minute=per_minute,
            global_per_minute=global_per_minute,
            task_lease_s=1800.0,
        )

    def jobs(self) -> JobStore:
        """A client of the job store."""
        return DynamoJobStore(
            self._state(), self._cache(), self._clock, WRITE_BACKOFF, retention_s=RETENTION_S
        )

    def cache(self) -> PackedTranscripts:
        """A client of the transcript cache."""
        return DynamoTranscriptCache(self._cache(), self._clock, retention_s=RETENTION_S)

    def preferences(self) -> Preferences:
        """A client of the chats' preferences."""
        return DynamoPreferences(self._state())

    def history(self) -> History:
        """A client of the users' history."""
        return DynamoHistory(self._cache(), self._clock, WRITE_BACKOFF, retention_s=RETENTION_S)

    def statistics(self) -> Statistics:
        """A client of the figures of each day."""
        return DynamoStatistics(self._state(), self._clock, WRITE_BACKOFF, retention_s=RETENTION_S)

    def leases(self) -> Leases:
        """A client of the leases."""
        return DynamoLeases(self._state(), self._clock)

    def budget(self, **limits: float) -> AudioBudget:
        """A client of the providers' audio budgets, with these limits."""
        return DynamoAudioBudget(
            self._state(), self._clock, WRITE_BACKOFF, Allowances(limits, DAILY_S)
        )

    def close(self) -> None:
        """Close every client."""
        for client in self._clients:
            client.close()

    def _state(self) -> DynamoTable:
        return self._table(0)

    def _cache(self) -> DynamoTable:
        return self._table(1)

    def _table(self, which: int) -> DynamoTable:
        client = self._client("dynamodb")
        if self._tables is None:
            self._tables = (
                create_table(client, f"{self._name}-state"),
                create_table(client, f"{self._name}-cache", sort_key=True),
            )
        return DynamoTable(client, self._tables[which])

    def _client(self, service: str) -> AwsClient:
        client = AwsClient(
            service,
            REGION,
            credentials=CREDENTIALS,
            clock=self._clock,
            backoff=CALL_BACKOFF,
            endpoint=self._endpoint,
        )
        self._clients.append(client)
        return client
