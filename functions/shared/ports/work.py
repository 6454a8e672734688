"""The ports of work: queue, limits, budgets, job records, leases.

Storage ports are synchronous, because the webhook has no event loop and their calls are short; the
processor calls them off its loop. Every one treats an expired item as absent, whether or not the
store has removed it yet.

An implementation that cannot reach its store raises ``TransientError`` (busy, locked, throttled)
or ``OperatorError`` (disk full, access denied, table missing).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.jobs import Delivery, Job, Lane, Receipt
    from shared.ports.network import MessageId
    from shared.transcripts import Recognition


class JobQueue(Protocol):
    """At-least-once delivery with a visibility timeout: the part of SQS we rely on.

    A received message is hidden for its visibility timeout and comes back unless deleted. The
    receive after ``max_receive_count`` deliveries moves it to the dead letters instead.
    """

    def send(self, job: Job, *, delay_s: float = 0.0) -> None:
        """Append to ``job.lane``; visible after ``delay_s`` (0 to 900)."""
        ...

    def receive(self, lane: Lane, *, limit: int, visibility_s: float) -> Sequence[Delivery]:
        """Up to ``limit`` visible jobs, oldest first, each hidden for ``visibility_s``."""
        ...

    def delete(self, delivery: Delivery) -> None:
        """Finish the message. A receipt that is no longer the latest has no effect."""
        ...

    def change_visibility(self, delivery: Delivery | Receipt, visibility_s: float) -> None:
        """Hide it for ``visibility_s`` from now (0 to 43 200). Without effect on old receipts."""
        ...

    def bury(self, delivery: Delivery) -> None:
        """Move it to the dead letters at once."""
        ...

    def dead_letters(self) -> Sequence[Job]:
        """The dead letters, oldest first, without touching them."""
        ...

    def redrive(self) -> int:
        """Send every dead letter back to its lane with a receive count of 0; return how many."""
        ...

    def waiting(self, lane: Lane) -> int:
        """About how many messages of ``lane`` are visible and wait for a worker."""
        ...

    def depth(self) -> int:
        """How many messages wait or are in flight, all lanes, dead letters apart."""
        ...


class VerdictKind(StrEnum):
    """What a limiter says of a request."""

    ADMITTED = "admitted"
    DUPLICATE = "duplicate"  # this job was admitted before; it is not counted twice
    TOO_MANY_TASKS = "too_many_tasks"  # the user has all his concurrent tasks running
    TOO_FAST = "too_fast"  # the user's requests in the last 60 s
    CROWDED = "crowded"  # everyone's requests in this minute


@dataclass(frozen=True, slots=True)
class Verdict:
    """``retry_after_s`` says when asking again can succeed, where that is known."""

    kind: VerdictKind
    retry_after_s: float = 0.0


class RateLimiter(Protocol):
    """Who may do how much, exact under races.

    N concurrent tasks and M requests per sliding minute for each user, G requests per calendar
    minute for all. A task is a lease that expires by itself.
    """

    def admit(self, user: str, job: str, *, task: bool) -> Verdict:
        """Count request ``job`` of ``user``; with ``task`` it also occupies a task until released.

        A refused request counts nowhere, not even in the global minute.
        """
        ...

    def tasks(self, user: str) -> Sequence[str]:
        """The jobs that occupy the user's tasks now, oldest first."""
        ...

    def release(self, user: str, job: str) -> None:
        """Give the task back; harmless when it has expired or was never there."""
        ...


DAILY = "user "
"""Before a user's key: the name his day's budget goes by."""


class AudioBudget(Protocol):
    """How much audio each provider may be sent in an hour, and each user in a day.

    Shared by all workers. The period rolls: what was taken comes back evenly, the whole allowance
    within the period. A provider without a known limit always grants.
    """

    def take(self, provider: str, audio_s: float) -> float:
        """Reserve ``audio_s`` seconds of audio: 0.0 when granted, else the seconds to wait.

        Nothing is taken when it is not granted. Exact under races. More than the whole allowance
        counts as all of it.
        """
        ...

    def correct(self, provider: str, remaining_s: float, reset_s: float) -> None:
        """Learn from ``provider`` what is left, and after how long all of it will be back.

        This only ever takes away: requests on their way are not in the provider's figures yet.
        """
        ...


