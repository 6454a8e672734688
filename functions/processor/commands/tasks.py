"""What somebody has in work: told, and stopped."""

from __future__ import annotations

import logging
from asyncio import to_thread
from typing import TYPE_CHECKING

from processor.commands.permission import within_reach
from processor.commands.screen import Screen, button, rows
from processor.conversation.drafts import draft_id
from shared.jobs import Lane
from shared.ports import JobState
from shared.texts import Span, say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from processor.cancellation import Cancellation
    from processor.lease import Hold
    from shared.jobs import Job
    from shared.ports import JobQueue, JobRecord, JobStore, RateLimiter

STOPS_PER_ROW = 3

log = logging.getLogger(__name__)


class Tasks:
    """The user's jobs that are neither answered nor given up."""

    def __init__(
        self, *, queue: JobQueue, limiter: RateLimiter, jobs: JobStore, cancellation: Cancellation
    ) -> None:
        self._queue = queue
        self._limiter = limiter
        self._jobs = jobs
        self._cancellation = cancellation

    async def status(self, hold: Hold) -> Screen:
        """/status: each file in work and how far it is, with a button that stops it."""
        job = hold.record.job
        tasks = await self._tasks(job)
        if not tasks:
            return Screen(say(job.locale, "status_empty"))
        lines = [
            say(job.locale, "status_line", number=number, **_about(job.locale, record))
            for number, (_, record) in enumerate(tasks, start=1)
        ]
        lanes = _waited_in(record for _, record in tasks)
        if lanes:
            waiting = sum([await to_thread(self._queue.waiting, lane) for lane in lanes])
            lines += ["", say(job.locale, "status_queue", count=waiting)]
        stops = [
            button(say(job.locale, "button_stop_number", number=number), "stop", task)
            for number, (task, record) in enumerate(tasks, start=1)
            if record is not None
        ]
        head = say(job.locale, "status", count=len(tasks))
        return Screen("\n".join([head, "", *lines]), rows(stops, STOPS_PER_ROW))

    async def cancel(self, hold: Hold) -> Screen:
        """/cancel: stop all of them, wherever they were asked for."""
        job = hold.record.job
        tasks = await to_thread(self._limiter.tasks, job.user)
        known = {task: await to_thread(self._jobs.get, task) for task in tasks}
        stopped = [task for task in tasks if await self._cancellation.cancel(task, job.user)]
        log.info("cancelled", extra={"job": job.id, "state": f"stopped {len(stopped)}"})
        if len(stopped) == 1:
            about = _about(job.locale, known[stopped[0]])
            return Screen(say(job.locale, "cancelled_one", what=about["what"]))
        if stopped:
            return Screen(say(job.locale, "cancelled", count=len(stopped)))
        return Screen(say(job.locale, "cancel_late" if tasks else "cancel_none"))

    async def stopped(self, hold: Hold) -> None:
        """The stop beside a text that is being streamed; what became of the job shows below it."""
        job = hold.record.job
        for task in await to_thread(self._limiter.tasks, job.user):
            if str(draft_id(task)) == job.argument:
                await self._cancellation.cancel(task)
                log.info("stopped", extra={"job": task})

    async def _tasks(self, job: Job) -> list[tuple[str, JobRecord | None]]:
        """The user's tasks with what is known of them; in a group those asked for there."""
        found = []
        for task in await to_thread(self._limiter.tasks, job.user):
            record = await to_thread(self._jobs.get, task)
            if record is None or within_reach(job, record):
                found.append((task, record))
        return found


def _about(locale: str, record: JobRecord | None) -> dict[str, str]:
    """What is in work and how far it is; of a job no worker has seen, nothing else is known."""
    if record is None:
        return {"what": say(locale, "media"), "state": say(locale, "state_queued")}
    media = record.job.media
    what = say(locale, f"media_{media.kind}" if media else "media")
    if media is not None and media.duration_s:
        what = say(locale, "media_length", what=what, length=Span(media.duration_s))
    return {"what": what, "state": say(locale, f"state_{record.state}")}


def _waited_in(records: Iterable[JobRecord | None]) -> set[Lane]:
    """The lanes in which any of the jobs waits for a worker."""
    lanes: set[Lane] = set()
    for record in records:
        if record is None:
            lanes |= {Lane.EXPRESS, Lane.BULK}
        elif record.state is JobState.QUEUED:
            lanes.add(record.job.lane)
    return lanes
