"""The MTProto double is as strict as Telegram, to Telethon's own client as to ours."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from telethon import TelegramClient, errors
from telethon.sessions import StringSession
from telethon.tl import functions, types

from local.loopback.file_ids import FileId
from processor.sources.mtproto import MtprotoArchive
from shared.adapters.clock import SystemClock
from shared.adapters.sqlite.database import Database
from shared.adapters.sqlite.leases import SqliteLeases
from shared.errors import OperatorError
from shared.jobs import Address, Media, MediaKind
from shared.telemetry import Metric, Tally
from tests.doubles.mtproto import API_HASH, API_ID, BOT_TOKEN, MtprotoServer
from tests.doubles.mtproto_files import Pattern
from tests.doubles.mtproto_worker import (
    CHAT,
    CONTENT,
    MESSAGE,
    MIB,
    FixedSecrets,
    Worker,
    media_of,
    posted,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.doubles.mtproto_clock import WaitingClock
    from tests.doubles.mtproto_files import StoredFile
PATIENCE_S = 60


@asynccontextmanager
async def telethon(server: MtprotoServer, text: str = "", **given: Any) -> AsyncIterator[Any]:
    """Telethon's client, connected; without a session it knows where to sign in."""
    session = StringSession(text)
    if not text:
        session.set_dc(server.home, *server.address)
    options = {"receive_updates": False, "flood_sleep_threshold": 0, "request_retries": 1}
    options |= {"timeout": PATIENCE_S}  # a busy machine must not look like a lost connection
    client = TelegramClient(session, API_ID, API_HASH, **options, **given)
    await client.connect()
    yield client
    await client.disconnect()


async def test_a_bot_signs_in_and_its_session_lasts(server: MtprotoServer) -> None:
    """Key exchange and sign-in once; the session string then needs neither."""
    async with telethon(server) as client:
        await client.start(bot_token=BOT_TOKEN)
        text = client.session.save()
    async with telethon(server, text) as client:
        me = await client.get_me()
    assert me.username == "loopback_bot"
    assert (server.sign_ins, len(server.keys.known)) == (1, 1)


async def test_a_wrong_token_or_hash_does_not_sign_in(server: MtprotoServer) -> None:
    """As at Telegram, each with its own error."""
    async with telethon(server) as client:
        with pytest.raises(errors.AccessTokenInvalidError):
            await client.sign_in(bot_token="777:WRONG")
        client.api_hash = "0" * 32
        with pytest.raises(errors.ApiIdInvalidError):
            await client.sign_in(bot_token=BOT_TOKEN)
        with pytest.raises(errors.AuthKeyUnregisteredError):
            await client(functions.messages.GetMessagesRequest([types.InputMessageID(1)]))


async def test_telethons_own_download_works(server: MtprotoServer, stored: StoredFile) -> None:
    """From the message to the last byte, also from another data centre."""
    stored.dc_id = 4
    TelegramClient._config = None  # it remembers the data centres of the server before
    async with telethon(server, server.session()) as client:
        (message,) = await client.get_messages(None, ids=[MESSAGE])
        got = b"".join([bytes(piece) async for piece in client.iter_download(message)])
    assert got == CONTENT
    TelegramClient._config = None


