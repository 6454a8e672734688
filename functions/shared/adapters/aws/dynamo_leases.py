"""Who uses what alone, and what is broken for good: one item each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.adapters.aws.dynamo_table import ConditionFailedError, time_to_live

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.adapters.aws.dynamo_table import DynamoTable, Item
    from shared.ports import Clock


class DynamoLeases:
    """Every change is one conditional write. An item without owner is retired, and stays."""

    def __init__(self, table: DynamoTable, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    def acquire(self, names: Sequence[str], owner: str, lease_s: float) -> str | None:
        """Take the first of ``names`` that is neither leased nor retired; None when all are."""
        for name in names:
            now = self._clock.now()
            try:
                self._table.put(
                    _lease(name, owner, now, lease_s),
                    condition="attribute_not_exists(#pk)"
                    " OR (attribute_exists(#owner) AND #lease_until <= :now)",
                    values={"now": now},
                )
            except ConditionFailedError:
                continue
            return name
        return None

    def renew(self, name: str, owner: str, lease_s: float) -> bool:
        """Extend the lease; also a lapsed one, as long as nobody else has taken it."""
        try:
            self._table.put(
                _lease(name, owner, self._clock.now(), lease_s),
                condition="#owner = :owner",
                values={"owner": owner},
            )
        except ConditionFailedError:
            return False
        return True

    def release(self, name: str, owner: str) -> None:
        """Give it back; harmless when ``owner`` does not have it."""
        try:
            self._table.delete(_key(name), condition="#owner = :owner", values={"owner": owner})
        except ConditionFailedError:
            return

    def retire(self, name: str) -> None:
        """Never lease it again: it is broken for good."""
        self._table.put(_key(name))

    def retired(self, names: Sequence[str]) -> Sequence[str]:
        """Which of ``names`` are retired."""
        items = self._table.get_all([_key(name) for name in names]) if names else []
        retired = {item["pk"] for item in items if "owner" not in item}
        return [name for name in names if _key(name)["pk"] in retired]


def _lease(name: str, owner: str, now: float, lease_s: float) -> Item:
    until = now + lease_s
    return {**_key(name), "owner": owner, "lease_until": until, "ttl": time_to_live(now, lease_s)}


def _key(name: str) -> Item:
    return {"pk": f"L#{name}"}
