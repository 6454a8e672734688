"""The share done, in the status message, until the answer takes its place."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from processor.outcome import Fate
from shared.audio import EngineProfile
from shared.telemetry import Metric
from shared.texts import say
from tests.doubles.bench import bench
from tests.doubles.engine import ScriptedEngine
from tests.media.make import encode, phrases

if TYPE_CHECKING:
    from pathlib import Path

    from shared.audio import Audio

TEXT = "The quick brown fox jumps over the lazy dog."
NOTE = encode("ogg", "libopus", phrases(60.0))
THREE_CHUNKS = EngineProfile(
    "scripted", "one", frozenset(), frozenset(), 24_000_000, 20.0, takes_pcm=True
)


async def test_progress_is_shown_and_gives_way_to_the_answer(tmp_path: Path) -> None:
    """The status message grows, never goes back, and ends as the text."""
    engine = ScriptedEngine(profile=THREE_CHUNKS)
    async with bench(tmp_path, engine) as it:
        engine.on_hearing = lambda _: it.clock.advance(4)
        await it.user.send_voice(NOTE, duration=60)
        await it.answer()
        (answer,) = it.user.chat.from_bot
        assert answer.edits[0] == say("en", "working")
        shown = [int(text.partition("%")[0].split()[-1]) for text in answer.edits[1:]]
        assert shown
        assert shown == sorted(set(shown))
        assert (answer.text or "").startswith(TEXT)


async def test_a_status_message_the_user_deleted_is_replaced_once(tmp_path: Path) -> None:
    """Progress goes on in the new message, which becomes the answer; nothing is left over."""
    engine = ScriptedEngine(profile=THREE_CHUNKS)
    async with bench(tmp_path, engine) as it:

        def delete_the_first(_: Audio) -> None:
            it.user.chat.history[1].deleted = True
            it.clock.advance(4)

        engine.on_hearing = delete_the_first
        await it.user.send_voice(NOTE, duration=60)
        await it.answer()
        (answer,) = it.user.chat.from_bot
        assert answer.edits  # it began as progress
        assert (answer.text or "").startswith(TEXT)


async def test_a_slow_edit_of_progress_never_overwrites_the_answer(tmp_path: Path) -> None:
    """The answer waits for an edit under way, and no further one is begun."""
    engine = ScriptedEngine(profile=THREE_CHUNKS)
    async with bench(tmp_path, engine) as it:
        engine.on_hearing = lambda _: it.clock.advance(4)
        await it.user.send_voice(NOTE, duration=60)
        await it.admit()
        held = it.sabotage.hold("messenger.edit")
        working = asyncio.create_task(it.work())
        await held.reached.wait()
        await it.breathe()
        assert it.shown() == [say("en", "working")]
        held.released.set()
        await working
        (answer,) = it.user.chat.from_bot
        assert (answer.text or "").startswith(TEXT)


async def test_progress_that_cannot_be_shown_costs_nothing(tmp_path: Path) -> None:
    """Telegram refuses the edit for good; the answer comes all the same."""
    engine = ScriptedEngine(profile=THREE_CHUNKS)
    async with bench(tmp_path, engine) as it:
        engine.on_hearing = lambda _: it.clock.advance(4)
        await it.user.send_voice(NOTE, duration=60)
        await it.admit()
        it.api.fail_next("editMessageText", 400, "Bad Request: something new")
        (outcome,) = await it.work()
        assert outcome.fate is Fate.FINISHED
        assert it.shown()[0].startswith(TEXT)
        assert Metric.OPERATOR_ALARM not in it.tally.counts
