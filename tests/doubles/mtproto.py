"""Telegram over MTProto on loopback: real TCP, real encryption, several data centres.

``python -m tests.doubles.mtproto FILE --file-id ID`` serves one file to another process.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from telethon.sessions import StringSession
from telethon.tl import functions, types

from tests.doubles import mtproto_account as account
from tests.doubles.mtproto_account import BOT_ID, HOST
from tests.doubles.mtproto_clock import PATIENCE_S
from tests.doubles.mtproto_faults import (
    CdnRedirect,
    Fault,
    Plans,
    Refusal,
    Reset,
    Short,
    Silence,
    Stall,
)
from tests.doubles.mtproto_files import Catalogue, Pattern, RpcError, StoredFile, slices, stored_at
from tests.doubles.mtproto_wire import Keys, KnownKey, Wire

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence

API_ID = 1234
API_HASH = "0123456789abcdef0123456789abcdef"
BOT_TOKEN = "777:TEST"
WRAPPERS = (
    functions.InvokeWithLayerRequest,
    functions.InvokeWithoutUpdatesRequest,
    functions.InvokeAfterMsgRequest,
)


@dataclass(frozen=True, slots=True)
class Call:
    """A request for a part of a file."""

    offset: int
    limit: int
    precise: bool
    dc_id: int
    connection: int


@dataclass(slots=True, eq=False)
class Connection:
    """A client's connection, and whether it has asked for anything yet."""

    number: int
    wire: Wire
    active: bool = False


