"""Large files come byte for byte, wherever their message is and in whatever order they are read."""

from __future__ import annotations

import asyncio
import random
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from shared.errors import UserError
from shared.jobs import Address, MediaKind
from shared.telemetry import Metric
from tests.doubles.mtproto_files import Pattern
from tests.doubles.mtproto_worker import CHAT, CONTENT, MESSAGE, MIB, Worker, media_of, posted

if TYPE_CHECKING:
    from tests.doubles.mtproto import MtprotoServer


async def test_a_file_comes_whole_in_as_many_requests_as_it_has_mebibytes(
    server: MtprotoServer, worker: Worker
) -> None:
    """Byte for byte, in whole windows, each asked for once."""
    content = Pattern(40 * MIB + 3).read(0, 41 * MIB)
    assert await worker.read(media_of(posted(server, content))) == content
    assert len(server.calls) == 41
    assert not any(call.precise for call in server.calls if call.offset < 40 * MIB)
    assert worker.metrics.counts[Metric.MTPROTO_REQUESTS] == 42  # and one for the message
    assert len(content) <= worker.metrics.counts[Metric.BYTES_FETCHED] < len(content) + 2048


async def test_several_parts_are_under_way_and_more_as_it_goes_well(
    server: MtprotoServer, worker: Worker
) -> None:
    """Four at the start, then up to sixteen, all before a single one is answered."""
    media = media_of(posted(server, Pattern(100 * MIB)))
    async with worker.archive.open(media, Address(CHAT, MESSAGE)) as file:
        async with server.held(4):
            first = asyncio.create_task(file.read(0, 40 * MIB))
        await first
        assert server.peak_in_flight >= 4
        await file.read(0, 100 * MIB)
        async with server.held(16):
            last = asyncio.create_task(file.read(0, 20 * MIB))
        await last
    assert server.peak_in_flight == 16


async def test_a_read_given_up_leaves_the_file_readable(
    server: MtprotoServer, worker: Worker
) -> None:
    """Whoever is cancelled takes no turn away from the others."""
    media = media_of(posted(server, CONTENT))
    async with worker.archive.open(media, Address(CHAT, MESSAGE)) as file:
        for _ in range(5):
            async with server.held(4):
                given_up = asyncio.create_task(file.read(0, file.size_bytes))
            given_up.cancel()
            with pytest.raises(asyncio.CancelledError):
                await given_up
        assert await file.read(0, file.size_bytes) == CONTENT


async def test_any_range_is_the_files_slice(server: MtprotoServer, worker: Worker) -> None:
    """At any offset, of any length, at the end and beyond, many at a time."""
    media = media_of(posted(server, CONTENT))
    chance = random.Random(7)  # noqa: S311 - a choice of examples
    ranges = [
        (chance.randrange(len(CONTENT)), chance.choice([0, 1, 7, 1024, 5000, MIB, 2 * MIB]))
        for _ in range(40)
    ]
    ranges += [(len(CONTENT) - 1, 5), (len(CONTENT), 5), (len(CONTENT) + MIB, 5), (MIB - 1, 2)]

    async with worker.archive.open(media, Address(CHAT, MESSAGE)) as file:
        assert file.size_bytes == len(CONTENT)
        assert file.in_flight == 16
        got = await asyncio.gather(*(file.read(*one) for one in ranges))
        with pytest.raises(ValueError, match="inside the file"):
            await file.read(-1, 5)
    assert got == [CONTENT[offset : offset + length] for offset, length in ranges]


async def test_memory_is_that_of_the_parts_under_way(server: MtprotoServer, worker: Worker) -> None:
    """A film of 1.5 GB is read in pieces without a trace of its size."""
    film = Pattern(1_500_000_000)
    media = media_of(posted(server, film))

    async with worker.archive.open(media, Address(CHAT, MESSAGE)) as file:
        tracemalloc.start()
        for offset in (0, *range(700 * MIB, 740 * MIB, 4 * MIB), film.size_bytes - 4 * MIB):
            assert await file.read(offset, 4 * MIB) == film.read(offset, 4 * MIB)
        _, peak_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    # The server's own copies and the ones compared are in it, too.
    assert peak_bytes < 48 * MIB


@pytest.mark.parametrize("chat_id", [CHAT, -777, -1_001_234_567_890])
async def test_the_message_says_where_the_file_is(
    server: MtprotoServer, worker: Worker, chat_id: int
) -> None:
    """In private chats, basic groups and supergroups, even if the update's reference is old."""
    stored = posted(server, CONTENT, chat_id=chat_id)
    media = media_of(stored, size_bytes=None)
    stored.expire()

    async with worker.archive.open(media, Address(chat_id, MESSAGE)) as file:
        assert await file.read(0, file.size_bytes) == CONTENT
    assert server.refetches == 1


async def test_a_file_in_another_message_is_found(server: MtprotoServer, worker: Worker) -> None:
    """The one that the request replies to, even if only the reply may see it."""
    stored = server.add(CONTENT)
    server.catalogue.post(-777, 5, stored)
    server.catalogue.reply(-777, MESSAGE, to=5)
    media = media_of(stored, message_id=5, size_bytes=None)

    async with worker.archive.open(media, Address(-777, MESSAGE)) as file:
        assert await file.read(0, 100) == CONTENT[:100]


@pytest.mark.parametrize("why", ["deleted", "elsewhere", "other", "unknown", "private"])
async def test_without_the_message_the_file_id_is_enough(
    server: MtprotoServer, worker: Worker, why: str
) -> None:
    """Deleted, in another chat under the same id, with another file, of no id, or out of reach."""
    stored = server.add(CONTENT)
    other = server.add(b"another file")
    address = Address(CHAT, None if why == "unknown" else MESSAGE)
    match why:
        case "elsewhere":
            server.catalogue.post(CHAT + 1, MESSAGE, stored)
            stored.reference, known = b"\x01" + bytes(24), media_of(stored)
        case "other":
            server.catalogue.post(CHAT, MESSAGE, other)
        case "private":
            address = Address(-1_009_999_999_999, MESSAGE)
    known = media_of(stored)

    async with worker.archive.open(known, address) as file:
        assert await file.read(0, file.size_bytes) == CONTENT
    with pytest.raises(UserError, match="gone"):
        async with worker.archive.open(media_of(stored, size_bytes=None), address):
            pass


async def test_a_video_is_read_in_its_smallest_quality(
    server: MtprotoServer, worker: Worker
) -> None:
    """Its sound is the same; playlists and qualities without sound are none."""
    original = server.add(CONTENT, video=True, mime_type="video/mp4")
    small = server.add(b"small video" * 100, video=True, mime_type="video/mp4")
    playlist = server.add(b"#EXTM3U", video=False, mime_type="application/x-mpegurl")
    server.catalogue.post(CHAT, MESSAGE, original, [playlist, small])
    address = Address(CHAT, MESSAGE)

    async with worker.archive.open(media_of(original, MediaKind.VIDEO), address) as file:
        assert await file.read(0, file.size_bytes) == b"small video" * 100
    async with worker.archive.open(media_of(original, MediaKind.DOCUMENT), address) as file:
        assert file.size_bytes == len(CONTENT)
    async with worker.archive.open(media_of(small, MediaKind.DOCUMENT), address) as file:
        assert await file.read(0, 11) == b"small video"
