"""Hedged requests: what takes much longer than usual is asked for a second time.

Of many chunks one is likely to stall, and the whole file waits for its slowest chunk. The second
request is as fast as usual, so that a stall costs seconds; see Dean and Barroso, "The tail at
scale".
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from shared.ports import Clock

T = TypeVar("T")

SLOW = 2.0  # times what is usual
LEAST_PATIENCE_S = 1.5  # below that a second request would save nothing worth its price
ANSWER_S = 0.5  # of an engine behind a network that does not take long over audio
TIMES_REAL_TIME = 200.0
SHORTEST_AUDIO_S = 30.0  # Whisper's window: less audio takes no less time
WINDOW = 32  # requests an engine's pace is known by: the newest
FEWEST = 3  # requests before anything is usual, where nothing was known before

EXTRA_SHARE = 0.05  # of all requests may be second ones
EXTRA_BURST = 5.0  # so many in a row: as many as it takes a stalling engine to open its breaker


class Pace:
    """How long an engine takes lately, in relation to what a fast one takes for the same audio.

    One whose speed is known beforehand, as ``times_real_time``, needs no experience.
    """

    def __init__(self, times_real_time: float | None = None) -> None:
        self._times_real_time = times_real_time or TIMES_REAL_TIME
        known = [] if times_real_time is None else [1.0]
        self._recent: deque[float] = deque(known, maxlen=WINDOW)
        self._fewest = 1 if known else FEWEST
        self._news = asyncio.Event()

    def learn(self, audio_s: float, taken_s: float) -> None:
        """Note one answer."""
        self._recent.append(max(taken_s, 0.0) / self._fast_s(audio_s))
        self._news.set()
        self._news = asyncio.Event()

    def patience_s(self, audio_s: float) -> float | None:
        """After how long an answer is late; None while nobody knows what is usual.

        That is ``SLOW`` times the usual for the shortest audio. Longer audio takes longer, but no
        longer to stall.
        """
        if len(self._recent) < self._fewest:
            return None
        usual = sorted(self._recent)[len(self._recent) // 2]
        middle_s = (self._fast_s(audio_s) + self._fast_s(SHORTEST_AUDIO_S)) / 2
        return max(LEAST_PATIENCE_S, SLOW * usual * middle_s)

    async def late(self, audio_s: float, clock: Clock) -> None:
        """Return when an answer that is waited for from now on is late, by the newest answers."""
        began = clock.now()
        while True:
            waits: list[asyncio.Future[Any]] = [asyncio.ensure_future(self._news.wait())]
            patience_s = self.patience_s(audio_s)
            if patience_s is not None:
                left_s = began + patience_s - clock.now()
                waits.append(asyncio.ensure_future(clock.sleep(left_s)))
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
                if len(waits) > 1 and waits[1].done():
                    return
            finally:
                for wait in waits:
                    wait.cancel()
                await asyncio.gather(*waits, return_exceptions=True)

    def _fast_s(self, audio_s: float) -> float:
        return ANSWER_S + max(audio_s, SHORTEST_AUDIO_S) / self._times_real_time


class Extras:
    """Keeps second requests few: each request earns a share of one."""

    def __init__(self) -> None:
        self._earned = EXTRA_BURST

    def earn(self) -> None:
        """A request was made."""
        self._earned = min(EXTRA_BURST, self._earned + EXTRA_SHARE)

    def spend(self) -> bool:
        """Whether a second one may be made."""
        if self._earned < 1.0:
            return False
        self._earned -= 1.0
        return True


async def first_answer(
    request: Coroutine[Any, Any, T | None],
    late: Coroutine[Any, Any, None],
    second: Callable[[], Awaitable[Coroutine[Any, Any, T | None] | None]],
) -> T | None:
    """The answer of ``request``, or of a ``second`` one made when ``late`` ends before it.

    A request without an answer gives None, and so does this when no other is under way. The loser
    is cancelled, as is everything when the caller is.
    """
    first = asyncio.ensure_future(request)
    timer = asyncio.ensure_future(late)
    requests = {first}
    try:
        await asyncio.wait((first, timer), return_when=asyncio.FIRST_COMPLETED)
        if not first.done() and (another := await second()) is not None:
            requests.add(asyncio.ensure_future(another))
        waiting = set(requests)
        while waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for request_done in done:
                if (answer := request_done.result()) is not None:
                    return answer
        return None
    finally:
        for task in (*requests, timer):
            task.cancel()
        await asyncio.gather(*requests, timer, return_exceptions=True)
