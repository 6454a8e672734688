"""How a job ends: its words in the chat, those who waited for it, its user's task, its figures.

A refusal is an answer, and the job DONE; a FAILED one can be taken up again.
"""

from __future__ import annotations

import uuid
from asyncio import to_thread
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from processor.lease import Hold, LeaseLostError
from shared.errors import OperatorError, TranscriberError, TransientError, UndeliverableError
from shared.jobs import Action
from shared.ports import Figures, JobState
from shared.telemetry import Metric

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processor.conversation import Conversation
    from processor.flights import Flights
    from shared.errors import UserError
    from shared.jobs import Job
    from shared.ports import JobQueue, JobStore, Metrics, RateLimiter, Statistics


@dataclass(frozen=True, slots=True)
class _Farewell:
    """What is said of a job that brought no transcript, and what it counts as."""

    state: JobState
    problem: str
    counts: Figures
    figures: Mapping[str, object] = field(default_factory=dict)


class Endings:
    """Ends jobs that the caller holds."""

    def __init__(
        self,
        *,
        conversation: Conversation,
        flights: Flights,
        queue: JobQueue,
        limiter: RateLimiter,
        jobs: JobStore,
        statistics: Statistics,
        metrics: Metrics,
        lease_s: float,
    ) -> None:
        self._conversation = conversation
        self._flights = flights
        self._queue = queue
        self._limiter = limiter
        self._jobs = jobs
        self._statistics = statistics
        self._metrics = metrics
        self._lease_s = lease_s

    async def succeed(self, hold: Hold, counts: Figures) -> None:
        """The answer is out."""
        await self._close(hold, JobState.DONE, counts)

    async def refuse(self, hold: Hold, error: UserError) -> None:
        """Tell the user, and everyone who waited for the same, what to do."""
        counts = Figures(refused=1)
        await self._part(hold, _Farewell(JobState.DONE, error.problem, counts, error.figures))

    async def fail(self, hold: Hold, problem: str) -> None:
        """Tell the user, and everyone who waited for the same, that it was not their fault."""
        await self._part(hold, _Farewell(JobState.FAILED, problem, Figures(failed=1)))

    async def fail_in_silence(self, hold: Hold) -> None:
        """End it where nothing can be said; whoever waited for it tries by himself."""
        await self._flights.land(hold.record.job)
        await self._close(hold, JobState.FAILED, Figures(failed=1))

    async def forget(self, hold: Hold) -> None:
        """End a job that nobody is left to hear of."""
        await self._flights.land(hold.record.job)
        await self._close(hold, JobState.CANCELLED, Figures())

    async def free(self, job: Job) -> None:
        """Give the user's task back."""
        with suppress(TransientError, OperatorError):  # a task not freed expires by itself
            await to_thread(self._limiter.release, job.user, job.id)

    async def let_go(self, hold: Hold) -> None:
        """End the lease of a job that was broken off, so that the next worker need not wait."""
        with suppress(TranscriberError, LeaseLostError):
            await hold.update(state=JobState.QUEUED)

    async def _part(self, hold: Hold, farewell: _Farewell) -> None:
        job = hold.record.job
        if job.action is Action.TRANSCRIBE:
            await self._tell(hold, farewell)
            for waiter in await self._flights.waiting(job):
                await self._part_waiter(waiter, farewell)
            await self._flights.disband(job)
        await self._close(hold, farewell.state, farewell.counts)

    async def _part_waiter(self, waiter: Job, farewell: _Farewell) -> None:
        """End a job that waited, and those who waited for it in turn.

        One that somebody holds goes its own way; one that cannot be told now has its own tries.
        """
        owner = uuid.uuid4().hex
        granted, record = await to_thread(self._jobs.claim, waiter, owner, self._lease_s)
        if not granted:
            return
        hold = Hold(record, owner, self._jobs)
        try:
            await self._part(hold, farewell)
        except (TransientError, OperatorError):
            await self.let_go(hold)
            await to_thread(self._queue.send, waiter)
        except LeaseLostError:
            return

    async def _tell(self, hold: Hold, farewell: _Farewell) -> None:
        with suppress(UndeliverableError):
            retry = farewell.state is JobState.FAILED
            await self._conversation.tell(hold, farewell.problem, retry=retry, **farewell.figures)

    async def _close(self, hold: Hold, state: JobState, counts: Figures) -> None:
        """The job is over: free the user's task, then say so in the store, and count it."""
        job = hold.record.job
        await self.free(job)
        await hold.update(state=state)
        if job.action is Action.TRANSCRIBE and counts != Figures():
            await self._count(job, counts)

    async def _count(self, job: Job, counts: Figures) -> None:
        """Add to the statistics, once: a failure costs a line there, not the job's end."""
        try:
            await to_thread(self._statistics.add, job.user, counts)
        except (TransientError, OperatorError):
            self._metrics.count(Metric.STATISTICS_UNAVAILABLE)
