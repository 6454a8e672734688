"""State, leases, flights and chunk results of jobs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shared.adapters.packing import pack_recognition, unpack_recognition
from shared.jobs import Job
from shared.ports import JobRecord, JobState

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from shared.adapters.sqlite.database import Database
    from shared.ports import Clock, MessageId
    from shared.transcripts import Recognition

REOPENABLE = (JobState.FAILED, JobState.CANCELLED)
FLIGHT_S = 86_400.0  # a leader that did not land within a day leads no more


class SqliteJobStore:
    """The life of jobs. A record expires ``retention_s`` after it last changed."""

    def __init__(self, database: Database, clock: Clock, *, retention_s: float) -> None:
        self._database = database
        self._clock = clock
        self._retention_s = retention_s

    def claim(self, job: Job, owner: str, lease_s: float) -> tuple[bool, JobRecord]:
        """Take the job for ``lease_s``, creating its record on first sight.

        A job that was delivering when its owner vanished stays in that state.
        """
        now = self._clock.now()
        with self._database.transaction(now) as connection:
            record = _find(connection, job.id, now) or JobRecord(job)
            held = record.lease_until > now and record.owner != owner
            if record.state.closed or held:
                return False, record
            delivering = record.state is JobState.DELIVERING
            state = JobState.DELIVERING if delivering else JobState.WORKING
            record = replace(record, state=state, owner=owner, lease_until=now + lease_s)
            self._write(connection, record, now)
        return True, record

    def renew(self, job_id: str, owner: str, lease_s: float) -> bool:
        """Extend the lease; also a lapsed one, as long as nobody else has taken the job."""
        now = self._clock.now()
        with self._database.transaction(now) as connection:
            record = _find(connection, job_id, now)
            if record is None or record.owner != owner:
                return False
            self._write(connection, replace(record, lease_until=now + lease_s), now)
        return True

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
        now = self._clock.now()
        with self._database.transaction(now) as connection:
            record = _find(connection, job_id, now)
            if record is None or record.owner != owner:
                return False
            ends = state is not None and (state.final or state is JobState.QUEUED)
            changed = replace(
                record,
                state=state or record.state,
                owner=None if ends else owner,
                lease_until=0.0 if ends else record.lease_until,
                status_message_id=_either(status_message_id, record.status_message_id),
                delivered=record.delivered if delivered is None else delivered,
                transcript_key=transcript_key or record.transcript_key,
            )
            self._write(connection, changed, now)
        return True

    def get(self, job_id: str) -> JobRecord | None:
        """The record, or None when there is none or it has expired."""
        rows = self._database.read(FIND_JOB, job_id, self._clock.now())
        return _record(rows[0]) if rows else None

    def reopen(self, job_id: str) -> Job | None:
        """Set a FAILED or CANCELLED job back to QUEUED and return it; None for any other."""
        now = self._clock.now()
        with self._database.transaction(now) as connection:
            record = _find(connection, job_id, now)
            if record is None or record.state not in REOPENABLE:
                return None
            self._write(connection, replace(record, state=JobState.QUEUED), now)
        return record.job

    def cancel(self, job_id: str) -> JobRecord | None:
        """Set a job that is not over to CANCELLED, and return its record as it was before."""
        now = self._clock.now()
        with self._database.transaction(now) as connection:
            record = _find(connection, job_id, now)
            if record is None or record.state.final:
                return None
            over = replace(record, state=JobState.CANCELLED, owner=None, lease_until=0.0)
            self._write(connection, over, now)
        return record

    def delete(self, job_id: str) -> None:
        """Forget the record now; harmless when absent."""
        with self._database.transaction(self._clock.now()) as connection:
            connection.execute("DELETE FROM jobs WHERE id = ?", (job_id,))

    def lead(self, flight: str, job: Job) -> bool:
        """Single flight: True when ``job`` leads (first, or leading already); else it now waits.

        A leader whose record is final, or who has led for a day, has forgotten to call
        ``waiters``: ``job`` takes the flight over with everyone who waits.
        """
        now = self._clock.now()
        with self._database.transaction(now) as connection:
            row = connection.execute(FIND_FLIGHT, (flight, now)).fetchone()
            leader = row[0] if row else None
            if leader is not None and leader != job.id and not _landed(connection, leader, now):
                self._wait(connection, flight, leader, job, now)
                return False
            if leader != job.id:
                connection.execute(
                    "INSERT OR REPLACE INTO flights (flight, leader, expires_at) VALUES (?, ?, ?)",
                    (flight, job.id, now + FLIGHT_S),
                )
                connection.execute(
                    "UPDATE waiters SET leader = ? WHERE flight = ? AND NOT closed",
                    (job.id, flight),
                )
            # Whoever leads is at work and waits no longer, not even for an earlier leader.
            connection.execute(
                "DELETE FROM waiters WHERE flight = ? AND job_id = ?", (flight, job.id)
            )
        return True

    def waiters(self, flight: str, leader: str) -> Sequence[Job]:
        """Close the flight if ``leader`` leads it, and return who waited for that leader."""
        now = self._clock.now()
        mine = (flight, leader)
        with self._database.transaction(now) as connection:
            connection.execute("DELETE FROM flights WHERE flight = ? AND leader = ?", mine)
            connection.execute(
                "UPDATE waiters SET closed = 1 WHERE flight = ? AND leader = ?", mine
            )
            rows = connection.execute(
                "SELECT job FROM waiters WHERE flight = ? AND leader = ? AND expires_at > ?"
                " ORDER BY id",
                (*mine, now),
            ).fetchall()
        return [Job.from_json(text) for (text,) in rows]

    def disband(self, flight: str, leader: str) -> None:
        """Forget those ``waiters`` returned to this leader: each has been sent on."""
        with self._database.transaction(self._clock.now()) as connection:
            connection.execute(
                "DELETE FROM waiters WHERE flight = ? AND leader = ? AND closed",
                (flight, leader),
            )

    def put_chunk(self, content: str, index: int, recognition: Recognition) -> None:
        """Remember one chunk's result, so that a retry does not pay for it again."""
        now = self._clock.now()
        with self._database.transaction(now) as connection:
            connection.execute(
                "INSERT OR REPLACE INTO chunks (content, position, recognition, expires_at)"
                " VALUES (?, ?, ?, ?)",
                (content, index, pack_recognition(recognition), now + self._retention_s),
            )

    def chunks(self, content: str) -> dict[int, Recognition]:
        """The results kept for ``content``, by chunk index."""
        rows = self._database.read(
            "SELECT position, recognition FROM chunks WHERE content = ? AND expires_at > ?"
            " ORDER BY position",
            content,
            self._clock.now(),
        )
        return {position: unpack_recognition(packed) for position, packed in rows}

    def drop_chunks(self, content: str) -> None:
        """Forget them: the whole transcript is stored."""
        with self._database.transaction(self._clock.now()) as connection:
            connection.execute("DELETE FROM chunks WHERE content = ?", (content,))

    def release_orphans(self) -> int:
        """End every lease; return how many. Only for a process that knows itself alone."""
        with self._database.transaction(self._clock.now()) as connection:
            released = connection.execute(
                "UPDATE jobs SET owner = NULL, lease_until = 0 WHERE owner IS NOT NULL"
            )
        return released.rowcount

    def _write(self, connection: sqlite3.Connection, record: JobRecord, now: float) -> None:
        connection.execute(
            "INSERT OR REPLACE INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                record.job.id,
                record.job.to_json(),
                record.state,
                record.owner,
                record.lease_until,
                record.status_message_id,
                record.delivered,
                record.transcript_key,
                now + self._retention_s,
            ),
        )

    def _wait(
        self, connection: sqlite3.Connection, flight: str, leader: str, job: Job, now: float
    ) -> None:
        """Join the open flight, also from a closed one whose leader sent this job on."""
        connection.execute(
            "INSERT INTO waiters (flight, job_id, job, leader, expires_at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (flight, job_id) DO UPDATE SET job = excluded.job,"
            " leader = excluded.leader, closed = 0, expires_at = excluded.expires_at",
            (flight, job.id, job.to_json(), leader, now + self._retention_s),
        )


FIND_JOB = (
    "SELECT job, state, owner, lease_until, status_message_id, delivered, transcript_key"
    " FROM jobs WHERE id = ? AND expires_at > ?"
)
FIND_FLIGHT = "SELECT leader FROM flights WHERE flight = ? AND expires_at > ?"

StoredRecord = tuple[str, str, str | None, float, int | str | None, int, str | None]


def _find(connection: sqlite3.Connection, job_id: str, now: float) -> JobRecord | None:
    row = connection.execute(FIND_JOB, (job_id, now)).fetchone()
    return _record(row) if row else None


def _record(row: StoredRecord) -> JobRecord:
    job, state, owner, lease_until, status_message_id, delivered, transcript_key = row
    return JobRecord(
        Job.from_json(job),
        JobState(state),
        owner,
        lease_until,
        status_message_id,
        delivered,
        transcript_key,
    )


def _landed(connection: sqlite3.Connection, leader: str, now: float) -> bool:
    record = _find(connection, leader, now)
    return record is not None and record.state.final


def _either(given: MessageId | None, kept: MessageId | None) -> MessageId | None:
    return kept if given is None else given
