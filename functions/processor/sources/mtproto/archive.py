"""The Archive over MTProto."""

from __future__ import annotations

import importlib
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from shared.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from processor.sources.mtproto.client import Client
    from processor.sources.mtproto.pool import SessionPool
    from shared.jobs import Address, Media
    from shared.ports import Clock, Leases, Metrics, RemoteFile, Secrets

LEASE_S = 300.0  # longer than Telegram keeps a connection whose other end is frozen
MOST_IN_FLIGHT = 16  # parts of up to a mebibyte, so this bounds the memory, too


class MtprotoArchive:
    """Files of any size, by one of the bot's sessions. Use it in one event loop.

    The session is leased when the first file is opened and kept, with its connections, until
    ``close``; files opened at the same time share it.
    """

    def __init__(
        self,
        secrets: Secrets,
        leases: Leases,
        clock: Clock,
        metrics: Metrics,
        *,
        lease_s: float = LEASE_S,
        most_in_flight: int = MOST_IN_FLIGHT,
    ) -> None:
        require_cipher()
        self._secrets = secrets
        self._leases = leases
        self._clock = clock
        self._metrics = metrics
        self._lease_s = lease_s
        self._most_in_flight = most_in_flight
        self._made: tuple[SessionPool, Client] | None = None

    @asynccontextmanager
    async def open(self, media: Media, address: Address) -> AsyncIterator[RemoteFile]:
        """The file, for as long as the context lasts.

        ``TransientError`` when every session is in use, ``OperatorError`` when none is usable,
        ``UserError`` when the file is no longer there.
        """
        pool, client = self._parts()
        from processor.sources.mtproto.documents import Documents  # noqa: PLC0415 - see the package
        from processor.sources.mtproto.ranges import RangeFetcher  # noqa: PLC0415 - the same

        await pool.session()
        find = partial(Documents(client).find, media, address)
        yield RangeFetcher(client, await find(), find, self._metrics)

    async def close(self) -> None:
        """Hang up and give the session back; the next ``open`` leases one again."""
        if self._made is not None:
            pool, _ = self._made
            await pool.close()

    def _parts(self) -> tuple[SessionPool, Client]:
        if self._made is None:
            from processor.sources.mtproto.client import Client  # noqa: PLC0415 - see the package
            from processor.sources.mtproto.pace import Pace  # noqa: PLC0415 - the same
            from processor.sources.mtproto.pool import SessionPool  # noqa: PLC0415 - the same

            pool = SessionPool(
                self._secrets, self._leases, self._clock, self._metrics, lease_s=self._lease_s
            )
            pace = Pace(self._clock, most=self._most_in_flight)
            self._made = pool, Client(pool, pace, self._clock, self._metrics)
        return self._made


def require_cipher() -> None:
    """OperatorError without cryptg: Telethon would do its work a thousand times slower."""
    try:
        importlib.import_module("cryptg")
    except ImportError as error:
        raise OperatorError("cryptg is missing, without which large files take hours") from error
