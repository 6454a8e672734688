"""Sums by calendar day: one item each, with a small one beside it for every user of the day.

Adding is one write. A user's first of the day is one transaction, which also leaves his mark; a
worker remembers whose mark it has seen, and asks the table no more than once a day about anyone.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from shared.adapters.aws.dynamo_table import (
    CONDITION_FAILED,
    TransactionCancelledError,
    time_to_live,
)
from shared.adapters.days import DAY_S, day_of, end_of, mark_of
from shared.errors import TransientError
from shared.ports import Figures

if TYPE_CHECKING:
    from shared.adapters.aws.backoff import Backoff
    from shared.adapters.aws.dynamo_table import DynamoTable, Item
    from shared.ports import Clock

READ_AT_ONCE = 100  # the most one call takes
NAMES = [item.name for item in fields(Figures)]
ADD = f"ADD {', '.join(f'#{name} :{name}' for name in NAMES)} SET #ttl = :ttl"


class DynamoStatistics:
    """A day is kept for ``retention_s`` after it; the marks of its users until it ends."""

    def __init__(
        self, table: DynamoTable, clock: Clock, backoff: Backoff, *, retention_s: float
    ) -> None:
        self._table = table
        self._clock = clock
        self._backoff = backoff
        self._retention_s = retention_s
        self._day = 0
        self._marks: set[str] = set()

    def add(self, user: str, figures: Figures) -> None:
        """Add ``figures`` to today's; ``users`` is counted from ``user``, whatever it says.

        An addition whose answer was lost is made once more, so that it may count twice.
        """
        day = day_of(self._clock.now())
        mark = mark_of(user, day)
        values = {**asdict(figures), "ttl": self._ttl(day)}
        if mark not in self._seen(day) and self._add_newcomer(day, mark, {**values, "users": 1}):
            return
        self._table.update(_key(day), ADD, condition="", values={**values, "users": 0})

    def since(self, days: int) -> Figures:
        """The sum of today and the ``days - 1`` days before."""
        now = self._clock.now()
        kept = int(self._retention_s // DAY_S) + 2  # no other day can be there
        today = day_of(now)
        keys = [_key(today - back) for back in range(min(days, kept))]
        found: list[Item] = []
        for at in range(0, len(keys), READ_AT_ONCE):
            found += self._table.get_all(keys[at : at + READ_AT_ONCE])
        alive = [item for item in found if item["ttl"] > now]
        return Figures(*(sum(item.get(name, 0) for item in alive) for name in NAMES))

    def _add_newcomer(self, day: int, mark: str, values: dict[str, Any]) -> bool:
        """Leave the mark and add, both or neither; False where the mark is there already."""
        newcomer = {"pk": f"{_key(day)['pk']}#{mark}", "ttl": end_of(day)}
        parts = [
            {"Put": self._table.putting(newcomer, condition="attribute_not_exists(#pk)")},
            {"Update": self._table.updating(_key(day), ADD, condition="", values=values)},
        ]
        for _ in self._backoff.rounds():
            try:
                self._table.transact(parts)
            except TransactionCancelledError as cancelled:
                if cancelled.reasons[0] != CONDITION_FAILED:
                    continue  # somebody else was at the same item at the same moment
                self._seen(day).add(mark)
                return False
            self._seen(day).add(mark)
            return True
        raise TransientError("the statistics are contended")

    def _seen(self, day: int) -> set[str]:
        """The marks of ``day`` that are known to be there."""
        if day != self._day:
            self._day, self._marks = day, set()
        return self._marks

    def _ttl(self, day: int) -> int:
        return time_to_live(end_of(day), self._retention_s)


def _key(day: int) -> Item:
    return {"pk": f"D#{day}"}
