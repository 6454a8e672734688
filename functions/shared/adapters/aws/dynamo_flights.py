"""Single flight: one item for each, with its leader and everyone who waits.

Every change is worked out here and written on condition that nobody else has changed the item;
a refused write brings the item as it is now, so that the next try needs no read. Joining, which many
may do at once, only appends to the list: it leaves the tag alone and is refused by a new leader or
a landing, not by others who join. All other writes make sure of the tag and of the list's length.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from shared.adapters.aws.dynamo_limiter import new_tag
from shared.adapters.aws.dynamo_table import ConditionFailedError, time_to_live
from shared.errors import TransientError
from shared.jobs import Job

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shared.adapters.aws.backoff import Backoff
    from shared.adapters.aws.dynamo_table import DynamoTable, Item
    from shared.ports import Clock

FLIGHT_S = 86_400.0  # a leader that did not land within a day leads no more
MOST_WAITERS = 100  # of less than 2 kB each: half of what an item may hold


@dataclass(frozen=True, slots=True)
class Waiter:
    """A job that waits for ``leader``; closed once it was handed out to it."""

    id: str
    job: str
    leader: str
    until: float
    closed: bool = False

    def to_item(self) -> Item:
        """The waiter in the flight's item."""
        return {**asdict(self), "closed": int(self.closed)}


