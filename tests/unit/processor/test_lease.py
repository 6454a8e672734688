"""The heartbeat: it keeps a job while its store answers, and ends the work when the job is lost."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

import pytest

from processor.lease import BEATS_PER_LEASE, LOOK_S, Hold, LeaseLostError, heartbeat
from shared.errors import OperatorError, TransientError
from shared.jobs import Action, Address, Delivery, Job, Lane
from shared.ports import JobRecord, JobState
from tests.doubles.clock import HeldClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from shared.errors import TranscriberError

LEASE_S = 90.0
BEAT_S = LEASE_S / BEATS_PER_LEASE
JOB = Job("job", Action.TRANSCRIBE, "u7", Address(7), "en", 0.0)


class Store:
    """Renews as told: True, False, or an error; True when told nothing."""

    def __init__(self) -> None:
        self.answers: list[bool | TranscriberError] = []
        self.renewals = 0
        self.hidden_s: list[float] = []
        self.lost = False
        self.state = JobState.WORKING

    def renew(self, job_id: str, owner: str, lease_s: float) -> bool:
        """The job store's."""
        self.renewals += 1
        answer = self.answers.pop(0) if self.answers else True
        if isinstance(answer, bool):
            self.lost = not answer
            return answer
        raise answer

    def get(self, job_id: str) -> JobRecord:
        """The job store's."""
        self.lost = self.state is JobState.CANCELLED
        return JobRecord(JOB, state=self.state)

    def update(self, job_id: str, owner: str, **changes: Any) -> bool:
        """The job store's; the job is somebody else's."""
        return False

    def change_visibility(self, delivery: Delivery, visibility_s: float) -> None:
        """The queue's."""
        self.hidden_s.append(visibility_s)


class Heart:
    """A heartbeat on a held clock."""

    def __init__(self) -> None:
        self.store = Store()
        self.clock = HeldClock()
        record = JobRecord(JOB, lease_until=self.clock.now() + LEASE_S)
        self.hold = Hold(record, "me", cast("Any", self.store))

    @asynccontextmanager
    async def beating(self) -> AsyncIterator[None]:
        """Beat while the body runs."""
        delivery = Delivery(JOB, "receipt", 1, Lane.EXPRESS)
        queue = cast("Any", self.store)
        async with heartbeat(self.hold, delivery, queue=queue, clock=self.clock, lease_s=LEASE_S):
            await self.rest()
            yield

    async def pass_a_beat(self) -> None:
        """Let the time of one beat pass, and the beat be done."""
        self.clock.advance(BEAT_S)
        await self.rest()

    async def rest(self) -> None:
        """Return when the heart waits for its next beat, or has none any more."""
        while not (self.clock.sleeping or self.store.lost):
            await asyncio.to_thread(int)


async def test_each_beat_renews_lease_and_visibility() -> None:
    """Both by a whole lease, and the hold knows until when."""
    heart = Heart()
    async with heart.beating():
        for _ in range(3):
            await heart.pass_a_beat()
        assert heart.store.hidden_s == [LEASE_S] * 3
        assert heart.hold.record.lease_until == heart.clock.now() + LEASE_S


async def test_no_beat_comes_before_its_time() -> None:
    """A short job costs no renewal."""
    heart = Heart()
    async with heart.beating():
        heart.clock.advance(BEAT_S - 0.1)
        await asyncio.to_thread(int)
    assert heart.store.renewals == 0


async def test_the_heart_stops_with_the_work() -> None:
    """After the body nothing is renewed any more."""
    heart = Heart()
    async with heart.beating():
        await heart.pass_a_beat()
    heart.clock.advance(10 * BEAT_S)
    await asyncio.to_thread(int)
    assert heart.store.renewals == 1


async def test_work_on_a_job_that_was_stopped_is_broken_off_in_two_seconds() -> None:
    """Long before the next beat; what is hidden from others stays as it is."""
    heart = Heart()

    async def work() -> None:
        async with heart.beating():
            await asyncio.Event().wait()

    working = asyncio.create_task(work())
    await heart.rest()
    heart.clock.advance(LOOK_S)
    await heart.rest()
    assert not working.done()
    heart.store.state = JobState.CANCELLED
    heart.clock.advance(LOOK_S)
    with pytest.raises(LeaseLostError):
        await working
    assert heart.store.renewals == 0


async def test_work_on_a_lost_job_is_broken_off() -> None:
    """The body is cancelled where it waits; the caller sees LeaseLostError and no cancellation."""
    heart = Heart()
    heart.store.answers = [True, False]
    reached = False

    async def work() -> None:
        nonlocal reached
        async with heart.beating():
            await asyncio.Event().wait()
            reached = True

    working = asyncio.create_task(work())
    await heart.rest()
    await heart.pass_a_beat()
    assert not working.done()
    await heart.pass_a_beat()
    with pytest.raises(LeaseLostError):
        await working
    assert not reached
    assert working.cancelling() == 0
    assert heart.store.hidden_s == [LEASE_S]  # what is another's now was not hidden


@pytest.mark.parametrize("error", [TransientError("busy"), OperatorError("denied")])
async def test_a_store_that_fails_is_asked_again(error: TranscriberError) -> None:
    """Two beats may fail; the third keeps the job, and the work's own end counts."""
    heart = Heart()
    heart.store.answers = [error, error, True]
    async with heart.beating():
        for _ in range(3):
            await heart.pass_a_beat()
    assert heart.store.hidden_s == [LEASE_S]


@pytest.mark.parametrize("error", [TransientError("busy"), OperatorError("denied")])
async def test_a_store_that_failed_at_last_does_not_undo_the_work(error: TranscriberError) -> None:
    """A body that ends well ends well, whatever the last beat met."""
    heart = Heart()
    heart.store.answers = [error]
    async with heart.beating():
        await heart.pass_a_beat()


async def test_a_cancellation_from_outside_stays_one() -> None:
    """Stopping the bot is not losing the job."""
    heart = Heart()

    async def work() -> None:
        async with heart.beating():
            await asyncio.Event().wait()

    working = asyncio.create_task(work())
    await heart.rest()
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert working.cancelled()


async def test_the_works_own_error_passes_through() -> None:
    """The heartbeat swallows nothing of the body's."""
    heart = Heart()
    with pytest.raises(TransientError, match="the engine"):
        async with heart.beating():
            raise TransientError("the engine")


async def test_a_write_to_a_lost_job_says_so_and_changes_nothing() -> None:
    """The hold's record stays what the store last confirmed."""
    heart = Heart()
    before = heart.hold.record
    with pytest.raises(LeaseLostError):
        await heart.hold.update(state=JobState.DONE)
    assert heart.hold.record is before
