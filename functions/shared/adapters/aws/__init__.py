"""The AWS edition of the storage ports: DynamoDB, SQS and SSM over a lean client of our own."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from shared.adapters.allowance import allowances
from shared.adapters.aws.backoff import Backoff
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
from shared.adapters.aws.signing import AwsCredentials
from shared.adapters.aws.sqs import SqsJobQueue
from shared.adapters.aws.ssm import SsmSecrets
from shared.adapters.memory import RecentTranscripts
from shared.adapters.storage import Storage
from shared.errors import OperatorError
from shared.jobs import Lane

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.ports import Clock
    from shared.settings import Settings

# For a call that found no answer, and for a write that somebody else's was faster than: with more
# tries than a user has requests a minute, as each try that is lost was one of them.
CALL_BACKOFF = Backoff(time.sleep, tries=3, first_s=0.1, longest_s=1.0)
WRITE_BACKOFF = Backoff(time.sleep, tries=14, first_s=0.02, longest_s=0.3)


def open_storage(
    settings: Settings, clock: Clock, credentials: AwsCredentials | None = None
) -> Storage:
    """Open the tables and queues the settings name; nothing is called before it is needed.

    ``credentials`` are those of the Lambda environment unless given. The webhook needs neither
    ``cache_table`` nor ``dead_letter_queue_url``.
    """
    _require(settings, "state_table", "express_queue_url", "bulk_queue_url")
    connect = _connector(settings, clock, credentials)
    dynamodb, sqs = connect("dynamodb"), connect("sqs")
    state = DynamoTable(dynamodb, settings.state_table)
    cache = DynamoTable(dynamodb, settings.cache_table)
    retention_s = settings.retention_s
    lanes = {
        Lane.CONTROL: settings.express_queue_url,
        Lane.EXPRESS: settings.express_queue_url,
        Lane.BULK: settings.bulk_queue_url,
    }

    def close() -> None:
        dynamodb.close()
        sqs.close()

    return Storage(
        queue=SqsJobQueue(sqs, lanes, settings.dead_letter_queue_url),
        limiter=DynamoRateLimiter(
            state,
            clock,
            WRITE_BACKOFF,
            tasks=settings.user_tasks,
            per_minute=settings.user_per_minute,
            global_per_minute=settings.global_per_minute,
            task_lease_s=settings.task_lease_s,
        ),
        jobs=DynamoJobStore(state, cache, clock, WRITE_BACKOFF, retention_s=retention_s),
        cache=RecentTranscripts(
            DynamoTranscriptCache(cache, clock, retention_s=retention_s), clock
        ),
        preferences=DynamoPreferences(state),
        history=DynamoHistory(cache, clock, WRITE_BACKOFF, retention_s=retention_s),
        statistics=DynamoStatistics(state, clock, WRITE_BACKOFF, retention_s=retention_s),
        leases=DynamoLeases(state, clock),
        budget=DynamoAudioBudget(state, clock, WRITE_BACKOFF, allowances(settings)),
        close=close,
        release_orphans=_no_orphans,
    )


def open_secrets(
    settings: Settings, clock: Clock, credentials: AwsCredentials | None = None
) -> SsmSecrets:
    """The credentials under ``settings.secrets_prefix``."""
    return SsmSecrets(
        _connector(settings, clock, credentials)("ssm"), settings.secrets_prefix, clock
    )


def _connector(
    settings: Settings, clock: Clock, credentials: AwsCredentials | None
) -> Callable[[str], AwsClient]:
    """What makes the client of a service."""
    _require(settings, "aws_region")
    return partial(
        AwsClient,
        region=settings.aws_region,
        credentials=credentials or AwsCredentials.from_environment(),
        clock=clock,
        backoff=CALL_BACKOFF,
        endpoint=settings.aws_endpoint_url,
    )


def _require(settings: Settings, *names: str) -> None:
    for name in names:
        if not getattr(settings, name):
            raise OperatorError(f"{name.upper()} is not set")


def _no_orphans() -> int:
    """Nobody is ever the only worker here: leases and visibility timeouts run out by themselves."""
    return 0
