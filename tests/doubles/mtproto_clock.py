"""A clock for code that both pauses and waits for answers with a limit."""

from __future__ import annotations

import asyncio

from tests.doubles.clock import ManualClock

PATIENCE_S = 5.0  # of the machine's own time, before a test that will not end is ended


class WaitingClock(ManualClock):
    """Pauses pass at once; the lengths given as limits run out only when ``expire`` says so."""

    def __init__(self, *limits_s: float) -> None:
        super().__init__()
        self.pauses: list[float] = []
        self._limits_s = limits_s
        self._waiting: list[tuple[float, asyncio.Future[None]]] = []
        self._news = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        """Move on by ``seconds``, or wait for ``expire`` if they are a limit."""
        if seconds not in self._limits_s:
            self.pauses.append(seconds)
            self.advance(seconds)
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((seconds, woken))
        self._news.set()
        await woken

    def expire(self, limit_s: float) -> None:
        """Move on by ``limit_s`` and wake whoever waits for that long."""
        self.advance(limit_s)
        due = [woken for seconds, woken in self._waiting if seconds == limit_s]
        self._waiting = [one for one in self._waiting if one[0] != limit_s]
        for woken in due:
            if not woken.done():
                woken.set_result(None)

    async def awaited(self, limit_s: float) -> None:
        """Return once somebody waits for ``limit_s``."""
        async with asyncio.timeout(PATIENCE_S):
            while not any(seconds == limit_s for seconds, _ in self._waiting):
                self._news.clear()
                await self._news.wait()
