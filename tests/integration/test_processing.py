"""From an update to the answer in the chat, through every layer but Telegram's and the engine's."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from processor.rendering import FORMATS
from shared.audio import EngineProfile
from shared.ports import ChatPreferences
from shared.telemetry import JsonFormatter, Metric
from shared.texts import say
from tests.doubles.bench import bench
from tests.doubles.engine import ScriptedEngine
from tests.media.make import encode, phrases

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


TEXT = "The quick brown fox jumps over the lazy dog."


def ogg_opus(seconds: float) -> bytes:
    """A voice note of that length: a tone, in the form Telegram's clients record."""
    return encode("ogg", "libopus", phrases(seconds))


NOTE = ogg_opus(3.0)


async def test_a_voice_note_is_answered_by_its_text(tmp_path: Path) -> None:
    """One message appears: the status, which became the transcript with its buttons."""
    async with bench(tmp_path) as it:
        note = await it.user.send_voice(NOTE, duration=3)
        await it.answer()
        (answer,) = it.user.chat.from_bot
        assert answer.text == TEXT
        assert answer.reply_to is not None
        assert answer.reply_to.id == note.id
        assert answer.button_texts == [say("en", f"button_{name}") for name in FORMATS]
        assert it.app.storage.queue.depth() == 0


async def test_original_bytes_reach_the_engine_untouched(tmp_path: Path) -> None:
    """What the engine takes is passed through, in one request."""
    engine = ScriptedEngine()
    async with bench(tmp_path, engine) as it:
        await it.user.send_voice(NOTE, duration=3)
        await it.answer()
        (audio,) = engine.heard
        assert audio.data == NOTE


async def test_the_same_file_again_is_answered_from_the_cache(tmp_path: Path) -> None:
    """A forwarded note needs neither download nor engine."""
    engine = ScriptedEngine()
    async with bench(tmp_path, engine) as it:
        note = await it.user.send_voice(NOTE, duration=3)
        await it.answer()
        fetched = it.tally.counts[Metric.BYTES_FETCHED]
        await it.user.forward(note)
        await it.answer()
        assert it.shown() == [TEXT, TEXT]
        assert len(engine.heard) == 1
        assert it.tally.counts[Metric.BYTES_FETCHED] == fetched
        assert it.tally.counts[Metric.CACHE_HIT] == 1


async def test_the_same_bytes_uploaded_again_are_recognised_by_their_hash(tmp_path: Path) -> None:
    """Another file identity with the same content costs a download, but no recognition."""
    engine = ScriptedEngine()
    async with bench(tmp_path, engine) as it:
        await it.user.send_voice(NOTE, duration=3)
        await it.answer()
        await it.user.send_voice(NOTE, duration=3)
        await it.answer()
        assert it.shown() == [TEXT, TEXT]
        assert len(engine.heard) == 1


async def test_another_language_is_another_transcript(tmp_path: Path) -> None:
    """The cache key carries the options."""
    engine = ScriptedEngine()
    async with bench(tmp_path, engine) as it:
        note = await it.user.send_voice(NOTE, duration=3)
        await it.answer()
        await it.user.send_text("/language de")
        await it.answer()
        await it.user.forward(note)
        await it.answer()
        assert engine.languages == [None, "de"]


async def test_a_button_brings_the_file(tmp_path: Path) -> None:
    """Every form comes as a document named after the user's file."""
    async with bench(tmp_path) as it:
        await it.user.send_document(NOTE, name="My talk.ogg", mime_type="audio/ogg")
        await it.answer()
        (answer,) = it.user.chat.from_bot
        presses = [await it.user.press(answer, label) for label in answer.button_texts]
        await it.answer()
        assert [press.answers for press in presses] == [[""]] * 4  # the spinners are stopped
        txt, srt, vtt, json = it.user.chat.from_bot[1:]
        names = [file.file_name for file in (txt, srt, vtt, json)]
        assert names == ["My talk.txt", "My talk.srt", "My talk.vtt", "My talk.json"]
        assert (txt.document or b"").decode() == TEXT + "\n"
        assert b"00:00:00,000 --> " in (srt.document or b"")
        assert (vtt.document or b"").startswith(b"WEBVTT\n")


async def test_a_button_of_a_forgotten_transcript_says_so(tmp_path: Path) -> None:
    """After /forget the button answers that the transcript is no longer kept."""
    async with bench(tmp_path) as it:
        await it.user.send_voice(NOTE, duration=3)
        await it.answer()
        (answer,) = it.user.chat.from_bot
        await it.user.send_text("/forget")
        await it.answer()
        callback = await it.user.press(answer, say("en", "button_txt"))
        await it.answer()
        assert it.shown()[-1] == say("en", "forgotten", count=1)
        assert callback.answers == [say("en", "expired")]


