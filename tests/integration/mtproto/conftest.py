"""Telegram over MTProto on loopback, and a worker that reads from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from processor.sources.mtproto.connection import REPLY_S
from shared.adapters.sqlite.database import Database
from shared.adapters.sqlite.leases import SqliteLeases
from tests.doubles.mtproto import MtprotoServer
from tests.doubles.mtproto_worker import CONTENT, Worker, a_clock, posted

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from tests.doubles.mtproto_clock import WaitingClock
    from tests.doubles.mtproto_files import StoredFile


@pytest.fixture
def clock() -> WaitingClock:
    """The time of everything in the test."""
    return a_clock()


@pytest.fixture
async def server(clock: WaitingClock) -> AsyncIterator[MtprotoServer]:
    """Telegram, with data centres 2 (home) and 4."""
    async with MtprotoServer() as server:
        server.on_silence = lambda: clock.expire(REPLY_S)
        yield server


@pytest.fixture
def leases(tmp_path: Path, clock: WaitingClock) -> Iterator[SqliteLeases]:
    """Leases that all workers share."""
    database = Database(tmp_path / "leases.sqlite3")
    yield SqliteLeases(database, clock)
    database.close()


@pytest.fixture
async def worker(
    server: MtprotoServer, leases: SqliteLeases, clock: WaitingClock
) -> AsyncIterator[Worker]:
    """A worker with one session."""
    worker = Worker(server, leases, clock)
    yield worker
    await worker.archive.close()


@pytest.fixture
def stored(server: MtprotoServer) -> StoredFile:
    """A file of four parts in a private chat."""
    return posted(server, CONTENT)
