"""State and leases of jobs: one item each, every change one conditional write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.adapters.aws.dynamo_blobs import DynamoBlobs
from shared.adapters.aws.dynamo_flights import DynamoFlights
from shared.adapters.aws.dynamo_table import ConditionFailedError, alive, time_to_live
from shared.adapters.packing import pack_recognition, unpack_recognition
from shared.errors import TransientError
from shared.jobs import Job
from shared.ports import JobRecord, JobState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shared.adapters.aws.backoff import Backoff
    from shared.adapters.aws.dynamo_table import DynamoTable, Item
    from shared.ports import Clock, MessageId
    from shared.transcripts import Recognition

ALIVE = "#ttl > :now"
FREE = "(attribute_not_exists(#owner) OR #lease_until <= :now OR #owner = :owner)"
CLAIMABLE = "#state IN (:queued, :working, :failed)"
HOLD = "#owner = :owner, #lease_until = :lease_until, #ttl = :ttl"
CLAIM_TRIES = 4


class DynamoJobStore:
    """The life of jobs. A record expires ``retention_s`` after it last changed.

    Records and flights live in the table ``state``; chunk results, which hold what was said, in the
    table ``cache``, which the webhook cannot read.
    """

    def __init__(
        self,
        state: DynamoTable,
        cache: DynamoTable,
        clock: Clock,
        backoff: Backoff,
        *,
        retention_s: float,
    ) -> None:
        self._table = state
        self._clock = clock
        self._retention_s = retention_s
        self._chunks = DynamoBlobs(cache)
        self._flights = DynamoFlights(
            state, clock, backoff, retention_s=retention_s, landed=self._landed
        )

    def claim(self, job: Job, owner: str, lease_s: float) -> tuple[bool, JobRecord]:
        """Take the job for ``lease_s``, creating its record on first sight.

        A job that was delivering when its owner vanished stays in that state.
        """
        found: Item | None = None
        for _ in range(CLAIM_TRIES):
            try:
                return True, _record(self._take(job, owner, lease_s, found))
            except ConditionFailedError as refused:
                found = refused.item
                if found is not None and self._out_of_reach(found, owner):
                    return False, _record(found)
        raise TransientError("the job's record is contended")

    def renew(self, job_id: str, owner: str, lease_s: float) -> bool:
        """Extend the lease; also a lapsed one, as long as nobody else has taken the job."""
        return self._write(job_id, owner, "SET #lease_until = :until", until=self._now() + lease_s)

    def update(
        self,
        job_id: str,
        owner: str,
        *,
        state: JobState | None = None,
        status_message_id: MessageId | None = None,
        delivered: int | None = None,
        transcript_key: str | None = None,
    ) -> bool:
        """Write the given fields; False, and nothing written, when ``owner`` lost the lease."""
        given: dict[str, Any] = {
            "state": state,
            "status_message_id": status_message_id,
            "delivered": delivered,
            "transcript_key": transcript_key,
        }
        given = {name: value for name, value in given.items() if value is not None}
        change = "".join(f"#{name} = :{name}, " for name in given)
        if state is not None and (state.final or state is JobState.QUEUED):
            return self._write(
                job_id, owner, f"REMOVE #owner SET {change}#lease_until = :never", never=0, **given
            )
        return self._write(job_id, owner, f"SET {change.removesuffix(', ')}" * bool(given), **given)

    def get(self, job_id: str) -> JobRecord | None:
        """The record, or None when there is none or it has expired."""
        item = self._table.get(_key(job_id))
        return _record(item) if item is not None and alive(item, self._now()) else None

    def reopen(self, job_id: str) -> Job | None:
        """Set a FAILED or CANCELLED job back to QUEUED and return it; None for any other."""
        record = self._turn(
            job_id,
            "SET #state = :queued",
            "#state IN (:failed, :cancelled)",
            queued=JobState.QUEUED,
            failed=JobState.FAILED,
            cancelled=JobState.CANCELLED,
        )
        return record.job if record else None

    def cancel(self, job_id: str) -> JobRecord | None:
        """Set a job that is not over to CANCELLED, and return its record as it was before."""
        return self._turn(
            job_id,
            "REMOVE #owner SET #state = :cancelled, #lease_until = :never",
            "#state IN (:queued, :working, :delivering)",
            cancelled=JobState.CANCELLED,
            never=0,
            queued=JobState.QUEUED,
            working=JobState.WORKING,
            delivering=JobState.DELIVERING,
        )

    def delete(self, job_id: str) -> None:
        """Forget the record now; harmless when absent."""
        self._table.delete(_key(job_id))

    def lead(self, flight: str, job: Job) -> bool:
        """Single flight: True when ``job`` leads (first, or leading already); else it now waits."""
        return self._flights.lead(flight, job)

    def waiters(self, flight: str, leader: str) -> Sequence[Job]:
        """Close the flight if ``leader`` leads it, and return who waited for that leader."""
        return self._flights.waiters(flight, leader)

    def disband(self, flight: str, leader: str) -> None:
        """Forget those ``waiters`` returned to this leader: each has been sent on."""
        self._flights.disband(flight, leader)

    def put_chunk(self, content: str, index: int, recognition: Recognition) -> None:
        """Remember one chunk's result, so that a retry does not pay for it again."""
        ttl = time_to_live(self._now(), self._retention_s)
        self._chunks.put(f"C#{content}", f"{index:06}#", pack_recognition(recognition), ttl)

    def chunks(self, content: str) -> dict[int, Recognition]:
        """The results kept for ``content``, by chunk index."""
        found = self._chunks.all(f"C#{content}", self._now())
        return {int(name[:-1]): unpack_recognition(blob.data) for name, blob in found.items()}

    def drop_chunks(self, content: str) -> None:
        """Forget them: the whole transcript is stored."""
        self._chunks.drop(f"C#{content}")

    def _take(self, job: Job, owner: str, lease_s: float, found: Item | None) -> Item:
        """One try to claim; ``found`` is what the try before came upon."""
        now = self._now()
        values = {
            "now": now,
            "owner": owner,
            "lease_until": now + lease_s,
            "ttl": time_to_live(now, self._retention_s),
        }
        if found is not None and not alive(found, now):
            fresh = {**_key(job.id), "job": job.to_json(), "state": JobState.WORKING, **values}
            fresh |= {"delivered": 0}
            del fresh["now"]
            self._table.put(fresh, condition="#ttl <= :now", values={"now": now})
            return fresh
        if found is not None and found["state"] == JobState.DELIVERING:
            values["delivering"] = JobState.DELIVERING
            condition = f"{ALIVE} AND #state = :delivering AND {FREE}"
            return self._table.update(
                _key(job.id), f"SET {HOLD}", condition=condition, values=values
            )
        return self._table.update(
            _key(job.id),
            f"SET {HOLD}, #state = :working, #job = if_not_exists(#job, :job),"
            " #delivered = if_not_exists(#delivered, :none)",
            condition=f"attribute_not_exists(#pk) OR ({ALIVE} AND {CLAIMABLE} AND {FREE})",
            values={
                **values,
                "job": job.to_json(),
                "none": 0,
                "queued": JobState.QUEUED,
                "working": JobState.WORKING,
                "failed": JobState.FAILED,
            },
        )

    def _out_of_reach(self, item: Item, owner: str) -> bool:
        """Whether the job is closed or somebody else has it."""
        now = self._now()
        record = _record(item)
        held = record.owner not in (None, owner) and record.lease_until > now
        return alive(item, now) and (record.state.closed or held)

    def _write(self, job_id: str, owner: str, change: str, **values: Any) -> bool:
        """Change the record if ``owner`` has it, and keep it for the retention from now."""
        now = self._now()
        values |= {"now": now, "owner": owner, "ttl": time_to_live(now, self._retention_s)}
        change = f"{change}, #ttl = :ttl" if change else "SET #ttl = :ttl"
        try:
            self._table.update(
                _key(job_id), change, condition=f"{ALIVE} AND #owner = :owner", values=values
            )
        except ConditionFailedError:
            return False
        return True

    def _turn(self, job_id: str, change: str, condition: str, **values: Any) -> JobRecord | None:
        """Change the record whoever has it; as it was before, None where ``condition`` is not met."""
        now = self._now()
        try:
            before = self._table.update(
                _key(job_id),
                f"{change}, #ttl = :ttl",
                condition=f"{ALIVE} AND {condition}",
                values={**values, "now": now, "ttl": time_to_live(now, self._retention_s)},
                answer="ALL_OLD",
            )
        except ConditionFailedError:
            return None
        return _record(before)

    def _landed(self, job_id: str) -> bool:
        record = self.get(job_id)
        return record is not None and record.state.final

    def _now(self) -> float:
        return self._clock.now()


def _key(job_id: str) -> dict[str, Any]:
    return {"pk": f"J#{job_id}"}


def _record(item: Mapping[str, Any]) -> JobRecord:
    return JobRecord(
        Job.from_json(item["job"]),
        JobState(item["state"]),
        item.get("owner"),
        float(item["lease_until"]),
        item.get("status_message_id"),
        item["delivered"],
        item.get("transcript_key"),
    )
