"""Whatever breaks, and wherever: every message gets one answer, whole.

Each test first counts the calls of an undisturbed run, then breaks one after the other.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from shared.errors import TransientError, UserError
from shared.languages import ISO_639_1
from shared.telemetry import Metric
from shared.texts import say
from tests.doubles.bench import bench
from tests.doubles.engine import ScriptedEngine
from tests.doubles.sabotage import Killed
from tests.media.make import encode, tone

if TYPE_CHECKING:
    from pathlib import Path

    from local.loopback.people import User
    from tests.doubles.bench import Bench

NOTE = encode("ogg", "libopus", tone(1.0))
PARTS = 3
TEXT = " ".join(f"Sentence number {n} of this long answer." for n in range(250))
WORKING = say("en", "working")
GENEROUS = {"user_per_minute": 1000, "global_per_minute": 10_000}

# Killed before a call is the same as killed behind the one before.
faults = pytest.mark.parametrize(
    ("fault", "executed"),
    [(Killed, False), (TransientError, False), (TransientError, True)],
    ids=["killed", "failed", "timed-out"],
)


@faults
async def test_an_answer_is_whole_and_single_whatever_call_breaks(
    tmp_path: Path, fault: type[BaseException], *, executed: bool
) -> None:
    """Three messages, in order; only what breaks between a send and its note repeats, once."""
    async with bench(tmp_path, ScriptedEngine(TEXT), **GENEROUS) as it:
        calls = await _calls_of_a_note(it)
        assert calls.count("messenger.send") == PARTS  # the status, and two that follow
        for number, call in enumerate(calls):
            user = await _note_from_somebody_new(it, number + 1)
            it.sabotage.order(fault("broken"), number, executed=executed)
            await it.work_until_quiet()
            shown = it.shown(user)
            unnoted = _sent_without_a_note(calls, number, executed=executed)
            assert len(shown) == PARTS + unnoted, (number, call)
            stale = [text for text in shown if text == WORKING]
            repeated = [text for text in set(shown) if shown.count(text) > 1]
            assert len(stale) + len(repeated) == unnoted, (number, call)
            parts = list(dict.fromkeys(text for text in shown if text != WORKING))
            assert " ".join(parts).split() == TEXT.split(), (number, call)
            assert not it.app.storage.queue.dead_letters(), (number, call)


def _sent_without_a_note(calls: list[str], number: int, *, executed: bool) -> bool:
    """Whether a fault at this call leaves a message in the chat that the store knows nothing of."""
    if executed:
        return calls[number] == "messenger.send"
    return calls[number] == "jobs.update" and calls[number - 1] == "messenger.send"


@faults
async def test_two_who_share_a_flight_both_get_their_text(
    tmp_path: Path, fault: type[BaseException], *, executed: bool
) -> None:
    """Wherever the leader breaks after the second has joined it, nobody is lost or told twice."""
    engine = ScriptedEngine("One answer.")
    async with bench(tmp_path, engine, **GENEROUS) as it:
        calls = await _calls_of_a_leader(it, engine)
        assert "queue.send" in calls
        for number, call in enumerate(calls):
            leader, friend, leading = await _flight(it, engine, number + 1)
            it.sabotage.order(fault("broken"), number, executed=executed)
            await it.survive(_landed(it, engine, leading))
            await it.work_until_quiet()
            assert it.shown(leader) == it.shown(friend) == ["One answer."], (number, call)
            assert not it.app.storage.queue.dead_letters(), (number, call)


@faults
async def test_two_who_share_a_flight_are_both_told_of_its_failure(
    tmp_path: Path, fault: type[BaseException], *, executed: bool
) -> None:
    """Wherever telling them breaks off, in the end both know that the file cannot be read."""
    engine = ScriptedEngine()
    async with bench(tmp_path, engine, **GENEROUS) as it:
        engine.failures = [UserError("undecodable")] * 1000
        calls = await _calls_of_a_leader(it, engine)
        assert calls.count("messenger.edit") == 2
        for number, call in enumerate(calls):
            leader, friend, leading = await _flight(it, engine, number + 1)
            it.sabotage.order(fault("broken"), number, executed=executed)
            await it.survive(_landed(it, engine, leading))
            await it.work_until_quiet()
            assert it.shown(leader) == [say("en", "undecodable")], (number, call)
            assert it.shown(friend) == [say("en", "undecodable")], (number, call)


@faults
async def test_whoever_joins_a_flight_is_not_lost_on_the_way(
    tmp_path: Path, fault: type[BaseException], *, executed: bool
) -> None:
    """Wherever the one who joins breaks, the leader goes on, and both are answered."""
    engine = ScriptedEngine("One answer.")
    async with bench(tmp_path, engine, **GENEROUS) as it:
        _, _, leading = await _flight(it, engine, 0)
        calls = list(it.sabotage.calls)
        assert calls.count("jobs.lead") == 2
        await _landed(it, engine, leading)
        await it.work_until_quiet()
        for number, call in enumerate(calls):
            leader, friend, leading = await _flight(
                it, engine, number + 1, (fault("broken"), number, executed)
            )
            await _landed(it, engine, leading)
            await it.work_until_quiet()
            unnoted = _sent_without_a_note(calls, number, executed=executed)
            assert it.shown(leader) == ["One answer."], (number, call)
            assert it.shown(friend) == [WORKING] * unnoted + ["One answer."], (number, call)


async def test_a_job_is_lost_for_good_only_after_its_apology(tmp_path: Path) -> None:
    """A worker killed at every try still leaves a user who knows, and a dead letter."""
    async with bench(tmp_path) as it:
        await it.user.send_voice(NOTE, duration=1)
        await it.admit()
        for _ in range(it.app.settings.tries):
            it.sabotage.order(Killed(), "cache.put")
            assert await it.survive(it.work()) is None
            it.clock.advance(91)
        await it.work_until_quiet()
        assert it.shown() == [say("en", "apology")]
        assert len(it.app.storage.queue.dead_letters()) == 1


async def test_an_answer_that_stands_is_not_taken_back_for_a_moment(tmp_path: Path) -> None:
    """Only the closing failed: the next try shows no words on work in progress."""
    async with bench(tmp_path) as it:
        await it.user.send_voice(NOTE, duration=1)
        await it.admit()
        it.sabotage.order(TransientError("busy"), "jobs.update", state="done")
        assert len(await it.work_until_quiet()) == 2
        (answer,) = it.user.chat.from_bot
        assert answer.edits == [WORKING]


async def test_a_press_whose_job_could_not_be_sent_is_done_at_its_next_try(tmp_path: Path) -> None:
    """The job was reopened already when the queue failed: it is not stranded."""
    engine = ScriptedEngine("At last.", failures=[TransientError("503")] * 3)
    async with bench(tmp_path, engine) as it:
        await it.user.send_voice(NOTE, duration=1)
        await it.admit()
        await it.work_until_quiet()
        (message,) = it.user.chat.from_bot
        callback = await it.user.press(message, say("en", "button_retry"))
        await it.admit()
        it.sabotage.order(TransientError("busy"), "queue.send")
        await it.work_until_quiet()
        assert callback.answers == [say("en", "retry_started")]
        assert it.shown() == ["At last."]


async def test_forgetting_that_breaks_off_is_finished(tmp_path: Path) -> None:
    """What could not be deleted at the first try is deleted at the next."""
    engine = ScriptedEngine()
    async with bench(tmp_path, engine) as it:
        note = await it.user.send_voice(NOTE, duration=1)
        await it.answer()
        await it.user.send_text("/forget")
        await it.admit()
        it.sabotage.order(TransientError("busy"), "cache.delete")
        await it.work_until_quiet()
        await it.user.forward(note)
        await it.answer()
        assert len(engine.heard) == 2  # the transcript was gone


async def test_a_command_is_answered_once_though_closing_it_failed(tmp_path: Path) -> None:
    """The second try edits the answer of the first."""
    async with bench(tmp_path) as it:
        await it.user.send_text("/history")
        await it.admit()
        it.sabotage.order(TransientError("busy"), "jobs.update", state="done")
        outcomes = await it.work_until_quiet()
        assert len(outcomes) == 2
        assert it.shown() == [say("en", "history_empty")]


async def test_a_file_is_sent_once_though_stopping_the_spinner_failed(tmp_path: Path) -> None:
    """The button's spinner is stopped before the file is sent, not behind it."""
    async with bench(tmp_path) as it:
        await it.user.send_voice(NOTE, duration=1)
        await it.answer()
        (answer,) = it.user.chat.from_bot
        await it.user.press(answer, say("en", "button_txt"))
        it.api.html_next("answerCallbackQuery")
        await it.admit()
        await it.work_until_quiet()
        assert [m.file_name for m in it.user.chat.from_bot] == [None, "transcript.txt"]


