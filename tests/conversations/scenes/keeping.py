"""What is kept, what is in work, and what it all comes to."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from shared.texts import say
from tests.conversations.pictures import take
from tests.conversations.stage import NOTE, scene
from tests.conversations.voices import Speech, speech
from tests.doubles.engine import PASSES_EVERYTHING, ScriptedEngine
from tests.doubles.summariser import ScriptedSummariser
from tests.media.make import encode, phrases

if TYPE_CHECKING:
    from tests.doubles.bench import Bench

GIST = (
    "The group prepared the spring fair and shared out what is left to do.\n\n"
    "• The new pump is fitted on Thursday\n"
    "• Mia calls the printer again\n"
    "• The tents stand by Friday evening"
)
TALK = " ".join(segment.text for segment in speech(60.0))


@scene(lambda: ScriptedEngine(TALK), summariser=lambda: ScriptedSummariser(GIST))
async def summary(it: Bench) -> None:
    """Summary.

    On request only, as the text then goes to a language model; the second press costs nothing.
    """
    await it.user.send_voice(encode("ogg", "libopus", phrases(60.0)), duration=60)
    await it.answer()
    answer = it.user.chat.from_bot[-1]
    await it.user.press(answer, say("en", "button_summary"))
    await it.answer()
    take("summary", it.user.chat, title="A long text folded up, and its summary")
    await it.user.press(answer, say("en", "button_summary"))
    await it.answer()


@scene(lambda: ScriptedEngine("See you on Wednesday at ten."))
async def history_and_forget(it: Bench) -> None:
    """History, and forgetting it.

    The last transcripts with a button each, as long as they are kept. Afterwards nothing is left.
    """
    await it.user.send_voice(NOTE, duration=1)
    await it.answer()
    it.clock.advance(86_400)
    await it.user.send_video_note(NOTE, duration=1)
    await it.answer()
    await it.user.send_text("/history")
    await it.answer()
    listed = it.user.chat.from_bot[-1]
    await it.user.press(listed, "2")
    await it.answer()
    await it.user.send_text("/forget")
    await it.answer()
    await it.user.press(listed, "1")
    await it.answer()
    await it.user.send_text("/history")
    await it.answer()


@scene(Speech)
async def status_and_cancel(it: Bench) -> None:
    """Status, and cancelling everything.

    What is in work for the user, and one command that stops it all.
    """
    engine = cast("Speech", it.app.engine)
    engine.gate.clear()
    await it.user.send_text("/status")
    await it.answer()
    meeting = encode("ogg", "libopus", phrases(40.0))
    await it.user.send_audio(meeting, duration=40, name="meeting.ogg", mime_type="audio/ogg")
    await it.admit()
    working = asyncio.create_task(it.work())
    await engine.waiting.wait()
    await it.user.send_text("/status")
    await it.answer()
    await it.user.send_text("/cancel")
    await it.answer()
    it.clock.advance(3)
    await working
    await it.user.send_text("/cancel")
    await it.answer()


@scene()
async def privacy(it: Bench) -> None:
    """Privacy.

    Made from how this bot is really set up.
    """
    await it.user.send_text("/privacy")
    await it.answer()


@scene(lambda: ScriptedEngine(profile=PASSES_EVERYTHING), admin_user_ids="7")
async def statistics(it: Bench) -> None:
    """Statistics, for the operator alone.

    Bob asks in vain; to him there is no such command.
    """
    bob = it.api.user(8, "Bob")
    await it.user.send_voice(NOTE, duration=1)
    await bob.send_voice(NOTE, duration=1)
    await it.answer()
    await bob.send_text("/stats")
    await it.user.send_text("/stats")
    await it.answer()
