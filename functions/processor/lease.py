"""A worker's hold on a job: its lease in the job store and the message's visibility, as one."""

from __future__ import annotations

import asyncio
from asyncio import to_thread
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from shared.errors import TranscriberError
from shared.ports import JobState

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from shared.jobs import Delivery
    from shared.ports import Clock, JobQueue, JobRecord, JobStore

BEATS_PER_LEASE = 3  # two beats may fail before the lease runs out
LOOK_S = 2.0  # between looks whether the user has stopped the job: reads cost less than beats


class LeaseLostError(Exception):
    """The job is no longer ours, another's or stopped: stop, and touch nothing."""


@dataclass(slots=True)
class Hold:
    """The job as this worker holds it; ``record`` follows every write."""

    record: JobRecord
    owner: str
    jobs: JobStore

    async def update(self, **changes: Any) -> None:
        """Write ``changes`` to the record. Raise LeaseLostError when the job is no longer ours."""
        job_id = self.record.job.id
        if not await to_thread(self.jobs.update, job_id, self.owner, **changes):
            raise LeaseLostError(job_id)
        self.record = replace(self.record, **changes)


@asynccontextmanager
async def heartbeat(
    hold: Hold, delivery: Delivery, *, queue: JobQueue, clock: Clock, lease_s: float
) -> AsyncIterator[None]:
    """Renew lease and visibility while the body runs; end it with LeaseLostError if they are gone.

    So does a job that its user stopped. A store that fails is asked again at the next look.
    """
    body = asyncio.current_task()
    lost = False

    async def beat() -> None:
        """Renew what is held; notice when it is not."""
        nonlocal lost
        lease_until = clock.now() + lease_s
        if await to_thread(hold.jobs.renew, hold.record.job.id, hold.owner, lease_s):
            hold.record = replace(hold.record, lease_until=lease_until)
            await to_thread(queue.change_visibility, delivery, lease_s)
        else:
            lost = True

    async def live() -> None:
        """Look often, beat now and then."""
        nonlocal lost
        beat_s = lease_s / BEATS_PER_LEASE
        beat_at = clock.now() + beat_s
        while not lost:
            await clock.sleep(min(LOOK_S, beat_s))
            with suppress(TranscriberError):
                if clock.now() >= beat_at:
                    await beat()
                    beat_at = clock.now() + beat_s
                else:
                    lost = await _stopped(hold)
        if body is not None:
            body.cancel()

    pulse = asyncio.create_task(live())
    try:
        yield
    except asyncio.CancelledError:
        if lost and body is not None:
            body.uncancel()
            raise LeaseLostError(hold.record.job.id) from None
        raise
    finally:
        pulse.cancel()
        with suppress(asyncio.CancelledError):
            await pulse


async def _stopped(hold: Hold) -> bool:
    record = await to_thread(hold.jobs.get, hold.record.job.id)
    return record is not None and record.state is JobState.CANCELLED
