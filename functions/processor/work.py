"""One delivery from first look to last word: hold it, do it, and decide what becomes of it.

The same for every kind of job, and for both editions. Errors become outcomes here, by the tree in
``shared.errors``. When the last try fails the user is told at once; a delivery after that does no
work, it tells what could not be told then.
"""

from __future__ import annotations

import logging
import uuid
from asyncio import to_thread
from typing import TYPE_CHECKING

from processor.lease import Hold, LeaseLostError, heartbeat
from processor.outcome import DEAD, FINISHED, LOST, Fate, Outcome
from shared.errors import OperatorError, TransientError, UndeliverableError, UserError
from shared.jobs import Action
from shared.ports import Figures, JobState
from shared.telemetry import Metric

if TYPE_CHECKING:
    from processor.cancellation import Cancellation
    from processor.commands import Commands
    from processor.endings import Endings
    from processor.flights import Flights
    from processor.transcription import Transcription
    from shared.jobs import Delivery, Job
    from shared.ports import Clock, JobQueue, JobStore, Metrics

log = logging.getLogger(__name__)


class Processor:
    """Works on deliveries, any number at the same time."""

    def __init__(
        self,
        *,
        transcription: Transcription,
        commands: Commands,
        cancellation: Cancellation,
        endings: Endings,
        flights: Flights,
        queue: JobQueue,
        jobs: JobStore,
        clock: Clock,
        metrics: Metrics,
        tries: int,
        retry_delays_s: tuple[float, ...],
        lease_s: float,
    ) -> None:
        self._transcription = transcription
        self._commands = commands
        self._cancellation = cancellation
        self._endings = endings
        self._flights = flights
        self._queue = queue
        self._jobs = jobs
        self._clock = clock
        self._metrics = metrics
        self._tries = tries
        self._retry_delays_s = retry_delays_s
        self._lease_s = lease_s

    async def process(self, delivery: Delivery) -> Outcome:
        """Work on ``delivery``; what raises nevertheless is a bug, or a cancellation."""
        started = self._clock.now()
        try:
            outcome = await self._claimed(delivery)
        except TransientError as error:  # the store itself did not answer
            outcome = self._later(delivery, error)
        except OperatorError as error:
            self._alarm(delivery.job, error)
            outcome = DEAD
        self._metrics.observe(Metric.PROCESSING_S, self._clock.now() - started)
        log.info(
            "processed",
            extra={
                "job": delivery.job.id,
                "attempt": delivery.receive_count,
                "state": outcome.fate.name,
                "lane": delivery.lane,
            },
        )
        return outcome

    async def _claimed(self, delivery: Delivery) -> Outcome:
        job, owner = delivery.job, uuid.uuid4().hex
        granted, record = await to_thread(self._jobs.claim, job, owner, self._lease_s)
        if granted:
            return await self._held(Hold(record, owner, self._jobs), delivery)
        if record.state.closed:
            if record.state is JobState.CANCELLED:
                await self._flights.land(job)  # where whoever worked on it died before he could
            # Admission may have counted a late duplicate as a new task: free that again.
            await self._endings.free(job)
            return FINISHED
        if delivery.receive_count == 1:
            return FINISHED  # a second message for a job whose own message is in work
        return Outcome(Fate.RETRY, max(record.lease_until - self._clock.now(), 0.0))

    async def _held(self, hold: Hold, delivery: Delivery) -> Outcome:
        beating = heartbeat(
            hold, delivery, queue=self._queue, clock=self._clock, lease_s=self._lease_s
        )
        try:
            async with beating:
                try:
                    return await self._attempt(hold, delivery)
                except BaseException:
                    await self._endings.let_go(hold)
                    raise
        except LeaseLostError:
            return await self._lost(hold)

    async def _lost(self, hold: Hold) -> Outcome:
        """Leave the job to its new holder; wind it up where it was stopped by its user."""
        record = await to_thread(self._jobs.get, hold.record.job.id)
        if record is None or record.state is not JobState.CANCELLED:
            return LOST
        await self._cancellation.wind_up(hold.record)
        return FINISHED

    async def _attempt(self, hold: Hold, delivery: Delivery) -> Outcome:
        last_try = delivery.receive_count == self._tries
        outcome = FINISHED
        try:
            if delivery.receive_count > self._tries:
                outcome = await self._apologise(hold)
            else:
                await self._work(hold, last_try=last_try)
        except UserError as error:
            self._metrics.count(Metric.JOB_REFUSED)
            await self._endings.refuse(hold, error)
        except UndeliverableError:
            self._metrics.count(Metric.JOB_UNDELIVERABLE)
            await self._endings.forget(hold)
        except TransientError as error:
            outcome = self._later(delivery, error)
            if last_try and await self._apologised(hold):
                return DEAD
            await hold.update(state=JobState.QUEUED)
        except OperatorError as error:
            self._alarm(delivery.job, error)
            await self._endings.fail(hold, "apology_operator")
            outcome = DEAD
        return outcome

    async def _work(self, hold: Hold, *, last_try: bool) -> None:
        """Do the job, and end it unless it now waits for another."""
        job, counts = hold.record.job, None
        match job.action:
            case Action.TRANSCRIBE:
                if job.media is None:
                    raise OperatorError("a job to transcribe without media")
                counts = await self._transcription.run(hold, job.media, last_try=last_try)
                if counts is None:
                    return
            case Action.COMMAND:
                await self._commands.run_command(hold)
            case Action.CALLBACK:
                await self._commands.run_callback(hold)
        self._metrics.count(Metric.JOB_SUCCEEDED)
        self._metrics.observe(Metric.END_TO_END_S, self._clock.now() - job.accepted_at)
        await self._endings.succeed(hold, counts or Figures())

    def _later(self, delivery: Delivery, error: TransientError) -> Outcome:
        """Hide the message until the next try: the backoff, or longer if the other side asked."""
        self._metrics.count(Metric.JOB_ATTEMPT_FAILED)
        attempt = delivery.receive_count
        log.warning("attempt failed", extra=_about(delivery.job, error) | {"attempt": attempt})
        backoff_s = self._retry_delays_s[min(attempt, len(self._retry_delays_s)) - 1]
        return Outcome(Fate.RETRY, max(error.retry_after_s or 0.0, backoff_s))

    async def _apologised(self, hold: Hold) -> bool:
        """Say that every try failed; False when that cannot be said now."""
        try:
            await self._endings.fail(hold, "apology")
        except TransientError as error:
            log.warning("apology not shown", extra=_about(hold.record.job, error))
            return False
        self._metrics.count(Metric.JOB_FAILED)
        return True

    async def _apologise(self, hold: Hold) -> Outcome:
        """Apologise for the last time: no delivery follows, so the job ends even if that fails."""
        if not await self._apologised(hold):
            self._metrics.count(Metric.JOB_FAILED)
            await self._endings.fail_in_silence(hold)
        return DEAD

    def _alarm(self, job: Job, error: OperatorError) -> None:
        self._metrics.count(Metric.OPERATOR_ALARM)
        log.error("operator needed", extra=_about(job, error))


def _about(job: Job, error: Exception) -> dict[str, str]:
    """Log fields; these errors' messages are written by us and hold nothing private."""
    return {"job": job.id, "error": type(error).__name__, "reason": str(error)}
