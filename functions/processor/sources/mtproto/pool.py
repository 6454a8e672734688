"""Which session this worker uses: leased, so that no other uses it at the same time."""

from __future__ import annotations

import asyncio
import logging
from asyncio import to_thread
from typing import TYPE_CHECKING
from uuid import uuid4

from processor.sources.mtproto.connection import Application
from processor.sources.mtproto.leasing import lease_name
from processor.sources.mtproto.session import Session
from shared.errors import OperatorError, TranscriberError, TransientError
from shared.telemetry import Metric

if TYPE_CHECKING:
    from shared.ports import Clock, Credentials, Leases, Metrics, Secrets

BEATS_PER_LEASE = 3  # two beats may fail before the lease runs out
BUSY_RETRY_S = 30.0

logger = logging.getLogger(__name__)


class SessionPool:
    """At most one session at a time, kept from job to job until ``close``."""

    def __init__(
        self, secrets: Secrets, leases: Leases, clock: Clock, metrics: Metrics, *, lease_s: float
    ) -> None:
        self._secrets = secrets
        self._leases = leases
        self._clock = clock
        self._metrics = metrics
        self._lease_s = lease_s
        self._owner = uuid4().hex
        self._turn = asyncio.Lock()
        self._current: Session | None = None
        self._lease = ""
        self._until = 0.0
        self._pulse: asyncio.Task[None] | None = None

    async def session(self) -> Session:
        """The session to use now.

        ``TransientError`` when other workers have all of them, ``OperatorError`` when none is left.
        """
        async with self._turn:
            # A worker that was frozen may wake up to find its lease with somebody else.
            if self._current is not None and self._clock.now() >= self._until:
                await self._renew()
            if self._current is None:
                await self._take()
            if self._current is None:
                raise TransientError("no session", retry_after_s=BUSY_RETRY_S)
            return self._current

    async def retire(self, session: Session) -> None:
        """Never use ``session`` again, here or elsewhere; the next call of ``session`` has another."""
        async with self._turn:
            if session is not self._current:
                return
            logger.error(
                "a Telegram session is dead and was retired", extra={"reason": session.name}
            )
            self._metrics.count(Metric.SESSION_RETIRED)
            await to_thread(self._leases.retire, self._lease)
            await self._drop()

    async def close(self) -> None:
        """Hang up and give the session back; harmless when there is none."""
        async with self._turn:
            lease = self._lease
            if self._current is not None:
                await self._drop()
                await to_thread(self._leases.release, lease, self._owner)

    async def _take(self) -> None:
        """Lease the first session that is free."""
        credentials = await to_thread(self._secrets.credentials)
        sessions = {lease_name(text): (name, text) for name, text in credentials.sessions}
        application = _application(credentials)
        now = self._clock.now()
        lease = await to_thread(self._leases.acquire, list(sessions), self._owner, self._lease_s)
        if lease is None:
            retired = await to_thread(self._leases.retired, list(sessions))
            raise _none_free(len(sessions), len(retired))
        self._lease, self._until = lease, now + self._lease_s
        self._current = Session(*sessions[lease], application, self._clock)
        self._pulse = asyncio.create_task(self._beat(self._current))

    async def _beat(self, session: Session) -> None:
        """Renew the lease for as long as ``session`` is the current one."""
        while session is self._current:
            await self._clock.sleep(self._lease_s / BEATS_PER_LEASE)
            async with self._turn:
                if session is self._current:
                    await self._renew()

    async def _renew(self) -> None:
        """Extend the lease, or let go of the session: a lease that may have run out is none."""
        now = self._clock.now()
        try:
            kept = await to_thread(self._leases.renew, self._lease, self._owner, self._lease_s)
        except TranscriberError:
            kept = now < self._until  # the store does not answer: the next beat asks again
        else:
            self._until = now + self._lease_s
        if not kept:
            await self._drop()

    async def _drop(self) -> None:
        """Use the current session no more."""
        session, self._current = self._current, None
        pulse, self._pulse = self._pulse, None
        if pulse is not None and pulse is not asyncio.current_task():
            pulse.cancel()
        if session is not None:
            await session.close()


def _application(credentials: Credentials) -> Application:
    if not credentials.sessions:
        raise OperatorError("there is no session for files above 20 MiB; make some: make sessions")
    if not (credentials.telegram_api_id and credentials.telegram_api_hash):
        raise OperatorError("TELEGRAM_API_ID and TELEGRAM_API_HASH are not set")
    return Application(credentials.telegram_api_id, credentials.telegram_api_hash)


def _none_free(sessions: int, retired: int) -> TranscriberError:
    if retired == sessions:
        return OperatorError(f"all {sessions} sessions are retired; make new ones: make sessions")
    return TransientError(
        f"all {sessions - retired} sessions are in use", retry_after_s=BUSY_RETRY_S
    )
