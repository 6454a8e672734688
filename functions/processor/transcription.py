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
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from processor.flights import content_flight, file_flight
from processor.media import ReadAhead, prepare, prepare_remote
from processor.recognition import Recogniser, Request, heard_before
from processor.sources.fetch import fetch
from shared.errors import OperatorError, TransientError, UserError
from shared.jobs import BOT_API_FILE_LIMIT_BYTES
from shared.ports import DAILY, Figures, HistoryEntry, JobState
from shared.telemetry import Metric
from shared.texts import Size, Span
from shared.transcripts import TranscriptKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processor.conversation import Conversation
    from processor.conversation.progress import Progress
    from processor.flights import Flights
    from processor.lease import Hold
    from processor.media import Prepared
    from processor.wishes import Wishes
    from shared.audio import EngineProfile
    from shared.jobs import Job, Media
    from shared.ports import (
        Archive,
        AudioBudget,
        Clock,
        Engine,
        History,
        JobStore,
        Metrics,
        Source,
        TranscriptCache,
    )
    from shared.transcripts import Recipe, Recognition, Transcript


@dataclass(frozen=True, slots=True)
class Found:
    """A transcript, where it is kept, and what it cost just now; None where it cost nothing."""

    key: TranscriptKey
    transcript: Transcript
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True)
class _Task:
    """What a held job asks for."""

    hold: Hold
    media: Media
    recipe: Recipe
    profile: EngineProfile
    last_try: bool

    @property
    def job(self) -> Job:
        return self.hold.record.job