async def test_a_button_works_in_its_own_chat_alone(tmp_path: Path) -> None:
    """A callback that names another chat's job gets nothing."""
    async with bench(tmp_path) as it:
        await it.user.send_voice(NOTE, duration=3)
        await it.answer()
        (answer,) = it.user.chat.from_bot
        thief = it.api.user(8, "Eve")
        await thief.send_text("/start")
        await it.answer()
        (greeting,) = thief.chat.from_bot
        greeting.buttons = answer.buttons
        callback = await thief.press(greeting, say("en", "button_txt"))
        await it.answer()
        assert callback.answers == [say("en", "expired")]
        assert len(thief.chat.from_bot) == 1


async def test_a_caption_says_what_this_answer_consists_of(tmp_path: Path) -> None:
    """A file and a language for this one message; the status then says where the answer is."""
    engine = ScriptedEngine()
    async with bench(tmp_path, engine) as it:
        await it.user.send_voice(NOTE, duration=3, caption="lang=pt srt")
        await it.answer()
        assert engine.languages == ["pt"]
        done, file = it.user.chat.from_bot
        assert done.text == say("en", "done_files", count=1)
        assert done.button_texts == [say("en", f"button_{name}") for name in FORMATS]
        assert (file.file_name, file.silent) == ("transcript.srt", True)


async def test_chosen_forms_come_with_every_answer(tmp_path: Path) -> None:
    """Text and files in the order chosen, for as long as they are."""
    async with bench(tmp_path) as it:
        preferences = it.app.storage.preferences
        preferences.put(it.user.id, ChatPreferences(formats=("text", "srt", "txt")))
        note = await it.user.send_voice(NOTE, duration=3)
        await it.answer()
        names = [m.file_name for m in it.user.chat.from_bot]
        assert names == [None, "transcript.srt", "transcript.txt"]
        preferences.delete(it.user.id)
        await it.user.forward(note)
        await it.answer()
        assert len(it.user.chat.from_bot) == len(names) + 1


async def test_a_long_text_comes_in_parts(tmp_path: Path) -> None:
    """Up to four messages, each within Telegram's limit, in order, buttons on the last."""
    text = "This sentence has exactly some words in it. " * 200
    async with bench(tmp_path, ScriptedEngine(text.strip())) as it:
        await it.user.send_voice(NOTE, duration=3)
        await it.answer()
        answers = it.user.chat.from_bot
        assert 1 < len(answers) <= 4
        assert " ".join(m.text or "" for m in answers).split() == text.split()
        assert [bool(m.buttons) for m in answers] == [False] * (len(answers) - 1) + [True]


async def test_a_very_long_text_comes_as_its_beginning_and_a_file(tmp_path: Path) -> None:
    """More than four messages of text would flood the chat."""
    text = ("This sentence has exactly some words in it. " * 700).strip()
    async with bench(tmp_path, ScriptedEngine(text)) as it:
        await it.user.send_voice(NOTE, duration=3)
        await it.answer()
        first, file = it.user.chat.from_bot
        beginning, _, notice = (first.text or "").rpartition("\n\n")
        assert text.startswith(beginning[:100])
        assert "file" in notice
        assert first.buttons
        assert (file.document or b"").decode().split() == text.split()


async def test_a_text_of_more_than_a_screen_is_folded_up(tmp_path: Path) -> None:
    """It opens at a tap; what is short stands there as it is."""
    text = ("This sentence has exactly some words in it. " * 20).strip()
    async with bench(tmp_path, ScriptedEngine(text)) as it:
        await it.user.send_voice(NOTE, duration=3)
        await it.answer()
        (answer,) = it.user.chat.from_bot
        (quote,) = answer.entities
        assert quote == {"type": "expandable_blockquote", "offset": 0, "length": len(answer.text)}
    (tmp_path / "short").mkdir()
    async with bench(tmp_path / "short") as it:
        await it.user.send_voice(NOTE, duration=3)
        await it.answer()
        assert it.user.chat.from_bot[0].entities == []


