"""Several people send the same: one recognition, an answer for each, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from processor.outcome import Fate
from shared.errors import OperatorError, TransientError, UserError
from shared.telemetry import Metric
from shared.texts import say
from tests.doubles.bench import bench
from tests.doubles.engine import ScriptedEngine
from tests.doubles.sabotage import Killed
from tests.media.make import encode, tone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from local.loopback.chats import Message
    from local.loopback.people import User
    from processor.outcome import Outcome
    from tests.doubles.bench import Bench

NOTE = encode("ogg", "libopus", tone(1.0))
TEXT = "Heard once, told to all."


@dataclass(slots=True)
class Flight:
    """A leader held up at the engine with ``note``; ``land`` lets him go on."""

    it: Bench
    engine: ScriptedEngine
    note: Message
    leading: asyncio.Task[Outcome]

    @property
    def leader(self) -> User:
        """Who sent the note first."""
        return self.it.user

    async def join(self, friend: User, *, upload: bool = False) -> None:
        """``friend`` forwards the note, or uploads the same bytes, and his job is worked on."""
        if upload:
            await friend.send_voice(NOTE, duration=1)
        else:
            await friend.forward(self.note)
        await self.it.admit()
        await self.it.work()

    async def land(self) -> Outcome:
        """The leader's outcome."""
        self.engine.gate.set()
        return await self.leading


@asynccontextmanager
async def flight(folder: Path, engine: ScriptedEngine | None = None) -> AsyncIterator[Flight]:
    """A bench on which a job leads."""
    engine = engine or ScriptedEngine(TEXT)
    async with bench(folder, engine) as it:
        engine.gate.clear()
        note = await it.user.send_voice(NOTE, duration=1)
        await it.admit()
        (delivery,) = it.receive()
        leading = asyncio.create_task(it.process(delivery))
        await engine.waiting.wait()
        yield Flight(it, engine, note, leading)


async def test_the_same_bytes_under_another_file_id_share_the_recognition(tmp_path: Path) -> None:
    """Who uploads what is in work already waits for the hash of its bytes."""
    async with flight(tmp_path) as it:
        friend = it.it.api.user(8, "Bob")
        await it.join(friend, upload=True)
        assert it.it.shown(friend) == [say("en", "waiting")]
        await it.land()
        await it.it.work()
        assert it.it.shown() == it.it.shown(friend) == [TEXT]
        assert len(it.engine.heard) == 1
        assert it.it.tally.counts[Metric.FLIGHT_JOINED] == 1


async def test_another_language_waits_for_its_turn_and_gets_its_own_text(tmp_path: Path) -> None:
    """A flight is of the file; the transcript is made anew where the options differ."""
    async with flight(tmp_path) as it:
        friend = it.it.api.user(8, "Bob")
        await friend.send_text("/language de")
        await it.join(friend)
        await it.land()
        await it.it.work()
        assert it.engine.languages == [None, "de"]
        assert it.it.shown(friend)[-1] == TEXT


async def test_a_leader_that_lands_while_a_job_is_joining_loses_nobody(tmp_path: Path) -> None:
    """The call for the joining job comes before it can be taken up: it calls itself."""
    async with flight(tmp_path) as it:
        friend = it.it.api.user(8, "Bob")
        await friend.forward(it.note)
        await it.it.admit()
        (delivery,) = it.it.receive()
        held = it.it.sabotage.hold("messenger.edit")
        joining = asyncio.create_task(it.it.process(delivery))
        await held.reached.wait()
        await it.land()
        (called,) = await it.it.work()
        assert called.fate is Fate.FINISHED  # the leader's call was in vain
        held.released.set()
        await joining
        await it.it.work()
        assert it.it.shown() == it.it.shown(friend) == [TEXT]


async def test_a_leader_that_fails_while_a_job_is_joining_loses_nobody(tmp_path: Path) -> None:
    """Whoever cannot be told, because somebody still holds his job, finds out by himself."""
    engine = ScriptedEngine(failures=[UserError("undecodable")] * 2)
    async with flight(tmp_path, engine) as it:
        friend = it.it.api.user(8, "Bob")
        await friend.forward(it.note)
        await it.it.admit()
        (delivery,) = it.it.receive()
        held = it.it.sabotage.hold("messenger.edit")
        joining = asyncio.create_task(it.it.process(delivery))
        await held.reached.wait()
        await it.land()
        held.released.set()
        await joining
        await it.it.work()
        assert it.it.shown() == it.it.shown(friend) == [say("en", "undecodable")]


