"""Reading a file that is far away: parts fetched ahead on the event loop, read from a thread.

``ReadAhead`` lives on the loop and keeps what comes next in flight; ``RangeFile`` is its face for
libav, an ordinary seekable file that waits. Memory is the window, whatever the size of the file.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import io
from array import array
from bisect import bisect_right
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar

from processor.media.pace import Gauged
from shared.errors import TranscriberError, TransientError, UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Sequence
    from types import TracebackType

    from processor.media.pace import Pace
    from shared.ports import RemoteFile

Result = TypeVar("Result")

WINDOW_BYTES = 32 << 20
PART_BYTES = 1 << 20  # the most Telegram gives at once, and never across a multiple of it
IN_FLIGHT = 16
BEHIND = 4  # one part in so many of the window is kept for steps back
LANDINGS = 8  # parts jumped to that are kept: what surrounds an index at the end is read last
UNPLANNED_BYTES = 1 << 16  # what is fetched where a plan foresaw nothing
UNPLANNED_LIMIT = 16  # so often, and the plan is given up
WASTE_FACTOR = 1.25  # of the file's size, and the window: who wants more is leading us in circles


class Stretch(NamedTuple):
    """Bytes from ``start`` up to, not including, ``end``."""

    start: int
    end: int


class ReadAhead:
    """A remote file's parts, those after the reader's place fetched before it asks.

    Dense at first: parts of ``part_bytes``, more of them the longer reading goes straight on. After
    ``follow`` only the stretches of a plan. Everything here runs on the event loop. As a context it
    ends with all fetching cancelled and every waiting reader released.
    """

    def __init__(
        self,
        remote: RemoteFile,
        *,
        window_bytes: int = WINDOW_BYTES,
        in_flight: int = IN_FLIGHT,
        part_bytes: int = PART_BYTES,
    ) -> None:
        self.size_bytes = remote.size_bytes
        self.fetched_bytes = 0
        self.requests = 0
        self._remote = Gauged(remote)
        self._window_bytes = self._ahead_bytes = window_bytes
        self._in_flight = in_flight
        self._closed = False
        starts = range(0, self.size_bytes, part_bytes)
        self._dense = [Stretch(at, min(at + part_bytes, self.size_bytes)) for at in starts]
        self._plan: list[Stretch] = self._dense
        self._starts = array("q", starts)
        self._unplanned = 0
        self._held: dict[Stretch, asyncio.Task[bytes]] = {}
        """Everything that was fetched and not dropped, or is on its way."""
        self._read: dict[Stretch, None] = {}
        """What of it the reader has had, in the order of its last use."""
        self._landings: dict[Stretch, None] = {}
        self._had: set[int] = set()
        """Where what was ever fetched begins: such is fetched again only when it is asked for."""
        self._held_bytes = self._read_bytes = self._flying = 0
        self._place = self._next = 0
        """Indices of the stretch behind the reader's, and of the one to fetch next."""
        self._left_behind = False
        """Whether a jump may have left something that was fetched and is not going to be read."""
        self._depth = 0
        """How many stretches to fetch ahead; the window bounds it too."""
        self._gauging: asyncio.Task[Pace] | None = None

    async def __aenter__(self) -> Self:
        """Nothing is fetched yet."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End all fetching."""
        self._closed = True
        tasks: list[asyncio.Task[Any]] = list(self._held.values())
        if self._gauging is not None:
            tasks.append(self._gauging)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._held.clear()

    async def at(self, offset: int) -> tuple[int, bytes]:
        """The stretch that holds ``offset``: where it begins, and its bytes.

        Raises what the remote file raises; ``UserError`` when a reader has gone round in circles.
        """
        if self._closed:
            raise TransientError("the remote file was closed while it was read")
        stretch, index = self._find(offset)
        if index is not None:
            self._move(stretch, index)
        task = self._held.get(stretch)
        if task is None:
            if self._wasteful:
                raise UserError("undecodable")
            task = self._fetch(stretch)
        self._use(stretch)
        self._fetch_ahead()
        await asyncio.wait({task})
        return stretch.start, task.result()

    async def pace(self, places: Sequence[int]) -> Pace:
        """How fast the file comes, small requests at ``places`` included; raises as ``at`` does."""
        if self._closed:
            raise TransientError("the remote file was closed while it was read")
        gauging = self._remote.pace(places, in_flight=self._in_flight)
        self._gauging = asyncio.ensure_future(gauging)
        await asyncio.wait({self._gauging})
        return self._gauging.result()

    async def follow(self, plan: Iterable[Stretch]) -> None:
        """From now on fetch ``plan`` alone (sorted, not overlapping), at full depth.

        What is held already is not fetched again.
        """
        held = sorted(self._held)
        self._set_plan(sorted([*held, *without(plan, held)]))
        self._depth = len(self._plan)
        self._ahead_bytes = self._window_bytes // BEHIND  # minutes of sound
        self._fetch_ahead()

    def _set_plan(self, plan: list[Stretch]) -> None:
        self._plan, self._unplanned = plan, 0
        self._place = self._next = self._depth = 0
        self._left_behind = True
        self._starts = array("q", (stretch.start for stretch in plan))

    def _find(self, offset: int) -> tuple[Stretch, int | None]:
        """The stretch that holds ``offset``, and its index where the plan has it."""
        index = bisect_right(self._starts, offset) - 1
        if index >= 0 and offset < self._plan[index].end:
            return self._plan[index], index
        self._unplanned += 1
        if self._unplanned > UNPLANNED_LIMIT:  # the plan was wrong: read everything
            self._ahead_bytes = self._window_bytes
            self._set_plan(self._dense)
            return self._find(offset)
        below = self._plan[index].end if index >= 0 else 0
        above = self._plan[index + 1].start if index + 1 < len(self._plan) else self.size_bytes
        start = offset - offset % UNPLANNED_BYTES
        return Stretch(max(below, start), min(above, start + UNPLANNED_BYTES)), None

    def _move(self, stretch: Stretch, index: int) -> None:
        """Look further ahead the longer reading goes straight on; start anew after a jump."""
        straight = self._place - 1 <= index <= self._next
        if not straight:
            self._next = index + 1
            self._left_behind = True
            if self._plan is self._dense:
                self._depth = 0
                if stretch not in self._held:
                    self._land(stretch)
        elif index >= self._place:
            if self._landings and not self._depth:
                self._land(stretch)  # the end of a file may lie across two parts
            self._depth = min(max(2, self._depth * 2), len(self._plan))
        self._place = index + 1
        self._next = max(self._next, self._place)

    def _land(self, stretch: Stretch) -> None:
        self._landings[stretch] = None
        if len(self._landings) > LANDINGS:
            del self._landings[next(iter(self._landings))]

    @property
    def _wasteful(self) -> bool:
        return self.fetched_bytes > self.size_bytes * WASTE_FACTOR + self._window_bytes

    def _fetch(self, stretch: Stretch) -> asyncio.Task[bytes]:
        length = stretch.end - stretch.start
        self.fetched_bytes += length
        self.requests += 1
        task = asyncio.ensure_future(self._whole(stretch))
        task.add_done_callback(self._arrived)
        self._held[stretch] = task
        self._had.add(stretch.start)
        self._held_bytes += length
        self._flying += 1
        return task

    async def _whole(self, stretch: Stretch) -> bytes:
        data = await self._remote.read(stretch.start, stretch.end - stretch.start)
        if len(data) != stretch.end - stretch.start:
            raise TransientError("the remote file ended before its size")
        return data

    def _arrived(self, task: asyncio.Task[bytes]) -> None:
        self._flying -= 1
        if not task.cancelled():
            task.exception()  # looked at: who asks for the part is told
        if not self._closed:
            self._fetch_ahead()

    def _use(self, stretch: Stretch) -> None:
        """Note that the reader has this one now, and let the oldest ones behind it go."""
        if stretch in self._read:
            del self._read[stretch]
        else:
            self._read_bytes += stretch.end - stretch.start
        self._read[stretch] = None
        while self._read_bytes > self._window_bytes // BEHIND:
            old = next((s for s in self._read if s not in self._landings), stretch)
            if old == stretch:
                return
            self._drop(old)

    def _drop(self, stretch: Stretch) -> None:
        if stretch in self._read:
            del self._read[stretch]
            self._read_bytes -= stretch.end - stretch.start
        self._held.pop(stretch).cancel()
        self._held_bytes -= stretch.end - stretch.start

    def _fetch_ahead(self) -> None:
        """Keep the next stretches in flight, within the window."""
        end = min(self._place + self._depth, len(self._plan))
        while self._next < end and self._flying < self._in_flight and not self._wasteful:
            stretch = self._plan[self._next]
            if stretch.start not in self._had:
                if not self._make_room(stretch.end - stretch.start):
                    return
                self._fetch(stretch)
            self._next += 1

    def _make_room(self, length: int) -> bool:
        """Whether ``length`` bytes more may be held, if need be for what a jump left behind."""
        unread = self._held_bytes - self._read_bytes
        within = self._held_bytes + length <= self._window_bytes
        if within and unread + length <= self._ahead_bytes:
            return True
        if not self._left_behind:
            return False
        begin, end = self._plan[self._place].start, self._plan[self._next].start
        left = (s for s in self._held if s not in self._read and not begin <= s.start < end)
        stale = next(left, None)
        if stale is not None:
            self._drop(stale)
        self._left_behind = stale is not None
        return self._left_behind


