"""Buttons below answers: other forms, a translation, a summary, one more try, stop."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from shared.errors import OperatorError, TransientError
from shared.ports import ChatPreferences
from shared.texts import say
from shared.transcripts import TRANSLATE
from tests.doubles.bench import bench
from tests.doubles.engine import PASSES_EVERYTHING, ScriptedEngine
from tests.doubles.sabotage import Killed
from tests.doubles.summariser import ScriptedSummariser
from tests.media.make import encode, tone

if TYPE_CHECKING:
    from pathlib import Path

    from local.loopback.chats import Message
    from local.loopback.groups import Group
    from tests.doubles.bench import Bench

NOTE = encode("ogg", "libopus", tone(1.0))
LONG = "They spoke about the harvest, and about the rain that would not come. " * 12
TRANSLATES = replace(PASSES_EVERYTHING, translates=True)


def translator() -> ScriptedEngine:
    """An engine that can translate."""
    return ScriptedEngine("Guten Tag.", profile=TRANSLATES)


async def transcribed(it: Bench, caption: str = "") -> Message:
    """The answer to a note."""
    await it.user.send_voice(NOTE, duration=1, caption=caption)
    await it.answer()
    return it.user.chat.from_bot[-1]


async def pressed(it: Bench, message: Message, label: str) -> list[str]:
    """What the button answers when everything is done."""
    callback = await it.user.press(message, say("en", label))
    await it.answer()
    return callback.answers


async def shown_panel(it: Bench, group: Group) -> Message:
    """A message of the bot's in the group."""
    await it.user.send_text("/settings@ExampleBot", chat=group)
    await it.answer()
    return group.chat.from_bot[-1]


def relabel(answer: Message, data: str) -> str:
    """Let the first button of ``answer`` carry ``data``, its job in place of braces; its label."""
    first = answer.buttons[0][0]
    job = first["callback_data"].rpartition(":")[2]
    answer.buttons = [[first | {"callback_data": data.format(job)}]]
    return str(first["text"])


@pytest.mark.parametrize("name", ["txt", "srt", "vtt", "json"])
async def test_every_form_comes_from_the_cache(tmp_path: Path, name: str) -> None:
    """A document, and no second recognition."""
    engine = ScriptedEngine()
    async with bench(tmp_path, engine) as it:
        answer = await transcribed(it)
        assert await pressed(it, answer, f"button_{name}") == [""]
        sent = it.user.chat.from_bot[-1]
        assert sent.file_name == f"transcript.{name}"
        assert engine.text.split()[0] in (sent.document or b"").decode()
        assert len(engine.heard) == 1


async def test_a_form_has_the_times_its_reader_likes(tmp_path: Path) -> None:
    """The choice counts for what is shown again, and needs no new recognition."""
    async with bench(tmp_path) as it:
        answer = await transcribed(it)
        it.app.storage.preferences.put(it.user.id, ChatPreferences(timestamps=True))
        await pressed(it, answer, "button_txt")
        assert (it.user.chat.from_bot[-1].document or b"").startswith(b"[0:00]")


async def test_a_button_outlives_the_transcript_with_a_sentence(tmp_path: Path) -> None:
    """After the days transcripts are kept, a button says so and sends nothing."""
    async with bench(tmp_path) as it:
        answer = await transcribed(it)
        it.clock.advance(it.app.settings.retention_s + 1)
        assert await pressed(it, answer, "button_srt") == [say("en", "expired")]
        assert len(it.shown()) == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("v1:docx:{}", "unknown_button"),
        ("v1:summary:{}", "unknown_button"),
        ("v1:open:colors", "unknown_button"),
        ("v1:set:language", "language_unknown"),
        ("v1:set:timestamps-maybe", "unknown_button"),
        ("v1:retry:0123456789abcdef0123", "retry_refused"),
        ("v1:txt:0123456789abcdef0123", "expired"),
        ("v1:text:0123456789abcdef0123", "expired"),
        ("v1:translate:0123456789abcdef0123", "expired"),
        ("v1:translate:{}", "no_translation"),
        ("v1:stop:0123456789abcdef0123", "stop_too_late"),
        ("v1:stop:{}", "stop_too_late"),
        ("v2:txt:{}", "unknown_button"),
    ],
)
async def test_a_button_of_another_release_says_that_it_no_longer_works(
    tmp_path: Path, data: str, sentence: str
) -> None:
    """Its spinner is stopped all the same."""
    async with bench(tmp_path) as it:
        answer = await transcribed(it)
        callback = await it.user.press(answer, relabel(answer, data))
        await it.answer()
        assert callback.answers == [say("en", sentence)]
        assert len(it.shown()) == 1
        assert it.app.storage.queue.depth() == 0


