"""Exact limits in two calls: one read of the user and the minute, one transaction on both.

The user's item holds his requests of the last minute, his running tasks and a tag that changes with
every write; everyone's minute is a counter of its own. A refusal is decided by the read alone and
writes nothing. An admission writes both items or neither: the user's on condition that its tag is
the one that was read, the minute's on condition that it has room. So no request is counted in one
place and refused in the other, which two separate writes could only mend by taking one back.

An ordinary request costs two calls; a refused or repeated one costs one. Where two users' writes
meet on the minute the write alone is repeated, a third call. Where two requests of the same user
meet, one of them begins again. Transactions on one item pass one after the other, some fifty a
second: far above any sensible number of requests for all, which is therefore not sharded.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.adapters.aws.dynamo_table import (
    CONDITION_FAILED,
    CONFLICT,
    ConditionFailedError,
    TransactionCancelledError,
    time_to_live,
)
from shared.errors import TransientError
from shared.ports import Verdict, VerdictKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shared.adapters.aws.backoff import Backoff
    from shared.adapters.aws.dynamo_table import DynamoTable
    from shared.ports import Clock

MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class Account:
    """A user's item: until when each request is remembered, and until when each task counts."""

    key: str
    requests: Mapping[str, float]
    tasks: Mapping[str, float]
    tag: str | None
    """None when there is no item."""

    def knows(self, job: str) -> bool:
        """Whether the job was admitted lately or is in work."""
        return job in self.requests or job in self.tasks

    def with_request(self, job: str, now: float, task_until: float | None) -> dict[str, Any]:
        """The item that also counts ``job``."""
        requests = {**self.requests, job: now + MINUTE_S}
        tasks = {**self.tasks, **({job: task_until} if task_until else {})}
        last = max([*requests.values(), *tasks.values()])
        return {
            "pk": self.key,
            "requests": requests,
            "tasks": tasks,
            "tag": new_tag(),
            "ttl": time_to_live(last, 0),
        }


class DynamoRateLimiter:
    """N tasks and M requests a sliding minute for each user, G requests a minute for all."""

    def __init__(
        self,
        table: DynamoTable,
        clock: Clock,
        backoff: Backoff,
        *,
        tasks: int,
        per_minute: int,
        global_per_minute: int,
        task_lease_s: float,
    ) -> None:
        self._table = table
        self._clock = clock
        self._backoff = backoff
        self._tasks = tasks
        self._per_minute = per_minute
        self._global_per_minute = global_per_minute
        self._task_lease_s = task_lease_s

    def admit(self, user: str, job: str, *, task: bool) -> Verdict:
        """Count request ``job`` of ``user``; with ``task`` it also occupies a task until released.

        Of several limits that are reached, the verdict names the first in the order of
        ``VerdictKind``, and its wait is the one after which none of them is reached any more.
        TransientError when others were faster time and again.
        """
        account: Account | None = None
        for _ in self._backoff.rounds():
            now = self._clock.now()
            if account is None:
                account, minute_requests = self._look(user, now)
                verdict = self._judge(account, minute_requests, job, now, task=task)
                if verdict.kind is not VerdictKind.ADMITTED:
                    return verdict
            try:
                self._count(account, job, now, task=task)
            except TransactionCancelledError as cancelled:
                if not _met_on_the_minute(cancelled):
                    account = None
            else:
                return Verdict(VerdictKind.ADMITTED)
        raise TransientError("the limiter is contended")

    def tasks(self, user: str) -> Sequence[str]:
        """The jobs that occupy the user's tasks now, oldest first."""
        item = self._table.get({"pk": _user_key(user)}) or {}
        ends = item.get("tasks", {})
        return sorted((job for job in ends if ends[job] > self._clock.now()), key=ends.__getitem__)

    def release(self, user: str, job: str) -> None:
        """Give the task back; harmless when it has expired or was never there."""
        try:
            self._table.update(
                {"pk": _user_key(user)},
                "REMOVE #tasks.#job SET #tag = :tag",
                condition="attribute_exists(#tasks.#job)",
                values={"tag": new_tag()},
                names={"job": job},
            )
        except ConditionFailedError:
            return

    def _look(self, user: str, now: float) -> tuple[Account, int]:
        """The user's account as it stands now, and everyone's requests in this minute."""
        key, minute_key = _user_key(user), _minute_key(now)
        items = {
            item["pk"]: item for item in self._table.get_all([{"pk": key}, {"pk": minute_key}])
        }
        item = items.get(key, {})
        account = Account(
            key,
            {job: end for job, end in item.get("requests", {}).items() if end > now},
            {job: end for job, end in item.get("tasks", {}).items() if end > now},
            item.get("tag"),
        )
        return account, items.get(minute_key, {}).get("requests", 0)

    def _judge(
        self, account: Account, minute_requests: int, job: str, now: float, *, task: bool
    ) -> Verdict:
        if account.knows(job):
            return Verdict(VerdictKind.DUPLICATE)
        full = minute_requests >= self._global_per_minute
        free_at = {
            VerdictKind.TOO_MANY_TASKS: _room_at(account.tasks, self._tasks) if task else 0.0,
            VerdictKind.TOO_FAST: _room_at(account.requests, self._per_minute),
            VerdictKind.CROWDED: (now // MINUTE_S + 1) * MINUTE_S if full else 0.0,
        }
        reached = [kind for kind, moment in free_at.items() if moment > now]
        if reached:
            return Verdict(reached[0], max(free_at.values()) - now)
        return Verdict(VerdictKind.ADMITTED)

    def _count(self, account: Account, job: str, now: float, *, task: bool) -> None:
        """Write the request into both items, or raise TransactionCancelledError."""
        item = account.with_request(job, now, now + self._task_lease_s if task else None)
        unchanged = "#tag = :seen" if account.tag else "attribute_not_exists(#pk)"
        user = self._table.putting(
            item, condition=unchanged, values={"seen": account.tag} if account.tag else None
        )
        minute = self._table.updating(
            {"pk": _minute_key(now)},
            "ADD #requests :one SET #ttl = :ttl",
            condition="attribute_not_exists(#requests) OR #requests < :most",
            values={
                "one": 1,
                "most": self._global_per_minute,
                "ttl": time_to_live(now, MINUTE_S),
            },
        )
        self._table.transact([{"Put": user}, {"Update": minute}])


def new_tag() -> str:
    """A mark no other write has left: a counter could come back after the item was removed."""
    return os.urandom(6).hex()


def _user_key(user: str) -> str:
    return f"U#{user}"


def _minute_key(now: float) -> str:
    return f"G#{int(now // MINUTE_S)}"


def _room_at(ends: Mapping[str, float], most: int) -> float:
    """When fewer than ``most`` of these are left; 0 when that is so now."""
    return sorted(ends.values(), reverse=True)[most - 1] if len(ends) >= most else 0.0


def _met_on_the_minute(cancelled: TransactionCancelledError) -> bool:
    """Whether nothing but another user's transaction, under way at that moment, was in the way."""
    user, minute = cancelled.reasons
    return minute == CONFLICT and user not in (CONFLICT, CONDITION_FAILED)
