"""The single machine's worker: short jobs first, and no job lost by what goes wrong around it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, cast

import composition
from local import worker as module
from local.worker import Worker
from processor.outcome import DEAD, FINISHED, LOST, Fate, Outcome
from shared.errors import OperatorError, TransientError
from shared.jobs import EXPRESS_DURATION_S, Action, Address, Job, Lane, Media, MediaKind
from shared.settings import Settings
from shared.telemetry import Metric, Tally
from tests.doubles.clock import ManualClock
from tests.doubles.sabotage import Sabotage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import pytest

    from shared.jobs import Delivery

SLOTS = 3


def job(name: str, lane: Lane = Lane.EXPRESS) -> Job:
    """A job that waits in ``lane``."""
    if lane is Lane.CONTROL:
        return Job(name, Action.CALLBACK, "7", Address(7), "en", 0.0, command="stop")
    duration_s = 1.0 if lane is Lane.EXPRESS else EXPRESS_DURATION_S + 1
    media = Media(MediaKind.VOICE, name, name, 1, duration_s)
    return Job(name, Action.TRANSCRIBE, "7", Address(7), "en", 0.0, media)


class Processor:
    """Begins what it is given and ends it when told."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.running: dict[str, asyncio.Future[Outcome]] = {}
        self.changed = asyncio.Condition()

    async def process(self, delivery: Delivery) -> Outcome:
        """Work until ``end``."""
        ended: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        async with self.changed:
            self.begun.append(delivery.job.id)
            self.running[delivery.job.id] = ended
            self.changed.notify_all()
        try:
            return await ended
        finally:
            async with self.changed:
                del self.running[delivery.job.id]
                self.changed.notify_all()

    async def until(self, *names: str) -> None:
        """Return when exactly these are running."""
        async with asyncio.timeout(10), self.changed:
            await self.changed.wait_for(lambda: self.running.keys() == set(names))

    def end(self, name: str, outcome: Outcome | Exception = FINISHED) -> None:
        """Let the job end so."""
        if isinstance(outcome, Exception):
            self.running[name].set_exception(outcome)
        else:
            self.running[name].set_result(outcome)


class Shop:
    """A worker at work on a real queue."""

    def __init__(self, app: composition.App, processor: Processor, clock: ManualClock) -> None:
        self.app, self.processor, self.clock = app, processor, clock
        self.tally = cast("Tally", app.metrics)
        self.sabotage = Sabotage(app)
        self.queue = app.storage.queue
        self.worker = Worker(app, SLOTS)
        self.stopping, self.hurrying = asyncio.Event(), asyncio.Event()

    def send(self, *jobs: Job) -> None:
        """Put them into the queue, and say so."""
        for item in jobs:
            self.queue.send(item)
        self.worker.knock()

    async def until_idle(self) -> None:
        """Let the worker look into the queue, if it is about to."""
        for _ in range(20):
            await asyncio.to_thread(self.queue.depth)

    async def until_depth(self, depth: int) -> None:
        """Return when that many messages are left."""
        async with asyncio.timeout(10):
            while await asyncio.to_thread(self.queue.depth) != depth:  # noqa: ASYNC110 - a table tells nobody
                await asyncio.sleep(0)


@asynccontextmanager
async def shop(folder: Path) -> AsyncIterator[tuple[Shop, asyncio.Task[None]]]:
    """A worker that runs; it is stopped in a hurry at the end."""
    clock, processor = ManualClock(), Processor()
    settings = Settings(database_path=str(folder / "queue.sqlite3"))
    app = composition.build(
        settings, processor=processor, clock=clock, metrics=Tally(), messenger=_Closing()
    )
    it = Shop(app, processor, clock)
    working = asyncio.create_task(it.worker.run(it.stopping, it.hurrying))
    try:
        yield it, working
    finally:
        it.stopping.set()
        it.hurrying.set()
        await working
        await app.close()


class _Closing:
    async def close(self) -> None:
        """Nothing to let go of."""


async def test_express_jobs_go_before_bulk_jobs(tmp_path: Path) -> None:
    """Though they came later."""
    async with shop(tmp_path) as (it, _):
        bulk = [job(f"film {n}", Lane.BULK) for n in range(2)]
        express = [job(f"note {n}") for n in range(SLOTS)]
        for item in (*bulk, *express):
            it.queue.send(item)
        it.worker.knock()
        await it.processor.until(*(item.id for item in express))
        it.processor.end("note 0")
        await it.processor.until("note 1", "note 2", "film 0")


async def test_a_slot_is_kept_free_of_bulk_jobs(tmp_path: Path) -> None:
    """However many films wait, a note begins at once."""
    async with shop(tmp_path) as (it, _):
        it.send(*(job(f"film {n}", Lane.BULK) for n in range(5)))
        await it.processor.until("film 0", "film 1")
        it.send(job("note"))
        await it.processor.until("film 0", "film 1", "note")
        it.processor.end("note")
        await it.processor.until("film 0", "film 1")
        it.processor.end("film 0")
        await it.processor.until("film 1", "film 2")


