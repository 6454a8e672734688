"""The use case the product exists for: one piece of media in, its text in the chat.

    recall ─ fetch ─ convert ─ recognise ─ remember ─ deliver

A file that was heard before is recalled without a download, by Telegram's identity of the file or,
once downloaded, by the hash of its bytes. Of several jobs for the same content one leads; the
others wait in its flight and go back to the queue when the transcript is there.
"""

from __future__ import annotations

from asyncio import to_thread
from contextlib import suppress
from typing import TYPE_CHECKING

from processor.recognition import Recogniser
from processor.sources.fetch import fetch
from shared.errors import TransientError
from shared.ports import HistoryEntry, JobState
from shared.telemetry import Metric
from shared.transcripts import Recipe, TranscriptKey

if TYPE_CHECKING:
    from processor.conversation import Conversation
    from processor.lease import Hold
    from shared.jobs import Job, Media
    from shared.ports import (
        ChatPreferences,
        Clock,
        Engine,
        History,
        JobQueue,
        JobStore,
        Metrics,
        Preferences,
        Source,
        TranscriptCache,
    )
    from shared.transcripts import Transcript


class Transcription:
    """Answers TRANSCRIBE jobs that the caller holds."""

    def __init__(
        self,
        *,
        conversation: Conversation,
        source: Source,
        engine: Engine,
        queue: JobQueue,
        jobs: JobStore,
        cache: TranscriptCache,
        preferences: Preferences,
        history: History,
        clock: Clock,
        metrics: Metrics,
        file_limit_bytes: int,
        language: str | None = None,
    ) -> None:
        self._conversation = conversation
        self._source = source
        self._engine = engine
        self._recogniser = Recogniser(engine, jobs, metrics)
        self._queue = queue
        self._jobs = jobs
        self._cache = cache
        self._preferences = preferences
        self._history = history
        self._clock = clock
        self._metrics = metrics
        self._file_limit_bytes = file_limit_bytes
        self._language = language

    async def run(self, hold: Hold, media: Media) -> bool:
        """Transcribe and deliver. False when the job now waits for another that does the same.

        Raises ``UserError``, ``TransientError``, ``OperatorError``, ``UndeliverableError``.
        """
        job = hold.record.job
        chosen = await to_thread(self._preferences.get, job.address.chat_id)
        recipe = self._recipe(job, chosen)
        await self._conversation.acknowledge(hold)
        found = await self._recall(media, recipe)
        self._metrics.count(Metric.CACHE_HIT if found else Metric.CACHE_MISS)
        if found is None:
            found = await self._lead(hold, media, recipe)
        if found is None:
            return False
        key, transcript = found
        await hold.update(transcript_key=str(key))
        await self._conversation.deliver(hold, transcript, job.options.formats or chosen.formats)
        await self._land(job, flights(media, recipe, key))
        await self._record(job, key, transcript)
        return True

    async def waiting(self, job: Job) -> list[Job]:
        """Close the flights of a job that ended without a transcript; those who waited in them.

        Repeatable until ``disband``: tell them first.
        """
        return [
            waiter
            for flight in await self._flights_of(job)
            for waiter in await to_thread(self._jobs.waiters, flight, job.id)
        ]

    async def disband(self, job: Job) -> None:
        """Forget who waited for ``job``: each has been told."""
        for flight in await self._flights_of(job):
            await to_thread(self._jobs.disband, flight, job.id)

    async def _flights_of(self, job: Job) -> tuple[str, ...]:
        media = job.media
        if media is None:
            return ()
        chosen = await to_thread(self._preferences.get, job.address.chat_id)
        recipe = self._recipe(job, chosen)
        content = await to_thread(self._cache.content_of, media.file_unique_id)
        return flights(media, recipe, TranscriptKey(content, recipe) if content else None)

    def _recipe(self, job: Job, chosen: ChatPreferences) -> Recipe:
        profile = self._engine.profile
        language = job.options.language or chosen.language or self._language
        return Recipe(engine=profile.name, model=profile.model, language=language)

    async def _recall(
        self, media: Media, recipe: Recipe
    ) -> tuple[TranscriptKey, Transcript] | None:
        """The transcript if this very file was heard before; a cache that fails is a miss."""
        try:
            content = await to_thread(self._cache.content_of, media.file_unique_id)
            return await self._stored(TranscriptKey(content, recipe)) if content else None
        except TransientError:
            self._metrics.count(Metric.CACHE_UNAVAILABLE)
            return None

    async def _stored(self, key: TranscriptKey) -> tuple[TranscriptKey, Transcript] | None:
        transcript = await to_thread(self._cache.get, str(key))
        return None if transcript is None else (key, transcript)

    async def _lead(
        self, hold: Hold, media: Media, recipe: Recipe
    ) -> tuple[TranscriptKey, Transcript] | None:
        """Make the transcript, unless another job is at it: then None, and this one waits."""
        if not await self._leads(hold, file_flight(media, recipe)):
            return None
        # The former leader may have landed between our look into the cache and our lead.
        if found := await self._recall(media, recipe):
            return found
        fetched = await fetch(self._source, media, limit_bytes=self._file_limit_bytes)
        self._metrics.count(Metric.BYTES_FETCHED, len(fetched.data))
        key = TranscriptKey(fetched.sha256, recipe)
        await to_thread(self._cache.link, media.file_unique_id, fetched.sha256)
        if found := await self._stored(key):
            return found
        if not await self._leads(hold, str(key)):
            return None
        if found := await self._stored(key):
            return found
        async with self._conversation.progress(hold) as progress:
            transcript = await self._recogniser.transcribe(fetched.data, media, key, progress)
        await to_thread(self._cache.put, key, transcript)
        await to_thread(self._jobs.drop_chunks, str(key))
        return key, transcript

    async def _leads(self, hold: Hold, flight: str) -> bool:
        if await to_thread(self._jobs.lead, flight, hold.record.job):
            return True
        self._metrics.count(Metric.FLIGHT_JOINED)
        await self._conversation.acknowledge(hold, "waiting")
        await hold.update(state=JobState.QUEUED)
        return False

    async def _land(self, leader: Job, landed: tuple[str, ...]) -> None:
        """Send everyone who waited back to the queue, where the cache will answer them.

        Disbanded only after all are sent: a crash in between repeats, and loses nobody.
        """
        for flight in landed:
            for waiter in await to_thread(self._jobs.waiters, flight, leader.id):
                await to_thread(self._queue.send, waiter)
            await to_thread(self._jobs.disband, flight, leader.id)

    async def _record(self, job: Job, key: TranscriptKey, transcript: Transcript) -> None:
        """Note it in the user's history; a failure costs a line of the history, not the answer."""
        entry = HistoryEntry(
            job_id=job.id,
            chat_id=job.address.chat_id,
            transcript_key=str(key),
            finished_at=self._clock.now(),
            duration_s=transcript.duration_s,
        )
        with suppress(TransientError):
            await to_thread(self._history.add, job.user, entry)


def file_flight(media: Media, recipe: Recipe) -> str:
    """The flight of those who sent the same Telegram file."""
    return f"file|{media.file_unique_id}|{recipe}"


def flights(media: Media, recipe: Recipe, key: TranscriptKey | None) -> tuple[str, ...]:
    """Every flight that a job for ``media`` may lead."""
    return (file_flight(media, recipe), *((str(key),) if key else ()))