class MtprotoServer:
    """The bot's account, its files and its data centres; an asynchronous context manager."""

    def __init__(
        self,
        *,
        dcs: Sequence[int] = (2, 4),
        rtt_s: float = 0.0,
        bytes_per_s: float = 0.0,
        catalogue: Catalogue | None = None,
    ) -> None:
        self.catalogue = catalogue or Catalogue()
        self.keys = Keys()
        self.home = dcs[0]
        self.ports: dict[int, int] = {}
        self.calls: list[Call] = []
        self.peak_in_flight = 0
        self.connections = self.sign_ins = self.exports = self.refetches = 0
        self.on_silence: Callable[[], None] = lambda: None
        """Called when a request will not be answered: the moment to move a test's clock."""
        self._dcs = dcs
        self._rtt_s = rtt_s
        self._bytes_per_s = bytes_per_s
        self.plans = Plans()
        self._in_flight = 0
        self._released = asyncio.Event()
        self._released.set()
        self._more = asyncio.Event()
        self._exported: dict[bytes, int] = {}
        self._open: set[Connection] = set()
        self._numbers = itertools.count(1)
        self._document_ids = itertools.count(10_001)
        self._alone = asyncio.Event()
        self._servers: list[asyncio.Server] = []
        self._handlers: dict[type, Callable[[Connection, Any], Any]] = {
            functions.help.GetConfigRequest: self._config,
            functions.auth.ImportBotAuthorizationRequest: self._sign_in,
            functions.auth.ExportAuthorizationRequest: self._export,
            functions.auth.ImportAuthorizationRequest: self._import,
            functions.users.GetUsersRequest: lambda _, __: [account.me()],
            functions.updates.GetStateRequest: lambda _, __: account.state(),
            functions.updates.GetDifferenceRequest: lambda _, __: account.nothing_new(),
            functions.messages.GetMessagesRequest: self._messages,
            functions.channels.GetMessagesRequest: self._channel_messages,
            functions.upload.GetFileRequest: self._file,
        }

    async def __aenter__(self) -> Self:
        for dc_id in self._dcs:
            server = await asyncio.start_server(self._accept(dc_id), HOST, 0)
            self._servers.append(server)
            self.ports[dc_id] = server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        for server in self._servers:
            server.close()
        for connection in self._open:
            connection.wire.reset()
        for server in self._servers:
            await server.wait_closed()
        if self.keys.violations:
            raise AssertionError(self.keys.violations)

    @property
    def open_connections(self) -> int:
        """How many clients are connected now."""
        return len(self._open)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of the home data centre."""
        return HOST, self.ports[self.home]

    def session(self) -> str:
        """A new session of the bot, as a string: it needs no signing in."""
        known = self.keys.add(os.urandom(256), self.home, signed_in=True)
        return self.session_of(known)

    def session_of(self, known: KnownKey) -> str:
        """The session string of a key."""
        session = StringSession()
        session.set_dc(known.dc_id, HOST, self.ports[known.dc_id])
        session.auth_key = known.key
        return str(session.save())

    def add(
        self,
        content: bytes | Pattern,
        *,
        dc_id: int | None = None,
        video: bool = False,
        mime_type: str = "audio/mpeg",
    ) -> StoredFile:
        """Keep a file; ``catalogue.post`` puts it into a chat."""
        size_bytes = content.size_bytes if isinstance(content, Pattern) else len(content)
        read = content.read if isinstance(content, Pattern) else slices(content)
        document_id = next(self._document_ids)
        return self.catalogue.add(
            StoredFile(
                document_id,
                size_bytes,
                read,
                dc_id or self.home,
                mime_type,
                access_hash=-7 * document_id,
                video=video,
            )
        )

    def plan(
        self,
        fault: Fault,
        *,
        at: int = 1,
        times: int = 1,
        kind: type = functions.upload.GetFileRequest,
    ) -> None:
        """Let ``fault`` befall the ``at``-th request of this kind from now, and those after it."""
        self.plans.add(kind, fault, at=at, times=times)

    def drop_connections(self) -> None:
        """Cut every connection there is."""
        for connection in self._open:
            connection.wire.reset()

    def stall_connections(self) -> None:
        """Let every connection there is fall silent, as after a change of networks."""
        for connection in self._open:
            connection.wire.silent = True

    def kill_sessions(self) -> None:
        """End every session that exists: its keys are refused from now on."""
        for known in self.keys.known.values():
            known.dead = True

    def forget_keys(self) -> None:
        """Know none of the keys any more."""
        self.keys.known.clear()

    @contextlib.asynccontextmanager
    async def held(self, count: int) -> AsyncIterator[None]:
        """Answer no request for a part within the body, whose end waits for ``count`` of them."""
        self._released.clear()
        try:
            yield
            async with asyncio.timeout(PATIENCE_S):
                while self._in_flight < count:
                    self._more.clear()
                    await self._more.wait()
        finally:
            self._released.set()

    async def hung_up(self) -> None:
        """Return once nobody is connected any more."""
        async with asyncio.timeout(PATIENCE_S):
            await self._alone.wait()

    def _accept(self, dc_id: int) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            wire = Wire(reader, writer, self.keys, dc_id, bytes_per_s=self._bytes_per_s)
            connection = Connection(next(self._numbers), wire)
            self.connections += 1
            self._open.add(connection)
            self._alone.clear()
            try:
                await wire.serve(lambda number, query: self._handle(connection, number, query))
            finally:
                self._open.discard(connection)
                if not self._open:
                    self._alone.set()

        return serve

    async def _handle(self, connection: Connection, message_id: int, query: Any) -> None:
        """Answer one message."""
        if isinstance(query, types.MsgsAck):
            return
        if isinstance(query, functions.PingRequest | functions.PingDelayDisconnectRequest):
            await connection.wire.send(types.Pong(message_id, query.ping_id), related=False)
            return
        with contextlib.ExitStack() as counted:
            try:
                request = self._unwrapped(connection, query)
                if isinstance(request, functions.upload.GetFileRequest):
                    counted.enter_context(self._under_way())
                    await self._released.wait()
                await asyncio.sleep(self._rtt_s)
                result = await self._result(connection, request)
            except RpcError as error:
                result = bytes(types.RpcError(error.code, error.message))
            if result is not None:
                await connection.wire.answer(message_id, result)

    @contextlib.contextmanager
    def _under_way(self) -> Iterator[None]:
        """Count one more part of a file until its answer is out."""
        self._in_flight += 1
        self.peak_in_flight = max(self.peak_in_flight, self._in_flight)
        self._more.set()
        try:
            yield
        finally:
            self._in_flight -= 1

    def _unwrapped(self, connection: Connection, query: Any) -> Any:
        """The request itself, once it is allowed to be made here."""
        key = connection.wire.key
        if key is None:
            raise RpcError(401, "AUTH_KEY_PERM_EMPTY")
        while isinstance(query, (*WRAPPERS, functions.InitConnectionRequest)):
            if isinstance(query, functions.InitConnectionRequest):
                if query.api_id != API_ID:
                    raise RpcError(400, "CONNECTION_API_ID_INVALID")
                key.initialised = True
            query = query.query
        if not key.initialised:
            raise RpcError(400, "CONNECTION_NOT_INITED")
        self._check_alone(connection, key)
        if key.dead:
            raise RpcError(401, "AUTH_KEY_UNREGISTERED")
        open_to_all = (
            functions.help.GetConfigRequest,
            functions.auth.ImportBotAuthorizationRequest,
            functions.auth.ImportAuthorizationRequest,
        )
        if not key.signed_in and not isinstance(query, open_to_all):
            raise RpcError(401, "AUTH_KEY_UNREGISTERED")
        return query

    def _check_alone(self, connection: Connection, key: KnownKey) -> None:
        """Two connections that use one key at the same time kill it."""
        connection.active = True
        if any(
            other.active and other is not connection and other.wire.key is key
            for other in self._open
        ):
            key.dead = True
            raise RpcError(406, "AUTH_KEY_DUPLICATED")

    async def _result(self, connection: Connection, request: Any) -> bytes | None:
        """The answer's bytes, None for no answer."""
        fault = self.plans.next(request)
        if isinstance(fault, Silence | Stall):
            asyncio.get_running_loop().call_soon(self.on_silence)
        if isinstance(request, functions.upload.GetFileRequest):
            call = Call(
                request.offset,
                request.limit,
                bool(request.precise),
                connection.wire.dc_id,
                connection.number,
            )
            self.calls.append(call)
        match fault:
            case Refusal():
                raise RpcError(fault.code, fault.message)
            case Silence():
                return None
            case Stall():
                connection.wire.silent = True
                return None
            case Reset():
                connection.wire.reset()
                return None
            case CdnRedirect():
                return account.serialised(account.cdn_redirect())
        handler = self._handlers.get(type(request))
        if handler is None:
            raise RpcError(400, "INPUT_METHOD_INVALID")
        result = handler(connection, request)
        if isinstance(fault, Short):
            result.bytes = result.bytes[: fault.length]
        return account.serialised(result)

    def _config(self, connection: Connection, _: Any) -> Any:
        return account.config(connection.wire.dc_id, self.ports)

    def _sign_in(self, connection: Connection, request: Any) -> Any:
        if (request.api_id, request.api_hash) != (API_ID, API_HASH):
            raise RpcError(400, "API_ID_INVALID")
        if request.bot_auth_token != BOT_TOKEN:
            raise RpcError(400, "ACCESS_TOKEN_INVALID")
        self.sign_ins += 1
        return self._authorised(connection)

    def _export(self, connection: Connection, request: Any) -> Any:
        if request.dc_id == connection.wire.dc_id or request.dc_id not in self.ports:
            raise RpcError(400, "DC_ID_INVALID")
        self.exports += 1
        ticket = os.urandom(32)
        self._exported[ticket] = request.dc_id
        return types.auth.ExportedAuthorization(BOT_ID, ticket)

    def _import(self, connection: Connection, request: Any) -> Any:
        if self._exported.pop(request.bytes, None) != connection.wire.dc_id:
            raise RpcError(400, "AUTH_BYTES_INVALID")
        return self._authorised(connection)

    def _authorised(self, connection: Connection) -> Any:
        if connection.wire.key is not None:
            connection.wire.key.signed_in = True
        return types.auth.Authorization(account.me())

    def _messages(self, _: Connection, request: Any) -> Any:
        self.refetches += 1
        found = self.catalogue.messages(0, request.id)
        return types.messages.Messages(found, [], [], [])

    def _channel_messages(self, _: Connection, request: Any) -> Any:
        self.refetches += 1
        channel = request.channel
        if channel.channel_id not in self.catalogue.channels:
            raise RpcError(400, "CHANNEL_PRIVATE")
        if channel.access_hash:
            raise RpcError(400, "CHANNEL_INVALID")
        found = self.catalogue.messages(channel.channel_id, request.id)
        return types.messages.ChannelMessages(1, len(found), found, [], [], [])

    def _file(self, connection: Connection, request: Any) -> Any:
        stored = self.catalogue.located(request, connection.wire.dc_id)
        data = stored.read(request.offset, request.limit)
        return types.upload.File(types.storage.FileUnknown(), 0, data)


async def serve(stored: StoredFile, chat_id: int, message_id: int) -> None:
    """Serve one file until cancelled; the first line printed says how to get at it."""
    async with MtprotoServer(dcs=(stored.dc_id,)) as server:
        server.catalogue.post(chat_id, message_id, stored)
        host, port = server.address
        facts = {"host": host, "port": port, "session": server.session()}
        print(json.dumps({**facts, "api_id": API_ID, "api_hash": API_HASH}), flush=True)  # noqa: T201 - the face of this command
        await asyncio.get_running_loop().create_future()


def main() -> None:
    """Parse the arguments and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--file-id", required=True)
    parser.add_argument("--chat", type=int, default=42)
    parser.add_argument("--message", type=int, default=1)
    given = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        stored = stored_at(given.file, given.file_id)
        asyncio.run(serve(stored, given.chat, given.message))


if __name__ == "__main__":
    main()