async def test_a_leader_who_blocks_the_bot_takes_nobody_with_him(tmp_path: Path) -> None:
    """His job is forgotten; who waited for it gets the text all the same."""
    async with flight(tmp_path) as it:
        friend = it.it.api.user(8, "Bob")
        await it.join(friend)
        await it.leader.block()
        assert (await it.land()).fate is Fate.FINISHED
        await it.it.work()
        assert it.it.shown(friend) == [TEXT]
        assert len(it.engine.heard) == 1


async def test_a_leader_who_blocks_the_bot_between_two_tries_is_replaced(tmp_path: Path) -> None:
    """Nothing was transcribed yet: one of those who waited leads."""
    engine = ScriptedEngine(TEXT, failures=[TransientError("503")])
    async with flight(tmp_path, engine) as it:
        friend = it.it.api.user(8, "Bob")
        await it.join(friend)
        await it.land()
        await it.leader.block()
        await it.it.work_until_quiet()
        assert it.it.shown(friend) == [TEXT]


async def test_a_leader_that_cannot_be_answered_holds_nobody_up(tmp_path: Path) -> None:
    """The others are called as soon as the transcript is stored, before the leader's delivery."""
    async with flight(tmp_path) as it:
        friend = it.it.api.user(8, "Bob")
        await it.join(friend)
        it.it.api.fail_next("editMessageText", 429, "Too Many Requests", {"retry_after": 600})
        assert (await it.land()).delay_s == 600
        await it.it.work()
        assert it.it.shown(friend) == [TEXT]
        it.it.clock.advance(600)
        await it.it.work()
        assert it.it.shown() == [TEXT]


async def test_a_leader_that_crashed_is_redelivered_and_answers_all(tmp_path: Path) -> None:
    """His lease runs out, his message comes back; the others still wait for him."""
    async with flight(tmp_path) as it:
        friend = it.it.api.user(8, "Bob")
        await it.join(friend)
        it.it.sabotage.order(Killed(), "jobs.update")
        await it.it.survive(it.land())
        it.it.clock.advance(91)
        await it.it.work()
        assert it.it.shown() == it.it.shown(friend) == [TEXT]
        assert len(it.engine.heard) == 1  # the transcript was kept


async def test_failure_reaches_those_who_wait_for_one_who_waits(tmp_path: Path) -> None:
    """Carol forwards Bob's upload, which has the bytes Ada's job is at: each is told."""
    engine = ScriptedEngine(failures=[OperatorError("401")])
    async with flight(tmp_path, engine) as it:
        bob, carol = it.it.api.user(8, "Bob"), it.it.api.user(9, "Carol")
        await it.join(bob, upload=True)
        (upload,) = (message for message in bob.chat.messages if message.file)
        await carol.forward(upload)
        await it.it.answer()
        assert it.it.shown(carol) == [say("en", "waiting")]
        await it.land()
        told = [say("en", "apology_operator")]
        assert it.it.shown() == it.it.shown(bob) == it.it.shown(carol) == told
        assert len(engine.heard) == 1


async def test_a_language_chosen_meanwhile_strands_nobody(tmp_path: Path) -> None:
    """A leader whose chat changes its language while he fails still finds who waits for him."""
    engine = ScriptedEngine(failures=[UserError("undecodable")])
    async with flight(tmp_path, engine) as it:
        friend = it.it.api.user(8, "Bob")
        await it.join(friend)
        await it.leader.send_text("/language de")
        await it.it.answer()
        await it.land()
        assert it.it.shown(friend) == [say("en", "undecodable")]


async def test_one_who_cannot_be_told_now_keeps_nobody_from_knowing(tmp_path: Path) -> None:
    """Telegram fails for one of those who wait: he is told later, the others at once."""
    engine = ScriptedEngine(failures=[UserError("undecodable")] * 2)
    async with flight(tmp_path, engine) as it:
        bob, carol = it.it.api.user(8, "Bob"), it.it.api.user(9, "Carol")
        await it.join(bob)
        await it.join(carol)
        first_edit_is_adas = it.it.sabotage.hold("messenger.edit")
        landing = asyncio.create_task(it.land())
        await first_edit_is_adas.reached.wait()
        it.it.sabotage.order(TransientError("502"), "messenger.edit")  # the next one: Bob's
        first_edit_is_adas.released.set()
        assert (await landing).fate is Fate.FINISHED
        told = [say("en", "undecodable")]
        assert (it.it.shown(), it.it.shown(carol)) == (told, told)
        assert it.it.shown(bob) == [say("en", "waiting")]
        await it.it.work_until_quiet()
        assert it.it.shown(bob) == told