class JobState(StrEnum):
    """The life of a job."""

    QUEUED = "queued"
    WORKING = "working"
    DELIVERING = "delivering"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """Whether nothing more happens to it by itself."""
        return self in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)

    @property
    def closed(self) -> bool:
        """Whether it is over for ever: a FAILED job can be redriven, these cannot."""
        return self in (JobState.DONE, JobState.CANCELLED)


@dataclass(frozen=True, slots=True)
class JobRecord:
    """What is known of a job, kept for the days transcripts are kept."""

    job: Job
    state: JobState = JobState.QUEUED
    owner: str | None = None
    lease_until: float = 0.0
    status_message_id: MessageId | None = None
    """The message in the chat that shows progress and becomes the answer."""
    delivered: int = 0
    """How many messages of the answer are out, so that a redelivery goes on behind them."""
    transcript_key: str | None = None
    """``str(TranscriptKey)`` once the transcript exists: what buttons refer to."""


class JobStore(Protocol):
    """State, leases, single-flight waiters and chunk results of jobs."""

    def claim(self, job: Job, owner: str, lease_s: float) -> tuple[bool, JobRecord]:
        """Take the job for ``lease_s``, creating its record on first sight.

        True with the record when ``owner`` has it now. False with the record as it stands when the
        job is DONE or CANCELLED or another owner's lease is alive. A FAILED job may be taken up
        again: that is what redrive does. Atomic.
        """
        ...

    def renew(self, job_id: str, owner: str, lease_s: float) -> bool:
        """Extend the lease to ``lease_s`` from now; False when ``owner`` no longer has it."""
        ...

    def update(
        self,
        job_id: str,
        owner: str,
        *,
        state: JobState | None = None,
        status_message_id: MessageId | None = None,
        delivered: int | None = None,
        transcript_key: str | None = None,
    ) -> bool:
        """Write the given fields; False, and nothing written, when ``owner`` lost the lease.

        A state of QUEUED or a final one ends the lease.
        """
        ...

    def get(self, job_id: str) -> JobRecord | None:
        """The record, or None when there is none or it has expired."""
        ...

    def reopen(self, job_id: str) -> Job | None:
        """Set a FAILED or CANCELLED job back to QUEUED and return it; None for any other. Atomic."""
        ...

    def cancel(self, job_id: str) -> JobRecord | None:
        """Set a job that is not over to CANCELLED, whoever holds it: his lease ends. Atomic.

        The record as it was before, None when there was nothing to cancel (unknown, final).
        """
        ...

    def delete(self, job_id: str) -> None:
        """Forget the record now; harmless when absent."""
        ...

    def lead(self, flight: str, job: Job) -> bool:
        """Single flight: True when ``job`` leads (first, or leading already); else it now waits."""
        ...

    def waiters(self, flight: str, leader: str) -> Sequence[Job]:
        """Close the flight to new waiters and return those who waited for job ``leader``.

        The next ``lead`` may lead. Repeatable until ``disband``: a crash between the two loses
        nobody. Nothing happens, and nobody is returned, for a job that does not lead.
        """
        ...

    def disband(self, flight: str, leader: str) -> None:
        """Forget the waiters that ``waiters`` returned to ``leader``: each has been sent on."""
        ...

    def put_chunk(self, content: str, index: int, recognition: Recognition) -> None:
        """Remember one chunk's result, so that a retry does not pay for it again."""
        ...

    def chunks(self, content: str) -> dict[int, Recognition]:
        """The results kept for ``content`` (``str(TranscriptKey)``), by chunk index."""
        ...

    def drop_chunks(self, content: str) -> None:
        """Forget them: the whole transcript is stored."""
        ...


class Leases(Protocol):
    """Things of which each may be used by one worker at a time: sessions at Telegram."""

    def acquire(self, names: Sequence[str], owner: str, lease_s: float) -> str | None:
        """Take the first of ``names`` that is neither leased nor retired; None when all are.

        Atomic. A lease that has run out is free.
        """
        ...

    def renew(self, name: str, owner: str, lease_s: float) -> bool:
        """Extend the lease to ``lease_s`` from now; False when ``owner`` no longer has it."""
        ...

    def release(self, name: str, owner: str) -> None:
        """Give it back; harmless when ``owner`` does not have it."""
        ...

    def retire(self, name: str) -> None:
        """Never lease it again: it is broken for good."""
        ...

    def retired(self, names: Sequence[str]) -> Sequence[str]:
        """Which of ``names`` are retired."""
        ...