async def test_a_store_that_fails_at_the_claim_costs_a_try_and_nothing_else(
    tmp_path: Path,
) -> None:
    """Nothing was shown yet; the job comes back and is answered."""
    async with bench(tmp_path) as it:
        await it.user.send_voice(NOTE, duration=1)
        await it.admit()
        it.sabotage.order(TransientError("busy"), "jobs.claim")
        (outcome,) = await it.work()
        assert outcome.delay_s == 15.0
        assert it.shown() == []
        assert it.tally.counts[Metric.JOB_ATTEMPT_FAILED] == 1
        await it.work_until_quiet()
        assert len(it.shown()) == 1


async def _calls_of_a_note(it: Bench) -> list[str]:
    await _note_from_somebody_new(it, 0)
    it.sabotage.watch()
    await it.work()
    return list(it.sabotage.calls)


async def _note_from_somebody_new(it: Bench, number: int) -> User:
    """A note that no cache knows: its language is asked for for the first time."""
    user = it.api.user(1000 + number)
    await user.send_voice(NOTE, duration=1, caption=_language(number))
    await it.admit()
    return user


def _language(number: int) -> str:
    return f"lang={sorted(ISO_639_1)[number]}"


async def _calls_of_a_leader(it: Bench, engine: ScriptedEngine) -> list[str]:
    """What a leader calls from the engine's answer to the end."""
    _, _, leading = await _flight(it, engine, 0)
    it.sabotage.watch()
    await _landed(it, engine, leading)
    calls = list(it.sabotage.calls)
    await it.work_until_quiet()
    return calls


async def _flight(
    it: Bench,
    engine: ScriptedEngine,
    number: int,
    fault: tuple[BaseException, int, bool] | None = None,
) -> tuple[User, User, asyncio.Task[object]]:
    """A leader held up at the engine, and a friend who forwarded the same note to the bot.

    ``fault`` breaks the friend's job on its way into the flight.
    """
    leader, friend = it.api.user(2000 + number), it.api.user(3000 + number)
    engine.gate.clear()
    engine.waiting.clear()
    note = await leader.send_voice(NOTE, duration=1, caption=_language(number))
    await it.admit()
    (delivery,) = it.receive()
    leading = asyncio.create_task(it.process(delivery))
    await engine.waiting.wait()
    await friend.forward(note)
    await it.admit()
    it.sabotage.watch()
    if fault:
        error, call, executed = fault
        it.sabotage.order(error, call, executed=executed)
    deliveries = it.receive()
    await it.survive(it.process(deliveries[0]))
    return leader, friend, leading


async def _landed(it: Bench, engine: ScriptedEngine, leading: asyncio.Task[object]) -> None:
    engine.gate.set()
    await leading
