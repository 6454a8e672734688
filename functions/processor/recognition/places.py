"""How many chunks may be under way at once: so many, and so many bytes of them."""

from __future__ import annotations

import asyncio

CHUNKS_IN_FLIGHT = 20
BYTES_IN_FLIGHT = 64_000_000  # ten minutes copied may be 20 MB, a minute of a voice note is 0.2 MB


class Places:
    """Places for chunks; one that is made counts until it is answered."""

    def __init__(self, chunks: int = CHUNKS_IN_FLIGHT, size_bytes: int = BYTES_IN_FLIGHT) -> None:
        self._chunks_left = chunks
        self._bytes_left = size_bytes
        self._given_back = asyncio.Event()

    async def free(self) -> None:
        """Return when there is a place for one more, whatever its size: that is not known yet."""
        while self._chunks_left <= 0 or self._bytes_left <= 0:
            self._given_back.clear()
            await self._given_back.wait()

    def take(self, size_bytes: int, until: asyncio.Task[None]) -> None:
        """One of ``size_bytes`` is on its way until that is done."""
        self._chunks_left -= 1
        self._bytes_left -= size_bytes
        until.add_done_callback(lambda _: self._give_back(size_bytes))

    def _give_back(self, size_bytes: int) -> None:
        self._chunks_left += 1
        self._bytes_left += size_bytes
        self._given_back.set()
