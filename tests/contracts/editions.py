"""The implementations the contract suites run against, and the makers of their inputs."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol, TypeVar

from shared.adapters.allowance import Allowances
from shared.adapters.sqlite.budget import SqliteAudioBudget
from shared.adapters.sqlite.cache import SqliteTranscriptCache
from shared.adapters.sqlite.database import Database
from shared.adapters.sqlite.history import SqliteHistory
from shared.adapters.sqlite.jobs import SqliteJobStore
from shared.adapters.sqlite.leases import SqliteLeases
from shared.adapters.sqlite.limiter import SqliteRateLimiter
from shared.adapters.sqlite.preferences import SqlitePreferences
from shared.adapters.sqlite.queue import SqliteJobQueue
from shared.adapters.sqlite.statistics import SqliteStatistics
from shared.jobs import Action, Address, Job, Lane, Media, MediaKind
from shared.ports import JobState, VerdictKind
from shared.transcripts import Recipe, Segment, Transcript, TranscriptKey, Word

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

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
        Verdict,
    )

DAILY_S = 3600.0  # an hour of audio a day for a user
RETENTION_S = 7 * 86_400.0
DAY_S = 86_400.0
LEASE_S = 90.0
FINAL = [JobState.DONE, JobState.FAILED, JobState.CANCELLED]

Result = TypeVar("Result")


class Edition(Protocol):
    """One empty store. Every call opens another client of it, as another process would."""

    def queue(self, *, max_receive_count: int = 3) -> JobQueue:
        """A client of the job queue."""
        ...

    def limiter(
        self, *, tasks: int = 3, per_minute: int = 10, global_per_minute: int = 100
    ) -> RateLimiter:
        """A client of the rate limiter, with task leases of 1800 s."""
        ...

    def jobs(self) -> JobStore:
        """A client of the job store."""
        ...

    def cache(self) -> PackedTranscripts:
        """A client of the transcript cache."""
        ...

    def preferences(self) -> Preferences:
        """A client of the chats' preferences."""
        ...

    def history(self) -> History:
        """A client of the users' history."""
        ...

    def statistics(self) -> Statistics:
        """A client of the figures of each day."""
        ...

    def leases(self) -> Leases:
        """A client of the leases."""
        ...

    def budget(self, **limits: float) -> AudioBudget:
        """A client of the providers' audio budgets, with these limits."""
        ...

    def close(self) -> None:
        """Close every client."""
        ...


class SqliteEdition:
    """A new file in ``folder``; every client has its own connection to it."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._path = folder / "contract.sqlite3"
        self._clock = clock
        self._databases: list[Database] = []

    def queue(self, *, max_receive_count: int = 3) -> JobQueue:
        """A client of the job queue."""
        return SqliteJobQueue(self._open(), self._clock, max_receive_count=max_receive_count)

    def limiter(
        self, *, tasks: int = 3, per_minute: int = 10, global_per_minute: int = 100
    ) -> RateLimiter:
        """A client of the rate limiter, with task leases of 1800 s."""
        return SqliteRateLimiter(
            self._open(),
            self._clock,
            tasks=tasks,
            per_minute=per_minute,
            global_per_minute=global_per_minute,
            task_lease_s=1800.0,
        )

    def jobs(self) -> JobStore:
        """A client of the job store."""
        return SqliteJobStore(self._open(), self._clock, retention_s=RETENTION_S)

    def cache(self) -> PackedTranscripts:
        """A client of the transcript cache."""
        return SqliteTranscriptCache(self._open(), self._clock, retention_s=RETENTION_S)

    def preferences(self) -> Preferences:
        """A client of the chats' preferences."""
        return SqlitePreferences(self._open())

    def history(self) -> History:
        """A client of the users' history."""
        return SqliteHistory(self._open(), self._clock, retention_s=RETENTION_S)

    def statistics(self) -> Statistics:
        """A client of the figures of each day."""
        return SqliteStatistics(self._open(), self._clock, retention_s=RETENTION_S)

    def leases(self) -> Leases:
        """A client of the leases."""
        return SqliteLeases(self._open(), self._clock)

    def budget(self, **limits: float) -> AudioBudget:
        """A client of the providers' audio budgets, with these limits."""
        return SqliteAudioBudget(self._open(), self._clock, Allowances(limits, DAILY_S))

    def close(self) -> None:
        """Close every client."""
        for database in self._databases:
            database.close()

    def _open(self) -> Database:
        database = Database(self._path)
        self._databases.append(database)
        return database


def race(count: int, call: Callable[[int], Result]) -> list[Result]:
    """Call with 0, 1, … at the same moment, each in its thread; the results in that order."""
    start = threading.Barrier(count)

    def run(number: int) -> Result:
        start.wait()
        return call(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def finish(store: JobStore, job: Job, state: JobState) -> None:
    """Take the job and end it in ``state``."""
    store.claim(job, "finisher", LEASE_S)
    assert store.update(job.id, "finisher", state=state)


def a_job(name: str = "1", lane: Lane = Lane.EXPRESS) -> Job:
    """A job of the user ``u1`` whose media makes it wait in ``lane``."""
    media = Media(
        kind=MediaKind.VOICE,
        file_id=f"file-{name}",
        file_unique_id=f"unique-{name}",
        duration_s=7.0 if lane is Lane.EXPRESS else 7200.0,
        file_name="Grüße 🎧.ogg",
    )
    return Job(
        id=f"job-{name}",
        action=Action.TRANSCRIBE,
        user="u1",
        address=Address(chat_id=-100_123_456_789, message_id=5),
        locale="de",
        accepted_at=1_700_000_000.25,
        media=media,
    )


def a_key(content: str = "c0ffee") -> TranscriptKey:
    """The key of ``content`` under one recipe."""
    return TranscriptKey(content, Recipe("groq", "whisper-large-v3-turbo"))


def a_transcript(text: str = "Guten Tag, schöne Welt 👋") -> Transcript:
    """A transcript with one segment, its words and every optional figure."""
    word = Word(0.5, 0.75, text.split(maxsplit=1)[0])
    segment = Segment(0.5, 2.25, text, (word,), channel=1, no_speech_prob=0.01, avg_logprob=-0.25)
    return Transcript((segment,), "de", 2.5, declared_s=2.6)


def kinds(verdicts: Sequence[Verdict]) -> dict[VerdictKind, int]:
    """How many verdicts there are of each kind."""
    found = [verdict.kind for verdict in verdicts]
    return {kind: found.count(kind) for kind in VerdictKind if kind in found}