@pytest.mark.parametrize(
    ("offset", "limit", "precise", "error"),
    [
        (0, MIB, False, None),
        (MIB - 4096, 4096, False, None),
        (1024, 3072, True, None),
        (0, MIB, True, None),
        (1 << 31, 4096, False, None),
        (1024, 4096, False, errors.OffsetInvalidError),
        (-4096, 4096, False, errors.OffsetInvalidError),
        (512, 1024, True, errors.OffsetInvalidError),
        (0, 0, False, errors.LimitInvalidError),
        (0, 1000, True, errors.LimitInvalidError),
        (0, 12 << 10, False, errors.LimitInvalidError),
        (0, 2 * MIB, True, errors.LimitInvalidError),
        (MIB - 4096, 8192, False, errors.LimitInvalidError),
        (MIB - 1024, 2048, True, errors.LimitInvalidError),
    ],
)
async def test_the_rules_of_ranges_are_kept(
    server: MtprotoServer,
    stored: StoredFile,
    offset: int,
    limit: int,
    *,
    precise: bool,
    error: type[Exception] | None,
) -> None:
    """Alignment, size and the windows of one mebibyte."""
    location = types.InputDocumentFileLocation(
        stored.id, stored.access_hash, stored.reference, thumb_size=""
    )
    request = functions.upload.GetFileRequest(location, offset, limit, precise=precise or None)
    async with telethon(server, server.session()) as client:
        if error is not None:
            with pytest.raises(error):
                await client(request)
        else:
            assert (await client(request)).bytes == CONTENT[offset : offset + limit]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"id": 1}, errors.LocationInvalidError),
        ({"access_hash": 1}, errors.FileIdInvalidError),
        ({"file_reference": b""}, errors.FileReferenceEmptyError),
        ({"file_reference": b"old"}, errors.FileReferenceExpiredError),
    ],
)
async def test_a_location_must_be_right_in_every_part(
    server: MtprotoServer, stored: StoredFile, wrong: dict[str, Any], error: type[Exception]
) -> None:
    """Id, access hash and reference."""
    right = {
        "id": stored.id,
        "access_hash": stored.access_hash,
        "file_reference": stored.reference,
    }
    location = types.InputDocumentFileLocation(**{**right, **wrong}, thumb_size="")
    async with telethon(server, server.session()) as client:
        with pytest.raises(error):
            await client(functions.upload.GetFileRequest(location, 0, 4096))


async def test_a_session_used_twice_at_once_dies(
    server: MtprotoServer, leases: SqliteLeases, clock: WaitingClock, stored: StoredFile
) -> None:
    """Whoever goes past the leases kills it for both."""
    text = server.session()
    worker = Worker(server, leases, clock, sessions=[text])
    await worker.read(media_of(stored))
    with pytest.raises(errors.AuthKeyDuplicatedError):
        async with telethon(server, text):
            pass  # connecting is enough
    with pytest.raises(OperatorError, match="retired"):
        await worker.read(media_of(stored))
    assert worker.metrics.counts[Metric.SESSION_RETIRED] == 1


async def test_a_film_needs_no_memory() -> None:
    """Any place of 1.5 GB, reproducibly."""
    film = Pattern(1_500_000_000)
    around = film.read(700 * MIB - 10, 30)
    assert around[10:18] == (700).to_bytes(8, "big")
    assert around == film.read(700 * MIB - 10, 15) + film.read(700 * MIB + 5, 15)
    assert film.read(film.size_bytes - 3, 100) == film.read(film.size_bytes - 3, 3)


async def test_another_process_serves_a_file_by_its_file_id(tmp_path: Path) -> None:
    """What end-to-end tests start: the first line printed says how to get at the file."""
    path = tmp_path / "film.bin"
    path.write_bytes(CONTENT)
    file_id = str(FileId.of("video", 77, message_id=MESSAGE, date=1_700_000_000))
    command = [sys.executable, "-m", "tests.doubles.mtproto", str(path), "--file-id", file_id]
    where = ["--chat", str(CHAT), "--message", str(MESSAGE)]
    process = await asyncio.create_subprocess_exec(
        *command, *where, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    facts = json.loads(await process.stdout.readline())
    database = Database(tmp_path / "leases.sqlite3")
    clock = SystemClock()
    archive = MtprotoArchive(
        FixedSecrets([facts["session"]], facts["api_id"]),
        SqliteLeases(database, clock),
        clock,
        Tally(),
    )
    media = Media(MediaKind.VIDEO, file_id, "unique", size_bytes=len(CONTENT))
    async with archive.open(media, Address(CHAT, MESSAGE)) as file:
        assert await file.read(0, file.size_bytes) == CONTENT
    await archive.close()
    database.close()
    process.terminate()
    await process.communicate()


async def test_what_a_client_does_wrong_fails_the_test() -> None:
    """A damaged packet, say: the context's end tells."""
    server = await MtprotoServer().__aenter__()
    reader, writer = await asyncio.open_connection(*server.address)
    writer.write(b"\x0c\x00\x00\x00\x00\x00\x00\x00BAD!")
    await reader.read()
    writer.close()
    with pytest.raises(AssertionError, match="checksum"):
        await server.__aexit__()


async def test_bandwidth_can_be_limited(leases: SqliteLeases, clock: WaitingClock) -> None:
    """For benchmarks: the bytes are the same."""
    async with MtprotoServer(bytes_per_s=200 * MIB, rtt_s=0.001) as server:
        worker = Worker(server, leases, clock)
        assert await worker.read(media_of(posted(server, CONTENT))) == CONTENT
        await worker.archive.close()
