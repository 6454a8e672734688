"""Files that are far away, for tests: computed where they are read, each read counted."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from processor.media import Pace, ReadAhead, prepare_remote
from processor.media.ranges import PART_BYTES
from tests.media.profiles import media

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from processor.media import Prepared
    from shared.audio import Audio, EngineProfile


class FarFile:
    """A remote file over any function of offset and length."""

    def __init__(self, read: Callable[[int, int], bytes], size_bytes: int) -> None:
        self.size_bytes = size_bytes
        self.reads: list[tuple[int, int]] = []
        self.most_at_once = 0
        self.in_flight = 16
        self.failure: Exception | None = None
        """Raised by every read from ``fails_from`` on."""
        self.fails_from = 0
        self.stuck: asyncio.Event | None = None
        """When set, reads wait for it."""
        self._read = read
        self.under_way = 0

    @classmethod
    def of(cls, data: bytes) -> FarFile:
        """Return ``data``, far away."""
        return cls(lambda offset, length: data[offset : offset + length], len(data))

    async def read(self, offset: int, length: int) -> bytes:
        """Give the bytes after letting others run."""
        assert 0 < length <= 1 << 20
        assert offset >> 20 == offset + length - 1 >> 20  # what Telegram asks for
        assert offset % 4096 == 0
        self.reads.append((offset, length))
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)
        try:
            await (self.stuck.wait() if self.stuck else asyncio.sleep(0))
            if self.failure is not None and offset + length > self.fails_from:
                raise self.failure
            return self._read(offset, length)
        finally:
            self.under_way -= 1

    @property
    def fetched_share(self) -> float:
        """Bytes read by the file's size."""
        return sum(length for _, length in self.reads) / self.size_bytes


FAST = Pace(bandwidth_bytes_per_s=10e6, requests_per_s=1_000.0)


@asynccontextmanager
async def prepared(
    far: FarFile,
    profile: EngineProfile,
    *,
    pace: Pace = FAST,
    check: Callable[[], None] | None = None,
    part_bytes: int = PART_BYTES,
) -> AsyncIterator[Prepared]:
    """Prepare ``far`` as the processor does; with small parts a small file has many."""
    loop = asyncio.get_running_loop()
    window_bytes = 32 * part_bytes
    async with ReadAhead(far, window_bytes=window_bytes, part_bytes=part_bytes) as ahead:
        yield await asyncio.to_thread(
            prepare_remote, ahead, media(), profile, loop, pace=pace, check=check
        )


async def chunks_of(
    far: FarFile, profile: EngineProfile, *, pace: Pace = FAST, part_bytes: int = PART_BYTES
) -> tuple[Prepared, list[Audio]]:
    """Return what was made of ``far``, with all its chunks."""
    async with prepared(far, profile, pace=pace, part_bytes=part_bytes) as made:
        return made, await asyncio.to_thread(list, made.chunks)
