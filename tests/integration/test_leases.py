"""Who holds a job: one worker at a time, for as long as its heart beats."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from processor.outcome import Fate
from shared.ports import JobState
from shared.telemetry import Metric
from shared.texts import say
from tests.doubles.bench import bench
from tests.doubles.engine import ScriptedEngine
from tests.media.make import encode, tone

if TYPE_CHECKING:
    from pathlib import Path

    from processor.outcome import Outcome
    from shared.jobs import Delivery
    from tests.doubles.bench import Bench


TEXT = "The quick brown fox jumps over the lazy dog."
NOTE = encode("ogg", "libopus", tone(3.0))


async def begun(it: Bench, engine: ScriptedEngine) -> tuple[Delivery, asyncio.Task[Outcome]]:
    """A note's delivery, and the work on it, which stands at the engine's closed gate."""
    await it.user.send_voice(NOTE, duration=3)
    await it.admit()
    engine.gate.clear()
    (delivery,) = it.receive()
    working = asyncio.create_task(it.process(delivery))
    await engine.waiting.wait()
    return delivery, working


async def test_the_same_update_twice_is_answered_once(tmp_path: Path) -> None:
    """A redelivered update is recognised, at admission and again by the processor."""
    async with bench(tmp_path) as it:
        await it.user.send_voice(NOTE, duration=3)
        await it.admit()
        it.offset = 0  # Telegram did not hear that the update arrived
        await it.admit()
        assert it.tally.counts[Metric.REQUEST_DUPLICATE] == 1
        outcomes = await it.work()
        assert [outcome.fate for outcome in outcomes] == [Fate.FINISHED] * 2
        assert it.shown() == [TEXT]


async def test_a_second_message_for_a_job_in_work_is_dropped(tmp_path: Path) -> None:
    """The job's own message is still in the queue, and comes back if its worker dies."""
    engine = ScriptedEngine()
    async with bench(tmp_path, engine) as it:
        delivery, working = await begun(it, engine)
        it.app.storage.queue.send(delivery.job)
        (second,) = await it.work()
        assert second.fate is Fate.FINISHED
        assert it.app.storage.queue.depth() == 1
        engine.gate.set()
        await working
        assert it.shown() == [TEXT]
        assert len(engine.heard) == 1


async def test_a_late_duplicate_occupies_no_task(tmp_path: Path) -> None:
    """Admission no longer knows the update and counts it; the processor gives the task back."""
    async with bench(tmp_path, user_tasks=1) as it:
        await it.user.send_voice(NOTE, duration=3)
        await it.answer()
        it.clock.advance(61)
        it.offset = 0
        await it.answer()
        assert it.tally.counts[Metric.REQUEST_ADMITTED] == 2
        await it.user.send_voice(NOTE, duration=3)
        await it.answer()
        assert it.shown() == [TEXT, TEXT]


async def test_a_crashed_workers_job_is_finished_by_the_next(tmp_path: Path) -> None:
    """The job comes back when its lease runs out, and its status message is used again."""
    engine = ScriptedEngine()
    async with bench(tmp_path, engine) as it:
        await it.user.send_voice(NOTE, duration=3)
        await it.admit()
        engine.gate.clear()
        (delivery,) = it.receive()
        crashed = asyncio.create_task(it.app.processor.process(delivery))
        await engine.waiting.wait()
        jobs = it.app.storage.jobs
        record = jobs.get(delivery.job.id)
        assert record is not None
        assert record.state is JobState.WORKING
        it.clock.forget_sleepers()  # its heart stops, and nothing of it is cleaned up
        it.clock.advance(91)
        engine.gate.set()
        await it.work()
        assert it.shown() == [TEXT]
        outcome = await crashed
        assert outcome.fate in {Fate.LOST, Fate.FINISHED}
        assert it.shown() == [TEXT]


async def test_a_heartbeat_keeps_a_long_job(tmp_path: Path) -> None:
    """While the worker lives, nobody else is given the job, however long it takes."""
    engine = ScriptedEngine()
    async with bench(tmp_path, engine) as it:
        await it.user.send_voice(NOTE, duration=3)
        await it.admit()
        engine.gate.clear()
        (delivery,) = it.receive()
        working = asyncio.create_task(it.app.processor.process(delivery))
        await engine.waiting.wait()
        for _ in range(10):
            it.clock.advance(30)
            await it.breathe()
            assert it.receive() == []
        engine.gate.set()
        await working
        assert it.shown() == [TEXT]


async def test_a_message_that_comes_back_while_its_job_is_held_waits_for_the_lease(
    tmp_path: Path,
) -> None:
    """The holder may be alive: the message is hidden until the lease would run out."""
    engine = ScriptedEngine()
    async with bench(tmp_path, engine) as it:
        delivery, working = await begun(it, engine)
        it.clock.advance(20)
        again = replace(delivery, receive_count=2)
        outcome = await it.app.processor.process(again)
        assert (outcome.fate, outcome.delay_s) == (Fate.RETRY, 70.0)
        engine.gate.set()
        await working
        assert it.shown() == [TEXT]


async def test_a_job_that_was_broken_off_can_be_taken_up_at_once(tmp_path: Path) -> None:
    """Who stops the bot need not wait for the lease to run out at the next start."""
    engine = ScriptedEngine()
    async with bench(tmp_path, engine) as it:
        delivery, working = await begun(it, engine)
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working
        granted, record = it.app.storage.jobs.claim(delivery.job, "the next", 90.0)
        assert granted
        assert record.status_message_id is not None


async def test_a_worker_that_lost_its_job_says_nothing_more(tmp_path: Path) -> None:
    """Its heart stood still too long; another took the job; it stops without a word."""
    engine = ScriptedEngine()
    async with bench(tmp_path, engine) as it:
        await it.user.send_voice(NOTE, duration=3)
        await it.admit()
        engine.gate.clear()
        (delivery,) = it.receive()
        first = asyncio.create_task(it.process(delivery))
        await engine.waiting.wait()
        it.clock.forget_sleepers()
        it.clock.advance(91)
        engine.gate.set()
        granted, _ = it.app.storage.jobs.claim(delivery.job, "another", 90.0)
        assert granted
        assert (await first).fate is Fate.LOST
        assert it.shown() == [say("en", "working")]
