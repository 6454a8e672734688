"""Large and long media through the processor as Lambda runs it, over the stand-in for MTProto.

512 MiB of memory, and on the way a reset, a stall, a flood wait and an expired reference.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
from typing import TYPE_CHECKING

import pytest

from processor.engines.groq import GroqEngine
from processor.engines.keys import Keys
from processor.media import ReadAhead, prepare_remote
from shared.jobs import Lane, Media, MediaKind
from shared.transcripts import Segment
from tests.doubles.lambda_runtime import End
from tests.doubles.mtproto import API_HASH, API_ID, MtprotoServer
from tests.doubles.mtproto_faults import Refusal, Reset, Stall
from tests.doubles.mtproto_files import StoredFile
from tests.e2e.cloud.account import Account, account
from tests.e2e.cloud.emulator import URL
from tests.media.films import Film

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

pytestmark = [
    pytest.mark.emulator,
    pytest.mark.skipif(URL not in os.environ, reason="takes two minutes: run make test-e2e"),
    pytest.mark.skipif(sys.platform != "linux", reason="reads memory from /proc"),
    # A hedged request that is called off leaves the double's spooled form to the collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

MEMORY_MIB = 512
WORDS = ("alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel")


class Near:
    """The film as a file that is not far away: what an undisturbed download would give."""

    def __init__(self, film: Film) -> None:
        self._film = film
        self.size_bytes = film.size
        self.in_flight = 16

    async def read(self, offset: int, length: int) -> bytes:
        """The bytes."""
        return await asyncio.to_thread(self._film.read, offset, length)


def words_of(data: bytes) -> str:
    """A sentence that names the chunk: another chunk, another sentence."""
    digest = hashlib.sha256(data).digest()
    return " ".join(WORDS[byte % len(WORDS)] for byte in digest[:12]) + f" {digest.hex()[:12]}."


def hear(data: bytes) -> Sequence[Segment]:
    """Hear in a chunk the sentence that names it."""
    return [Segment(0.1, 1.0, words_of(data))]


async def undisturbed(film: Film, media: Media) -> list[str]:
    """The sentences of the chunks, in order, without a network between."""
    profile = GroqEngine(Keys("GROQ_API_KEY", lambda: ("key",)), "model", "http://x").profile
    loop = asyncio.get_running_loop()
    async with ReadAhead(Near(film)) as ahead:
        prepared = await asyncio.to_thread(prepare_remote, ahead, media, profile, loop)
        return await asyncio.to_thread(lambda: [words_of(c.data) for c in prepared.chunks])


async def sent(here: Account, server: MtprotoServer, film: Film, seconds: float) -> Media:
    """The user sends the film; Telegram has it on MTProto alone."""
    message = await here.user.send_video(
        b"-", duration=int(seconds), name="film.mp4", size_bytes=film.size
    )
    assert message.file is not None
    stored = StoredFile(
        id=message.file.document_id,
        size_bytes=film.size,
        read=film.read,
        dc_id=2,
        mime_type="video/mp4",
        access_hash=1,
        video=True,
    )
    server.catalogue.post(here.user.id, message.id, stored)
    answer = await here.update({"message": message.to_dict()})
    assert answer.payload["statusCode"] == 200
    assert message.file_id is not None
    return Media(MediaKind.VIDEO, message.file_id, "unique", film.size, seconds)


@pytest.mark.parametrize(
    ("seconds", "video_bps"),
    [pytest.param(3600.0, 3_200_000, id="film-1.5-GB"), pytest.param(10_800.0, 16_000, id="3-h")],
)
async def test_it_is_answered_byte_and_word_exact(
    tmp_path: Path, seconds: float, video_bps: int
) -> None:
    """Every chunk reaches the engine as an undisturbed download gives it; the text has each once."""
    film = Film(seconds, video_bps=video_bps)
    parameters = {"LargeFiles": "on", "GroqSecondsPerHour": "200000"}
    async with account(tmp_path, **parameters) as here, MtprotoServer() as server:
        here.groq.script = hear
        # Of several keys what Groq says is left of one's hour (7190 s here) is not taken for all.
        here.groq.keys.append("other-key")
        here.keep_secret("groq-api-key", "test-key,other-key")
        here.keep_secret("telegram-api-id", str(API_ID))
        here.keep_secret("telegram-api-hash", API_HASH)
        here.keep_secret("mtproto-session-01", server.session())
        server.plan(Reset(), at=10)
        server.plan(Refusal(420, "FLOOD_WAIT_1"), at=20)
        server.plan(Refusal(400, "FILE_REFERENCE_EXPIRED"), at=30)
        server.plan(Stall(), at=40)
        function = here.function("BulkProcessorFunction", memory_mib=MEMORY_MIB)
        media = await sent(here, server, film, seconds)
        done = await here.deliver(Lane.BULK)
        assert done is not None
        assert done.end is End.RESPONSE, function.log()
        assert done.payload == {"batchItemFailures": []}, function.log()
        shown = " ".join(here.shown()).split()
        expected = " ".join(await undisturbed(film, media)).split()
        assert shown == expected
        print(
            f"\n{seconds:.0f} s, {film.size >> 20} MiB: {done.duration_s:.1f} s, "
            f"peak {done.peak_bytes >> 20} MiB"
        )
