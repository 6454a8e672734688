"""Where an answer goes, and what it looks like there: guests, channels, businesses, translations."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from processor.rendering import FORMATS
from shared.audio import EngineProfile
from shared.ports import ChatPreferences
from shared.texts import say
from shared.transcripts import TRANSLATE, Recognition, Segment
from tests.doubles.bench import bench
from tests.doubles.engine import PASSES_EVERYTHING, ScriptedEngine
from tests.media.make import encode, phrases, tone

if TYPE_CHECKING:
    from pathlib import Path

    from local.loopback.chats import Message
    from tests.doubles.bench import Bench

NOTE = encode("ogg", "libopus", tone(1.0))
TEXT = "The quick brown fox jumps over the lazy dog."
LONG = " ".join(f"Sentence number {n} of this long answer." for n in range(250))
FORMS = [say("en", f"button_{name}") for name in FORMATS]


async def asked_as_guest(it: Bench) -> Message:
    """The bot's answer to a note sent in a chat it is no member of."""
    group = it.api.foreign_group("Strangers")
    await it.user.send_voice(NOTE, duration=1, chat=group, caption="@ExampleBot")
    await it.answer()
    (answer,) = group.chat.from_bot
    return answer


async def test_a_guest_writes_one_message_with_a_way_to_his_chat(tmp_path: Path) -> None:
    """The text, and a link that shows it in private; no button that nobody would hear of."""
    async with bench(tmp_path, ScriptedEngine(TEXT)) as it:
        answer = await asked_as_guest(it)
        assert answer.text == TEXT
        assert answer.edits[0] == say("en", "working")
        ((button,),) = answer.buttons
        assert button["url"].startswith("https://t.me/ExampleBot?start=show_")


async def test_a_guests_answer_is_shortened_to_one_message(tmp_path: Path) -> None:
    """What does not fit is in the bot's own chat, and the message says so."""
    async with bench(tmp_path, ScriptedEngine(LONG)) as it:
        answer = await asked_as_guest(it)
        beginning, _, note = answer.text.rpartition("\n\n")
        assert LONG.startswith(beginning.replace("\n\n", " ")[:1000])
        assert note == say("en", "continued")
        assert len(answer.text) > 3500


async def test_a_guests_refusal_has_no_button(tmp_path: Path) -> None:
    """What cannot be read is told there as well."""
    async with bench(tmp_path, ScriptedEngine("")) as it:
        answer = await asked_as_guest(it)
        assert (answer.text, answer.buttons) == (say("en", "no_speech"), [])


async def test_a_channels_post_is_answered_below_it(tmp_path: Path) -> None:
    """Where the channel wants it, quietly."""
    async with bench(tmp_path) as it:
        channel = it.api.channel("News")
        it.app.storage.preferences.put(channel.id, ChatPreferences(mode="all"))
        post = await it.user.send_voice(NOTE, duration=1, chat=channel)
        await it.answer()
        (answer,) = (m for m in channel.chat.messages if m is not post)
        assert (answer.text, answer.reply_to, answer.silent) == (TEXT, post, True)
        assert answer.button_texts == FORMS


async def test_a_business_chat_is_answered_in_its_name(tmp_path: Path) -> None:
    """As a private chat is, but without drafts."""
    engine = ScriptedEngine(TEXT)
    async with bench(tmp_path, engine) as it:
        business = await it.api.user(70, "Shop").connect_bot()
        chat = business.chat_with(it.user)
        await it.user.send_voice(NOTE, duration=1, chat=chat)
        await it.answer()
        answers = [m for m in chat.chat.messages if not m.file]
        assert [answer.text for answer in answers] == [TEXT]
        assert it.user.chat.messages == []


async def test_a_long_recordings_text_is_streamed_until_it_is_there(tmp_path: Path) -> None:
    """More than a message of it goes into the draft, whose place the answer takes."""
    chunks = EngineProfile(
        "scripted", "one", frozenset(), frozenset(), 24_000_000, 20.0, takes_pcm=True
    )
    engine = ScriptedEngine(LONG, profile=chunks)
    async with bench(tmp_path, engine) as it:
        engine.on_hearing = lambda _: it.clock.advance(4)
        note = encode("ogg", "libopus", phrases(100.0))
        await it.user.send_voice(note, duration=100)
        await it.answer()
        drafts = it.user.chat.drafts
        assert drafts
        assert all(
            draft.text.endswith("Sentence number 249 of this long answer.") for draft in drafts
        )
        assert len({draft.id for draft in drafts}) == 1
        assert it.user.draft is None
        assert it.user.chat.from_bot[0].edits[1].startswith("🎧 Transcribing… ")


