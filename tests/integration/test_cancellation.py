"""Stop: at every stage, by whoever asked, and everything is free at once."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest

from processor.lease import LOOK_S
from processor.outcome import Fate
from shared.audio import EngineProfile
from shared.errors import TransientError
from shared.ports import JobState
from shared.telemetry import Metric
from shared.texts import say
from tests.doubles.bench import bench
from tests.doubles.engine import ScriptedEngine
from tests.doubles.sabotage import Killed
from tests.media.make import encode, phrases, tone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from local.loopback.people import User
    from processor.outcome import Outcome
    from shared.ports import JobRecord
    from tests.doubles.bench import Bench

NOTE = encode("ogg", "libopus", tone(1.0))
TEXT = "Heard all the same."
STOPPED = say("en", "stopped")
CHUNKS = EngineProfile(
    "scripted", "one", frozenset(), frozenset(), 24_000_000, 20.0, takes_pcm=True
)


class Work:
    """A job that stands at the closed gate of the engine."""

    def __init__(self, it: Bench, engine: ScriptedEngine, working: asyncio.Task[Outcome]) -> None:
        self.it, self.engine, self.working = it, engine, working
        (self.job_id,) = it.app.storage.limiter.tasks(f"u{it.user.id}")

    @property
    def record(self) -> JobRecord:
        """What the store says of it."""
        record = self.it.app.storage.jobs.get(self.job_id)
        assert record is not None
        return record

    async def stop(self, user: User | None = None) -> None:
        """Its user presses Stop, and the press is worked on."""
        user = user or self.it.user
        await user.press(user.chat.from_bot[-1], say("en", "button_stop"))
        await self.it.answer()

    async def noticed(self) -> Outcome:
        """The outcome, once the worker has looked."""
        self.it.clock.advance(LOOK_S)
        return await asyncio.wait_for(self.working, 5)


@asynccontextmanager
async def work(
    folder: Path, engine: ScriptedEngine | None = None, data: bytes = NOTE
) -> AsyncIterator[Work]:
    """A bench with such a job."""
    engine = engine or ScriptedEngine(TEXT)
    async with bench(folder, engine) as it:
        engine.gate.clear()
        await it.user.send_voice(data, duration=1)
        await it.admit()
        (delivery,) = it.receive()
        working = asyncio.create_task(it.process(delivery))
        await engine.waiting.wait()
        yield Work(it, engine, working)


def free(it: Bench) -> bool:
    """Whether nothing is left of the user's job but its record."""
    storage = it.app.storage
    return not (storage.queue.depth() or storage.limiter.tasks(f"u{it.user.id}"))


async def test_a_job_at_the_engine_is_stopped(tmp_path: Path) -> None:
    """The status says so at once; the worker breaks off within two seconds; all is free."""
    async with work(tmp_path) as at:
        await at.stop()
        assert at.it.shown() == [STOPPED]
        assert at.record.state is JobState.CANCELLED
        assert (await at.noticed()).fate is Fate.FINISHED
        (status,) = at.it.user.chat.from_bot
        assert status.text == STOPPED
        assert status.button_texts == [say("en", "button_again")]
        assert free(at.it)
        assert at.it.tally.counts[Metric.JOB_CANCELLED] == 1


async def test_a_stopped_job_can_be_started_again(tmp_path: Path) -> None:
    """And what was heard before it was stopped is not paid for twice."""
    engine = ScriptedEngine(TEXT, profile=CHUNKS)
    async with work(tmp_path, engine, encode("ogg", "libopus", phrases(60.0))) as at:
        engine.gate.set()
        second_chunk = asyncio.Event()

        def close_the_gate(_: object) -> None:
            engine.gate.clear()
            engine.waiting.clear()
            second_chunk.set()

        engine.on_hearing = close_the_gate
        await second_chunk.wait()
        await engine.waiting.wait()
        await at.stop()
        await at.noticed()
        known = {audio.start_s for audio in engine.heard[:1]}
        engine.heard.clear()
        engine.gate.set()
        engine.on_hearing = lambda _: None
        (status,) = at.it.user.chat.from_bot
        await at.it.user.press(status, say("en", "button_again"))
        await at.it.answer()
        assert at.it.shown()[0].startswith(TEXT)
        assert engine.heard
        assert not known & {audio.start_s for audio in engine.heard}


async def test_an_edit_that_comes_late_does_not_hide_the_stop(tmp_path: Path) -> None:
    """The worker's own edit lands behind the words on the stop: it says them again."""
    async with bench(tmp_path, ScriptedEngine(TEXT)) as it:
        await it.user.send_voice(NOTE, duration=1)
        it.api.truncate_next_download(50)
        await it.answer()  # the first try failed, and there is a status message
        it.clock.advance(15)
        (delivery,) = it.receive()
        held = it.sabotage.hold("messenger.edit")
        working = asyncio.create_task(it.process(delivery))
        await held.reached.wait()
        await it.user.press(it.user.chat.from_bot[0], say("en", "button_stop"))
        await it.answer()
        assert it.shown() == [STOPPED]
        held.released.set()
        assert (await working).fate is Fate.FINISHED
        (status,) = it.user.chat.from_bot
        assert status.edits[-2:] == [STOPPED, say("en", "working")]
        assert status.text == STOPPED