async def test_a_button_belongs_to_its_chat(tmp_path: Path) -> None:
    """Its data, sent from another chat by somebody else, shows nothing."""
    async with bench(tmp_path) as it:
        data = (await transcribed(it)).buttons[0][0]["callback_data"]
        stranger = it.api.user(8, "Bob")
        await stranger.send_text("/settings")
        await it.answer()
        panel = stranger.chat.from_bot[-1]
        panel.buttons = [[{"text": "x", "callback_data": data}]]
        callback = await stranger.press(panel, "x")
        await it.answer()
        assert callback.answers == [say("en", "expired")]


async def test_a_press_nobody_waits_for_does_its_work(tmp_path: Path) -> None:
    """A callback without an id still brings the file."""
    async with bench(tmp_path) as it:
        answer = await transcribed(it)
        await it.user.press(answer, say("en", "button_txt"))
        await it.admit()
        (delivery,) = it.receive()
        await it.process(replace(delivery, job=replace(delivery.job, callback_id=None)))
        assert [m.file_name for m in it.user.chat.from_bot] == [None, "transcript.txt"]


async def test_a_finished_job_cannot_be_retried(tmp_path: Path) -> None:
    """An old apology's button, pressed after the answer came by another way."""
    engine = ScriptedEngine(failures=[OperatorError("401")])
    async with bench(tmp_path, engine) as it:
        apology = await transcribed(it)
        buttons = apology.buttons
        it.app.storage.queue.redrive()
        await it.work()
        assert it.shown() == [engine.text]
        apology.buttons = buttons
        assert await pressed(it, apology, "button_retry") == [say("en", "retry_refused")]
        assert it.shown() == [engine.text]
        assert len(engine.heard) == 2


async def test_a_retry_pressed_twice_is_one_job(tmp_path: Path) -> None:
    """Both presses are answered, the job is done once."""
    engine = ScriptedEngine(failures=[OperatorError("401")])
    async with bench(tmp_path, engine) as it:
        apology = await transcribed(it)
        first = await it.user.press(apology, say("en", "button_retry"))
        second = await it.user.press(apology, say("en", "button_retry"))
        await it.answer()
        assert first.answers == second.answers == [say("en", "retry_started")]
        assert it.shown() == [engine.text]
        assert len(engine.heard) == 2


async def test_a_retry_keeps_to_the_users_limits(tmp_path: Path) -> None:
    """With every task of the user taken, the button says so, and works when one is free."""
    engine = ScriptedEngine(failures=[OperatorError("401")])
    async with bench(tmp_path, engine, user_tasks=1) as it:
        apology = await transcribed(it)
        it.clock.advance(61)  # the request that failed counts no more
        await it.user.send_voice(NOTE, duration=1, caption="lang=de")
        await it.admit()
        callback = await it.user.press(apology, say("en", "button_retry"))
        await it.admit()
        press, *others = sorted(it.receive(), key=lambda d: d.job.callback_id is None)
        await it.process(press)
        assert callback.answers == [say("en", "retry_later")]
        for delivery in others:
            await it.process(delivery)
        await it.user.press(apology, say("en", "button_retry"))
        await it.answer()
        assert it.shown() == [engine.text] * 2


