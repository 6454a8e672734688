"""An engine that takes its time on a clock that is driven, and the driver."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from shared.audio import Audio
from shared.ports import PLAIN
from shared.transcripts import Recognition, Segment
from tests.doubles.clock import HeldClock
from tests.doubles.engine import PASSES_EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable

    from shared.errors import TranscriberError
    from shared.transcripts import Instructions

T = TypeVar("T")

TURNS = 12  # of the event loop, after which everybody waits for the clock


class DrivenClock(HeldClock):
    """Jumps to the next moment anybody waits for as soon as all are waiting."""

    async def drive(self, work: Coroutine[None, None, T]) -> T:
        """The result of ``work``, in no time."""
        task = asyncio.ensure_future(work)
        while not task.done():
            for _ in range(TURNS):
                await asyncio.sleep(0)
            moments = [at for at, woken in self._sleepers if not woken.done()]
            if not task.done() and moments:
                self.advance(min(moments) - self.now())
        return task.result()


class PacedEngine:
    """Answers with its own name after ``takes_s(audio)``; ``script`` comes first, one a call.

    An entry is a number of seconds, or an error, raised at once.
    """

    def __init__(
        self,
        name: str,
        clock: HeldClock,
        script: Iterable[float | TranscriberError] = (),
        *,
        takes_s: Callable[[Audio], float] = lambda _: 0.0,
        hedge: bool = True,
    ) -> None:
        self.profile = replace(PASSES_EVERYTHING, name=name, model=f"{name}-model", hedge=hedge)
        self.script = deque(script)
        self.asked = 0
        self.languages: list[str | None] = []
        self.instructions: list[Instructions] = []
        self.given_up = 0
        """Requests the caller cancelled."""
        self.closed = False
        self._clock = clock
        self._takes_s = takes_s

    async def recognise(
        self,
        audio: Audio,
        *,
        language: str | None = None,
        instructions: Instructions = PLAIN,
        progress: Callable[[float], None] | None = None,
    ) -> Recognition:
        """Wait, and answer."""
        self.asked += 1
        self.languages.append(language)
        self.instructions.append(instructions)
        step = self.script.popleft() if self.script else self._takes_s(audio)
        if not isinstance(step, float | int):
            raise step
        try:
            await self._clock.sleep(step)
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        if progress is not None:
            progress(audio.duration_s or 0.0)
        return Recognition((Segment(0.0, 1.0, self.profile.name),), "en", audio.duration_s)

    async def close(self) -> None:
        """Remember it."""
        self.closed = True


def minute() -> Audio:
    """A chunk of one minute."""
    return Audio(b"", "flac", duration_s=60.0)