async def test_a_job_stopped_while_its_first_message_is_under_way_says_so(tmp_path: Path) -> None:
    """Nobody knew the message yet; the worker that sent it does."""
    async with bench(tmp_path, ScriptedEngine(TEXT)) as it:
        await it.user.send_voice(NOTE, duration=1)
        await it.admit()
        (delivery,) = it.receive()
        held = it.sabotage.hold("messenger.send")
        working = asyncio.create_task(it.process(delivery))
        await held.reached.wait()
        assert await it.app.cancellation.cancel(delivery.job.id)
        held.released.set()
        assert (await working).fate is Fate.FINISHED
        assert it.shown() == [STOPPED]
        assert free(it)


async def test_a_job_is_stopped_while_its_file_is_fetched(tmp_path: Path) -> None:
    """Nothing is heard."""
    engine = ScriptedEngine(TEXT)
    async with bench(tmp_path, engine) as it:
        await it.user.send_voice(NOTE, duration=1)
        await it.admit()
        (delivery,) = it.receive()
        streaming = asyncio.Event()

        class Endless:
            """A source that never ends."""

            async def stream(self, _: object) -> AsyncIterator[bytes]:
                """One piece, and no other."""
                yield b"-"
                streaming.set()
                await asyncio.Event().wait()

            async def close(self) -> None:
                """Nothing to let go of."""

        it.app.__dict__["source"] = Endless()
        working = asyncio.create_task(it.process(delivery))
        await streaming.wait()
        await it.user.press(it.user.chat.from_bot[0], say("en", "button_stop"))
        await it.answer()
        it.clock.advance(LOOK_S)
        assert (await asyncio.wait_for(working, 5)).fate is Fate.FINISHED
        assert it.shown() == [STOPPED]
        assert engine.heard == []
        assert free(it)


async def test_a_job_between_two_tries_is_stopped(tmp_path: Path) -> None:
    """Its message finds that there is nothing to do."""
    engine = ScriptedEngine(TEXT, failures=[TransientError("503")])
    async with bench(tmp_path, engine) as it:
        await it.user.send_voice(NOTE, duration=1)
        await it.answer()
        await it.user.press(it.user.chat.from_bot[0], say("en", "button_stop"))
        await it.answer()
        await it.work_until_quiet()
        assert it.shown() == [STOPPED]
        assert len(engine.heard) == 1
        assert free(it)


async def test_a_job_no_worker_has_seen_is_stopped(tmp_path: Path) -> None:
    """Known by its id alone; its message then finds it stopped, and nothing is said of it."""
    engine = ScriptedEngine(TEXT)
    async with bench(tmp_path, engine) as it:
        await it.user.send_voice(NOTE, duration=1)
        await it.admit()
        user = f"u{it.user.id}"
        (job_id,) = it.app.storage.limiter.tasks(user)
        assert not await it.app.cancellation.cancel(job_id)
        assert await it.app.cancellation.cancel(job_id, user)
        assert it.app.storage.limiter.tasks(user) == []
        (outcome,) = await it.work()
        assert outcome.fate is Fate.FINISHED
        assert (it.shown(), engine.heard) == ([], [])
        assert free(it)


async def test_a_worker_that_is_faster_than_the_stop_is_stopped_all_the_same(
    tmp_path: Path,
) -> None:
    """It takes the job up between the look at the record and the stop."""
    async with bench(tmp_path) as it:
        await it.user.send_voice(NOTE, duration=1)
        await it.admit()
        (delivery,) = it.receive()
        jobs = it.app.storage.jobs

        class Racing:
            """A store in which a worker claims the job right after it was looked for in vain."""

            def get(self, job_id: str) -> JobRecord | None:
                """The record as it was a moment ago."""
                found = jobs.get(job_id)
                jobs.claim(delivery.job, "worker", 90.0)
                return found

            def __getattr__(self, name: str) -> object:
                return getattr(jobs, name)

        it.app.__dict__["storage"] = replace(it.app.storage, jobs=cast("Any", Racing()))
        assert await it.app.cancellation.cancel(delivery.job.id, delivery.job.user)
        record = jobs.get(delivery.job.id)
        assert record is not None
        assert record.state is JobState.CANCELLED
        assert record.job == delivery.job
        assert not jobs.update(delivery.job.id, "worker", delivered=1)


async def test_stopping_a_leader_lets_the_next_one_lead(tmp_path: Path) -> None:
    """Who waited for him gets the text all the same."""
    async with work(tmp_path) as at:
        friend = at.it.api.user(8, "Bob")
        (note,) = at.it.user.chat.messages[:1]
        await friend.forward(note)
        await at.it.answer()
        assert at.it.shown(friend) == [say("en", "waiting")]
        await at.it.user.press(at.it.user.chat.from_bot[0], say("en", "button_stop"))
        await at.it.admit()
        at.engine.waiting.clear()
        working = asyncio.create_task(at.it.work())
        await at.engine.waiting.wait()  # the friend's job stands at the gate now
        assert (await at.noticed()).fate is Fate.FINISHED
        at.engine.gate.set()
        await working
        assert at.it.shown() == [STOPPED]
        assert at.it.shown(friend) == [TEXT]


