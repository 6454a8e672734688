"""One encrypted connection to one of Telegram's data centres.

Telethon's sender does the protocol. It is told neither to reconnect nor to retry: when a worker
wakes up after having been frozen, nothing may talk to Telegram before its lease was looked at.
"""

from __future__ import annotations

import asyncio
import logging
import platform
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from telethon.crypto import AuthKey
from telethon.network import ConnectionTcpFull, MTProtoSender
from telethon.tl.alltlobjects import LAYER
from telethon.tl.functions import (
    InitConnectionRequest,
    InvokeWithLayerRequest,
    InvokeWithoutUpdatesRequest,
)

from processor.sources.mtproto.failures import (
    VENDOR_ERRORS,
    LostError,
    SilentError,
    translated,
)

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from shared.ports import Clock

T = TypeVar("T")

CONNECT_S = 10.0
REPLY_S = 15.0
IDLE_S = 60.0  # a connection that rested for longer may be dead without a word

# Telethon's records hold what Telegram sent. Errors are raised, so nothing is lost.
_logger = logging.getLogger("telethon")
_logger.setLevel(logging.CRITICAL)


class _Loggers(dict[str, logging.Logger]):
    """Telethon asks for a logger by module."""

    def __missing__(self, _: str) -> logging.Logger:
        return _logger


class _Unheard:
    """Where updates go: this session is not for them."""

    def put_nowait(self, update: Any) -> None:
        """Forget it."""


@dataclass(frozen=True, slots=True)
class Application:
    """What Telegram knows this program by."""

    api_id: int
    api_hash: str = field(repr=False)

    def introduced(self, query: Any) -> Any:
        """``query`` as the first request of a connection."""
        introduction = InitConnectionRequest(
            api_id=self.api_id,
            device_model="Telegram Transcriber",
            system_version=platform.system() or "unknown",
            app_version="1",
            system_lang_code="en",
            lang_pack="",
            lang_code="en",
            query=query,
        )
        return InvokeWithLayerRequest(LAYER, InvokeWithoutUpdatesRequest(introduction))


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A data centre's address."""

    dc_id: int
    host: str
    port: int


class Connection:
    """Requests go out at once and are answered in any order; the first failure ends it."""

    def __init__(self, endpoint: Endpoint, key: bytes | None, clock: Clock) -> None:
        self._endpoint = endpoint
        self._clock = clock
        self._used_at = clock.now()
        self._ended: asyncio.Future[Any] | None = None
        self._sender = MTProtoSender(
            AuthKey(key),
            loggers=_Loggers(),
            retries=0,
            delay=0,
            auto_reconnect=False,
            connect_timeout=CONNECT_S,
            updates_queue=_Unheard(),
        )

    @property
    def usable(self) -> bool:
        """Whether it is open and was used not long ago."""
        rested_s = self._clock.now() - self._used_at
        return self._ended is not None and not self._ended.done() and rested_s <= IDLE_S

    @property
    def key(self) -> bytes:
        """The key that was agreed on, or given."""
        return bytes(self._sender.auth_key.key)

    async def open(self) -> None:
        """Connect, agreeing on a key where there is none yet."""
        try:
            await within(self._clock, CONNECT_S, self._connect())
        except VENDOR_ERRORS as error:
            await self.close()
            raise translated(error) from error
        except BaseException:
            await self.close()
            raise

    async def invoke(self, request: Any) -> Any:
        """Send ``request`` and wait for its answer, at most ``REPLY_S``."""
        try:
            answer = await within(self._clock, REPLY_S, self._reply(request))
        except SilentError:
            await self.close()
            raise
        except VENDOR_ERRORS as error:
            raise translated(error) from error
        self._used_at = self._clock.now()
        return answer

    async def close(self) -> None:
        """Hang up; whoever waits for an answer is told."""
        await self._sender.disconnect()

    async def _connect(self) -> None:
        place = self._endpoint
        tcp = ConnectionTcpFull(place.host, place.port, place.dc_id, loggers=_Loggers())
        await self._sender.connect(tcp)
        self._ended = asyncio.ensure_future(self._sender.disconnected)
        self._ended.add_done_callback(_failure)

    async def _reply(self, request: Any) -> Any:
        if self._ended is None:
            raise LostError("the connection to Telegram is not open")
        answer = self._sender.send(InvokeWithoutUpdatesRequest(request))
        try:
            await asyncio.wait({answer, self._ended}, return_when=asyncio.FIRST_COMPLETED)
            error = _failure(answer) if answer.done() else _failure(self._ended)
            if answer.done() and not answer.cancelled() and error is None:
                return answer.result()
            if isinstance(error, VENDOR_ERRORS):
                raise error
            raise LostError("the connection to Telegram is closed") from error
        finally:
            answer.cancel()


async def within(clock: Clock, seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """The result of ``work``, or SilentError after ``seconds``."""
    task = asyncio.ensure_future(work)
    timer = asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait({task, timer}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise SilentError("Telegram did not answer in time")
        return task.result()
    finally:
        timer.cancel()
        task.cancel()


def _failure(future: asyncio.Future[Any]) -> BaseException | None:
    """What a future that is done failed with. To ask is to keep the event loop from logging it."""
    return None if future.cancelled() else future.exception()
