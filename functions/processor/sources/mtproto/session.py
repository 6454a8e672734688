"""One session of the bot: its connections to the data centres where it has business."""

from __future__ import annotations

import asyncio
import struct
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from telethon.sessions import StringSession
from telethon.tl.functions.auth import ExportAuthorizationRequest, ImportAuthorizationRequest
from telethon.tl.functions.help import GetConfigRequest

from processor.sources.mtproto.connection import Connection, Endpoint
from processor.sources.mtproto.failures import DeadSessionError, LostError
from shared.errors import TransientError

if TYPE_CHECKING:
    from processor.sources.mtproto.connection import Application
    from shared.ports import Clock


class Session:
    """A signed-in session, for one worker at a time.

    ``name`` is what the operator calls it, ``text`` the session itself: a secret.
    """

    def __init__(self, name: str, text: str, application: Application, clock: Clock) -> None:
        self.name = name
        self._text = text
        self._application = application
        self._clock = clock
        self._closed = False
        self._home: Endpoint | None = None
        self._places: dict[int, Endpoint] = {}
        self._keys: dict[int, bytes] = {}
        self._connections: dict[int, Connection] = {}
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def invoke(self, request: Any, dc_id: int | None = None) -> Any:
        """The answer of a data centre, the session's own where none is named.

        ``DeadSessionError`` when the session is of no use any more.
        """
        home = self._read()
        place = home.dc_id if dc_id is None else dc_id
        connection = await self._connection(place)
        try:
            return await connection.invoke(request)
        except DeadSessionError:
            if place == home.dc_id:
                raise
            # Only the key for that data centre: the session itself can get another.
            self._keys.pop(place, None)
            await connection.close()
            raise LostError("another data centre no longer knows this session") from None

    async def close(self) -> None:
        """Hang up everywhere, for good: the session may belong to another worker from now on."""
        self._closed = True
        connections = list(self._connections.values())
        self._connections.clear()
        for connection in connections:
            await connection.close()

    async def _connection(self, dc_id: int) -> Connection:
        async with self._turns[dc_id]:
            if self._closed:
                raise LostError("the session was given back")
            connection = self._connections.get(dc_id)
            if connection is None or not connection.usable:
                if connection is not None:
                    await connection.close()
                connection = self._connections[dc_id] = await self._connect(dc_id)
            return connection

    async def _connect(self, dc_id: int) -> Connection:
        home = self._read()
        if dc_id == home.dc_id:
            return await self._open(home, GetConfigRequest())
        if not self._places:
            await self._connection(home.dc_id)
        if dc_id not in self._places:
            raise TransientError(f"Telegram gave no address of data centre {dc_id}")
        query = GetConfigRequest()
        if dc_id not in self._keys:
            ticket = await self.invoke(ExportAuthorizationRequest(dc_id))
            query = ImportAuthorizationRequest(ticket.id, ticket.bytes)
        return await self._open(self._places[dc_id], query)

    async def _open(self, place: Endpoint, query: Any) -> Connection:
        """Connect, introduce ourselves with ``query`` and keep what there is to keep."""
        connection = Connection(place, self._keys.get(place.dc_id), self._clock)
        await connection.open()
        try:
            answer = await connection.invoke(self._application.introduced(query))
        except BaseException:
            await connection.close()
            raise
        self._keys[place.dc_id] = connection.key
        if isinstance(query, GetConfigRequest):
            self._places = _addresses(answer)
        return connection

    def _read(self) -> Endpoint:
        """Where the session is at home."""
        if self._home is None:
            try:
                read = StringSession(self._text)
                key = read.auth_key.key
            except (ValueError, AttributeError, struct.error) as error:
                raise DeadSessionError("a session cannot be read") from error
            self._home = Endpoint(read.dc_id, read.server_address, read.port)
            self._keys[read.dc_id] = key
        return self._home


def _addresses(config: Any) -> dict[int, Endpoint]:
    """Every data centre's first address that is of use to us."""
    found: dict[int, Endpoint] = {}
    for option in config.dc_options:
        if not (option.ipv6 or option.cdn or option.tcpo_only or option.media_only):
            found.setdefault(option.id, Endpoint(option.id, option.ip_address, option.port))
    return found
