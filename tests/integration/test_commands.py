"""Commands, from the update to what the chat shows: history, privacy, forgetting, and the rest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shared.errors import TransientError
from shared.ports import ChatPreferences
from shared.texts import Day, Span, say
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


async def asked(it: Bench, command: str) -> Message:
    """The answer to a command."""
    await it.user.send_text(command)
    await it.answer()
    return it.user.chat.from_bot[-1]


async def test_history_lists_what_is_kept_with_a_button_for_each(tmp_path: Path) -> None:
    """Two notes of one second each, the newest first; its button shows it again."""
    engine = ScriptedEngine()
    async with bench(tmp_path, engine) as it:
        await transcribed(it)
        await transcribed(it)
        listed = await asked(it, "/history")
        head = say("en", "history", count=2, minutes=2 / 60, days="7")
        day = Day(it.clock.now())
        lines = [say("en", "history_line", number=n, day=day, length=Span(1.0)) for n in (1, 2)]
        assert listed.text == "\n".join([head, "", *lines])
        assert listed.button_texts == ["1", "2"]
        callback = await it.user.press(listed, "2")
        await it.answer()
        assert callback.answers == [""]
        again = it.user.chat.from_bot[-1]
        assert again.text == engine.text
        assert say("en", "button_srt") in again.button_texts
        assert len(engine.heard) == 1


async def test_history_lists_the_last_ten(tmp_path: Path) -> None:
    """Ten buttons in two rows, and the count of all."""
    async with bench(tmp_path) as it:
        answer = await transcribed(it)
        for _ in range(11):
            await it.user.forward(answer.reply_to or answer)
            await it.answer()
            it.clock.advance(61)
        listed = await asked(it, "/history")
        assert [len(row) for row in listed.buttons] == [5, 5]
        assert (listed.text or "").startswith(say("en", "history", count=12, minutes=0.2, days="7"))


async def test_history_in_a_group_tells_nothing_of_elsewhere(tmp_path: Path) -> None:
    """What somebody had transcribed in private is nobody's business there."""
    async with bench(tmp_path) as it:
        await transcribed(it)
        group = it.api.group("Friends")
        await it.user.send_text("/history@ExampleBot", chat=group)
        await it.answer()
        assert group.chat.from_bot[-1].text == say("en", "history_empty")


async def test_what_was_asked_in_a_group_can_be_seen_again_in_private(tmp_path: Path) -> None:
    """By who asked for it; the group is not told."""
    engine = ScriptedEngine()
    async with bench(tmp_path, engine) as it:
        group = it.api.group("Friends")
        await it.user.send_voice(NOTE, duration=1, chat=group, caption="/transcribe@ExampleBot")
        await it.answer()
        shown = len(group.chat.from_bot)
        await it.user.press(await asked(it, "/history"), "1")
        await it.answer()
        assert it.user.chat.from_bot[-1].text == engine.text
        assert len(group.chat.from_bot) == shown


async def test_forgetting_empties_history_transcripts_and_choices(tmp_path: Path) -> None:
    """Each button of each answer says that the transcript is no longer kept."""
    async with bench(tmp_path) as it:
        await asked(it, "/language de")
        answers = [await transcribed(it), await transcribed(it)]
        done = await asked(it, "/forget")
        assert done.text == say("en", "forgotten", count=2)
        assert (await asked(it, "/history")).text == say("en", "history_empty")
        assert it.app.storage.preferences.get(it.user.id) == ChatPreferences()
        before = len(it.shown())
        for answer in answers:
            it.clock.advance(61)
            for label in answer.button_texts:
                callback = await it.user.press(answer, label)
                await it.answer()
                assert callback.answers == [say("en", "expired")]
        assert len(it.shown()) == before


async def test_forgetting_stops_what_is_in_work(tmp_path: Path) -> None:
    """Else it would be kept as soon as it is done."""
    engine = ScriptedEngine()
    async with bench(tmp_path, engine) as it:
        await it.user.send_voice(NOTE, duration=1)
        await it.admit()
        (waiting,) = it.receive()
        assert (await asked(it, "/forget")).text == say("en", "forgotten", count=0)
        await it.process(waiting)
        assert engine.heard == []
        assert it.app.storage.history.recent("u7", 10) == []


async def test_forgetting_in_a_group_leaves_the_groups_choices_to_its_administrators(
    tmp_path: Path,
) -> None:
    """A member's own choices are gone all the same."""
    async with bench(tmp_path) as it:
        group = it.api.group("Friends")
        it.app.storage.preferences.put(group.id, ChatPreferences(language="fr"))
        it.app.storage.preferences.put(it.user.id, ChatPreferences(language="de"))
        await it.user.send_text("/forget@ExampleBot", chat=group)
        await it.answer()
        assert it.app.storage.preferences.get(it.user.id) == ChatPreferences()
        assert it.app.storage.preferences.get(group.id) == ChatPreferences(language="fr")
        group.promote(it.user)
        await it.user.send_text("/forget@ExampleBot", chat=group)
        await it.answer()
        assert it.app.storage.preferences.get(group.id) == ChatPreferences()


async def test_privacy_is_told_from_the_live_configuration(tmp_path: Path) -> None:
    """Which engine, how long, where; nothing of what is not there."""
    async with bench(tmp_path, retention_days=3.0) as it:
        text = (await asked(it, "/privacy")).text or ""
        assert say("en", "privacy_media", engine="scripted (one)") in text
        assert say("en", "privacy_kept", days="3") in text
        assert say("en", "privacy_file") in text
        assert say("en", "privacy_training") not in text
        assert say("en", "privacy_large_files") not in text


async def test_a_link_shows_the_transcript_it_names_to_who_asked_for_it(tmp_path: Path) -> None:
    """``/start show_<job>``; to anybody else it says that it is not kept."""
    engine = ScriptedEngine()
    async with bench(tmp_path, engine) as it:
        answer = await transcribed(it)
        job = answer.buttons[0][0]["callback_data"].rpartition(":")[2]
        assert (await asked(it, f"/start show_{job}")).text == engine.text
        stranger = it.api.user(8, "Bob")
        await stranger.send_text(f"/start show_{job}")
        await it.answer()
        assert it.shown(stranger) == [say("en", "expired")]


async def test_a_link_that_means_nothing_says_hello(tmp_path: Path) -> None:
    """Such as one an advertisement made."""
    async with bench(tmp_path) as it:
        assert (await asked(it, "/start campaign7")).text == say("en", "start")


async def test_a_command_of_another_release_is_answered(tmp_path: Path) -> None:
    """What admission let in and this processor does not know gets a sentence."""
    async with bench(tmp_path) as it:
        await it.user.send_text("/history")
        await it.admit()
        (delivery,) = it.receive()
        newer = replace(delivery, job=replace(delivery.job, command="poem"))
        await it.process(newer)
        assert it.shown() == [say("en", "unknown_command")]


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
