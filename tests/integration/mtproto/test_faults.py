"""What goes wrong on the way is overcome at the same place of the file, or has its consequence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from processor.sources.mtproto.failures import LostError, RefusedError, SilentError
from shared.errors import RateLimitedError, TranscriberError, TransientError, UserError
from shared.jobs import Address
from shared.telemetry import Metric
from tests.doubles.mtproto_faults import CdnRedirect, Fault, Refusal, Reset, Short, Silence, Stall
from tests.doubles.mtproto_worker import CHAT, CONTENT, MESSAGE, MIB, Worker, media_of, posted

if TYPE_CHECKING:
    from tests.doubles.mtproto import MtprotoServer
    from tests.doubles.mtproto_clock import WaitingClock
    from tests.doubles.mtproto_files import StoredFile


@pytest.mark.parametrize(
    "fault",
    [
        Refusal(420, "FLOOD_WAIT_2"),
        Refusal(420, "FLOOD_WAIT_30"),
        Refusal(420, "FLOOD_PREMIUM_WAIT_5"),
        Refusal(500, "RPC_CALL_FAIL"),
        Refusal(-503, "Timeout"),
        Refusal(400, "FILE_REFERENCE_EXPIRED"),
        Refusal(406, "FILEREF_UPGRADE_NEEDED"),
        Short(1000),
        Short(0),
        Silence(),
        Stall(),
        Reset(),
    ],
    ids=str,
)
@pytest.mark.parametrize("dc_id", [2, 4])
async def test_what_passes_costs_a_repetition_and_no_more(
    server: MtprotoServer, worker: Worker, fault: Fault, dc_id: int
) -> None:
    """The file comes byte for byte, and what was there already is not asked for again."""
    stored = posted(server, CONTENT, dc_id=dc_id)

    async with worker.archive.open(media_of(stored), Address(CHAT, MESSAGE)) as file:
        assert await file.read(0, MIB) == CONTENT[:MIB]
        server.plan(fault, at=2)
        assert await file.read(MIB, 4 * MIB) == CONTENT[MIB:]
    assert [call.offset for call in server.calls].count(0) == 1
    assert {call.dc_id for call in server.calls} == {dc_id}


@pytest.mark.parametrize(
    ("fault", "times", "expected"),
    [
        (Refusal(420, "FLOOD_WAIT_31"), 1, (RateLimitedError, 31.0)),
        (Refusal(420, "FLOOD_PREMIUM_WAIT_300"), 1, (RateLimitedError, 300.0)),
        (Refusal(420, "FLOOD_WAIT_3"), 99, (RateLimitedError, 3.0)),
        (Refusal(500, "RPC_CALL_FAIL"), 99, (TransientError, None)),
        (Short(1000), 99, (TransientError, None)),
        (Silence(), 99, (SilentError, None)),
        (Stall(), 99, (SilentError, None)),
        (Reset(), 99, (LostError, None)),
        (Refusal(400, "FILE_REFERENCE_EXPIRED"), 99, (UserError, None)),
        (Refusal(400, "FILE_ID_INVALID"), 1, (UserError, None)),
        (CdnRedirect(), 1, (UserError, None)),
        (Refusal(400, "LIMIT_INVALID"), 1, (RefusedError, None)),
    ],
    ids=str,
)
async def test_what_does_not_pass_is_an_error_that_says_what_to_do(
    worker: Worker,
    stored: StoredFile,
    fault: Fault,
    times: int,
    expected: tuple[type[Exception], float | None],
) -> None:
    """Wait, give up, or call the operator; the next job is not affected."""
    kind, retry_after_s = expected
    worker.server.plan(fault, times=times)
    with pytest.raises(TranscriberError) as caught:
        await worker.read(media_of(stored), 0, 5000)
    assert type(caught.value) is kind
    assert getattr(caught.value, "retry_after_s", None) == retry_after_s

    worker.server.plans.clear()
    assert await worker.read(media_of(stored)) == CONTENT


async def test_a_flood_wait_is_kept_and_counted(
    server: MtprotoServer, clock: WaitingClock, worker: Worker, stored: StoredFile
) -> None:
    """The clock moves on by what Telegram asked for, and fewer parts are under way after it."""
    server.plan(Refusal(420, "FLOOD_WAIT_7"), at=3)
    assert await worker.read(media_of(stored)) == CONTENT
    assert worker.metrics.values[Metric.FLOOD_WAIT_S] == [7.0]
    assert sum(clock.pauses) == pytest.approx(7.0)


async def test_a_reference_that_expires_again_and_again_is_renewed_each_time(
    server: MtprotoServer, worker: Worker, stored: StoredFile
) -> None:
    """Over a long job; as long as each one was good for something, the next is fetched."""
    media = media_of(stored)
    async with worker.archive.open(media, Address(CHAT, MESSAGE)) as file:
        for number in range(3):
            got = await file.read(number * MIB, MIB)
            assert got == CONTENT[number * MIB : (number + 1) * MIB]
            stored.expire()
        assert await file.read(3 * MIB, MIB) == CONTENT[3 * MIB :]
    assert server.refetches == 4


async def test_parts_refused_together_fetch_one_new_reference(
    server: MtprotoServer, worker: Worker, stored: StoredFile
) -> None:
    """Four parts are told at once that the reference is old: the message is fetched once."""
    async with worker.archive.open(media_of(stored), Address(CHAT, MESSAGE)) as file:
        stored.expire()
        assert await file.read(0, file.size_bytes) == CONTENT
    assert server.refetches == 2


async def test_a_message_deleted_meanwhile_takes_its_file_along(
    server: MtprotoServer, worker: Worker, stored: StoredFile
) -> None:
    """There is no new reference to be had."""
    async with worker.archive.open(media_of(stored), Address(CHAT, MESSAGE)) as file:
        stored.expire()
        server.catalogue.withdraw(CHAT, MESSAGE)
        with pytest.raises(UserError, match="gone"):
            await file.read(0, file.size_bytes)


async def test_a_file_that_moved_is_followed_once(
    server: MtprotoServer, worker: Worker, stored: StoredFile
) -> None:
    """The other data centre is remembered, and its key serves every later file there."""
    async with worker.archive.open(media_of(stored), Address(CHAT, MESSAGE)) as file:
        stored.dc_id = 4
        assert await file.read(0, MIB) == CONTENT[:MIB]
        moved = len(server.calls)
        assert await file.read(MIB, 4 * MIB) == CONTENT[MIB:]
    assert {call.dc_id for call in server.calls[moved:]} == {4}
    server.drop_connections()
    await worker.read(media_of(stored))
    assert server.exports == 1


async def test_a_file_that_never_settles_is_tried_again_later(
    server: MtprotoServer, worker: Worker, stored: StoredFile
) -> None:
    """Sent to and fro, we stop."""
    for at in range(1, 20, 2):
        server.plan(Refusal(303, "FILE_MIGRATE_4"), at=at)
        server.plan(Refusal(303, "FILE_MIGRATE_2"), at=at + 1)
    with pytest.raises(TransientError, match="data centre"):
        await worker.read(media_of(stored), 0, 1000)


async def test_another_data_centre_may_forget_us(
    server: MtprotoServer, worker: Worker, stored: StoredFile
) -> None:
    """Its key is made anew; the session itself is not at fault."""
    stored.dc_id = 4
    assert await worker.read(media_of(stored)) == CONTENT
    for known in server.keys.known.values():
        known.dead = known.dc_id == 4
    assert await worker.read(media_of(stored)) == CONTENT
    assert server.exports == 2
    assert Metric.SESSION_RETIRED not in worker.metrics.counts
