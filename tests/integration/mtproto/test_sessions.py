"""Sessions: one worker each, kept, renewed, given back, and retired when they die."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import pytest

from shared.errors import OperatorError, TransientError
from shared.jobs import Address
from shared.telemetry import Metric
from tests.doubles.mtproto import API_HASH, MtprotoServer
from tests.doubles.mtproto_faults import Refusal, Reset
from tests.doubles.mtproto_worker import (
    BEAT_S,
    CHAT,
    CONTENT,
    MESSAGE,
    MIB,
    Worker,
    media_of,
    posted,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.adapters.sqlite.leases import SqliteLeases
    from tests.doubles.mtproto_clock import WaitingClock
    from tests.doubles.mtproto_files import StoredFile


async def test_a_worker_keeps_its_session_and_connection(
    server: MtprotoServer, worker: Worker, stored: StoredFile
) -> None:
    """Job after job on one connection, files opened at once share it, and nobody signs in."""
    for _ in range(3):
        both = await asyncio.gather(worker.read(media_of(stored)), worker.read(media_of(stored)))
        assert both[0] == both[1] == CONTENT
    assert (server.connections, server.sign_ins) == (1, 0)


async def test_sessions_are_for_one_worker_each(
    server: MtprotoServer, leases: SqliteLeases, clock: WaitingClock, stored: StoredFile
) -> None:
    """The second worker takes the second, the third waits until one is given back."""
    sessions = [server.session(), server.session()]
    workers = [Worker(server, leases, clock, sessions=sessions) for _ in range(3)]
    media = media_of(stored)
    assert await workers[0].read(media) == await workers[1].read(media) == CONTENT
    with pytest.raises(TransientError, match="in use") as caught:
        await workers[2].read(media)
    assert caught.value.retry_after_s

    await workers[0].archive.close()
    assert await workers[2].read(media) == CONTENT
    for worker in workers:
        await worker.archive.close()
        await worker.archive.close()


async def test_one_session_under_two_names_is_one(
    server: MtprotoServer, leases: SqliteLeases, clock: WaitingClock, stored: StoredFile
) -> None:
    """Used twice at once it would die, whatever the operator calls it."""
    twice = [server.session()] * 2
    first, second = (Worker(server, leases, clock, sessions=twice) for _ in range(2))
    await first.read(media_of(stored))
    with pytest.raises(TransientError, match="in use"):
        await second.read(media_of(stored))
    await first.archive.close()


async def test_without_sessions_the_operator_is_told_the_command(
    server: MtprotoServer, leases: SqliteLeases, clock: WaitingClock, stored: StoredFile
) -> None:
    """None made yet, or none left."""
    with pytest.raises(OperatorError, match="make sessions"):
        await Worker(server, leases, clock, sessions=[]).read(media_of(stored))
    worker = Worker(server, leases, clock)
    server.kill_sessions()
    with pytest.raises(OperatorError, match="retired; make new ones: make sessions"):
        await worker.read(media_of(stored))
    with pytest.raises(OperatorError, match="make sessions"):
        await worker.read(media_of(stored))
    assert worker.metrics.counts[Metric.SESSION_RETIRED] == 1


@pytest.mark.parametrize("death", ["duplicated", "unregistered", "forgotten"])
async def test_a_session_that_dies_is_retired_and_the_next_goes_on(
    server: MtprotoServer, leases: SqliteLeases, clock: WaitingClock, stored: StoredFile, death: str
) -> None:
    """In the middle of a file, at the same place; no worker takes the dead one again."""
    first, second = server.session(), server.session()
    worker = Worker(server, leases, clock, sessions=[first, second])
    async with worker.archive.open(media_of(stored), Address(CHAT, MESSAGE)) as file:
        assert await file.read(0, MIB) == CONTENT[:MIB]
        key = next(iter(server.keys.known.values()))
        match death:
            case "duplicated":
                server.plan(Refusal(406, "AUTH_KEY_DUPLICATED"))
            case "unregistered":
                key.dead = True
            case "forgotten":
                del server.keys.known[key.key.key_id]
        assert await file.read(MIB, 4 * MIB) == CONTENT[MIB:]
    assert worker.metrics.counts[Metric.SESSION_RETIRED] == 1
    await worker.archive.close()

    only_dead = Worker(server, leases, clock, sessions=[first])
    with pytest.raises(OperatorError, match="retired"):
        await only_dead.read(media_of(stored))


async def test_a_session_that_cannot_be_read_is_retired(
    server: MtprotoServer, leases: SqliteLeases, clock: WaitingClock, stored: StoredFile
) -> None:
    """Half a string, or something else altogether."""
    good = server.session()
    worker = Worker(server, leases, clock, sessions=["1half", "nonsense", good[:-8], good])
    assert await worker.read(media_of(stored)) == CONTENT
    assert worker.metrics.counts[Metric.SESSION_RETIRED] == 3
    await worker.archive.close()


async def test_a_lease_is_renewed_while_the_session_is_kept(
    server: MtprotoServer, leases: SqliteLeases, clock: WaitingClock, stored: StoredFile
) -> None:
    """However long the job and the pause after it, the session stays with its worker."""
    sessions = [server.session()]
    worker = Worker(server, leases, clock, sessions=sessions)
    await worker.read(media_of(stored))
    for _ in range(10):
        await clock.awaited(BEAT_S)
        clock.expire(BEAT_S)
    await clock.awaited(BEAT_S)
    with pytest.raises(TransientError, match="in use"):
        await Worker(server, leases, clock, sessions=sessions).read(media_of(stored))
    assert await worker.read(media_of(stored)) == CONTENT
    await worker.archive.close()


@pytest.mark.parametrize("frozen_s", [130.0, 1200.0])
async def test_a_worker_that_was_frozen_goes_on_at_once(
    server: MtprotoServer, worker: Worker, clock: WaitingClock, stored: StoredFile, frozen_s: float
) -> None:
    """For minutes, the old connection dead without a word: no time limit need run out first."""
    await worker.read(media_of(stored))
    server.stall_connections()
    clock.advance(frozen_s)
    assert await worker.read(media_of(stored)) == CONTENT
    assert server.connections == 2


async def test_a_worker_that_was_frozen_too_long_leaves_its_session_alone(
    server: MtprotoServer, leases: SqliteLeases, clock: WaitingClock, stored: StoredFile
) -> None:
    """Another has it by now, and would lose it if two used it: the first takes one that is free."""
    sessions = [server.session(), server.session()]
    first, second = (Worker(server, leases, clock, sessions=sessions) for _ in range(2))
    await first.read(media_of(stored))
    clock.advance(1200.0)
    server.drop_connections()

    assert await second.read(media_of(stored)) == CONTENT
    assert await first.read(media_of(stored)) == CONTENT
    assert not any(known.dead for known in server.keys.known.values())
    assert leases.acquire(["more"], "o", 1.0) == "more"
    for worker in (first, second):
        await worker.archive.close()


async def test_a_beat_that_finds_the_lease_gone_hangs_up(
    server: MtprotoServer, leases: SqliteLeases, clock: WaitingClock, stored: StoredFile
) -> None:
    """Even if nobody wants to read anything at the moment."""
    session = server.session()
    worker = Worker(server, leases, clock, sessions=[session])
    await worker.read(media_of(stored))
    leases.release_orphans()
    clock.expire(BEAT_S)
    await server.hung_up()
    assert await worker.read(media_of(stored)) == CONTENT
    await worker.archive.close()


class ShakyLeases:
    """Leases whose store answers only while ``up``."""

    def __init__(self, leases: SqliteLeases) -> None:
        self.up = True
        self._leases = leases

    def acquire(self, names: Sequence[str], owner: str, lease_s: float) -> str | None:
        """Take the first that is free."""
        return self._leases.acquire(names, owner, lease_s)

    def renew(self, name: str, owner: str, lease_s: float) -> bool:
        """Extend the lease, if the store is up."""
        if not self.up:
            raise TransientError("the store is down")
        return self._leases.renew(name, owner, lease_s)

    def release(self, name: str, owner: str) -> None:
        """Give it back."""
        self._leases.release(name, owner)

    def retire(self, name: str) -> None:
        """Never lease it again."""
        self._leases.retire(name)

    def retired(self, names: Sequence[str]) -> Sequence[str]:
        """Which are retired."""
        return self._leases.retired(names)


async def test_a_store_that_is_down_costs_the_session_only_when_the_lease_is_over(
    server: MtprotoServer, leases: SqliteLeases, clock: WaitingClock, stored: StoredFile
) -> None:
    """Two beats may fail; a lease that nobody could renew in time is not relied on."""
    shaky = ShakyLeases(leases)
    worker = Worker(server, shaky, clock)
    await worker.read(media_of(stored))
    shaky.up = False
    for _ in range(2):
        await clock.awaited(BEAT_S)
        clock.expire(BEAT_S)
    await clock.awaited(BEAT_S)
    assert server.open_connections == 1
    clock.expire(BEAT_S)
    await server.hung_up()
    await worker.archive.close()


async def test_a_wrong_api_id_is_the_operators(
    server: MtprotoServer, leases: SqliteLeases, clock: WaitingClock, stored: StoredFile
) -> None:
    """It costs no session."""
    worker = Worker(server, leases, clock, api_id=1)
    with pytest.raises(OperatorError, match="TELEGRAM_API_ID"):
        await worker.read(media_of(stored))
    unset = Worker(server, leases, clock, api_id=0)
    with pytest.raises(OperatorError, match="TELEGRAM_API_ID and TELEGRAM_API_HASH are not set"):
        await unset.read(media_of(stored))
    assert Metric.SESSION_RETIRED not in worker.metrics.counts
    await worker.archive.close()


async def test_an_unreachable_telegram_is_tried_again_later(
    leases: SqliteLeases, clock: WaitingClock
) -> None:
    """The session is not at fault, and stays."""
    async with MtprotoServer() as server:
        stored = posted(server, CONTENT)
        worker = Worker(server, leases, clock)
    with pytest.raises(TransientError, match="connection to Telegram broke"):
        await worker.read(media_of(stored))
    assert Metric.SESSION_RETIRED not in worker.metrics.counts
    await worker.archive.close()


async def test_nothing_private_is_logged(
    server: MtprotoServer,
    leases: SqliteLeases,
    clock: WaitingClock,
    stored: StoredFile,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Neither sessions nor names nor captions, whatever happens and however much is logged."""
    caplog.set_level(logging.DEBUG)
    sessions = [server.session(), server.session()]
    worker = Worker(server, leases, clock, sessions=sessions)
    for fault in (Reset(), Refusal(406, "AUTH_KEY_DUPLICATED"), Refusal(500, "RPC_CALL_FAIL")):
        server.plan(fault)
        assert await worker.read(media_of(stored)) == CONTENT
    await worker.archive.close()
    assert "retired" in caplog.text
    for secret in (*sessions, API_HASH, "private", stored.file_id):
        assert secret not in caplog.text
