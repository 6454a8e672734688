"""The providers' audio budgets: for each the moment when all of its allowance is free again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.adapters.rolling_hour import HOUR_S, RollingHour

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from shared.adapters.sqlite.database import Database
    from shared.ports import Clock


class SqliteAudioBudget:
    """Exact: one transaction looks and takes. ``limits`` are seconds of audio an hour."""

    def __init__(self, database: Database, clock: Clock, limits: Mapping[str, float]) -> None:
        self._database = database
        self._clock = clock
        self._hours = {provider: RollingHour(limit) for provider, limit in limits.items()}

    def take(self, provider: str, audio_s: float) -> float:
        """Reserve ``audio_s`` seconds of audio: 0.0 when granted, else the seconds to wait."""
        hour = self._hours.get(provider)
        if hour is None:
            return 0.0
        return_s = hour.return_s(audio_s)
        with self._database.transaction() as connection:
            now = self._clock.now()
            free_at = max(_free_at(connection, provider), now)
            latest = now + HOUR_S - return_s
            if free_at > latest:
                return free_at - latest
            _postpone(connection, provider, free_at + return_s)
        return 0.0

    def correct(self, provider: str, remaining_s: float, reset_s: float) -> None:
        """Learn from the provider what is left, and after how long all of it will be back."""
        hour = self._hours.get(provider)
        if hour is None or not (back_s := hour.back_s(remaining_s, reset_s)):
            return
        with self._database.transaction() as connection:
            _postpone(connection, provider, self._clock.now() + back_s)


def _free_at(connection: sqlite3.Connection, provider: str) -> float:
    row = connection.execute(
        "SELECT free_at FROM budgets WHERE provider = ?", (provider,)
    ).fetchone()
    return row[0] if row else 0.0


def _postpone(connection: sqlite3.Connection, provider: str, free_at: float) -> None:
    """All is free at this moment, unless a later one is noted."""
    connection.execute(
        "INSERT INTO budgets (provider, free_at) VALUES (?, ?)"
        " ON CONFLICT (provider) DO UPDATE SET free_at = max(free_at, excluded.free_at)",
        (provider, free_at),
    )