class Transcription:
    """Answers TRANSCRIBE jobs that the caller holds."""

    def __init__(
        self,
        *,
        conversation: Conversation,
        wishes: Wishes,
        flights: Flights,
        source: Source,
        engine: Engine,
        jobs: JobStore,
        cache: TranscriptCache,
        history: History,
        clock: Clock,
        metrics: Metrics,
        archive: Archive | None,
        budget: AudioBudget,
    ) -> None:
        self._conversation = conversation
        self._wishes = wishes
        self._flights = flights
        self._source = source
        self._recogniser = Recogniser(engine, jobs, metrics)
        self._jobs = jobs
        self._cache = cache
        self._history = history
        self._clock = clock
        self._metrics = metrics
        self._archive = archive
        self._budget = budget

    async def run(self, hold: Hold, media: Media, *, last_try: bool) -> Figures | None:
        """Transcribe and deliver. None when the job now waits for another that does the same.

        On the ``last_try`` a part that cannot be heard is marked, and the rest delivered.
        Raises ``UserError``, ``TransientError``, ``OperatorError``, ``UndeliverableError``.
        """
        job = hold.record.job
        wish = await self._wishes.of(job)
        if not hold.record.delivered:  # else the status message is part of the answer already
            await self._conversation.acknowledge(hold)
        profile = self._wishes.profile(wish.instructions)
        task = _Task(hold, media, wish.recipe(profile), profile, last_try)
        found = await self._recall(media, task.recipe)
        self._metrics.count(Metric.CACHE_HIT if found else Metric.CACHE_MISS)
        if found is None:
            found = await self._lead(task)
        if found is None:
            return None
        await hold.update(transcript_key=str(found.key))
        await self._flights.land(job)
        await self._conversation.deliver(hold, found.transcript, wish)
        await self._record(job, found)
        return Figures(
            succeeded=1,
            cached=int(found.cost_usd is None),
            audio_s=found.transcript.duration_s,
            cost_usd=found.cost_usd or 0.0,
        )

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
        return None if transcript is None else Found(key, transcript)

    async def _lead(self, task: _Task) -> Found | None:
        """Make the transcript, unless another job is at it: then None, and this one waits."""
        if not await self._leads(task.hold, file_flight(task.media)):
            return None
        # The former leader may have landed between our look into the cache and our lead.
        if found := await self._recall(task.media, task.recipe):
            return found
        async with self._conversation.progress(task.hold) as progress:
            if (task.media.size_bytes or 0) > BOT_API_FILE_LIMIT_BYTES:
                return await self._hear_remote(task, progress)
            return await self._hear_whole(task, progress)

    async def _hear_whole(self, task: _Task, progress: Progress) -> Found | None:
        """A file small enough to hold, known by the hash of its bytes; None when this job waits."""
        media, size_bytes = task.media, task.media.size_bytes

        async def received(count: int) -> None:
            """Show what is here of a file whose size the sender named."""
            if size_bytes:
                await progress.fetching(count / size_bytes)

        limit = BOT_API_FILE_LIMIT_BYTES
        fetched = await fetch(self._source, media, limit_bytes=limit, received=received)
        self._metrics.count(Metric.BYTES_FETCHED, len(fetched.data))
        key = TranscriptKey(fetched.sha256, task.recipe)
        await to_thread(self._cache.link, media.file_unique_id, fetched.sha256)
        if found := await self._stored(key):
            return found
        if not await self._leads(task.hold, content_flight(key.content)):
            return None
        if found := await self._stored(key):
            return found
        prepared = await to_thread(prepare, fetched.data, media, task.profile)
        known = {} if prepared.passthrough else await to_thread(self._jobs.chunks, str(key))
        return await self._recognise(task, prepared, key, progress, known)

    async def _hear_remote(self, task: _Task, progress: Progress) -> Found:
        """A larger one, heard while it is read, and known by Telegram's identity of it alone."""
        media = task.media
        if self._archive is None:
            limit, claimed = BOT_API_FILE_LIMIT_BYTES, media.size_bytes or 0
            raise UserError("over_bot_api", size=Size(claimed), limit=Size(limit))
        key = TranscriptKey(f"file-{media.file_unique_id}", task.recipe)
        await to_thread(self._cache.link, media.file_unique_id, key.content)
        loop, profile = asyncio.get_running_loop(), task.profile
        async with (
            self._archive.open(media, task.job.address) as remote,
            ReadAhead(remote) as ahead,
        ):
            known = await to_thread(self._jobs.chunks, str(key))
            heard = heard_before(known)
            prepared = await to_thread(prepare_remote, ahead, media, profile, loop, heard=heard)
            return await self._recognise(task, prepared, key, progress, known)

    async def _recognise(
        self,
        task: _Task,
        prepared: Prepared,
        key: TranscriptKey,
        progress: Progress,
        known: Mapping[int, Recognition],
    ) -> Found:
        """Hear the chunks and remember the transcript.

        One with gaps is kept for this job's buttons alone, and its chunks too: whoever sends the
        file again pays for the gaps only.
        """
        job = task.job
        if not known:  # what an earlier try has begun was counted then
            await self._count(job, prepared.declared_s or task.media.duration_s)
        request = Request(prepared, task.media, key, progress, job.locale, task.last_try, known)
        transcript, cost_usd = await self._recogniser.transcribe(request)
        if transcript.complete:
            await to_thread(self._cache.put, key, transcript)
            if not prepared.passthrough:
                await to_thread(self._jobs.drop_chunks, str(key))
            return Found(key, transcript, cost_usd)
        partial = replace(key, content=f"{key.content}-partial-{job.id}")
        await to_thread(self._cache.put, partial, transcript)
        return Found(partial, transcript, cost_usd)

    async def _count(self, job: Job, length_s: float | None) -> None:
        """Take the recording's length from its user's day. A budget that fails is no refusal."""
        try:
            wait_s = await to_thread(self._budget.take, f"{DAILY}{job.user}", length_s or 0.0)
        except (TransientError, OperatorError):
            self._metrics.count(Metric.LIMITER_UNAVAILABLE)
            return
        if wait_s > 0:
            raise UserError("daily_limit", wait=Span(wait_s))

    async def _leads(self, hold: Hold, flight: str) -> bool:
        job = hold.record.job
        if await self._flights.lead(flight, job):
            return True
        self._metrics.count(Metric.FLIGHT_JOINED)
        await self._conversation.acknowledge(hold, "waiting")
        await hold.update(state=JobState.QUEUED)
        await self._flights.lead_after_all(flight, job)
        return False

    async def _record(self, job: Job, found: Found) -> None:
        """Note it in the user's history; a failure costs a line of the history, not the answer."""
        entry = HistoryEntry(
            job_id=job.id,
            chat_id=job.address.chat_id,
            transcript_key=str(found.key),
            finished_at=self._clock.now(),
            duration_s=found.transcript.duration_s,
        )
        with suppress(TransientError, OperatorError):
            await to_thread(self._history.add, job.user, entry)
