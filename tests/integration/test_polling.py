"""Polling: no update is lost, whatever fails between Telegram and the queue."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING, Any, cast

from local.polling import PAUSE_S, Polling
from shared.errors import OperatorError, TransientError
from tests.doubles.bench import bench
from tests.media.make import encode, tone

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from shared.adapters.telegram import TelegramMessenger
    from shared.errors import TranscriberError
    from tests.doubles.bench import Bench

NOTE = encode("ogg", "libopus", tone(1.0))


class FailingAdmission:
    """Fails as told, then hands on to the real admission."""

    def __init__(self, it: Bench, failures: list[TranscriberError]) -> None:
        self._admission = it.app.admission
        self._failures = failures
        self.failed = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def consider(self, update: object) -> Any:
        """Raise the next failure, or admit."""
        if self._failures:
            self._loop.call_soon_threadsafe(self.failed.set)
            raise self._failures.pop(0)
        return self._admission.consider(update)


async def polled(it: Bench, failure: TranscriberError) -> FailingAdmission:
    """Poll over one failing admission until the update is in the queue."""
    stopping, knocked = asyncio.Event(), asyncio.Event()
    admission = FailingAdmission(it, [failure])
    telegram = cast("TelegramMessenger", it.app.messenger)
    polling = Polling(telegram, cast("Any", admission), it.clock, knocked.set)
    running = asyncio.create_task(polling.run(stopping))
    await admission.failed.wait()
    while not knocked.is_set():
        await asyncio.to_thread(it.app.storage.queue.depth)
        it.clock.advance(PAUSE_S)
    stopping.set()
    await running
    return admission


async def test_a_busy_database_holds_the_update_until_it_answers(tmp_path: Path) -> None:
    """The update is not confirmed to Telegram while it is not in the queue."""
    async with bench(tmp_path) as it:
        await it.user.send_voice(NOTE, duration=1)
        await polled(it, TransientError("the database is busy"))
        assert it.app.storage.queue.depth() == 1
        assert it.api.pending_updates == 0


async def test_a_full_disk_holds_the_update_until_there_is_room(tmp_path: Path) -> None:
    """What only the operator can mend loses nothing meanwhile."""
    async with bench(tmp_path) as it:
        await it.user.send_voice(NOTE, duration=1)
        await polled(it, OperatorError("the disk is full"))
        assert it.app.storage.queue.depth() == 1


async def test_no_byte_of_media_is_written_to_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A whole job opens no file for writing but the database's own."""
    written: list[str] = []
    watching = True

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if watching and event == "open" and isinstance(arguments[2], int):
            writing = arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            if writing and isinstance(arguments[0], str | bytes):
                written.append(os.fsdecode(arguments[0]))

    async with bench(tmp_path) as it:
        sys.addaudithook(watch)
        for data, name in ((NOTE, "a.ogg"), (encode("wav", "pcm_s16le", tone(1.0)), "b.wav")):
            await it.user.send_document(data, name=name, mime_type="audio/ogg")
        await it.answer()
        watching = False
        assert len(it.shown()) == 2
    assert [path for path in written if "bench.sqlite3" not in path] == []
    stored = await asyncio.to_thread(_everything_in, tmp_path)
    assert NOTE[200:400] not in stored


def _everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())
