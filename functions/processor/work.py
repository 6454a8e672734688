"""One delivery from first look to last word: hold it, do it, and decide what becomes of it.

The same for every kind of job, and for both editions. Errors become outcomes here, by the tree in
``shared.errors``; the last delivery does no work, it apologises.
"""

from __future__ import annotations

import logging
import uuid
from asyncio import to_thread
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING

from processor.lease import Hold, LeaseLostError, heartbeat
from processor.outcome import DEAD, FINISHED, LOST, Fate, Outcome
from shared.errors import (
    OperatorError,
    TranscriberError,
    TransientError,
    UndeliverableError,
    UserError,
)
from shared.jobs import Action
from shared.ports import JobState
from shared.telemetry import Metric

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processor.commands import Commands
    from processor.conversation import Conversation
    from processor.transcription import Transcription
    from shared.jobs import Delivery, Job
    from shared.ports import Clock, JobQueue, JobStore, Metrics, RateLimiter

log = logging.getLogger(__name__)


class Processor:
    """Works on deliveries, any number at the same time."""

    def __init__(
        self,
        *,
        transcription: Transcription,
        commands: Commands,
        conversation: Conversation,
        queue: JobQueue,
        limiter: RateLimiter,
        jobs: JobStore,
        clock: Clock,
        metrics: Metrics,
        tries: int,
        retry_delays_s: tuple[float, ...],
        lease_s: float,
    ) -> None:
        self._transcription = transcription
        self._commands = commands
        self._conversation = conversation
        self._queue = queue
        self._limiter = limiter
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
            outcome = await self._held(delivery)
        except LeaseLostError:
            outcome = LOST
        except TransientError as error:  # the store itself did not answer, or the apology failed
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

    async def _held(self, delivery: Delivery) -> Outcome:
        job, owner = delivery.job, uuid.uuid4().hex
        granted, record = await to_thread(self._jobs.claim, job, owner, self._lease_s)
        if not granted:
            if record.state.closed:
                # Admission may have counted a late duplicate as a new task: free that again.
                await self._free(job)
                return FINISHED
            if delivery.receive_count == 1:
                return FINISHED  # a second message for a job whose own message is in work
            return Outcome(Fate.RETRY, max(record.lease_until - self._clock.now(), 0.0))
        hold = Hold(record, owner, self._jobs)
        async with heartbeat(
            hold, delivery, queue=self._queue, clock=self._clock, lease_s=self._lease_s
        ):
            try:
                return await self._attempt(hold, delivery)
            except BaseException:
                await self._let_go(hold)
                raise

    async def _attempt(self, hold: Hold, delivery: Delivery) -> Outcome:
        outcome = FINISHED
        try:
            if delivery.receive_count > self._tries:
                outcome = await self._apologise(hold)
            elif await self._work(hold, last_try=delivery.receive_count == self._tries):
                await self._succeed(hold)
        except UserError as error:
            self._metrics.count(Metric.JOB_REFUSED)
            await self._end(hold, JobState.DONE, error.problem, error.figures)
        except UndeliverableError:
            self._metrics.count(Metric.JOB_UNDELIVERABLE)
            await self._transcription.land(hold.record.job)
            await self._close(hold, JobState.CANCELLED)
        except TransientError as error:
            outcome = self._later(delivery, error)
            await hold.update(state=JobState.QUEUED)
        except OperatorError as error:
            self._alarm(delivery.job, error)
            await self._end(hold, JobState.FAILED, "apology_operator")
            outcome = DEAD
        return outcome

    async def _work(self, hold: Hold, *, last_try: bool) -> bool:
        """Do the job; False when it now waits for another."""
        job = hold.record.job
        match job.action:
            case Action.TRANSCRIBE:
                if job.media is None:
                    raise OperatorError("a job to transcribe without media")
                return await self._transcription.run(hold, job.media, last_try=last_try)
            case Action.COMMAND:
                await self._commands.run_command(hold)
            case Action.CALLBACK:
                await self._commands.run_callback(hold)
        return True

    def _later(self, delivery: Delivery, error: TransientError) -> Outcome:
        """Hide the message until the next try: the backoff, or longer if the other side asked."""
        self._metrics.count(Metric.JOB_ATTEMPT_FAILED)
        attempt = delivery.receive_count
        log.warning("attempt failed", extra=_about(delivery.job, error) | {"attempt": attempt})
        if attempt >= self._tries:
            return Outcome(Fate.RETRY)  # at once: the next delivery apologises
        backoff_s = self._retry_delays_s[min(attempt, len(self._retry_delays_s)) - 1]
        return Outcome(Fate.RETRY, max(error.retry_after_s or 0.0, backoff_s))

    async def _succeed(self, hold: Hold) -> None:
        self._metrics.count(Metric.JOB_SUCCEEDED)
        waited_s = self._clock.now() - hold.record.job.accepted_at
        self._metrics.observe(Metric.END_TO_END_S, waited_s)
        await self._close(hold, JobState.DONE)

    async def _apologise(self, hold: Hold) -> Outcome:
        """Say that every try failed. No delivery follows, so the job ends even if that fails too."""
        self._metrics.count(Metric.JOB_FAILED)
        try:
            await self._end(hold, JobState.FAILED, "apology")
        except TransientError as error:
            log.warning("apology not shown", extra=_about(hold.record.job, error))
            await self._transcription.land(hold.record.job)
            await self._close(hold, JobState.FAILED)
        return DEAD

    async def _end(
        self,
        hold: Hold,
        state: JobState,
        problem: str,
        figures: Mapping[str, object] = MappingProxyType({}),
    ) -> None:
        """Tell the user, and everyone who waited for the same, how it ended.

        A refusal is an answer, and the job DONE; a FAILED one can be taken up again.
        """
        job = hold.record.job
        if job.action is Action.TRANSCRIBE:
            await self._tell(hold, state, problem, figures)
            for waiter in await self._transcription.waiting(job):
                await self._end_waiter(waiter, state, problem, figures)
            await self._transcription.disband(job)
        await self._close(hold, state)

    async def _end_waiter(
        self, waiter: Job, state: JobState, problem: str, figures: Mapping[str, object]
    ) -> None:
        """End a job that waited, and those who waited for it in turn.

        One that somebody holds goes its own way; one that cannot be told now has its own tries.
        """
        owner = uuid.uuid4().hex
        granted, record = await to_thread(self._jobs.claim, waiter, owner, self._lease_s)
        if not granted:
            return
        hold = Hold(record, owner, self._jobs)
        try:
            await self._end(hold, state, problem, figures)
        except (TransientError, OperatorError):
            await self._let_go(hold)
            await to_thread(self._queue.send, waiter)
        except LeaseLostError:
            return

    async def _tell(
        self, hold: Hold, state: JobState, problem: str, figures: Mapping[str, object]
    ) -> None:
        with suppress(UndeliverableError):
            retry = state is JobState.FAILED
            await self._conversation.tell(hold, problem, retry=retry, **figures)

    async def _close(self, hold: Hold, state: JobState) -> None:
        """The job is over: free the user's task, then say so in the store."""
        await self._free(hold.record.job)
        await hold.update(state=state)

    async def _free(self, job: Job) -> None:
        with suppress(TransientError, OperatorError):  # a task not freed expires by itself
            await to_thread(self._limiter.release, job.user, job.id)

    async def _let_go(self, hold: Hold) -> None:
        """End the lease of a job that was broken off, so that the next worker need not wait."""
        with suppress(TranscriberError, LeaseLostError):
            await hold.update(state=JobState.QUEUED)

    def _alarm(self, job: Job, error: OperatorError) -> None:
        self._metrics.count(Metric.OPERATOR_ALARM)
        log.error("operator needed", extra=_about(job, error))


def _about(job: Job, error: Exception) -> dict[str, str]:
    """Log fields; these errors' messages are written by us and hold nothing private."""
    return {"job": job.id, "error": type(error).__name__, "reason": str(error)}