async def test_a_stopped_job_can_be_started_again(tmp_path: Path) -> None:
    """The status message says that it was stopped, and becomes the answer after all."""
    engine = ScriptedEngine()
    async with bench(tmp_path, engine) as it:
        engine.gate.clear()
        await it.user.send_voice(NOTE, duration=1)
        await it.admit()
        (delivery,) = it.receive()
        working = asyncio.create_task(it.process(delivery))
        await engine.waiting.wait()
        status = it.user.chat.from_bot[-1]
        assert await pressed(it, status, "button_stop") == [say("en", "stop_done")]
        assert it.shown() == [say("en", "stopped")]
        it.clock.advance(2)
        await working
        engine.gate.set()
        assert await pressed(it, status, "button_again") == [say("en", "retry_started")]
        assert it.shown() == [engine.text]


async def test_in_a_group_who_asked_and_administrators_can_stop(tmp_path: Path) -> None:
    """Anybody else is told so, and the work goes on."""
    async with bench(tmp_path) as it:
        group, member, admin = it.api.group("Friends"), it.api.user(8, "Bob"), it.api.user(9, "Eve")
        group.promote(admin)
        await it.user.send_voice(NOTE, duration=1, chat=group, caption="/transcribe@ExampleBot")
        await it.admit()
        (delivery,) = it.receive()
        it.app.storage.jobs.claim(delivery.job, "a worker", 90)
        panel = await shown_panel(it, group)
        panel.buttons = [[{"text": "stop", "callback_data": f"v1:stop:{delivery.job.id}"}]]
        for presser, sentence in ((member, "stop_not_yours"), (admin, "stop_done")):
            callback = await presser.press(panel, "stop")
            await it.answer()
            assert callback.answers == [say("en", sentence)]


async def test_a_translation_is_a_job_of_its_own(tmp_path: Path) -> None:
    """A message below the same note, in English; the transcript stays."""
    engine = translator()
    async with bench(tmp_path, engine) as it:
        answer = await transcribed(it, "lang=de")
        engine.text = "Good day."
        assert await pressed(it, answer, "button_translate") == [say("en", "translate_started")]
        first, second = it.user.chat.from_bot
        assert first.text == "Guten Tag."
        assert second.text == say("en", "translation") + "\n\nGood day."
        assert second.reply_to is first.reply_to
        assert [told.task for told in engine.instructions] == ["transcribe", TRANSLATE]


async def test_a_translation_pressed_twice_is_made_once(tmp_path: Path) -> None:
    """At once, it is one job; later, it is shown again from the cache."""
    engine = translator()
    async with bench(tmp_path, engine) as it:
        answer = await transcribed(it, "lang=de")
        await it.user.press(answer, say("en", "button_translate"))
        await it.user.press(answer, say("en", "button_translate"))
        await it.answer()
        assert len(it.shown()) == 2
        assert await pressed(it, answer, "button_translate") == [""]
        assert len(it.shown()) == 3
        assert it.shown()[1] == it.shown()[2]
        assert len(engine.heard) == 2


async def test_a_translation_keeps_to_the_users_limits(tmp_path: Path) -> None:
    """It is a task like any other."""
    async with bench(tmp_path, translator(), user_tasks=1) as it:
        answer = await transcribed(it, "lang=de")
        it.app.storage.limiter.admit("u7", "another", task=True)
        assert await pressed(it, answer, "button_translate") == [say("en", "retry_later")]
        assert it.app.storage.queue.depth() == 0


async def test_a_translation_is_forgotten_with_the_rest(tmp_path: Path) -> None:
    """Both jobs, both transcripts."""
    async with bench(tmp_path, translator()) as it:
        answer = await transcribed(it, "lang=de")
        await pressed(it, answer, "button_translate")
        entries = it.app.storage.history.recent("u7", 10)
        assert len(entries) == 2
        await it.user.send_text("/forget")
        await it.answer()
        for entry in entries:
            assert it.app.storage.jobs.get(entry.job_id) is None
            assert it.app.storage.cache.get(entry.transcript_key) is None


