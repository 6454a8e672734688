"""Any range of a file's bytes, in parts that Telegram gives, several at once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from telethon.tl.functions.upload import GetFileRequest
from telethon.tl.types.upload import FileCdnRedirect

from processor.sources.mtproto.failures import MovedError, StaleReferenceError
from shared.errors import TransientError, UserError
from shared.telemetry import Metric

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from processor.sources.mtproto.client import Client
    from processor.sources.mtproto.documents import Place
    from shared.ports import Metrics

WINDOW_BYTES = 1 << 20  # no part may cross a multiple of it
FINE_BYTES = 1 << 10  # what offset and length of a precise request are multiples of
COARSE_BYTES = 4 << 10  # the same for any other, whose length also divides the window
SHORT_ANSWERS = 3  # of one part
MOVES = 3  # of one file


@dataclass(frozen=True, slots=True)
class Part:
    """A request's range, and the slice of its answer that is wanted."""

    offset: int
    limit: int
    skip: int
    length: int

    @property
    def precise(self) -> bool:
        """Whether the range needs the finer alignment."""
        coarse = self.offset % COARSE_BYTES == 0 == self.limit % COARSE_BYTES
        return not coarse or WINDOW_BYTES % self.limit != 0


def parts(offset: int, length: int) -> Iterator[Part]:
    """The parts that make up ``length`` bytes from ``offset``, in order."""
    end = offset + length
    while offset < end:
        stop = min(end, (offset // WINDOW_BYTES + 1) * WINDOW_BYTES)
        start = offset - offset % FINE_BYTES
        limit = stop - start + -stop % FINE_BYTES
        yield Part(start, limit, offset - start, stop - offset)
        offset = stop


class RangeFetcher:
    """A RemoteFile. ``find`` says anew where the file is, when its reference has expired."""

    def __init__(
        self, client: Client, place: Place, find: Callable[[], Awaitable[Place]], metrics: Metrics
    ) -> None:
        self._client = client
        self._place = place
        self._find = find
        self._metrics = metrics
        self._refreshing = asyncio.Lock()
        self._moves = 0
        self._refreshed = False
        """Whether the reference of now is a new one that has served for nothing yet."""

    @property
    def size_bytes(self) -> int:
        """The whole file's size."""
        return self._place.size_bytes

    @property
    def in_flight(self) -> int:
        """As many parts as the client is expected to send for at once."""
        return self._client.in_flight

    async def read(self, offset: int, length: int) -> bytes:
        """Exactly ``length`` bytes from ``offset``, fewer only at the end of the file."""
        if offset < 0 or length < 0:
            raise ValueError("a range begins and ends inside the file")
        length = max(0, min(length, self.size_bytes - offset))
        try:
            async with asyncio.TaskGroup() as group:
                wanted = [group.create_task(self._part(part)) for part in parts(offset, length)]
        except ExceptionGroup as failures:
            first = failures.exceptions[0]
            raise first from first.__cause__
        return wanted[0].result() if len(wanted) == 1 else b"".join(t.result() for t in wanted)

    async def _part(self, part: Part) -> bytes:
        for _ in range(SHORT_ANSWERS):
            data = await self._answer(part)
            wanted = data[part.skip : part.skip + part.length]
            if len(wanted) == part.length:
                self._metrics.count(Metric.BYTES_FETCHED, len(data))
                return wanted
        raise TransientError("Telegram gave less of the file than there is")

    async def _answer(self, part: Part) -> bytes:
        """The bytes of one answer, wherever the file is by now."""
        while True:
            place = self._place
            request = GetFileRequest(
                place.location, part.offset, part.limit, precise=part.precise or None
            )
            try:
                answer = await self._client.call(request, place.dc_id)
            except StaleReferenceError:
                await self._refresh(place)
            except MovedError as moved:
                self._move(place, moved.dc_id)
            else:
                if isinstance(answer, FileCdnRedirect):
                    raise UserError("not_for_bots")
                if place.location is self._place.location:
                    self._refreshed = False
                return bytes(answer.bytes)

    async def _refresh(self, refused: Place) -> None:
        """Get a reference in place of the one that was refused, unless somebody just did."""
        async with self._refreshing:
            if self._place.location is not refused.location:
                return
            place = None if self._refreshed else await self._find()
            if place is None or not place.fresh or place.location.id != refused.location.id:
                raise UserError("gone")
            self._refreshed = True
            # Where Telegram sent us counts for more than what the message says.
            self._place = replace(place, dc_id=self._place.dc_id)

    def _move(self, asked: Place, dc_id: int) -> None:
        """Remember the data centre that has the file."""
        if self._place is not asked:
            return
        self._moves += 1
        if self._moves > MOVES:
            raise TransientError("Telegram sends us from one data centre to the next")
        self._place = replace(asked, dc_id=dc_id)
