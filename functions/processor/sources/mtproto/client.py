"""Requests that get their answer in spite of what can happen on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processor.sources.mtproto.failures import DeadSessionError
from processor.sources.mtproto.pace import LONGEST_WAIT_S
from shared.errors import RateLimitedError, TransientError
from shared.telemetry import Metric

if TYPE_CHECKING:
    from processor.sources.mtproto.pace import Pace
    from processor.sources.mtproto.pool import SessionPool
    from shared.ports import Clock, Metrics

TRIES = 5
FIRST_PAUSE_S = 1.0  # doubled after every further failure
FLOOD_WAITS = 10  # of one request


class Client:
    """Sends through whichever session the pool has, at the pace Telegram bears."""

    def __init__(self, pool: SessionPool, pace: Pace, clock: Clock, metrics: Metrics) -> None:
        self._pool = pool
        self._pace = pace
        self._clock = clock
        self._metrics = metrics

    @property
    def in_flight(self) -> int:
        """How many requests are expected to be under way when there is enough to ask for."""
        return self._pace.expected

    async def call(self, request: Any, dc_id: int | None = None) -> Any:
        """The answer of data centre ``dc_id``, of the session's own where none is named.

        Broken and silent connections, faults at Telegram, short waits it asks for and dead sessions
        are overcome here, a number of times; what is raised then is the last of them.
        """
        failures = waits = 0
        while True:
            session = await self._pool.session()
            try:
                async with self._pace.turn():
                    self._metrics.count(Metric.MTPROTO_REQUESTS)
                    return await session.invoke(request, dc_id)
            except DeadSessionError:
                await self._pool.retire(session)
            except RateLimitedError as error:
                waits += 1
                self._bear(error, waits)
            except TransientError:
                failures += 1
                if failures == TRIES:
                    raise
                await self._clock.sleep(FIRST_PAUSE_S * 2 ** (failures - 1))

    def _bear(self, error: RateLimitedError, waits: int) -> None:
        """Raise ``error`` unless it asks for a wait that the pace will keep."""
        wait_s = error.retry_after_s or 0.0
        self._metrics.observe(Metric.FLOOD_WAIT_S, wait_s)
        if wait_s > LONGEST_WAIT_S or waits > FLOOD_WAITS:
            raise error
