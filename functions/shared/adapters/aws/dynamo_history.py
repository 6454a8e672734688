"""What users had transcribed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.adapters.aws.dynamo_table import TransactionCancelledError, alive, time_to_live
from shared.errors import TransientError
from shared.ports import HistoryEntry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.adapters.aws.backoff import Backoff
    from shared.adapters.aws.dynamo_table import DynamoTable, Item
    from shared.ports import Clock

DELETED_AT_ONCE = 100  # the most one transaction takes


class DynamoHistory:
    """One item per user and job, for ``retention_s``."""

    def __init__(
        self, table: DynamoTable, clock: Clock, backoff: Backoff, *, retention_s: float
    ) -> None:
        self._table = table
        self._clock = clock
        self._backoff = backoff
        self._retention_s = retention_s

    def add(self, user: str, entry: HistoryEntry) -> None:
        """Record it; the same job again replaces its entry."""
        self._table.put(
            {
                "pk": _key(user),
                "sk": entry.job_id,
                "chat_id": entry.chat_id,
                "transcript_key": entry.transcript_key,
                "finished_at": entry.finished_at,
                "duration_s": entry.duration_s,
                "ttl": time_to_live(self._clock.now(), self._retention_s),
            }
        )

    def recent(self, user: str, limit: int) -> Sequence[HistoryEntry]:
        """The newest ``limit`` entries."""
        return self._entries(list(self._table.query(_key(user))))[:limit]

    def clear(self, user: str) -> Sequence[HistoryEntry]:
        """Forget all of them and return what was forgotten.

        Of clearings at the same moment each entry is returned by one, as its transaction alone
        succeeds.
        """
        forgotten: list[Item] = []
        for _ in self._backoff.rounds():
            items = list(self._table.query(_key(user)))
            try:
                for at in range(0, len(items), DELETED_AT_ONCE):
                    batch = items[at : at + DELETED_AT_ONCE]
                    self._forget(batch)
                    forgotten += batch
            except TransactionCancelledError:
                continue  # somebody else has forgotten some of them
            return self._entries(forgotten)
        raise TransientError("the history is contended")

    def _forget(self, items: Sequence[Item]) -> None:
        keys = [{"pk": item["pk"], "sk": item["sk"]} for item in items]
        condition = "attribute_exists(#pk)"
        self._table.transact(
            [{"Delete": self._table.deleting(key, condition=condition)} for key in keys]
        )

    def _entries(self, items: Sequence[Item]) -> list[HistoryEntry]:
        """Those that have not expired, newest first."""
        now = self._clock.now()
        entries = [
            HistoryEntry(
                item["sk"],
                item["chat_id"],
                item["transcript_key"],
                float(item["finished_at"]),
                float(item["duration_s"]),
            )
            for item in items
            if alive(item, now)
        ]
        return sorted(entries, key=lambda entry: entry.finished_at, reverse=True)


def _key(user: str) -> str:
    return f"U#{user}"
