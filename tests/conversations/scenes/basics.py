"""The first things anybody does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.texts import say
from tests.conversations.pictures import take
from tests.conversations.stage import NOTE, scene
from tests.doubles.engine import ScriptedEngine
from tests.media.make import encode, phrases, tone

if TYPE_CHECKING:
    from tests.doubles.bench import Bench

MINUTE = encode("ogg", "libopus", phrases(60.0))
ANOTHER = encode("ogg", "libopus", tone(30.0))
GERMAN = "Guten Tag. Der Termin am Montag fällt aus, wir sehen uns am Mittwoch um zehn."


@scene()
async def first_steps(it: Bench) -> None:
    """The first steps.

    Ada meets the bot: she starts it, asks for help, and sends a text where a recording is wanted.
    """
    await it.user.send_text("/start")
    await it.answer()
    await it.user.send_text("/help")
    await it.answer()
    await it.user.send_text("Hello?")
    await it.answer()


@scene(lambda: ScriptedEngine("The meeting on Monday is cancelled. See you on Wednesday at ten."))
async def a_voice_note(it: Bench) -> None:
    """A voice note.

    The answer comes in place of the status message. The buttons below it give the same transcript
    in other forms, without another recognition; sent again, the note is answered from the cache.
    """
    note = await it.user.send_voice(NOTE, duration=1)
    await it.answer()
    answer = it.user.chat.from_bot[-1]
    await it.user.press(answer, say("en", "button_srt"))
    await it.answer()
    take("voice-note", it.user.chat, title="A voice note, its text, and its subtitles as a file")
    for form in ("txt", "vtt", "json"):
        await it.user.press(answer, say("en", f"button_{form}"))
        await it.answer()
    it.clock.advance(60)
    await it.user.forward(note)
    await it.answer()


@scene(lambda: ScriptedEngine(GERMAN))
async def caption_options(it: Bench) -> None:
    """Options in a caption.

    What stands in the caption holds for this one file: its language, and what the answer consists
    of.
    """
    await it.user.send_voice(NOTE, duration=1, caption="lang=de srt")
    await it.answer()
    await it.user.send_audio(NOTE, duration=1, name="termin.ogg", caption="text timestamps")
    await it.answer()


@scene(lambda: ScriptedEngine(""))
async def what_cannot_be_transcribed(it: Bench) -> None:
    """What cannot be transcribed.

    Each refusal says what to do instead.
    """
    await it.user.send_voice(NOTE, duration=1)
    await it.answer()
    await it.user.send_animation(b"GIF", duration=2)
    await it.answer()
    await it.user.send_document(b"%PDF-1.7", name="contract.pdf", mime_type="application/pdf")
    await it.answer()
    await it.user.send_document(b"no sound at all", name="broken.mp3", mime_type="audio/mpeg")
    await it.answer()
    await it.user.send_video(b"", duration=5400, name="meeting.mp4", size_bytes=1_503_238_553)
    await it.answer()
    await it.user.send_video(b"", duration=90, name="empty.mp4")
    await it.answer()


@scene()
async def unknown_commands_and_stale_buttons(it: Bench) -> None:
    """Commands nobody knows, and buttons of another time.

    A button whose transcript is no longer kept says so; nothing is answered with silence.
    """
    await it.user.send_text("/translate_everything")
    await it.answer()
    await it.user.send_voice(NOTE, duration=1)
    await it.answer()
    answer = it.user.chat.from_bot[-1]
    it.clock.advance(8 * 86_400)
    await it.user.press(answer, say("en", "button_srt"))
    await it.answer()


@scene(allowed_ids="1, -1009990001")
async def a_bot_for_a_club(it: Bench) -> None:
    """A bot for a club.

    Its operator has named whom it serves. Others learn their number, to ask him by.
    """
    await it.user.send_voice(NOTE, duration=1)
    await it.answer()
    await it.user.send_text("/settings")
    await it.answer()


@scene(user_audio_minutes_per_day=1)
async def a_day_has_so_many_minutes(it: Bench) -> None:
    """A day has so many minutes.

    What was heard before does not count; the rest comes back as time goes by.
    """
    first = await it.user.send_voice(MINUTE, duration=60)
    await it.answer()
    await it.user.send_voice(ANOTHER, duration=30)
    await it.answer()
    await it.user.forward(first)
    await it.answer()
    it.clock.advance(12 * 3600)
    await it.user.send_voice(ANOTHER, duration=30)
    await it.answer()