async def test_a_summary_is_made_once_and_kept(tmp_path: Path) -> None:
    """It stands below the answer; the second press brings it from the cache."""
    summariser = ScriptedSummariser("No rain.")
    async with bench(tmp_path, ScriptedEngine(LONG), summariser=summariser) as it:
        answer = await transcribed(it)
        assert await pressed(it, answer, "button_summary") == [""]
        summary = it.user.chat.from_bot[-1]
        assert summary.text == say("en", "summary", text="No rain.")
        assert summary.reply_to is answer
        assert await pressed(it, answer, "button_summary") == [""]
        assert it.shown()[-1] == summary.text
        assert summariser.texts == [LONG]


async def test_a_summary_in_work_is_not_made_twice(tmp_path: Path) -> None:
    """The second press says that it is on its way."""
    summariser = ScriptedSummariser()
    summariser.gate.clear()
    async with bench(tmp_path, ScriptedEngine(LONG), summariser=summariser) as it:
        answer = await transcribed(it)
        await it.user.press(answer, say("en", "button_summary"))
        await it.admit()
        (delivery,) = it.receive()
        working = asyncio.create_task(it.process(delivery))
        await summariser.waiting.wait()
        assert await pressed(it, answer, "button_summary") == [say("en", "summary_in_work")]
        summariser.gate.set()
        await working
        assert len(summariser.texts) == 1


async def test_a_worker_that_dies_over_a_summary_loses_nothing(tmp_path: Path) -> None:
    """The press comes back, knows the summary in work for its own, and makes it."""
    summariser = ScriptedSummariser()
    async with bench(tmp_path, ScriptedEngine(LONG), summariser=summariser) as it:
        answer = await transcribed(it)
        await it.user.press(answer, say("en", "button_summary"))
        await it.admit()
        it.sabotage.order(Killed(), "messenger.send")
        await it.work_until_quiet()
        assert it.shown()[-1] == say("en", "summary", text=summariser.text)
        assert it.app.storage.limiter.tasks("u7") == []


async def test_a_summary_that_fails_says_when_to_press_again(tmp_path: Path) -> None:
    """Nothing is kept of it, the task is free again, and later it works."""
    summariser = ScriptedSummariser(failures=[TransientError("busy")])
    async with bench(tmp_path, ScriptedEngine(LONG), summariser=summariser) as it:
        answer = await transcribed(it)
        await pressed(it, answer, "button_summary")
        assert it.shown()[-1] == say("en", "summary_failed")
        assert it.app.storage.limiter.tasks("u7") == []
        await pressed(it, answer, "button_summary")
        assert it.shown()[-1] == say("en", "summary", text=summariser.text)


async def test_a_summary_nobody_can_make_alarms_the_operator(tmp_path: Path) -> None:
    """A key that is no longer good is no matter of the user's."""
    summariser = ScriptedSummariser(failures=[OperatorError("401")])
    async with bench(tmp_path, ScriptedEngine(LONG), summariser=summariser) as it:
        answer = await transcribed(it)
        await pressed(it, answer, "button_summary")
        assert it.shown()[-1] == say("en", "summary_failed")
        assert it.tally.counts["OperatorAlarm"] == 1


async def test_a_summary_is_forgotten_with_its_transcript(tmp_path: Path) -> None:
    """The same recording sent again is summed up anew."""
    summariser = ScriptedSummariser()
    async with bench(tmp_path, ScriptedEngine(LONG), summariser=summariser) as it:
        await pressed(it, await transcribed(it), "button_summary")
        await it.user.send_text("/forget")
        await it.answer()
        it.clock.advance(61)
        await pressed(it, await transcribed(it), "button_summary")
        assert len(summariser.texts) == 2
