"""Who uses what alone, and what is broken for good: one row each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.adapters.sqlite.database import Database
    from shared.ports import Clock


class SqliteLeases:
    """Rows of what is leased or retired; a lease that nobody renewed counts as none."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def acquire(self, names: Sequence[str], owner: str, lease_s: float) -> str | None:
        """Take the first of ``names`` that is neither leased nor retired; None when all are."""
        now = self._clock.now()
        with self._database.transaction() as connection:
            for name in names:
                taken = connection.execute(TAKE, (name, owner, now + lease_s, now)).rowcount
                if taken:
                    return name
        return None

    def renew(self, name: str, owner: str, lease_s: float) -> bool:
        """Extend the lease; also a lapsed one, as long as nobody else has taken it."""
        until = self._clock.now() + lease_s
        with self._database.transaction() as connection:
            changed = connection.execute(
                "UPDATE leases SET lease_until = ? WHERE name = ? AND owner = ?",
                (until, name, owner),
            )
            return changed.rowcount > 0

    def release(self, name: str, owner: str) -> None:
        """Give it back; harmless when ``owner`` does not have it."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM leases WHERE name = ? AND owner = ?", (name, owner))

    def retire(self, name: str) -> None:
        """Never lease it again: it is broken for good."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO leases (name, owner, lease_until) VALUES (?, NULL, 0)",
                (name,),
            )

    def retired(self, names: Sequence[str]) -> Sequence[str]:
        """Which of ``names`` are retired."""
        rows = self._database.read("SELECT name FROM leases WHERE owner IS NULL")
        retired = {row[0] for row in rows}
        return [name for name in names if name in retired]

    def release_orphans(self) -> None:
        """Free everything: whoever had a lease is dead."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM leases WHERE owner IS NOT NULL")


TAKE = (
    "INSERT INTO leases (name, owner, lease_until) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE"
    " SET owner = excluded.owner, lease_until = excluded.lease_until"
    " WHERE owner IS NOT NULL AND lease_until <= ?"
)
