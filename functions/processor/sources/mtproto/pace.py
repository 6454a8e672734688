"""How many requests are under way at once: more while it goes well, half when it does not."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from processor.sources.mtproto.failures import SilentError
from shared.errors import RateLimitedError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from shared.ports import Clock

FIRST_IN_FLIGHT = 4
LONGEST_WAIT_S = 30.0  # what Telegram asks for beyond it is waited for in the queue
EASY_S = 5.0  # an answer that took longer says that there is enough under way


class Pace:
    """Additive increase, multiplicative decrease; and nobody moves while Telegram says wait."""

    def __init__(self, clock: Clock, *, most: int, first: int = FIRST_IN_FLIGHT) -> None:
        self.allowed = min(first, most)
        self.expected = most
        """How many there will be, as far as can be told: the most, until Telegram wanted less."""
        self._clock = clock
        self._most = most
        self._busy = 0
        self._successes = 0
        self._cuts = 0
        self._resume_at = 0.0
        self._room = asyncio.Condition()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for room; the body is one request, and how it ends sets the pace."""
        async with self._room:
            await self._room.wait_for(lambda: self._busy < self.allowed)
            self._busy += 1
        try:
            await self._rest()
            cuts, began = self._cuts, self._clock.now()
            try:
                yield
            except RateLimitedError as error:
                self._hold(error.retry_after_s or 1.0)
                self._cut(cuts)
                raise
            except SilentError:
                self._cut(cuts)
                raise
            if self._clock.now() - began <= EASY_S:
                self._succeed()
        finally:
            self._busy -= 1
            async with self._room:
                self._room.notify(max(1, self.allowed - self._busy))

    def _hold(self, wait_s: float) -> None:
        if wait_s <= LONGEST_WAIT_S:
            self._resume_at = max(self._resume_at, self._clock.now() + wait_s)

    async def _rest(self) -> None:
        while (pause_s := self._resume_at - self._clock.now()) > 0:
            await self._clock.sleep(pause_s)

    def _succeed(self) -> None:
        """One more at once for every full round that went well and fast."""
        self._successes += 1
        if self._successes >= self.allowed:
            self._successes = 0
            self.allowed = min(self._most, self.allowed + 1)
            self.expected = max(self.expected, self.allowed)

    def _cut(self, seen: int) -> None:
        """Halve, once for all the requests that were under way together."""
        if seen == self._cuts:
            self._cuts += 1
            self._successes = 0
            # Between half and all of what was too much: that is where it goes to and fro from now.
            self.expected = max(1, self.allowed * 3 // 4)
            self.allowed = max(1, self.allowed // 2)
