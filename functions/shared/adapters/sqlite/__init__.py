"""The single-machine edition of the storage ports: one SQLite file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.adapters.allowance import allowances
from shared.adapters.memory import RecentTranscripts
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
from shared.adapters.storage import Storage

if TYPE_CHECKING:
    from shared.ports import Clock
    from shared.settings import Settings


def open_storage(settings: Settings, clock: Clock) -> Storage:
    """Open ``settings.database_path``, creating it where it is missing.

    Any number of processes may; the one that works on jobs calls ``release_orphans`` first, which
    makes it the only one, removes everything expired and frees what a crashed one held.
    """
    database = Database(settings.database_path)
    retention_s = settings.retention_s
    queue = SqliteJobQueue(database, clock, max_receive_count=settings.max_receive_count)
    jobs = SqliteJobStore(database, clock, retention_s=retention_s)
    cache = SqliteTranscriptCache(database, clock, retention_s=retention_s)
    leases = SqliteLeases(database, clock)

    def release_orphans() -> int:
        database.lock()
        database.prune(clock.now())
        jobs.release_orphans()
        leases.release_orphans()
        return queue.release_orphans()

    return Storage(
        queue=queue,
        limiter=SqliteRateLimiter(
            database,
            clock,
            tasks=settings.user_tasks,
            per_minute=settings.user_per_minute,
            global_per_minute=settings.global_per_minute,
            task_lease_s=settings.task_lease_s,
        ),
        jobs=jobs,
        cache=RecentTranscripts(cache, clock),
        preferences=SqlitePreferences(database),
        history=SqliteHistory(database, clock, retention_s=retention_s),
        statistics=SqliteStatistics(database, clock, retention_s=retention_s),
        leases=leases,
        budget=SqliteAudioBudget(database, clock, allowances(settings)),
        close=database.close,
        release_orphans=release_orphans,
    )
