"""The ports to the process's own surroundings: time, secrets, metrics."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> float:
        """Seconds since the epoch."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after ``seconds`` of this clock."""
        ...


@dataclass(frozen=True, slots=True)
class Credentials:
    """What opens the outside world. Never printed: the representation hides every value."""

    bot_token: str = field(default="", repr=False)
    groq_keys: tuple[str, ...] = field(default=(), repr=False)
    deepgram_keys: tuple[str, ...] = field(default=(), repr=False)
    openai_key: str = field(default="", repr=False)
    telegram_api_id: int = field(default=0, repr=False)
    telegram_api_hash: str = field(default="", repr=False)
    sessions: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Telethon session strings under their names, each for one worker at a time."""


class Secrets(Protocol):
    """Where credentials come from."""

    def credentials(self) -> Credentials:
        """The current ones; implementations may keep them up to five minutes."""
        ...


class Metrics(Protocol):
    """Counts and values under the names of ``shared.telemetry``."""

    def count(self, name: str, n: int = 1) -> None:
        """Add ``n``."""
        ...

    def observe(self, name: str, value: float) -> None:
        """Record one value, in the unit the name ends in."""
        ...

    def flush(self) -> None:
        """Publish what was collected; called at the end of an invocation."""
        ...