async def test_silence_is_said_to_be_silence(tmp_path: Path) -> None:
    """No speech is an answer, not an error, and has no buttons."""
    async with bench(tmp_path, ScriptedEngine("")) as it:
        await it.user.send_voice(NOTE, duration=3)
        await it.answer()
        (answer,) = it.user.chat.from_bot
        assert answer.text == say("en", "no_speech")
        assert not answer.buttons


async def test_a_file_that_ends_early_is_told(tmp_path: Path) -> None:
    """The text comes, with a warning that the end is missing."""
    wants_samples = EngineProfile(
        "scripted", "one", frozenset(), frozenset(), 24_000_000, 600.0, takes_pcm=True
    )
    note = ogg_opus(60.0)
    async with bench(tmp_path, ScriptedEngine(profile=wants_samples)) as it:
        await it.user.send_voice(note[: len(note) // 2], duration=60)
        await it.answer()
        (text,) = it.shown()
        assert text.startswith(TEXT)
        assert "of 1:00 could be read" in text


async def test_a_finished_job_frees_the_users_task(tmp_path: Path) -> None:
    """Three notes in work are the limit; when they are done, three more are taken."""
    async with bench(tmp_path) as it:
        for _ in range(4):
            await it.user.send_voice(ogg_opus(1.0), duration=1)
        await it.admit()
        assert it.shown() == [say("en", "too_many_tasks", limit=3)]
        await it.work()
        await it.user.send_voice(NOTE, duration=3)
        await it.answer()
        assert it.shown().count(TEXT) == 4


async def test_an_answer_speaks_the_users_language(tmp_path: Path) -> None:
    """Silence, for an Indonesian client."""
    async with bench(tmp_path, ScriptedEngine("")) as it:
        user = it.api.user(9, "Siti", "id-ID")
        await user.send_voice(NOTE, duration=3)
        await it.answer()
        assert it.shown(user) == [say("id", "no_speech")]


async def test_nothing_private_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Neither words of the transcript nor names of file or user are in any log line."""
    caplog.set_level(logging.DEBUG)
    async with bench(tmp_path, ScriptedEngine("xylophone secrets")) as it:
        user = it.api.user(4711, "Zebulon")
        await user.send_document(NOTE, name="marker-name.ogg", mime_type="audio/ogg")
        it.api.truncate_next_download(10)
        await it.answer()
        it.clock.advance(15)
        await it.work()
        assert it.shown(user) == ["xylophone secrets"]
    formatter = JsonFormatter()
    ours = [r for r in caplog.records if not r.name.startswith(("asyncio", "aiohttp"))]
    assert ours
    emitted = "\n".join(formatter.format(record) + record.getMessage() for record in ours)
    for private in (
        "xylophone",
        "marker-name",
        "Zebulon",
        "4711",
        it.app.settings.telegram_bot_token,
    ):
        assert private not in emitted


async def test_a_group_is_answered_silently_in_the_thread_of_the_request(tmp_path: Path) -> None:
    """/transcribe as a reply to a note: the text replies to the note's request, without a sound."""
    async with bench(tmp_path) as it:
        group = it.api.group("Friends", forum=True)
        group.open_thread(5)
        note = await it.user.send_voice(NOTE, duration=3, chat=group, thread_id=5)
        await it.answer()
        assert group.chat.from_bot == []  # nobody asked
        request = await it.api.user(8, "Bob").reply(note, "/transcribe")
        await it.answer()
        (answer,) = group.chat.from_bot
        assert (answer.text, answer.thread_id, answer.silent) == (TEXT, 5, True)
        assert answer.reply_to in (note, request)


async def test_a_private_chat_is_answered_aloud_and_its_further_parts_silently(
    tmp_path: Path,
) -> None:
    """One sound for one answer."""
    text = "This sentence has exactly some words in it. " * 200
    async with bench(tmp_path, ScriptedEngine(text.strip())) as it:
        await it.user.send_voice(NOTE, duration=3)
        await it.answer()
        first, *further = it.user.chat.from_bot
        assert not first.silent
        assert further
        assert all(message.silent for message in further)


async def test_the_first_chunks_language_holds_for_the_rest(tmp_path: Path) -> None:
    """Chunks of one recording are not detected one by one."""
    small = EngineProfile(
        "scripted", "one", frozenset(), frozenset(), 24_000_000, 20.0, takes_pcm=True
    )
    engine = ScriptedEngine(profile=small)
    async with bench(tmp_path, engine) as it:
        await it.user.send_voice(ogg_opus(60.0), duration=60)
        await it.answer()
        assert len(engine.languages) >= 3
        assert engine.languages == [None] + ["en"] * (len(engine.languages) - 1)