@dataclass(frozen=True, slots=True)
class Flight:
    """Who leads, until when, and who waits, also for earlier leaders."""

    leader: str | None = None
    until: float = 0.0
    waiters: tuple[Waiter, ...] = field(default=())

    @classmethod
    def from_item(cls, item: Item | None, now: float) -> Flight:
        """What of the item still counts."""
        if item is None:
            return cls()
        every = [Waiter(**{**raw, "closed": bool(raw["closed"])}) for raw in item["waiters"]]
        # By id, as the same job may have been appended twice at the same moment.
        waiters = tuple({waiter.id: waiter for waiter in every if waiter.until > now}.values())
        if item.get("leader") and item["until"] > now:
            return cls(item["leader"], item["until"], waiters)
        return cls(waiters=waiters)

    def to_item(self, key: str) -> Item:
        """The item of this flight, with a new tag."""
        return {
            "pk": key,
            "leader": self.leader,
            "until": self.until,
            "waiters": [waiter.to_item() for waiter in self.waiters],
            "tag": new_tag(),
            "ttl": self.ttl,
        }

    @property
    def ttl(self) -> int:
        """When nothing of it counts any more."""
        return time_to_live(max([self.until, *(waiter.until for waiter in self.waiters)]), 0)

    def led_by(self, job: Job, now: float) -> Flight:
        """``job`` leads; whoever was not handed out to an earlier leader waits for it now.

        Whoever leads is at work and waits no longer, not even for an earlier leader.
        """
        waiters = tuple(waiter for waiter in self.waiters if waiter.id != job.id)
        if self.leader == job.id:
            return replace(self, waiters=waiters)
        return Flight(job.id, now + FLIGHT_S, tuple(_following(waiter, job) for waiter in waiters))

    def joined_by(self, job: Job, until: float) -> Flight:
        """``job`` waits for the leader, also one that an earlier leader has sent on."""
        waiter = Waiter(job.id, job.to_json(), self.leader or "", until)
        ids = [other.id for other in self.waiters]
        if job.id not in ids:
            if len(ids) >= MOST_WAITERS:
                raise TransientError("too many jobs wait for the same content")
            return replace(self, waiters=(*self.waiters, waiter))
        place = ids.index(job.id)
        others = self.waiters
        return replace(self, waiters=(*others[:place], waiter, *others[place + 1 :]))

    def closed_by(self, leader: str) -> Flight:
        """The flight after ``leader`` has landed."""
        waiters = tuple(
            replace(waiter, closed=True) if waiter.leader == leader else waiter
            for waiter in self.waiters
        )
        return Flight(waiters=waiters) if self.leader == leader else replace(self, waiters=waiters)

    def without_closed(self, leader: str) -> Flight:
        """The flight without those handed out to ``leader``."""
        kept = tuple(w for w in self.waiters if not (w.closed and w.leader == leader))
        return replace(self, waiters=kept)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to keep."""
        return self.leader is None and not self.waiters


class DynamoFlights:
    """The flights of one table; ``landed`` tells whether a job has come to its end."""

    def __init__(
        self,
        table: DynamoTable,
        clock: Clock,
        backoff: Backoff,
        *,
        retention_s: float,
        landed: Callable[[str], bool],
    ) -> None:
        self._table = table
        self._clock = clock
        self._backoff = backoff
        self._retention_s = retention_s
        self._landed = landed

    def lead(self, flight: str, job: Job) -> bool:
        """True when ``job`` leads (first, or leading already); else it now waits.

        A leader whose record is final, or who has led for a day, has forgotten to call
        ``waiters``: ``job`` takes the flight over with everyone who waits. TransientError when a
        hundred jobs wait already: the queue brings this one back.
        """

        def change(now_is: Flight, now: float) -> Flight:
            leader = now_is.leader
            if leader in (None, job.id) or self._landed(leader):
                return now_is.led_by(job, now)
            return now_is.joined_by(job, now + self._retention_s)

        return self._change(flight, None, change).leader == job.id

    def waiters(self, flight: str, leader: str) -> Sequence[Job]:
        """Close the flight if ``leader`` leads it, and return who waited for that leader."""
        try:  # as a rule nobody waits, and one call is enough
            self._table.delete(
                {"pk": _key(flight)},
                condition="#leader = :leader AND #waiters = :nobody",
                values={"leader": leader, "nobody": []},
            )
        except ConditionFailedError as refused:
            if refused.item is None:
                return []
            landed = self._change(flight, refused.item, lambda now_is, _: now_is.closed_by(leader))
            return [Job.from_json(w.job) for w in landed.waiters if w.leader == leader]
        return []

    def disband(self, flight: str, leader: str) -> None:
        """Forget those ``waiters`` returned to this leader: each has been sent on."""
        item = self._table.get({"pk": _key(flight)})
        if item is not None:
            self._change(flight, item, lambda now_is, _: now_is.without_closed(leader))

    def _change(
        self, flight: str, item: Item | None, change: Callable[[Flight, float], Flight]
    ) -> Flight:
        """Apply ``change`` to the flight as it stands, beginning with the guess ``item``."""
        for _ in self._backoff.rounds():
            now = self._clock.now()
            before = Flight.from_item(item, now)
            after = change(before, now)
            try:
                if after != before:
                    self._write(_key(flight), item, before, after)
            except ConditionFailedError as refused:
                item = refused.item
            else:
                return after
        raise TransientError("the flight is contended")

    def _write(self, key: str, item: Item | None, before: Flight, after: Flight) -> None:
        """Make the item say ``after``, if it is still the one that said ``before``."""
        if item is None:
            self._table.put(after.to_item(key), condition="attribute_not_exists(#pk)")
            return
        joined = replace(before, waiters=after.waiters) == after
        appended = joined and after.waiters[:-1] == before.waiters
        if appended and len(item["waiters"]) < MOST_WAITERS:
            self._append(key, item, after)
            return
        condition = "#tag = :seen AND size(#waiters) = :count"
        values = {"seen": item["tag"], "count": len(item["waiters"])}
        if after.empty:
            self._table.delete({"pk": key}, condition=condition, values=values)
        else:
            self._table.put(after.to_item(key), condition=condition, values=values)

    def _append(self, key: str, item: Item, after: Flight) -> None:
        self._table.update(
            {"pk": key},
            "SET #waiters = list_append(#waiters, :waiter), #ttl = :ttl",
            condition="#tag = :seen AND size(#waiters) < :most",
            values={
                "seen": item["tag"],
                "most": MOST_WAITERS,
                "waiter": [after.waiters[-1].to_item()],
                "ttl": after.ttl,
            },
        )


def _following(waiter: Waiter, job: Job) -> Waiter:
    return waiter if waiter.closed else replace(waiter, leader=job.id)


def _key(flight: str) -> str:
    return f"S#{flight}"