async def test_commands_have_slots_of_their_own(tmp_path: Path) -> None:
    """Stop reaches the bot however much is in work."""
    async with shop(tmp_path) as (it, _):
        it.send(*(job(f"note {n}") for n in range(SLOTS)))
        await it.processor.until(*(f"note {n}" for n in range(SLOTS)))
        it.send(job("stop", Lane.CONTROL), job("waits"))
        await it.processor.until("stop", *(f"note {n}" for n in range(SLOTS)))


async def test_a_single_slot_takes_bulk_jobs_too(tmp_path: Path) -> None:
    """Else a machine with one slot would never transcribe a film."""
    async with shop(tmp_path) as (it, _):
        it.worker._slots = 1
        it.send(job("film", Lane.BULK))
        await it.processor.until("film")


async def test_each_outcome_is_settled(tmp_path: Path) -> None:
    """Finished is gone, retried is hidden, dead is dead, lost stays as it is."""
    async with shop(tmp_path) as (it, _):
        it.send(job("finished"), job("retried"), job("dead"))
        await it.processor.until("finished", "retried", "dead")
        it.processor.end("finished")
        it.processor.end("retried", Outcome(Fate.RETRY, 15.0))
        it.processor.end("dead", DEAD)
        await it.until_depth(1)
        assert [dead.id for dead in it.queue.dead_letters()] == ["dead"]
        it.clock.advance(15)
        it.worker.knock()
        await it.processor.until("retried")
        it.processor.end("retried", LOST)
        await it.processor.until()
        assert it.queue.depth() == 1


async def test_an_unexpected_error_puts_the_job_back(tmp_path: Path) -> None:
    """A bug in one job costs neither that job nor the worker, and is counted."""
    async with shop(tmp_path) as (it, working):
        it.send(job("unlucky"))
        await it.processor.until("unlucky")
        it.processor.end("unlucky", ZeroDivisionError("a bug"))
        it.send(job("next"))
        await it.processor.until("next")
        assert it.tally.counts[Metric.JOB_ATTEMPT_FAILED] == 1
        it.clock.advance(it.app.settings.retry_delays_s[0])
        it.worker.knock()
        await it.processor.until("next", "unlucky")
        assert not working.done()


async def test_a_queue_that_fails_is_asked_again(tmp_path: Path) -> None:
    """It is counted, the other lane is served, and the next look finds the job."""
    async with shop(tmp_path) as (it, working):
        for error in (TransientError("busy"), OperatorError("denied")):
            it.sabotage.order(error, "queue.receive", limit=SLOTS)
        it.send(job("note"))
        while Metric.QUEUE_UNAVAILABLE not in it.tally.counts:
            await asyncio.to_thread(it.queue.depth)
        it.worker.knock()
        while it.tally.counts[Metric.QUEUE_UNAVAILABLE] < 2:
            it.worker.knock()
            await asyncio.to_thread(it.queue.depth)
        it.worker.knock()
        await it.processor.until("note")
        assert not working.done()


async def test_a_queue_that_fails_at_settling_brings_the_job_back(tmp_path: Path) -> None:
    """After its visibility timeout the job is looked at again; the worker goes on."""
    async with shop(tmp_path) as (it, _):
        it.sabotage.order(TransientError("busy"), "queue.delete")
        it.send(job("note"))
        await it.processor.until("note")
        it.processor.end("note")
        await it.processor.until()
        it.clock.advance(it.app.settings.lease_s)
        it.worker.knock()
        await it.processor.until("note")
        it.processor.end("note")
        await it.until_depth(0)


async def test_stopping_lets_running_jobs_finish_and_takes_no_more(tmp_path: Path) -> None:
    """What is in hand is ended; what waits waits for the next start."""
    async with shop(tmp_path) as (it, working):
        it.send(job("in hand"))
        await it.processor.until("in hand")
        await it.until_idle()
        it.stopping.set()
        it.send(job("too late"))
        await it.until_idle()
        it.processor.end("in hand")
        await working
        assert it.processor.begun == ["in hand"]
        assert it.queue.depth() == 1


async def test_hurrying_puts_running_jobs_back_at_once(tmp_path: Path) -> None:
    """They are cancelled and visible again, for the next start."""
    async with shop(tmp_path) as (it, working):
        it.send(job("in hand"))
        await it.processor.until("in hand")
        it.stopping.set()
        it.hurrying.set()
        await working
        (back,) = it.queue.receive(Lane.EXPRESS, limit=9, visibility_s=1)
        assert back.job.id == "in hand"


async def test_the_grace_for_finishing_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job that does not end by itself is put back."""
    monkeypatch.setattr(module, "GRACE_S", 0.01)
    async with shop(tmp_path) as (it, working):
        it.send(job("endless"))
        await it.processor.until("endless")
        it.stopping.set()
        await working
        assert it.queue.depth() == 1
