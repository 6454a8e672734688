"""What is in work: told, stopped, and counted for the operator."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from processor.conversation.drafts import draft_id
from shared.jobs import Address
from shared.ports import Figures
from shared.texts import Dollars, Share, Span, say
from tests.doubles.bench import bench
from tests.doubles.engine import PASSES_EVERYTHING, ScriptedEngine
from tests.media.make import encode, tone

if TYPE_CHECKING:
    from pathlib import Path

    from local.loopback.chats import Message
    from tests.doubles.bench import Bench

NOTE = encode("ogg", "libopus", tone(1.0))
WHAT = say("en", "media_length", what=say("en", "media_voice"), length=Span(1.0))


async def asked(it: Bench, command: str) -> Message:
    """The answer to a command."""
    await it.user.send_text(command)
    await it.answer()
    return it.user.chat.from_bot[-1]


async def working(it: Bench, engine: ScriptedEngine) -> asyncio.Task[object]:
    """A note that stands at the engine's closed gate."""
    engine.gate.clear()
    await it.user.send_voice(NOTE, duration=1)
    await it.admit()
    (delivery,) = it.receive()
    task: asyncio.Task[object] = asyncio.create_task(it.process(delivery))
    await engine.waiting.wait()
    return task


async def wound_up(it: Bench, task: asyncio.Task[object]) -> None:
    """The worker sees at its next heartbeat that the job is no longer its own."""
    it.clock.advance(2)
    await asyncio.wait_for(task, timeout=10)


async def test_status_says_when_there_is_nothing(tmp_path: Path) -> None:
    """And what to do about it; so does /cancel."""
    async with bench(tmp_path) as it:
        assert (await asked(it, "/status")).text == say("en", "status_empty")
        assert (await asked(it, "/cancel")).text == say("en", "cancel_none")


async def test_status_tells_what_is_in_work_and_stops_it(tmp_path: Path) -> None:
    """Kind, length, how far; and a button."""
    engine = ScriptedEngine()
    async with bench(tmp_path, engine) as it:
        task = await working(it, engine)
        status = await asked(it, "/status")
        line = say("en", "status_line", number=1, what=WHAT, state=say("en", "state_working"))
        assert status.text == say("en", "status", count=1) + "\n\n" + line
        callback = await it.user.press(status, say("en", "button_stop_number", number=1))
        await it.answer()
        assert callback.answers == [say("en", "stop_done")]
        await wound_up(it, task)
        assert (await asked(it, "/status")).text == say("en", "status_empty")


async def test_status_tells_the_queue_of_what_waits(tmp_path: Path) -> None:
    """A job no worker has seen yet, and how many wait with it."""
    async with bench(tmp_path) as it:
        for user in (it.user, it.api.user(8), it.api.user(9)):
            await user.send_voice(NOTE, duration=1)
        await it.user.send_text("/status")
        await it.admit()
        command = next(d for d in it.receive() if d.job.command == "status")
        it.clock.advance(91)  # the others are visible again
        await it.process(command)
        text = it.user.chat.from_bot[-1].text or ""
        line = say(
            "en",
            "status_line",
            number=1,
            what=say("en", "media"),
            state=say("en", "state_queued"),
        )
        assert line in text
        assert say("en", "status_queue", count=3) in text


async def test_cancel_stops_what_is_in_work_and_says_what(tmp_path: Path) -> None:
    """One is named."""
    engine = ScriptedEngine()
    async with bench(tmp_path, engine) as it:
        task = await working(it, engine)
        assert (await asked(it, "/cancel")).text == say("en", "cancelled_one", what=WHAT)
        await wound_up(it, task)
        assert it.app.storage.limiter.tasks("u7") == []
        assert it.shown()[0] == say("en", "stopped")


async def test_cancel_stops_what_no_worker_has_seen(tmp_path: Path) -> None:
    """Several are counted, and nothing of them is done."""
    engine = ScriptedEngine()
    async with bench(tmp_path, engine) as it:
        await it.user.send_voice(NOTE, duration=1)
        await it.user.send_voice(NOTE, duration=1)
        await it.user.send_text("/cancel")
        await it.admit()
        command, *notes = it.receive()
        await it.process(command)
        for note in notes:
            await it.process(note)
        assert it.shown() == [say("en", "cancelled", count=2)]
        assert engine.heard == []


async def test_the_stop_beside_a_streamed_text_stops_its_job(tmp_path: Path) -> None:
    """Telegram names the draft, not the job; nothing else is said of it."""
    engine = ScriptedEngine()
    async with bench(tmp_path, engine) as it:
        task = await working(it, engine)
        (job,) = it.app.storage.limiter.tasks("u7")
        await it.app.messenger.draft(Address(it.user.id), draft_id(job), "So far…")
        await it.user.stop()
        await it.answer()
        await wound_up(it, task)
        assert it.shown() == [say("en", "stopped")]


async def test_operators_see_figures(tmp_path: Path) -> None:
    """Of today and of the week; shares of nothing are a dash."""
    async with bench(tmp_path, admin_user_ids="7") as it:
        day = Figures(succeeded=3, failed=1, refused=1, cached=2, audio_s=90.0, cost_usd=0.5)
        it.app.storage.statistics.add("u8", day)
        text = (await asked(it, "/stats")).text or ""
        figures = say(
            "en",
            "stats",
            users=1,
            jobs=5,
            minutes=1.5,
            hits=Share(2 / 3),
            success=Share(0.75),
            cost=Dollars(0.5),
        )
        title_today, title_week = say("en", "stats_today"), say("en", "stats_week")
        assert text == f"{title_today}\n{figures}\n\n{title_week}\n{figures}"
        it.clock.advance(86_400)
        later = (await asked(it, "/stats")).text or ""
        assert "–" in later.split("\n\n")[0]
        assert later.split("\n\n")[1] == text.split("\n\n")[1]


@pytest.mark.parametrize("admins", ["", "8"])
async def test_nobody_else_learns_that_there_are_figures(tmp_path: Path, admins: str) -> None:
    """The command is as unknown as any."""
    async with bench(tmp_path, admin_user_ids=admins) as it:
        assert (await asked(it, "/stats")).text == say("en", "unknown_command")


async def test_what_changes_or_shows_something_leaves_a_line_for_the_audit(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """With the job, without anything that was said or chosen."""
    caplog.set_level("INFO", logger="processor.commands")
    hearing = replace(PASSES_EVERYTHING, hints=True)
    async with bench(tmp_path, ScriptedEngine(profile=hearing), admin_user_ids="7") as it:
        for command in ("/hints Zaphod", "/cancel", "/stats", "/forget"):
            await asked(it, command)
        lines = [r for r in caplog.records if r.name.startswith("processor.commands")]
        assert [line.getMessage() for line in lines] == [
            "settings changed",
            "cancelled",
            "statistics shown",
            "forgotten",
        ]
        assert len({line.__dict__["job"] for line in lines}) == len(lines)
        assert "Zaphod" not in str([line.__dict__ for line in lines])
