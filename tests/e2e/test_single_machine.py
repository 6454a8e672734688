"""The bot as a process of its own, as ``make run`` starts it, against loopback servers."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from asyncio.subprocess import PIPE
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from local.loopback.bot_api import LoopbackBotApi
from local.loopback.events import EventKind
from shared.texts import say
from shared.transcripts import Segment
from tests.doubles.openai_server import OpenAIServer
from tests.media.make import encode, tone

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from local.loopback.chats import Message
    from local.loopback.events import EventStream

TOKEN = "123456789:a-token-for-tests-only"
NOTE = encode("ogg", "libopus", tone(2.0))
TEXT = "Hello from the other side."


def heard(_data: bytes) -> Sequence[Segment]:
    """What the speech server hears in everything."""
    return [Segment(0.0, 2.0, TEXT)]


@asynccontextmanager
async def the_bot(
    folder: Path, api: LoopbackBotApi, speech: OpenAIServer, *arguments: str
) -> AsyncIterator[Process]:
    """A bot process with its state in ``folder``; killed if the test leaves it running."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": api.base_url,
        "OPENAI_BASE_URL": f"{speech.base_url}/v1",
        "OPENAI_API_KEY": "test-key",
        "DATABASE_PATH": str(folder / "state.sqlite3"),
        # With these a process of ours is measured too, when the tests are.
        **{name: value for name, value in os.environ.items() if name.startswith("COVERAGE")},
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "local", *arguments, cwd=folder, env=environment, stdout=PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        process._transport.close()  # type: ignore[attr-defined]  # else it warns when collected


async def the_answer(events: EventStream, sent: Message) -> str:
    """The text that ``sent`` was answered with, once it stands."""
    async for event in events:
        spoken = event.kind in (EventKind.SENT, EventKind.EDITED)
        if spoken and event.message and event.message.id > sent.id and event.text == TEXT:
            return event.text
    raise AssertionError("the server closed before the answer")


async def test_a_note_is_answered_and_ctrl_c_stops_cleanly(tmp_path: Path) -> None:
    """A webhook that was set is removed, the note answered; SIGINT ends the process with 0."""
    async with (
        LoopbackBotApi(TOKEN, allow_http=True) as api,
        OpenAIServer(heard) as speech,
    ):
        await api.execute({"method": "setWebhook", "url": "http://127.0.0.1:1/hook"})
        user, events = api.user(7), api.events()
        async with the_bot(tmp_path, api, speech) as bot:
            sent = await user.send_voice(NOTE, duration=2)
            assert await the_answer(events, sent) == TEXT
            await api.until_polled()
            bot.send_signal(signal.SIGINT)
            output, _ = await bot.communicate()
        assert bot.returncode == 0
        assert b"A webhook was set" in output
        assert b"JobSucceeded 1" in output
        assert api.pending_updates == 0


async def test_a_job_killed_in_the_middle_is_finished_once_by_the_next_start(
    tmp_path: Path,
) -> None:
    """After kill -9 during recognition the restarted bot finishes the job in the same message."""
    reached, released = threading.Event(), threading.Event()

    def slow(data: bytes) -> Sequence[Segment]:
        reached.set()
        released.wait(30)
        return heard(data)

    async with LoopbackBotApi(TOKEN) as api, OpenAIServer(slow) as speech:
        user, events = api.user(7), api.events()
        async with the_bot(tmp_path, api, speech) as bot:
            sent = await user.send_voice(NOTE, duration=2)
            assert await asyncio.to_thread(reached.wait, 30)
            await api.until_polled()
            bot.kill()
            await bot.wait()
        released.set()
        assert [m.text for m in user.chat.from_bot] == [say("en", "working")]
        async with the_bot(tmp_path, api, speech) as bot:
            assert await the_answer(events, sent) == TEXT
            await api.until_polled()
            bot.send_signal(signal.SIGTERM)
            output, _ = await bot.communicate()
        assert b"1 jobs were left in work" in output
        assert [m.text for m in user.chat.from_bot] == [TEXT]


async def test_work_in_hand_is_put_back_when_the_bot_is_stopped(tmp_path: Path) -> None:
    """A bot that is stopped during a long recognition leaves the job to the next start."""
    reached, released = threading.Event(), threading.Event()

    def slow(data: bytes) -> Sequence[Segment]:
        reached.set()
        released.wait(30)
        return heard(data)

    async with LoopbackBotApi(TOKEN) as api, OpenAIServer(slow) as speech:
        user, events = api.user(7), api.events()
        async with the_bot(tmp_path, api, speech) as bot:
            sent = await user.send_voice(NOTE, duration=2)
            assert await asyncio.to_thread(reached.wait, 30)
            bot.send_signal(signal.SIGINT)
            bot.send_signal(signal.SIGTERM)
            await bot.communicate()
        released.set()
        async with the_bot(tmp_path, api, speech) as bot:
            assert await the_answer(events, sent) == TEXT
        assert [m.text for m in user.chat.from_bot] == [TEXT]


async def test_a_wrong_token_ends_with_one_sentence(tmp_path: Path) -> None:
    """No traceback: what is wrong, and status 1."""
    async with LoopbackBotApi("987654321:another") as api, OpenAIServer(heard) as speech:
        async with the_bot(tmp_path, api, speech) as bot:
            output, _ = await bot.communicate()
        assert bot.returncode == 1
        assert b"Traceback" not in output


async def test_a_missing_file_ends_with_one_sentence(tmp_path: Path) -> None:
    """``make run FILE=`` with a name that is not there says so."""
    async with LoopbackBotApi(TOKEN) as api, OpenAIServer(heard) as speech:
        async with the_bot(tmp_path, api, speech, "--", "nothing.mp4") as bot:
            await bot.communicate()
        assert bot.returncode == 1


async def test_the_demonstration_shows_the_transcript_and_saves_the_files(tmp_path: Path) -> None:
    """With a file given, the chat is printed, the files are written, the cache answers again."""
    note = tmp_path / "my talk.ogg"
    note.write_bytes(NOTE)
    async with LoopbackBotApi(TOKEN) as api, OpenAIServer(heard) as speech:
        async with the_bot(tmp_path, api, speech, "--", "my talk.ogg") as bot:
            output, _ = await bot.communicate()
        shown = output.decode()
        assert bot.returncode == 0, shown
        assert shown.count(TEXT) == 2
        assert "from the cache after" in shown
        assert (tmp_path / "output" / "my talk.txt").read_text() == TEXT + "\n"
        assert TEXT in (tmp_path / "output" / "my talk.srt").read_text()
        assert speech.requests == 1
