"""What takes a while: progress, stopping, and trying again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from shared.errors import TransientError
from shared.texts import say
from tests.conversations.pictures import take
from tests.conversations.stage import scene
from tests.conversations.voices import Speech
from tests.doubles.engine import ScriptedEngine
from tests.media.make import encode, phrases

if TYPE_CHECKING:
    from tests.doubles.bench import Bench

MINUTES = encode("ogg", "libopus", phrases(60.0))


def engine_of(it: Bench) -> Speech:
    """The scene's engine."""
    return cast("Speech", it.app.engine)


@scene(Speech)
async def a_long_recording(it: Bench) -> None:
    """A long recording.

    The status message shows how far it is, how long it will take, and what was heard so far; then
    it becomes the answer, folded up.
    """
    engine_of(it).on_hearing = lambda _: it.clock.advance(7)
    await it.user.send_audio(MINUTES, duration=60, name="meeting.ogg", mime_type="audio/ogg")
    await it.answer()


@scene(lambda: Speech(words=30))
async def more_than_a_message(it: Bench) -> None:
    """More text than a message holds.

    When the text outgrows the status message, the newest of it appears as a message being written.
    Of a very long answer the chat shows the beginning; the whole text comes as a file.
    """
    engine_of(it).on_hearing = lambda _: it.clock.advance(7)
    await it.user.send_audio(MINUTES, duration=60, name="lecture.ogg", mime_type="audio/ogg")
    await it.answer()


@scene(Speech)
async def stop(it: Bench) -> None:
    """Stop, and start again.

    Stop works at any time. What was heard before is kept: nothing is recognised twice.
    """
    engine = engine_of(it)
    await it.user.send_audio(MINUTES, duration=60, name="meeting.ogg", mime_type="audio/ogg")
    await it.admit()

    def close() -> None:
        engine.gate.clear()
        it.clock.advance(4)

    engine.after = {2: close}
    working = asyncio.create_task(it.work())
    await engine.waiting.wait()
    await it.breathe()
    status = it.user.chat.from_bot[-1]
    take("long-recording", it.user.chat, title="A recording of a meeting, transcribed by a third")
    await it.user.press(status, say("en", "button_stop"))
    await it.answer()
    it.clock.advance(3)
    await working
    engine.gate.set()
    engine.after = {}
    await it.user.press(it.user.chat.from_bot[-1], say("en", "button_again"))
    await it.answer()


@scene(lambda: ScriptedEngine(failures=[TransientError("scripted")] * 3))
async def retry(it: Bench) -> None:
    """When nothing helps, and Retry.

    After three tries the bot says so and offers one more, which succeeds.
    """
    await it.user.send_voice(encode("ogg", "libopus", phrases(5.0)), duration=5)
    await it.admit()
    await it.work_until_quiet()
    await it.user.press(it.user.chat.from_bot[-1], say("en", "button_retry"))
    await it.answer()


def breaks_off() -> Speech:
    """The service hears the first half minute, and then nothing any more."""
    engine = Speech()
    engine.fail_from_s = 30.0
    return engine


@scene(breaks_off)
async def a_part_is_missing(it: Bench) -> None:
    """A part that cannot be heard.

    After the last try the rest is delivered, and the place is marked. Sent again, only what is
    missing is asked for once more.
    """
    await it.user.send_audio(MINUTES, duration=60, name="meeting.ogg", mime_type="audio/ogg")
    await it.admit()
    await it.work_until_quiet()
    engine_of(it).fail_from_s = None
    await it.user.send_audio(MINUTES, duration=60, name="meeting.ogg", mime_type="audio/ogg")
    await it.answer()
