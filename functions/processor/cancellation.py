"""Stopping a job wherever it is: waiting in the queue or for another, at work, between two tries.

Whoever works on it sees within two seconds that it is no longer his (``processor.lease``), breaks
off, and winds it up once more: he may have led a flight or edited the status message meanwhile.
What was heard of it is kept, so that starting again pays for nothing twice.
"""

from __future__ import annotations

import uuid
from asyncio import to_thread
from contextlib import suppress
from typing import TYPE_CHECKING

from shared.errors import OperatorError, TransientError, UndeliverableError
from shared.jobs import Action, Address, Job
from shared.ports import JobState
from shared.telemetry import Metric
from shared.texts import DEFAULT_LOCALE

if TYPE_CHECKING:
    from processor.conversation import Conversation
    from processor.flights import Flights
    from shared.ports import Clock, JobRecord, JobStore, Metrics, RateLimiter

CLAIM_S = 30.0  # far longer than two writes take


class Cancellation:
    """Stops jobs."""

    def __init__(
        self,
        *,
        conversation: Conversation,
        flights: Flights,
        jobs: JobStore,
        limiter: RateLimiter,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._conversation = conversation
        self._flights = flights
        self._jobs = jobs
        self._limiter = limiter
        self._clock = clock
        self._metrics = metrics

    async def cancel(self, job_id: str, user: str = "") -> bool:
        """Stop the transcription ``job_id``. False where there is none, or it is too late.

        With the ``user`` it occupies a task of, one that no worker has seen yet is stopped too.
        Repeatable: what a first try did not come to is done by the next.
        """
        record = await to_thread(self._jobs.get, job_id)
        if record is None:
            return bool(user) and await self._forestall(job_id, user)
        if record.job.action is not Action.TRANSCRIBE:
            return False
        if record.state is JobState.DELIVERING:  # the answer is half out; the rest comes too
            return False
        if record.state is not JobState.CANCELLED:
            record = await to_thread(self._jobs.cancel, job_id)
            if record is None:
                return False
            self._metrics.count(Metric.JOB_CANCELLED)
        await self.wind_up(record)
        return True

    async def _forestall(self, job_id: str, user: str) -> bool:
        """Stop a job that is known by its id alone: its message will find it stopped."""
        owner, now = uuid.uuid4().hex, self._clock.now()
        unseen = Job(job_id, Action.TRANSCRIBE, user, Address(0), DEFAULT_LOCALE, now)
        granted, _ = await to_thread(self._jobs.claim, unseen, owner, CLAIM_S)
        if not granted:  # a worker was faster
            return await self.cancel(job_id)
        await to_thread(self._jobs.update, job_id, owner, state=JobState.CANCELLED)
        self._metrics.count(Metric.JOB_CANCELLED)
        await self._free(unseen)
        return True

    async def wind_up(self, record: JobRecord) -> None:
        """Free what the cancelled job occupies, send on who waits for it, and say so."""
        job = record.job
        await self._free(job)
        await self._flights.land(job)
        with suppress(UndeliverableError):
            await self._conversation.stopped(record)

    async def _free(self, job: Job) -> None:
        with suppress(TransientError, OperatorError):  # a task not freed expires by itself
            await to_thread(self._limiter.release, job.user, job.id)
