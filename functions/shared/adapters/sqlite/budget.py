"""Budgets of audio, the providers' and the users': for each the moment when all of its allowance is free again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

    from shared.adapters.allowance import Allowances
    from shared.adapters.sqlite.database import Database
    from shared.ports import Clock


class SqliteAudioBudget:
    """Exact: one transaction looks and takes. a user's day counts like a provider."""

    def __init__(self, database: Database, clock: Clock, allowances: Allowances) -> None:
        self._database = database
        self._clock = clock
        self._allowances = allowances

    def take(self, provider: str, audio_s: float) -> float:
        """Reserve ``audio_s`` seconds of audio: 0.0 when granted, else the seconds to wait."""
        allowance = self._allowances.of(provider)
        if allowance is None:
            return 0.0
        return_s = allowance.return_s(audio_s)
        with self._database.transaction() as connection:
            now = self._clock.now()
            free_at = max(_free_at(connection, provider), now)
            latest = now + allowance.period_s - return_s
            if free_at > latest:
                return free_at - latest
            connection.execute("DELETE FROM budgets WHERE free_at < ?", (now,))  # all is free again
            _postpone(connection, provider, free_at + return_s)
        return 0.0

    def correct(self, provider: str, remaining_s: float, reset_s: float) -> None:
        """Learn from the provider what is left, and after how long all of it will be back."""
        allowance = self._allowances.of(provider)
        if allowance is None or not (back_s := allowance.back_s(remaining_s, reset_s)):
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