def without(plan: Iterable[Stretch], held: list[Stretch]) -> list[Stretch]:
    """``plan`` less what lies in ``held``; both sorted."""
    rest: list[Stretch] = []
    for start, end in plan:
        at = start
        for taken in held:
            if taken.start < end and taken.end > at:
                if taken.start > at:
                    rest.append(Stretch(at, taken.start))
                at = max(at, taken.end)
        if at < end:
            rest.append(Stretch(at, end))
    return rest


class RangeFile(io.RawIOBase):
    """A remote file as libav wants it, for one thread at a time; never for the loop's own.

    What the remote file raises comes out of ``read``, then and every time after; ``check`` is asked
    before each read and may raise to end it all.
    """

    def __init__(
        self,
        ahead: ReadAhead,
        loop: asyncio.AbstractEventLoop,
        *,
        check: Callable[[], None] | None = None,
    ) -> None:
        super().__init__()
        self.size_bytes = ahead.size_bytes
        self._ahead = ahead
        self._loop = loop
        self._check = check
        self._offset = 0
        self._start = 0
        self._data = b""
        self._failure: Exception | None = None

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """The place of the next read."""
        return self._offset

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go there; nothing is fetched by it."""
        origin = (0, self._offset, self.size_bytes)[whence]
        if origin + offset < 0:
            raise ValueError("a place before the beginning")
        self._offset = origin + offset
        return self._offset

    def read(self, size: int = -1, /) -> bytes:
        """Up to ``size`` bytes, as many as are at hand in one piece; none at the end."""
        self.ensure_whole()
        if not 0 <= self._offset < self.size_bytes:
            return b""
        at = self._offset - self._start
        if not 0 <= at < len(self._data):
            self._load()
            at = self._offset - self._start
        piece = self._data[at:] if size < 0 else self._data[at : at + size]
        self._offset += len(piece)
        return piece

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override] # any writable buffer
        """Fill ``buffer`` as far as one piece reaches."""
        piece = self.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def read_at(self, offset: int, length: int) -> bytes:
        """Exactly that range, shorter only at the file's end; the place of the next read stays."""
        place, self._offset = self._offset, offset
        pieces: list[bytes] = []
        while length > 0 and (piece := self.read(length)):
            pieces.append(piece)
            length -= len(piece)
        self._offset = place
        return b"".join(pieces)

    def pace(self, places: Sequence[int]) -> Pace:
        """How fast the file comes, by what was read and by small requests at ``places``."""
        return self._guard(lambda: self._wait(self._ahead.pace(places)))

    def follow(self, plan: Iterable[Stretch]) -> None:
        """Fetch only ``plan`` from now on."""
        self._wait(self._ahead.follow(plan))
        self._data = b""

    def ensure_whole(self) -> None:
        """Raise again what a read has raised: libav may have taken it for the end of the file."""
        if self._failure is not None:
            raise self._failure
        if self._check is not None:
            self._guard(self._check)

    def _load(self) -> None:
        self._start, self._data = self._guard(lambda: self._wait(self._ahead.at(self._offset)))

    def _guard(self, step: Callable[[], Result]) -> Result:
        """Do ``step``; a failure of any sort is remembered."""
        self._failure = TransientError("the remote file could not be read")
        try:
            result = step()
        except TranscriberError as error:
            self._failure = error
            raise
        self._failure = None
        return result

    def _wait(self, work: Coroutine[None, None, Result]) -> Result:
        """Have the loop do ``work``; TransientError when the loop or the file is closed meanwhile."""
        try:
            return asyncio.run_coroutine_threadsafe(work, self._loop).result()
        except (concurrent.futures.CancelledError, RuntimeError) as error:
            work.close()
            raise TransientError("the remote file was closed while it was read") from error
