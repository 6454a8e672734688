"""The use case the product exists for: one piece of media in, its text in the chat.

    recall ─ fetch ─ convert ─ recognise ─ remember ─ deliver

A file that was heard before is recalled without a download, by Telegram's identity of the file or,
once downloaded, by the hash of its bytes. Of several jobs for the same content one leads; the
others wait in its flight and go back to the queue when the transcript is there.
"""

from __future__ import annotations

import asyncio
from asyncio import to_thread
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from processor.media import ReadAhead, prepare, prepare_remote
from processor.recognition import Recogniser, Request
from processor.sources.fetch import fetch
from shared.errors import OperatorError, TransientError, UserError
from shared.jobs import BOT_API_FILE_LIMIT_BYTES
from shared.ports import HistoryEntry, JobState
from shared.telemetry import Metric
from shared.texts import size
from shared.transcripts import Recipe, TranscriptKey

if TYPE_CHECKING:
    from processor.conversation import Conversation
    from processor.lease import Hold
    from processor.media import Prepared
    from shared.jobs import Job, Media
    from shared.ports import (
        Archive,
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

    Found = tuple[TranscriptKey, Transcript]


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
        archive: Archive | None,
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
        self._archive = archive
        self._language = language

    async def run(self, hold: Hold, media: Media, *, last_try: bool) -> bool:
        """Transcribe and deliver. False when the job now waits for another that does the same.

        On the ``last_try`` a part that cannot be heard is marked, and the rest delivered.
        Raises ``UserError``, ``TransientError``, ``OperatorError``, ``UndeliverableError``.
        """
        job = hold.record.job
        chosen = await to_thread(self._preferences.get, job.address.chat_id)
        recipe = self._recipe(job, chosen)
        if not hold.record.delivered:  # else the status message is part of the answer already
            await self._conversation.acknowledge(hold)
        found = await self._recall(media, recipe)
        self._metrics.count(Metric.CACHE_HIT if found else Metric.CACHE_MISS)
        if found is None:
            found = await self._lead(hold, media, recipe, last_try=last_try)
        if found is None:
            return False
        key, transcript = found
        await hold.update(transcript_key=str(key))
        await self.land(job)
        await self._conversation.deliver(hold, transcript, job.options.formats or chosen.formats)
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

    async def land(self, job: Job) -> None:
        """Send everyone who waited for ``job`` back to the queue.

        Where the transcript is there, the cache answers them; else one of them leads. Disbanded
        only after all are sent: a crash in between repeats, and loses nobody.
        """
        for waiter in await self.waiting(job):
            await to_thread(self._queue.send, waiter)
        await self.disband(job)

    async def _flights_of(self, job: Job) -> tuple[str, ...]:
        """Every flight that ``job`` may lead."""
        if job.media is None:
            return ()
        content = await to_thread(self._cache.content_of, job.media.file_unique_id)
        return (file_flight(job.media), *((content_flight(content),) if content else ()))

    def _recipe(self, job: Job, chosen: ChatPreferences) -> Recipe:
        profile = self._engine.profile
        language = job.options.language or chosen.language or self._language
        return Recipe(engine=profile.name, model=profile.model, language=language)

    async def _recall(self, media: Media, recipe: Recipe) -> Found | None:
        """The transcript if this very file was heard before; a cache that fails is a miss."""
        try:
            content = await to_thread(self._cache.content_of, media.file_unique_id)
            return await self._stored(TranscriptKey(content, recipe)) if content else None
        except TransientError:
            self._metrics.count(Metric.CACHE_UNAVAILABLE)
            return None

    async def _stored(self, key: TranscriptKey) -> Found | None:
        transcript = await to_thread(self._cache.get, str(key))
        return None if transcript is None else (key, transcript)

    async def _lead(
        self, hold: Hold, media: Media, recipe: Recipe, *, last_try: bool
    ) -> Found | None:
        """Make the transcript, unless another job is at it: then None, and this one waits."""
        if not await self._leads(hold, file_flight(media)):
            return None
        # The former leader may have landed between our look into the cache and our lead.
        if found := await self._recall(media, recipe):
            return found
        if (media.size_bytes or 0) > BOT_API_FILE_LIMIT_BYTES:
            return await self._hear_remote(hold, media, recipe, last_try=last_try)
        return await self._hear_whole(hold, media, recipe, last_try=last_try)

    async def _hear_whole(
        self, hold: Hold, media: Media, recipe: Recipe, *, last_try: bool
    ) -> Found | None:
        """A file small enough to hold, known by the hash of its bytes; None when this job waits."""
        fetched = await fetch(self._source, media, limit_bytes=BOT_API_FILE_LIMIT_BYTES)
        self._metrics.count(Metric.BYTES_FETCHED, len(fetched.data))
        key = TranscriptKey(fetched.sha256, recipe)
        await to_thread(self._cache.link, media.file_unique_id, fetched.sha256)
        if found := await self._stored(key):
            return found
        if not await self._leads(hold, content_flight(key.content)):
            return None
        if found := await self._stored(key):
            return found
        prepared = await to_thread(prepare, fetched.data, media, self._engine.profile)
        return await self._recognise(hold, prepared, key, last_try=last_try)

    async def _hear_remote(
        self, hold: Hold, media: Media, recipe: Recipe, *, last_try: bool
    ) -> Found:
        """A larger one, heard while it is read, and known by Telegram's identity of it alone."""
        if self._archive is None:
            limit, claimed = BOT_API_FILE_LIMIT_BYTES, media.size_bytes or 0
            raise UserError("over_bot_api", size=size(claimed), limit=size(limit))
        key = TranscriptKey(f"file-{media.file_unique_id}", recipe)
        await to_thread(self._cache.link, media.file_unique_id, key.content)
        loop, profile = asyncio.get_running_loop(), self._engine.profile
        async with (
            self._archive.open(media, hold.record.job.address) as remote,
            ReadAhead(remote) as ahead,
        ):
            prepared = await to_thread(prepare_remote, ahead, media, profile, loop)
            return await self._recognise(hold, prepared, key, last_try=last_try)

    async def _recognise(
        self, hold: Hold, prepared: Prepared, key: TranscriptKey, *, last_try: bool
    ) -> Found:
        """Hear the chunks and remember the transcript.

        One with gaps is kept for this job's buttons alone, and its chunks too: whoever sends the
        file again pays for the gaps only.
        """
        job = hold.record.job
        async with self._conversation.progress(hold) as progress:
            request = Request(prepared, job.media, key, progress, job.locale, last_try)
            transcript = await self._recogniser.transcribe(request)
        if transcript.complete:
            await to_thread(self._cache.put, key, transcript)
            await to_thread(self._jobs.drop_chunks, str(key))
            return key, transcript
        partial = replace(key, content=f"{key.content}-partial-{job.id}")
        await to_thread(self._cache.put, partial, transcript)
        return partial, transcript

    async def _leads(self, hold: Hold, flight: str) -> bool:
        job = hold.record.job
        if await to_thread(self._jobs.lead, flight, job):
            return True
        self._metrics.count(Metric.FLIGHT_JOINED)
        await self._conversation.acknowledge(hold, "waiting")
        await hold.update(state=JobState.QUEUED)
        # The leader may have landed while this job could not be taken up again yet, and called in
        # vain. Then the flight is free, and the job must call itself.
        if await to_thread(self._jobs.lead, flight, job):
            await to_thread(self._queue.send, job)
        return False

    async def _record(self, job: Job, key: TranscriptKey, transcript: Transcript) -> None:
        """Note it in the user's history; a failure costs a line of the history, not the answer."""
        entry = HistoryEntry(
            job_id=job.id,
            chat_id=job.address.chat_id,
            transcript_key=str(key),
            finished_at=self._clock.now(),
            duration_s=transcript.duration_s,
        )
        with suppress(TransientError, OperatorError):
            await to_thread(self._history.add, job.user, entry)


# Flights are named by the media alone: what else decides a transcript, such as the chat's language,
# may change while a job is on its way, and its flights must be found again at the end.


def file_flight(media: Media) -> str:
    """The flight of those who sent the same Telegram file."""
    return f"file|{media.file_unique_id}"


def content_flight(content: str) -> str:
    """The flight of those who sent the same bytes."""
    return f"content|{content}"
