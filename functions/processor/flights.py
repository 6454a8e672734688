"""Flights: of several jobs for the same content one leads, and the others wait for what it brings.

A flight is named by the media alone: what else decides a transcript, such as the chat's language,
may change while a job is on its way, and its flights must be found again at the end.
"""

from __future__ import annotations

from asyncio import to_thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.jobs import Job, Media
    from shared.ports import JobQueue, JobStore, TranscriptCache


class Flights:
    """Who leads and who waits."""

    def __init__(self, jobs: JobStore, queue: JobQueue, cache: TranscriptCache) -> None:
        self._jobs = jobs
        self._queue = queue
        self._cache = cache

    async def lead(self, flight: str, job: Job) -> bool:
        """True when ``job`` leads; else it waits from now on."""
        return await to_thread(self._jobs.lead, flight, job)

    async def lead_after_all(self, flight: str, job: Job) -> None:
        """Call ``job``, which waits and has let go of itself, where nobody leads any more.

        The leader may have landed while the job could not be taken up again yet, and called in vain.
        """
        if await to_thread(self._jobs.lead, flight, job):
            await to_thread(self._queue.send, job)

    async def land(self, job: Job) -> None:
        """Send everyone who waited for ``job`` back to the queue.

        Where the transcript is there, the cache answers them; else one of them leads. Disbanded
        only after all are sent: a crash in between repeats, and loses nobody.
        """
        for waiter in await self.waiting(job):
            await to_thread(self._queue.send, waiter)
        await self.disband(job)

    async def waiting(self, job: Job) -> list[Job]:
        """Close the flights that ``job`` leads; those who waited in them.

        Repeatable until ``disband``: tell them first.
        """
        return [
            waiter
            for flight in await self._led_by(job)
            for waiter in await to_thread(self._jobs.waiters, flight, job.id)
        ]

    async def disband(self, job: Job) -> None:
        """Forget who waited for ``job``: each has been told."""
        for flight in await self._led_by(job):
            await to_thread(self._jobs.disband, flight, job.id)

    async def _led_by(self, job: Job) -> tuple[str, ...]:
        """Every flight that ``job`` may lead."""
        if job.media is None:
            return ()
        content = await to_thread(self._cache.content_of, job.media.file_unique_id)
        return (file_flight(job.media), *((content_flight(content),) if content else ()))


def file_flight(media: Media) -> str:
    """The flight of those who sent the same Telegram file."""
    return f"file|{media.file_unique_id}"


def content_flight(content: str) -> str:
    """The flight of those who sent the same bytes."""
    return f"content|{content}"
