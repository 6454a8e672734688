"""The limits in three small tables: a log of requests, the running tasks, everyone's minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.ports import Verdict, VerdictKind

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from shared.adapters.sqlite.database import Database
    from shared.ports import Clock

MINUTE_S = 60


class SqliteRateLimiter:
    """Exact limits: one transaction looks and counts. Rows forget themselves by expiring."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        tasks: int,
        per_minute: int,
        global_per_minute: int,
        task_lease_s: float,
    ) -> None:
        self._database = database
        self._clock = clock
        self._tasks = tasks
        self._per_minute = per_minute
        self._global_per_minute = global_per_minute
        self._task_lease_s = task_lease_s

    def admit(self, user: str, job: str, *, task: bool) -> Verdict:
        """Count request ``job`` of ``user``; with ``task`` it also occupies a task until released.

        Of several limits that are reached, the verdict names the first in the order of
        ``VerdictKind``, and its wait is the one after which none of them is reached any more.
        """
        now = self._clock.now()
        with self._database.transaction(now) as connection:
            if connection.execute(KNOWN, (user, job, now) * 2).fetchone():
                return Verdict(VerdictKind.DUPLICATE)
            free_at = {
                VerdictKind.TOO_MANY_TASKS: self._task_free_at(connection, user, now)
                if task
                else 0,
                VerdictKind.TOO_FAST: self._slow_enough_at(connection, user, now),
                VerdictKind.CROWDED: self._calm_at(connection, now),
            }
            reached = [kind for kind, moment in free_at.items() if moment > now]
            if reached:
                return Verdict(reached[0], max(free_at.values()) - now)
            self._count(connection, user, job, now, task=task)
        return Verdict(VerdictKind.ADMITTED)

    def tasks(self, user: str) -> Sequence[str]:
        """The jobs that occupy the user's tasks now, oldest first."""
        rows = self._database.read(
            "SELECT job FROM tasks WHERE user = ? AND expires_at > ? ORDER BY expires_at, rowid",
            user,
            self._clock.now(),
        )
        return [job for (job,) in rows]

    def release(self, user: str, job: str) -> None:
        """Give the task back; harmless when it has expired or was never there."""
        with self._database.transaction(self._clock.now()) as connection:
            connection.execute("DELETE FROM tasks WHERE user = ? AND job = ?", (user, job))

    def _task_free_at(self, connection: sqlite3.Connection, user: str, now: float) -> float:
        """When one of the user's tasks is free at the latest; 0 when one is free."""
        return _moment(connection.execute(NTH_NEWEST_TASK, (user, now, self._tasks - 1)))

    def _slow_enough_at(self, connection: sqlite3.Connection, user: str, now: float) -> float:
        """When the user may ask again; 0 when he may now."""
        return _moment(connection.execute(NTH_NEWEST_REQUEST, (user, now, self._per_minute - 1)))

    def _calm_at(self, connection: sqlite3.Connection, now: float) -> float:
        """The end of this minute when it is full; else 0."""
        return _moment(
            connection.execute(
                "SELECT expires_at FROM minutes WHERE minute = ? AND requests >= ?",
                (int(now // MINUTE_S), self._global_per_minute),
            )
        )

    def _count(
        self, connection: sqlite3.Connection, user: str, job: str, now: float, *, task: bool
    ) -> None:
        connection.execute(
            "INSERT OR REPLACE INTO requests (user, job, expires_at) VALUES (?, ?, ?)",
            (user, job, now + MINUTE_S),
        )
        if task:
            connection.execute(
                "INSERT OR REPLACE INTO tasks (user, job, expires_at) VALUES (?, ?, ?)",
                (user, job, now + self._task_lease_s),
            )
        minute = int(now // MINUTE_S)
        connection.execute(
            "INSERT INTO minutes (minute, requests, expires_at) VALUES (?, 1, ?)"
            " ON CONFLICT (minute) DO UPDATE SET requests = requests + 1",
            (minute, (minute + 1) * MINUTE_S),
        )


KNOWN = (
    "SELECT 1 FROM requests WHERE user = ? AND job = ? AND expires_at > ?"
    " UNION ALL SELECT 1 FROM tasks WHERE user = ? AND job = ? AND expires_at > ?"
)
# With as many rows as the limit allows, the oldest of them is the one whose end makes room.
NTH_NEWEST_TASK = (
    "SELECT expires_at FROM tasks WHERE user = ? AND expires_at > ?"
    " ORDER BY expires_at DESC LIMIT 1 OFFSET ?"
)
NTH_NEWEST_REQUEST = (
    "SELECT expires_at FROM requests WHERE user = ? AND expires_at > ?"
    " ORDER BY expires_at DESC LIMIT 1 OFFSET ?"
)


def _moment(rows: sqlite3.Cursor) -> float:
    """The one time a query found, or 0."""
    row = rows.fetchone()
    return row[0] if row else 0.0
