"""A summariser that says what the test wants."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.errors import TranscriberError


class ScriptedSummariser:
    """Finds the same gist in every text; ``failures`` are raised first, one a call."""

    model = "scripted-chat"

    def __init__(
        self, text: str = "In short.", *, failures: list[TranscriberError] | None = None
    ) -> None:
        self.text = text
        self.failures = failures or []
        self.texts: list[str] = []
        """What it was given."""
        self.gate = asyncio.Event()
        """Closed, it holds every summary up; open from the start."""
        self.gate.set()
        self.waiting = asyncio.Event()
        """Set while one stands at the closed gate."""

    async def summarise(self, text: str, language: str | None) -> str:
        """The gist, or the next failure."""
        self.texts.append(text)
        if not self.gate.is_set():
            self.waiting.set()
            await self.gate.wait()
        if self.failures:
            raise self.failures.pop(0)
        return self.text

    async def close(self) -> None:
        """Nothing to let go of."""