async def test_one_whose_job_another_took_meanwhile_is_left_to_it(tmp_path: Path) -> None:
    """Telling him took longer than the lease; the others are told all the same."""
    engine = ScriptedEngine(failures=[UserError("undecodable")])
    async with flight(tmp_path, engine) as it:
        bob, carol = it.it.api.user(8, "Bob"), it.it.api.user(9, "Carol")
        await bob.forward(it.note)
        await it.it.admit()
        (bobs_delivery,) = it.it.receive()
        await it.it.process(bobs_delivery)
        await it.join(carol)
        first = it.it.sabotage.hold("messenger.edit")
        landing = asyncio.create_task(it.land())
        await first.reached.wait()
        bobs = it.it.sabotage.hold("messenger.edit")
        first.released.set()
        await bobs.reached.wait()
        it.it.clock.advance(91)
        jobs, job = it.it.app.storage.jobs, bobs_delivery.job
        granted, _ = jobs.claim(job, "another", 90.0)
        assert granted
        bobs.released.set()
        assert (await landing).fate is Fate.FINISHED
        assert it.it.shown(carol) == [say("en", "undecodable")]
        record = jobs.get(job.id)
        assert record is not None
        assert record.owner == "another"


async def test_one_who_waits_and_blocks_the_bot_is_forgotten(tmp_path: Path) -> None:
    """Those who wait are told one after the other; a blocked chat is passed over."""
    engine = ScriptedEngine(failures=[UserError("undecodable")])
    async with flight(tmp_path, engine) as it:
        bob, carol = it.it.api.user(8, "Bob"), it.it.api.user(9, "Carol")
        await it.join(bob)
        await it.join(carol)
        await bob.block()
        assert (await it.land()).fate is Fate.FINISHED
        await it.it.work_until_quiet()
        assert it.it.shown(carol) == [say("en", "undecodable")]
        assert not it.it.app.storage.queue.dead_letters()


async def test_the_apology_of_a_leader_reaches_all_with_a_button_each(tmp_path: Path) -> None:
    """After the last try each can press Retry; whoever does gets the text."""
    engine = ScriptedEngine(TEXT, failures=[TransientError("503")] * 3)
    async with flight(tmp_path, engine) as it:
        friend = it.it.api.user(8, "Bob")
        await it.join(friend)
        await it.land()
        await it.it.work_until_quiet()
        assert it.it.shown() == it.it.shown(friend) == [say("en", "apology")]
        (message,) = friend.chat.from_bot
        await friend.press(message, say("en", "button_retry"))
        await it.it.answer()
        assert it.it.shown(friend) == [TEXT]
        assert it.it.shown() == [say("en", "apology")]


async def test_two_users_with_the_same_file_share_one_recognition(tmp_path: Path) -> None:
    """The second waits in the first one's flight; both get the text."""
    engine = ScriptedEngine(TEXT)
    async with bench(tmp_path, engine) as it:
        note = await it.user.send_voice(NOTE, duration=3)
        friend = it.api.user(8, "Bob")
        await it.admit()
        engine.gate.clear()
        (delivery,) = it.receive()
        leading = asyncio.create_task(it.app.processor.process(delivery))
        await engine.waiting.wait()
        await friend.forward(note)
        await it.admit()
        await it.work()
        assert it.shown(friend) == [say("en", "waiting")]
        engine.gate.set()
        await leading
        await it.work()
        assert it.shown() == it.shown(friend) == [TEXT]
        assert len(engine.heard) == 1


async def test_waiters_are_told_when_the_leader_fails_for_good(tmp_path: Path) -> None:
    """Everyone who waited gets the sentence the leader got."""
    engine = ScriptedEngine(failures=[UserError("undecodable")])
    async with bench(tmp_path, engine) as it:
        note = await it.user.send_voice(NOTE, duration=3)
        friend = it.api.user(8, "Bob", "id")
        await it.admit()
        engine.gate.clear()
        (delivery,) = it.receive()
        leading = asyncio.create_task(it.app.processor.process(delivery))
        await engine.waiting.wait()
        await friend.forward(note)
        await it.answer()
        engine.gate.set()
        await leading
        assert it.shown() == [say("en", "undecodable")]
        assert it.shown(friend) == [say("id", "undecodable")]


async def test_a_leader_that_landed_between_look_and_lead_is_noticed(tmp_path: Path) -> None:
    """The second look into the cache, as leader, finds what the first did not."""
    engine = ScriptedEngine(TEXT)
    async with bench(tmp_path, engine) as it:
        note = await it.user.send_voice(NOTE, duration=3)
        await it.answer()
        fetched = it.tally.counts[Metric.BYTES_FETCHED]
        await it.user.forward(note)
        await it.admit()
        it.sabotage.order(TransientError("as if it were not there yet"), "cache.content_of")
        await it.work()
        assert it.shown() == [TEXT, TEXT]
        assert len(engine.heard) == 1
        assert it.tally.counts[Metric.BYTES_FETCHED] == fetched
