"""How fast a remote file comes: what was seen while its head and index were read."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.ports import RemoteFile

PROBE_BYTES = 4096  # of which the bytes take no time to speak of, only the asking
CLEAR_BYTES = 1 << 20  # less tells nothing of a bandwidth
USUAL_BYTES_PER_S = 10e6  # where so much has not come yet
LEAST_S = 0.001  # no answer is quicker; a clock that stood still must not count as endless haste


@dataclass(frozen=True, slots=True)
class Pace:
    """What the remote side is expected to give."""

    bandwidth_bytes_per_s: float = USUAL_BYTES_PER_S
    requests_per_s: float = 40.0

    def seconds(self, size_bytes: float, requests: float) -> float:
        """How long fetching takes; bytes and requests flow side by side."""
        return max(size_bytes / self.bandwidth_bytes_per_s, requests / self.requests_per_s)


class Gauged:
    """A remote file whose answers are timed.

    A spell lasts as long as any request is under way. Its first answer took a round trip, maybe a
    connection too; what comes behind it comes as fast as the line carries.
    """

    def __init__(self, remote: RemoteFile) -> None:
        self.size_bytes = remote.size_bytes
        self._remote = remote
        self._under_way = 0
        self._first_s: float | None = None
        self._behind_bytes = 0
        self._behind_s = 0.0
        self._bytes_per_s = 0.0

    async def read(self, offset: int, length: int) -> bytes:
        """What the remote file gives."""
        self._under_way += 1
        data = b""
        try:
            data = await self._remote.read(offset, length)
        finally:
            self._ended(len(data))
        return data

    async def pace(self, places: Iterable[int], *, in_flight: int) -> Pace:
        """What may be expected with up to ``in_flight`` requests at once.

        A few bytes at each of ``places`` are fetched for it, to see how long little takes.
        """
        try:
            async with asyncio.TaskGroup() as group:
                probes = [group.create_task(self._probe_s(place)) for place in places]
        except ExceptionGroup as failures:
            first = failures.exceptions[0]
            raise first from first.__cause__
        quickest_s = max(LEAST_S, min(probe.result() for probe in probes))
        at_once = min(in_flight, self._remote.in_flight)
        return Pace(self._bandwidth() or USUAL_BYTES_PER_S, at_once / quickest_s)

    async def _probe_s(self, place: int) -> float:
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        await self._remote.read(place, min(PROBE_BYTES, self.size_bytes - place))
        return loop.time() - began_s

    def _ended(self, size_bytes: int) -> None:
        """Note that an answer, or none, has come."""
        now_s = asyncio.get_running_loop().time()
        self._under_way -= 1
        if self._first_s is None:
            self._first_s = now_s
        else:
            self._behind_bytes += size_bytes
            self._behind_s = now_s - self._first_s
        if not self._under_way:
            self._bytes_per_s = self._bandwidth()
            self._first_s, self._behind_bytes, self._behind_s = None, 0, 0.0

    def _bandwidth(self) -> float:
        """That of the best spell, the present one included, for others had pauses in them."""
        if self._behind_bytes < CLEAR_BYTES:
            return self._bytes_per_s
        return max(self._bytes_per_s, self._behind_bytes / max(LEAST_S, self._behind_s))
