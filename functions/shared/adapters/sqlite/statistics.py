"""Sums by calendar day, and marks of who came today."""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING

from shared.adapters.days import day_of, end_of, mark_of
from shared.ports import Figures

if TYPE_CHECKING:
    from shared.adapters.sqlite.database import Database
    from shared.ports import Clock


class SqliteStatistics:
    """One row per day, kept for ``retention_s`` after it; one mark per user until it ends."""

    def __init__(self, database: Database, clock: Clock, *, retention_s: float) -> None:
        self._database = database
        self._clock = clock
        self._retention_s = retention_s

    def add(self, user: str, figures: Figures) -> None:
        """Add ``figures`` to today's; ``users`` is counted from ``user``, whatever it says."""
        now = self._clock.now()
        day = day_of(now)
        with self._database.transaction(now) as connection:
            marked = connection.execute(
                "INSERT OR IGNORE INTO visitors (day, mark, expires_at) VALUES (?, ?, ?)",
                (day, mark_of(user, day), end_of(day)),
            )
            added = asdict(replace(figures, users=marked.rowcount))
            connection.execute(
                ADD, {**added, "day": day, "expires_at": end_of(day) + self._retention_s}
            )

    def since(self, days: int) -> Figures:
        """The sum of today and the ``days - 1`` days before."""
        now = self._clock.now()
        today = day_of(now)
        (sums,) = self._database.read(SUM, today - days, today, now)
        return Figures(*(value or 0 for value in sums))


NAMES = [item.name for item in fields(Figures)]
ADD = (
    f"INSERT INTO statistics (day, expires_at, {', '.join(NAMES)})"  # noqa: S608 - a dataclass's names
    f" VALUES (:day, :expires_at, {', '.join(f':{name}' for name in NAMES)})"
    f" ON CONFLICT (day) DO UPDATE SET {', '.join(f'{n} = {n} + excluded.{n}' for n in NAMES)}"
)
SUM = (
    f"SELECT {', '.join(f'sum({name})' for name in NAMES)} FROM statistics"  # noqa: S608 - as above
    " WHERE day > ? AND day <= ? AND expires_at > ?"
)