async def test_stopping_one_who_waits_stops_nobody_else(tmp_path: Path) -> None:
    """The leader goes on; the call for the one who waited finds him stopped."""
    async with work(tmp_path) as at:
        friend = at.it.api.user(8, "Bob")
        await friend.forward(at.it.user.chat.messages[0])
        await at.it.answer()
        await at.stop(friend)
        at.engine.gate.set()
        await at.working
        await at.it.work()
        assert at.it.shown() == [TEXT]
        assert at.it.shown(friend) == [STOPPED]
        assert at.it.app.storage.limiter.tasks(f"u{friend.id}") == []


async def test_an_answer_that_is_half_out_is_not_stopped(tmp_path: Path) -> None:
    """It is too late; the rest comes."""
    text = " ".join(f"Sentence number {n} of this long answer." for n in range(250))
    async with bench(tmp_path, ScriptedEngine(text)) as it:
        await it.user.send_voice(NOTE, duration=1)
        await it.admit()
        (delivery,) = it.receive()
        held = it.sabotage.hold("messenger.edit")
        working = asyncio.create_task(it.process(delivery))
        await held.reached.wait()
        assert not await it.app.cancellation.cancel(delivery.job.id)
        held.released.set()
        await working
        assert len(it.shown()) == 3


async def test_a_finished_job_is_not_stopped(tmp_path: Path) -> None:
    """The answer stands."""
    async with bench(tmp_path, ScriptedEngine(TEXT)) as it:
        await it.user.send_voice(NOTE, duration=1)
        await it.admit()
        (job_id,) = it.app.storage.limiter.tasks(f"u{it.user.id}")
        await it.work()
        assert not await it.app.cancellation.cancel(job_id, f"u{it.user.id}")
        assert it.shown() == [TEXT]


async def test_a_command_is_not_stopped(tmp_path: Path) -> None:
    """Only transcriptions are."""
    async with bench(tmp_path) as it:
        await it.user.send_text("/history")
        await it.admit()
        (delivery,) = it.receive()
        held = it.sabotage.hold("messenger.send")
        working = asyncio.create_task(it.process(delivery))
        await held.reached.wait()
        assert not await it.app.cancellation.cancel(delivery.job.id)
        held.released.set()
        assert (await working).fate is Fate.FINISHED


@pytest.mark.parametrize("fault", [Killed, TransientError])
async def test_a_stop_that_breaks_off_is_finished(
    tmp_path: Path, fault: type[BaseException]
) -> None:
    """Whatever breaks behind the stop itself: in the end it is told, and the flight is free."""
    calls = ("limiter.release", "jobs.waiters", "queue.send", "messenger.edit")
    for number, call in enumerate(calls):
        folder = tmp_path / str(number)
        folder.mkdir()
        async with work(folder) as at:
            friend = at.it.api.user(8, "Bob")
            await friend.forward(at.it.user.chat.messages[0])
            await at.it.answer()
            await at.it.user.press(at.it.user.chat.from_bot[0], say("en", "button_stop"))
            await at.it.admit()
            (press,) = at.it.receive()
            at.it.sabotage.order(fault("broken"), call)
            await at.it.survive(at.it.process(press))
            at.engine.gate.set()
            at.it.clock.advance(LOOK_S)
            await at.it.survive(asyncio.gather(at.working, return_exceptions=True))
            await at.it.work_until_quiet()
            assert at.it.shown() == [STOPPED], call
            assert at.it.shown(friend) == [TEXT], call


async def test_who_works_on_when_the_store_is_gone_wastes_no_word(tmp_path: Path) -> None:
    """A record that was deleted is nobody's: the worker stops and says nothing."""
    async with work(tmp_path) as at:
        at.it.app.storage.jobs.delete(at.job_id)
        at.engine.gate.set()
        assert (await at.working).fate is Fate.LOST
        assert at.it.shown() == [say("en", "working")]


async def test_a_message_for_a_stopped_job_sends_on_who_waited_for_it(tmp_path: Path) -> None:
    """Its worker led another flight after the stop, and died before he could end it."""
    async with work(tmp_path) as at:
        friend = at.it.api.user(8, "Bob")
        await friend.forward(at.it.user.chat.messages[0])
        await at.it.answer()
        at.it.app.storage.jobs.cancel(at.job_id)
        at.it.clock.forget_sleepers()
        at.working.cancel()
        await asyncio.wait({at.working})
        at.engine.gate.set()
        at.it.clock.advance(91)
        await at.it.work_until_quiet()
        assert at.it.shown(friend) == [TEXT]


async def test_starting_again_what_was_never_stopped_is_refused(tmp_path: Path) -> None:
    """A stopped job reopens once; its new run is an ordinary one."""
    async with work(tmp_path) as at:
        await at.stop()
        await at.noticed()
        jobs = at.it.app.storage.jobs
        assert jobs.reopen(at.job_id) == replace(at.record.job)
        assert jobs.reopen(at.job_id) is None
