"""The queue's consumer on one machine: several jobs side by side, commands and short ones first."""

from __future__ import annotations

import asyncio
import logging
from asyncio import to_thread
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING

from processor.outcome import Fate, Outcome, settle
from shared.errors import TranscriberError
from shared.jobs import Lane
from shared.telemetry import Metric

if TYPE_CHECKING:
    from composition import App
    from shared.jobs import Delivery

CONTROL_SLOTS = 4  # besides the others: Stop must not wait for what it is to stop
IDLE_S = 1.0  # between looks into the queue when nobody has knocked
GRACE_S = 10.0  # what running jobs get to finish when the bot is stopped
log = logging.getLogger(__name__)


class Worker:
    """Takes deliveries from the queue while ``run`` runs, at most ``slots`` at once.

    One slot is kept free of bulk jobs, so that no film ever holds up a voice note; commands and
    buttons have slots of their own.
    """

    def __init__(self, app: App, slots: int) -> None:
        self._app = app
        self._slots = slots
        self._running: dict[asyncio.Task[None], Lane] = {}
        self._knocked = asyncio.Event()

    def knock(self) -> None:
        """Say that there is something in the queue."""
        self._knocked.set()

    async def run(self, stopping: asyncio.Event, hurrying: asyncio.Event) -> None:
        """Work until ``stopping`` is set; then finish what is in hand, or put it back.

        ``hurrying`` ends the time given for finishing.
        """
        while not stopping.is_set():
            self._knocked.clear()
            if not await self._take():
                await self._idle(stopping)
        if self._running:
            finishing = asyncio.create_task(asyncio.wait(self._running))
            hurry = asyncio.create_task(hurrying.wait())
            await asyncio.wait(
                (finishing, hurry), timeout=GRACE_S, return_when=asyncio.FIRST_COMPLETED
            )
            finishing.cancel()
            hurry.cancel()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _take(self) -> bool:
        """Start as many jobs as there are slots and messages; whether there were any."""
        busy = Counter(self._running.values())
        free = self._slots - busy[Lane.EXPRESS] - busy[Lane.BULK]
        bulk_free = max(self._slots - 1, 1) - busy[Lane.BULK]
        taken = await self._receive(Lane.EXPRESS, free)
        taken += await self._receive(Lane.BULK, min(free - len(taken), bulk_free))
        taken += await self._receive(Lane.CONTROL, CONTROL_SLOTS - busy[Lane.CONTROL])
        for delivery in taken:
            task = asyncio.create_task(self._work(delivery))
            self._running[task] = delivery.lane
            task.add_done_callback(self._done)
        return bool(taken)

    async def _receive(self, lane: Lane, limit: int) -> list[Delivery]:
        if limit <= 0:
            return []
        try:
            received = await to_thread(
                self._app.storage.queue.receive,
                lane,
                limit=limit,
                visibility_s=self._app.settings.lease_s,
            )
        except TranscriberError as error:  # the next look may fare better; nothing is lost
            log.error("queue unavailable", extra={"reason": str(error)})  # noqa: TRY400  # its trace says nothing more
            self._app.metrics.count(Metric.QUEUE_UNAVAILABLE)
            return []
        return list(received)

    async def _work(self, delivery: Delivery) -> None:
        """Process one delivery and settle it; the last line of defence of this edition."""
        queue = self._app.storage.queue
        try:
            outcome = await self._app.processor.process(delivery)
        except asyncio.CancelledError:
            await to_thread(queue.change_visibility, delivery, 0.0)
            raise
        except Exception:
            self._app.metrics.count(Metric.JOB_ATTEMPT_FAILED)
            log.exception("unexpected error", extra={"job": delivery.job.id})
            outcome = Outcome(Fate.RETRY, self._app.settings.retry_delays_s[0])
        with suppress(TranscriberError):  # then the visibility timeout brings it back
            await settle(queue, delivery, outcome)

    def _done(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        self._knocked.set()

    async def _idle(self, stopping: asyncio.Event) -> None:
        waits = {asyncio.create_task(event.wait()) for event in (self._knocked, stopping)}
        _, pending = await asyncio.wait(waits, timeout=IDLE_S, return_when=asyncio.FIRST_COMPLETED)
        for wait in pending:
            wait.cancel()
