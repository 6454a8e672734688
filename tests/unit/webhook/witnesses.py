"""Doubles of the ports admission uses: they remember what was done, and fail when told to."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, cast

from shared.ports import ChatPreferences, Verdict, VerdictKind
from shared.settings import Settings
from shared.telemetry import Tally
from tests.doubles.clock import ManualClock
from webhook.admission import Admission

if TYPE_CHECKING:
    from shared.jobs import Job, Lane
    from shared.ports import JobQueue, RateLimiter

SECRET = "Correct-Horse_1"
SECRET_SHA256 = hashlib.sha256(SECRET.encode()).hexdigest()


class WitnessQueue:
    """Keeps the jobs sent; ``error`` is raised instead while it is set."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self.error: Exception | None = None
        self.length = 0
        self.length_error: Exception | None = None
        self.asked: list[Lane] = []
        """The lanes whose length somebody wanted to know."""

    def send(self, job: Job, *, delay_s: float = 0.0) -> None:
        """Keep ``job``."""
        if self.error:
            raise self.error
        self.jobs.append(job)

    def waiting(self, lane: Lane) -> int:
        """The length that was set."""
        self.asked.append(lane)
        if self.length_error:
            raise self.length_error
        return self.length


class WitnessLimiter:
    """Knows duplicates and tasks; ``verdict`` is what a new job gets, ``error`` is raised."""

    def __init__(self) -> None:
        self.verdict = Verdict(VerdictKind.ADMITTED)
        self.error: Exception | None = None
        self.seen: set[str] = set()
        self.tasks: set[str] = set()
        self.users: list[str] = []

    def admit(self, user: str, job: str, *, task: bool) -> Verdict:
        """Count ``job`` once."""
        if self.error:
            raise self.error
        if job in self.seen:
            return Verdict(VerdictKind.DUPLICATE)
        if self.verdict.kind is VerdictKind.ADMITTED:
            self.seen.add(job)
            self.users.append(user)
            self.tasks |= {job} if task else set()
        return self.verdict

    def release(self, user: str, job: str) -> None:
        """Give the task back."""
        if self.error:
            raise self.error
        self.tasks.discard(job)


class WitnessPreferences:
    """Keeps choices; ``error`` is raised while it is set."""

    def __init__(self) -> None:
        self.chosen: dict[int, ChatPreferences] = {}
        self.error: Exception | None = None
        self.asked: list[int] = []
        """The chats whose choices somebody wanted to know."""

    def get(self, chat_id: int) -> ChatPreferences:
        """What was chosen."""
        self.asked.append(chat_id)
        if self.error:
            raise self.error
        return self.chosen.get(chat_id, ChatPreferences())

    def put(self, chat_id: int, preferences: ChatPreferences) -> None:
        """Choose."""
        self.chosen[chat_id] = preferences

    def delete(self, chat_id: int) -> None:
        """Choose nothing."""
        self.chosen.pop(chat_id, None)


class Desk:
    """An Admission with everything around it."""

    def __init__(
        self,
        *,
        file_limit_bytes: int | None = None,
        counts_cheaply: bool = False,
        **settings: Any,
    ) -> None:
        self.queue = WitnessQueue()
        self.limiter = WitnessLimiter()
        self.preferences = WitnessPreferences()
        self.metrics = Tally()
        self.clock = ManualClock()
        settings = {"webhook_secret_sha256": SECRET_SHA256, **settings}
        limit = {} if file_limit_bytes is None else {"file_limit_bytes": file_limit_bytes}
        self.admission = Admission(
            settings=Settings(**settings),
            queue=cast("JobQueue", self.queue),  # admission only ever sends and counts
            limiter=cast("RateLimiter", self.limiter),
            preferences=self.preferences,
            counts_cheaply=counts_cheaply,
            clock=self.clock,
            metrics=self.metrics,
            **limit,
        )

    def consider(self, update: object) -> dict[str, Any] | None:
        """What admission answers at once."""
        return self.admission.consider(update)

    @property
    def job(self) -> Job:
        """The only job in the queue."""
        (job,) = self.queue.jobs
        return job
