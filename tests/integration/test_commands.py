"""Commands and buttons, from the update to what the chat shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from shared.errors import OperatorError, TransientError
from shared.ports import ChatPreferences
from shared.texts import say
from tests.doubles.bench import bench
from tests.doubles.engine import ScriptedEngine
from tests.media.make import encode, tone

if TYPE_CHECKING:
    from pathlib import Path

    from local.loopback.chats import Message
    from tests.doubles.bench import Bench

NOTE = encode("ogg", "libopus", tone(1.0))


async def transcribed(it: Bench) -> Message:
    """The answer to a note."""
    await it.user.send_voice(NOTE, duration=1)
    await it.answer()
    return it.user.chat.from_bot[-1]


async def test_a_language_is_forgotten_by_auto_and_files_stay(tmp_path: Path) -> None:
    """Each command changes its own choice alone."""
    engine = ScriptedEngine()
    async with bench(tmp_path, engine) as it:
        for text in ("/files srt", "/language PT", "/language auto"):
            await it.user.send_text(text)
        await it.answer()
        assert it.shown()[-2:] == [
            say("en", "language_set", language="pt"),
            say("en", "language_auto"),
        ]
        chosen = it.app.storage.preferences.get(it.user.id)
        assert chosen == ChatPreferences(None, ("srt",))
        await transcribed(it)
        assert engine.languages == [None]


async def test_files_are_forgotten_by_none_and_the_language_stays(tmp_path: Path) -> None:
    """Commas and repeats are taken for what they mean."""
    async with bench(tmp_path) as it:
        for text in ("/language de", "/files SRT,txt srt", "/files none"):
            await it.user.send_text(text)
        await it.answer()
        assert it.shown()[1:] == [
            say("en", "files_set", formats="SRT TXT"),
            say("en", "files_none"),
        ]
        assert it.app.storage.preferences.get(it.user.id) == ChatPreferences("de")


@pytest.mark.parametrize("text", ["/language", "/language deu", "/language 12", "/language d é"])
async def test_a_language_that_is_none_changes_nothing(tmp_path: Path, text: str) -> None:
    """The answer says how the command is used."""
    async with bench(tmp_path) as it:
        await it.user.send_text("/language de")
        await it.user.send_text(text)
        await it.answer()
        assert it.shown()[-1] == say("en", "language_usage")
        assert it.app.storage.preferences.get(it.user.id).language == "de"


@pytest.mark.parametrize("text", ["/files", "/files exe", "/files txt none", "/files , ,"])
async def test_files_that_are_none_change_nothing(tmp_path: Path, text: str) -> None:
    """The answer says which there are."""
    async with bench(tmp_path) as it:
        await it.user.send_text("/files srt")
        await it.user.send_text(text)
        await it.answer()
        assert it.shown()[-1] == say("en", "files_usage", formats="txt srt")
        assert it.app.storage.preferences.get(it.user.id).formats == ("srt",)


async def test_history_counts_what_is_kept(tmp_path: Path) -> None:
    """Two notes of one second each, until /forget."""
    async with bench(tmp_path) as it:
        answer = await transcribed(it)
        await it.user.forward(answer.reply_to or answer)
        await it.answer()
        for text in ("/history", "/forget", "/history"):
            await it.user.send_text(text)
        await it.answer()
        assert it.shown()[-3:] == [
            say("en", "history", count=2, minutes="0.0", days="7"),
            say("en", "forgotten", count=2),
            say("en", "history_empty"),
        ]


async def test_forgetting_ends_every_button_and_every_choice(tmp_path: Path) -> None:
    """Each button of each answer says that the transcript is no longer kept; choices are gone."""
    async with bench(tmp_path) as it:
        await it.user.send_text("/language de")
        answers = [await transcribed(it), await transcribed(it)]
        await it.user.send_text("/forget")
        await it.answer()
        assert it.app.storage.preferences.get(it.user.id) == ChatPreferences()
        before = len(it.shown())
        for answer in answers:
            for label in answer.button_texts:
                callback = await it.user.press(answer, label)
                await it.answer()
                assert callback.answers == [say("en", "expired")]
        assert len(it.shown()) == before


async def test_a_button_outlives_the_transcript_with_a_sentence(tmp_path: Path) -> None:
    """After the days transcripts are kept, a button says so and sends nothing."""
    async with bench(tmp_path) as it:
        answer = await transcribed(it)
        it.clock.advance(it.app.settings.retention_s + 1)
        callback = await it.user.press(answer, say("en", "button_srt"))
        await it.answer()
        assert callback.answers == [say("en", "expired")]
        assert len(it.shown()) == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("v1:docx:{}", "unknown_button"),
        ("v1:retry:0123456789abcdef0123", "retry_refused"),
        ("v1:txt:0123456789abcdef0123", "expired"),
        ("v2:txt:{}", "unknown_button"),
    ],
)
async def test_a_button_of_another_release_says_that_it_no_longer_works(
    tmp_path: Path, data: str, sentence: str
) -> None:
    """Its spinner is stopped all the same."""
    async with bench(tmp_path) as it:
        answer = await transcribed(it)
        (button, *_) = answer.buttons[0]
        job = button["callback_data"].rpartition(":")[2]
        answer.buttons = [[button | {"callback_data": data.format(job)}]]
        callback = await it.user.press(answer, button["text"])
        await it.answer()
        assert callback.answers == [say("en", sentence)]
        assert len(it.shown()) == 1
        assert it.app.storage.queue.depth() == 0


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
        callback = await it.user.press(apology, say("en", "button_retry"))
        await it.answer()
        assert callback.answers == [say("en", "retry_refused")]
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


async def test_a_command_of_another_release_is_answered(tmp_path: Path) -> None:
    """What admission let in and this processor does not know gets a sentence."""
    async with bench(tmp_path) as it:
        await it.user.send_text("/history")
        await it.admit()
        (delivery,) = it.receive()
        newer = replace(delivery, job=replace(delivery.job, command="summary"))
        await it.process(newer)
        assert it.shown() == [say("en", "unknown_command")]


async def test_a_press_nobody_waits_for_does_its_work(tmp_path: Path) -> None:
    """A callback without an id, and one too old to be answered, still bring the file."""
    async with bench(tmp_path) as it:
        answer = await transcribed(it)
        await it.user.press(answer, say("en", "button_txt"))
        await it.admit()
        (delivery,) = it.receive()
        await it.process(replace(delivery, job=replace(delivery.job, callback_id=None)))
        assert [m.file_name for m in it.user.chat.from_bot] == [None, "transcript.txt"]


async def test_a_command_that_never_succeeds_ends_among_the_dead_letters(tmp_path: Path) -> None:
    """Without an apology: nothing of the user's is lost, and he can ask again."""
    async with bench(tmp_path) as it:
        await it.user.send_text("/history")
        await it.admit()
        for _ in range(it.app.settings.tries):
            it.sabotage.order(TransientError("busy"), "history.recent")
            await it.work()
            it.sabotage.revive()
            it.clock.advance(61)
        await it.work_until_quiet()
        assert it.shown() == []
        (dead,) = it.app.storage.queue.dead_letters()
        assert dead.command == "history"


async def test_commands_in_a_group_answer_silently_where_they_were_asked(tmp_path: Path) -> None:
    """In the topic, as a reply, without a sound."""
    async with bench(tmp_path) as it:
        group = it.api.group("Friends", forum=True)
        group.open_thread(5)
        await it.user.send_text("/privacy@ExampleBot", chat=group, thread_id=5)
        await it.answer()
        (answer,) = group.chat.from_bot
        assert (answer.thread_id, answer.silent) == (5, True)
        assert answer.reply_to is not None
