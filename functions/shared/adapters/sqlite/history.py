"""What users had transcribed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.adapters.sqlite.database import ALL
from shared.ports import HistoryEntry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.adapters.sqlite.database import Database
    from shared.ports import Clock


class SqliteHistory:
    """One row per user and job, for ``retention_s``."""

    def __init__(self, database: Database, clock: Clock, *, retention_s: float) -> None:
        self._database = database
        self._clock = clock
        self._retention_s = retention_s

    def add(self, user: str, entry: HistoryEntry) -> None:
        """Record it; the same job again replaces its entry."""
        now = self._clock.now()
        with self._database.transaction(now) as connection:
            connection.execute(
                "INSERT OR REPLACE INTO history (user, job_id, chat_id, transcript_key,"
                " finished_at, duration_s, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    user,
                    entry.job_id,
                    entry.chat_id,
                    entry.transcript_key,
                    entry.finished_at,
                    entry.duration_s,
                    now + self._retention_s,
                ),
            )

    def recent(self, user: str, limit: int) -> Sequence[HistoryEntry]:
        """The newest ``limit`` entries."""
        rows = self._database.read(NEWEST_FIRST, user, self._clock.now(), limit)
        return [HistoryEntry(*row) for row in rows]

    def clear(self, user: str) -> Sequence[HistoryEntry]:
        """Forget all of them and return what was forgotten."""
        now = self._clock.now()
        with self._database.transaction(now) as connection:
            rows = connection.execute(NEWEST_FIRST, (user, now, ALL)).fetchall()
            connection.execute("DELETE FROM history WHERE user = ?", (user,))
        return [HistoryEntry(*row) for row in rows]


NEWEST_FIRST = (
    "SELECT job_id, chat_id, transcript_key, finished_at, duration_s FROM history"
    " WHERE user = ? AND expires_at > ? ORDER BY finished_at DESC, rowid DESC LIMIT ?"
)
