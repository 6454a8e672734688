"""Lambda entry of the processor: a batch from SQS in, the failed items out."""

from __future__ import annotations

import asyncio
import logging
from asyncio import to_thread
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import composition
from processor.outcome import LOST, Fate, Outcome
from shared.errors import OperatorError
from shared.jobs import Delivery, Job, Lane
from shared.settings import Settings
from shared.telemetry import Metric

if TYPE_CHECKING:
    from composition import App

log = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def environment() -> tuple[App, asyncio.Runner]:
    """Built once for each Lambda environment: its clients live in one event loop."""
    return composition.build(Settings.from_environment()), asyncio.Runner()


def handle(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Process an SQS batch; ``batchItemFailures`` names the messages that SQS must keep."""
    app, runner = environment()
    return runner.run(process(app, event))


async def process(app: App, event: dict[str, Any]) -> dict[str, Any]:
    """The batch's answer. Records are worked on side by side."""
    records = event["Records"]
    kept = await asyncio.gather(*(_keep(app, record) for record in records))
    failed = [record["messageId"] for record, keep in zip(records, kept, strict=True) if keep]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


async def _keep(app: App, record: dict[str, Any]) -> bool:
    """Work on one record; True when SQS must keep the message."""
    try:
        delivery = to_delivery(record)
    except OperatorError as error:  # not a job of ours: let the queue's policy bury it
        app.metrics.count(Metric.OPERATOR_ALARM)
        log.error("poison message", extra={"reason": str(error)})  # noqa: TRY400  # its trace says nothing more
        return True
    try:
        outcome = await app.processor.process(delivery)
    except Exception:
        app.metrics.count(Metric.JOB_ATTEMPT_FAILED)
        log.exception("unexpected error", extra={"job": delivery.job.id})
        outcome = Outcome(Fate.RETRY, app.settings.retry_delays_s[0])
    if outcome.fate is Fate.RETRY:
        await to_thread(app.storage.queue.change_visibility, delivery, outcome.delay_s)
    elif outcome.fate is Fate.DEAD:
        await to_thread(app.storage.queue.bury, delivery)
    return outcome.fate is Fate.RETRY or outcome is LOST


def to_delivery(record: dict[str, Any]) -> Delivery:
    """Take an SQS record apart. Raise OperatorError when its body is not a job."""
    arn = record["eventSourceARN"]
    return Delivery(
        job=Job.from_json(record["body"]),
        receipt=record["receiptHandle"],
        receive_count=int(record["attributes"]["ApproximateReceiveCount"]),
        lane=Lane.BULK if "bulk" in arn.rsplit(":", 1)[-1] else Lane.EXPRESS,
    )
