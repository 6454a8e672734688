"""Lambda entry of the processor: a batch from SQS in, the failed items out."""

from __future__ import annotations

import asyncio
import logging
from asyncio import to_thread
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

import composition
from processor.outcome import FINISHED, Fate, Outcome
from shared.errors import OperatorError, TransientError
from shared.jobs import Delivery, Job, Lane, Receipt
from shared.settings import Settings
from shared.telemetry import Metric

if TYPE_CHECKING:
    from composition import App

MARGIN_S = 5.0  # kept of the invocation's time, to put a job back in order
MOST_HOPS = 12  # continuations of one job; SQS and Lambda see a loop in sixteen
log = logging.getLogger(__name__)


class Context(Protocol):
    """What we use of Lambda's context object."""

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the invocation is killed."""
        ...


@dataclass(slots=True)
class Environment:
    """One Lambda environment: its clients live in one event loop, as long as the token is valid."""

    runner: asyncio.Runner
    settings: Settings
    app: App
    token: str

    @classmethod
    def start(cls) -> Environment:
        """Read the settings and wire everything."""
        from shared.adapters.powertools import configure_logging  # noqa: PLC0415  # AWS alone has it

        settings = Settings.from_environment()
        configure_logging(settings.service_name)
        app = composition.build(settings)
        return cls(asyncio.Runner(), settings, app, app.secrets.credentials().bot_token)

    def current(self) -> App:
        """The app; wired anew after the operator has replaced the bot's token."""
        token = self.app.secrets.credentials().bot_token
        if token != self.token:
            self.runner.run(self.app.close())
            self.app, self.token = composition.build(self.settings), token
        return self.app


environment = cache(Environment.start)


def handle(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Process an SQS batch; ``batchItemFailures`` names the messages that SQS must keep."""
    here = environment()
    app = here.current()
    time_s = context.get_remaining_time_in_millis() / 1000 - MARGIN_S
    try:
        return here.runner.run(process(app, event, time_s))
    finally:
        app.metrics.flush()


async def process(app: App, event: dict[str, Any], time_s: float | None = None) -> dict[str, Any]:
    """The batch's answer, within ``time_s``. Records are worked on side by side."""
    records = event["Records"]
    kept = await asyncio.gather(*(_keep(app, record, time_s) for record in records))
    failed = [record["messageId"] for record, keep in zip(records, kept, strict=True) if keep]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


async def _keep(app: App, record: dict[str, Any], time_s: float | None) -> bool:
    """Work on one record; True when SQS must keep the message."""
    try:
        delivery = to_delivery(record, app.settings)
    except OperatorError as error:  # not a job of ours: the queue's policy buries it
        app.metrics.count(Metric.OPERATOR_ALARM)
        log.error("poison message", extra={"reason": str(error)})  # noqa: TRY400  # its trace says nothing more
        await _bring_back_soon(app, to_receipt(record, app.settings))
        return True
    try:
        outcome = await _work(app, delivery, time_s)
        return await _settled(app, delivery, outcome)
    except Exception:
        app.metrics.count(Metric.JOB_ATTEMPT_FAILED)
        log.exception("unexpected error", extra={"job": delivery.job.id})
        return True


async def _bring_back_soon(app: App, receipt: Receipt) -> None:
    """Do not let it wait as long as a job may take; if that fails, it does.

    Not at once either: while a deployment is under way, the other release can read it.
    """
    with suppress(TransientError, OperatorError):
        await to_thread(app.storage.queue.change_visibility, receipt, app.settings.lease_s)


async def _work(app: App, delivery: Delivery, time_s: float | None) -> Outcome:
    """Process under a lease: the queue's own timeout is longer than the function's.

    So a crashed worker's message is back after the lease. A job that is not done when the
    invocation must end goes on in a new message: what was heard is kept.
    """
    await to_thread(app.storage.queue.change_visibility, delivery, app.settings.lease_s)
    try:
        async with asyncio.timeout(time_s):
            return await app.processor.process(delivery)
    except TimeoutError:
        job = delivery.job
        log.warning("out of time", extra={"job": job.id, "attempt": job.hop + 1})
        if job.hop >= MOST_HOPS:
            app.metrics.count(Metric.JOB_ATTEMPT_FAILED)
            return Outcome(Fate.RETRY)
        await to_thread(app.storage.queue.send, replace(job, hop=job.hop + 1))
        return FINISHED


async def _settled(app: App, delivery: Delivery, outcome: Outcome) -> bool:
    """Tell the queue what Lambda's poller does not; True when SQS must keep the message."""
    queue = app.storage.queue
    match outcome.fate:
        case Fate.FINISHED:
            return False
        case Fate.RETRY:
            await to_thread(queue.change_visibility, delivery, outcome.delay_s)
            return True
        case Fate.DEAD:
            await to_thread(queue.bury, delivery)
            return False
        case Fate.LOST:
            return True


def to_delivery(record: dict[str, Any], settings: Settings) -> Delivery:
    """Take an SQS record apart. Raise OperatorError when its body is not a job."""
    receipt = to_receipt(record, settings)
    return Delivery(
        job=Job.from_json(record["body"]),
        receipt=receipt.receipt,
        receive_count=int(record["attributes"]["ApproximateReceiveCount"]),
        lane=receipt.lane,
    )


def to_receipt(record: dict[str, Any], settings: Settings) -> Receipt:
    """What names an SQS record to its queue, whatever its body is."""
    queue_name = record["eventSourceARN"].rsplit(":", 1)[-1]
    bulk = queue_name == settings.bulk_queue_url.rsplit("/", 1)[-1]
    return Receipt(record["receiptHandle"], Lane.BULK if bulk else Lane.EXPRESS)
