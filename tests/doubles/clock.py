"""A clock that moves only when told."""

from __future__ import annotations


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
