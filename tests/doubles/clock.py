"""Clocks that move only when told."""

from __future__ import annotations

import asyncio


class ManualClock:
    """Starts at a fixed moment; ``advance`` and ``sleep`` move it, nothing else does."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self._now = now

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Move on by ``seconds`` without waiting."""
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Move on by ``seconds``."""
        self._now += seconds


class HeldClock(ManualClock):
    """Its ``sleep`` really waits, until somebody has advanced the clock far enough."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        super().__init__(now)
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    async def sleep(self, seconds: float) -> None:
        """Return once the clock stands ``seconds`` later."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._now + seconds, woken))
        await woken

    def advance(self, seconds: float) -> None:
        """Move on, and wake whoever's time has come."""
        super().advance(seconds)
        due = [woken for at, woken in self._sleepers if at <= self._now]
        self._sleepers = [(at, woken) for at, woken in self._sleepers if at > self._now]
        for woken in due:
            if not woken.done():
                woken.set_result(None)

    @property
    def sleeping(self) -> int:
        """How many sleep now."""
        return len(self._sleepers)

    def forget_sleepers(self) -> None:
        """Wake nobody who sleeps now, ever: their process is dead."""
        self._sleepers.clear()