class TranslatingEngine(ScriptedEngine):
    """Hears German, and puts it into English when told to."""

    async def recognise(self, audio, *, language=None, instructions=None, progress=None):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - the double's own signature
        """The text in the language asked for."""
        await super().recognise(
            audio, language=language, instructions=instructions, progress=progress
        )
        english = instructions.task == TRANSLATE
        text, code = ("Good day.", "en") if english else ("Guten Tag.", "de")
        return Recognition((Segment(0.0, 1.0, text),), code, 1.0, cost_usd=0.25)


async def test_a_translation_says_that_it_is_one(tmp_path: Path) -> None:
    """It is another transcript of the same file; its answer offers no translation."""
    engine = TranslatingEngine(profile=replace(PASSES_EVERYTHING, translates=True))
    async with bench(tmp_path, engine) as it:
        note = await it.user.send_voice(NOTE, duration=1)
        await it.answer()
        (answer,) = it.user.chat.from_bot
        assert answer.text == "Guten Tag."
        assert answer.button_texts == [*FORMS, say("en", "button_translate")]
        await it.user.send_voice(NOTE, duration=1, caption="translate")
        await it.answer()
        translation = it.user.chat.from_bot[-1]
        assert translation.text == f"{say('en', 'translation')}\n\nGood day."
        assert translation.button_texts == FORMS
        await it.user.forward(note)
        await it.answer()
        assert it.shown()[-1] == "Guten Tag."
        assert len(engine.heard) == 2


async def test_where_nobody_can_translate_it_is_refused(tmp_path: Path) -> None:
    """Before anything is paid for, and with what to do instead."""
    engine = ScriptedEngine()
    async with bench(tmp_path, engine) as it:
        await it.user.send_voice(NOTE, duration=1, caption="translate")
        await it.answer()
        assert it.shown() == [say("en", "no_translation")]
        assert engine.heard == []


async def test_the_users_own_choices_hold_where_the_group_has_none(tmp_path: Path) -> None:
    """His language and times in a group that chose only a form; a caption stands over both."""
    engine = ScriptedEngine()
    async with bench(tmp_path, engine) as it:
        group = it.api.group("Friends")
        preferences = it.app.storage.preferences
        preferences.put(it.user.id, ChatPreferences(language="de", timestamps=True))
        preferences.put(group.id, ChatPreferences(formats=("text", "vtt")))
        note = await it.user.send_voice(NOTE, duration=1, chat=group)
        await it.user.reply(note, "/transcribe@ExampleBot")
        await it.answer()
        text, file = group.chat.from_bot
        assert text.text == f"[0:00] {TEXT}"
        assert (file.file_name, file.silent) == ("transcript.vtt", True)
        await it.user.reply(note, "/transcribe@ExampleBot lang=pt")
        await it.answer()
        assert engine.languages == ["de", "pt"]


async def test_what_ends_is_counted_once(tmp_path: Path) -> None:
    """Succeeded with its length and its cost, from the cache without one; refused; commands not."""
    engine = TranslatingEngine(profile=replace(PASSES_EVERYTHING, translates=True))
    async with bench(tmp_path, engine) as it:
        note = await it.user.send_voice(NOTE, duration=1)
        await it.answer()
        await it.user.forward(note)
        await it.user.send_document(b"#EXTM3U\n", name="talk.mp3", mime_type="audio/mpeg")
        await it.user.send_text("/history")
        await it.answer()
        figures = it.app.storage.statistics.since(1)
        assert (figures.users, figures.succeeded, figures.cached) == (1, 2, 1)
        assert (figures.refused, figures.failed) == (1, 0)
        assert figures.cost_usd == pytest.approx(0.25)
        assert figures.audio_s == pytest.approx(2.0, abs=0.2)
