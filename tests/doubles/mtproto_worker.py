"""A worker's archive against the MTProto double, with everything it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processor.sources.mtproto import MtprotoArchive
from processor.sources.mtproto.archive import LEASE_S
from processor.sources.mtproto.connection import CONNECT_S, REPLY_S
from processor.sources.mtproto.pool import BEATS_PER_LEASE
from shared.jobs import Address, Media, MediaKind
from shared.ports import Credentials
from shared.telemetry import Tally
from tests.doubles.mtproto import API_HASH, API_ID, MtprotoServer
from tests.doubles.mtproto_clock import WaitingClock
from tests.doubles.mtproto_files import Pattern, StoredFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.ports import Clock, Leases

BEAT_S = LEASE_S / BEATS_PER_LEASE
MIB = 1 << 20
CONTENT = Pattern(3 * MIB + 12_345).read(0, 4 * MIB)
CHAT = 42
MESSAGE = 9


def a_clock() -> WaitingClock:
    """Pauses pass at once; time limits and the beats of leases are the test's to run out."""
    return WaitingClock(CONNECT_S, REPLY_S, BEAT_S)


class FixedSecrets:
    """Credentials that never change."""

    def __init__(self, sessions: Sequence[str], api_id: int) -> None:
        named = tuple((f"session-{number}", text) for number, text in enumerate(sessions, 1))
        self._credentials = Credentials(
            telegram_api_id=api_id, telegram_api_hash=API_HASH, sessions=named
        )

    def credentials(self) -> Credentials:
        """Always the same."""
        return self._credentials


class Worker:
    """One worker of the bot ``server`` knows; several may share ``leases``."""

    def __init__(
        self,
        server: MtprotoServer,
        leases: Leases,
        clock: Clock,
        *,
        sessions: Sequence[str] | None = None,
        api_id: int = API_ID,
    ) -> None:
        self.server = server
        self.metrics = Tally()
        given = [server.session()] if sessions is None else sessions
        self.archive = MtprotoArchive(FixedSecrets(given, api_id), leases, clock, self.metrics)

    async def read(self, media: Media, offset: int = 0, length: int | None = None) -> bytes:
        """Open the file in the usual chat and read from it, all of it where no length is given."""
        async with self.archive.open(media, Address(CHAT, MESSAGE)) as file:
            return await file.read(offset, file.size_bytes if length is None else length)


def posted(
    server: MtprotoServer, content: bytes | Pattern, *, chat_id: int = CHAT, dc_id: int = 2
) -> StoredFile:
    """A file in the usual message of a chat."""
    stored = server.add(content, dc_id=dc_id)
    server.catalogue.post(chat_id, MESSAGE, stored)
    return stored


def media_of(
    stored: StoredFile,
    kind: MediaKind = MediaKind.AUDIO,
    *,
    message_id: int | None = None,
    size_bytes: int | None = 0,
) -> Media:
    """What an update says of the file; 0 stands for its true size."""
    size_bytes = stored.size_bytes if size_bytes == 0 else size_bytes
    return Media(kind, stored.file_id, "unique", size_bytes=size_bytes, message_id=message_id)
