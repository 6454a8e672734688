"""Which language a recording is in, when nobody has said so."""

from __future__ import annotations

import asyncio


class SpokenLanguage:
    """The language chosen, else that of the earliest chunk in which any was heard.

    Known as soon as that chunk and those before it are answered, in whatever order that happens.
    """

    def __init__(self, chosen: str | None) -> None:
        self.code = chosen
        """None while it is not known."""
        self._answers: dict[int, str | None] = {}
        self._next = 0
        self._known = asyncio.Event()

    def heard(self, index: int, code: str | None) -> None:
        """Note what chunk ``index`` is in; None where nothing was heard in it."""
        self._answers[index] = code
        while self.code is None and self._next in self._answers:
            self.code = self._answers[self._next]
            self._next += 1
        if self.code is not None:
            self._known.set()

    async def known(self) -> str | None:
        """The language, when it is known. For who has heard one: else it may never be."""
        await self._known.wait()
        return self.code
