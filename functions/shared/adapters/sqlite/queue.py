"""The job queue in a table, with the semantics of SQS."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from shared.errors import OperatorError
from shared.jobs import Delivery, Job, Lane, Receipt

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from shared.adapters.sqlite.database import Database
    from shared.ports import Clock

MAX_DELAY_S = 900.0
MAX_VISIBILITY_S = 43_200.0
RETENTION_S = 14 * 86_400.0  # the longest SQS keeps a message

logger = logging.getLogger(__name__)


class SqliteJobQueue:
    """At-least-once delivery with a visibility timeout.

    A receipt is the message's id and its receive count: unique, because ids are never used again
    and every receive counts. A message that waits longer than ``retention_s``, alive or dead, is
    forgotten.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        max_receive_count: int,
        retention_s: float = RETENTION_S,
    ) -> None:
        self._database = database
        self._clock = clock
        self._max_receive_count = max_receive_count
        self._retention_s = retention_s

    def send(self, job: Job, *, delay_s: float = 0.0) -> None:
        """Append to ``job.lane``; visible after ``delay_s`` (0 to 900)."""
        _check("delay_s", delay_s, MAX_DELAY_S)
        now = self._clock.now()
        with self._database.transaction(now) as connection:
            connection.execute(
                "INSERT INTO messages (lane, job, visible_at, expires_at) VALUES (?, ?, ?, ?)",
                (job.lane, job.to_json(), now + delay_s, now + self._retention_s),
            )

    def receive(self, lane: Lane, *, limit: int, visibility_s: float) -> Sequence[Delivery]:
        """Up to ``limit`` visible jobs, oldest first, each hidden for ``visibility_s``."""
        _check("visibility_s", visibility_s, MAX_VISIBILITY_S)
        now = self._clock.now()
        # An idle worker polls; looking first keeps it from taking the write lock each time.
        if not self._database.read(NEXT, lane, 0, now, now):
            return []
        deliveries: list[Delivery] = []
        last = 0
        with self._database.transaction(now) as connection:
            while len(deliveries) < limit:
                row = connection.execute(NEXT, (lane, last, now, now)).fetchone()
                if row is None:
                    break
                last, text, received = row
                job = _parsed(text) if received < self._max_receive_count else None
                if job is None:
                    self._bury(connection, last, received, now)
                    continue
                connection.execute(
                    "UPDATE messages SET visible_at = ?, receive_count = ? WHERE id = ?",
                    (now + visibility_s, received + 1, last),
                )
                deliveries.append(Delivery(job, f"{last}.{received + 1}", received + 1, lane))
        return deliveries

    def delete(self, delivery: Delivery) -> None:
        """Finish the message. A receipt that is no longer the latest has no effect."""
        with self._database.transaction(self._clock.now()) as connection:
            connection.execute(DELETE, _latest(delivery))

    def change_visibility(self, delivery: Delivery | Receipt, visibility_s: float) -> None:
        """Hide it for ``visibility_s`` from now (0 to 43 200). Without effect on old receipts."""
        _check("visibility_s", visibility_s, MAX_VISIBILITY_S)
        now = self._clock.now()
        with self._database.transaction(now) as connection:
            connection.execute(
                "UPDATE messages SET visible_at = ? WHERE id = ? AND receive_count = ?",
                (now + visibility_s, *_latest(delivery)),
            )

    def bury(self, delivery: Delivery) -> None:
        """Move it to the dead letters at once."""
        now = self._clock.now()
        with self._database.transaction(now) as connection:
            self._bury(connection, *_latest(delivery), now)

    def dead_letters(self) -> Sequence[Job]:
        """The dead letters, oldest first, without touching them; none that cannot be read."""
        rows = self._database.read(
            "SELECT job FROM dead_letters WHERE expires_at > ? ORDER BY id", self._clock.now()
        )
        return [job for (text,) in rows if (job := _parsed(text))]

    def redrive(self) -> int:
        """Send every dead letter back to its lane with a receive count of 0; return how many."""
        now = self._clock.now()
        with self._database.transaction(now) as connection:
            moved = connection.execute(
                "INSERT INTO messages (lane, job, visible_at, expires_at)"
                " SELECT lane, job, ?, ? FROM dead_letters WHERE expires_at > ? ORDER BY id",
                (now, now + self._retention_s, now),
            )
            connection.execute("DELETE FROM dead_letters")
        return moved.rowcount

    def waiting(self, lane: Lane) -> int:
        """How many messages of ``lane`` are visible and wait for a worker."""
        now = self._clock.now()
        count: int = self._database.read(
            "SELECT count(*) FROM messages WHERE lane = ? AND visible_at <= ? AND expires_at > ?",
            lane,
            now,
            now,
        )[0][0]
        return count

    def depth(self) -> int:
        """How many messages wait or are in flight, all lanes, dead letters apart."""
        count: int = self._database.read(
            "SELECT count(*) FROM messages WHERE expires_at > ?", self._clock.now()
        )[0][0]
        return count

    def release_orphans(self) -> int:
        """Make every message in flight visible at once; return how many.

        Only for a process that knows itself alone. The receive counts stay, so that a job that
        kills its worker is dead after as many tries as any other.
        """
        now = self._clock.now()
        with self._database.transaction(now) as connection:
            released = connection.execute(
                "UPDATE messages SET visible_at = ? WHERE receive_count > 0 AND visible_at > ?",
                (now, now),
            )
        return released.rowcount

    def _bury(
        self, connection: sqlite3.Connection, message: int, received: int, now: float
    ) -> None:
        connection.execute(
            "INSERT INTO dead_letters (lane, job, expires_at)"
            " SELECT lane, job, ? FROM messages WHERE id = ? AND receive_count = ?",
            (now + self._retention_s, message, received),
        )
        connection.execute(DELETE, (message, received))


NEXT = (
    "SELECT id, job, receive_count FROM messages"
    " WHERE lane = ? AND id > ? AND visible_at <= ? AND expires_at > ? ORDER BY id LIMIT 1"
)
DELETE = "DELETE FROM messages WHERE id = ? AND receive_count = ?"


def _latest(delivery: Delivery | Receipt) -> tuple[int, int]:
    """The message id and the receive count it must still have for the receipt to count."""
    message, _, received = delivery.receipt.partition(".")
    return int(message), int(received)


def _parsed(text: str) -> Job | None:
    """The job, or None for one of another release: that must not block the jobs behind it."""
    try:
        return Job.from_json(text)
    except OperatorError:
        logger.warning("a queued message cannot be read by this release; it is kept as dead")
        return None


def _check(name: str, value: float, most: float) -> None:
    if not 0 <= value <= most:
        raise ValueError(f"{name} must be 0 to {most:g}, not {value:g}")
