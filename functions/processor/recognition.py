"""From prepared media to a transcript: chunks recognised side by side, joined in the order of time.

The next chunk is only made when there is a place for it. So a file that is still on its way is read
just as fast as it is heard, and memory holds a few chunks however long it is.
"""

from __future__ import annotations

import asyncio
from asyncio import to_thread
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from processor.stitching import gap, stitch
from shared.errors import TransientError, UserError
from shared.telemetry import Metric
from shared.texts import moment, say
from shared.transcripts import Recognition, Transcript

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processor.conversation import Progress
    from processor.media import Prepared
    from shared.audio import Audio
    from shared.jobs import Media
    from shared.ports import Engine, JobStore, Metrics
    from shared.transcripts import TranscriptKey

CHUNKS_IN_FLIGHT = 8  # bounds memory: that many chunks exist at once
ENDLESS = 1 << 31


@dataclass(frozen=True, slots=True)
class Request:
    """One file's recognition."""

    prepared: Prepared
    media: Media | None
    key: TranscriptKey
    progress: Progress
    locale: str
    last_try: bool
    """Nothing comes after this: what cannot be heard is marked, and the rest delivered."""


@dataclass(slots=True)
class _Run:
    """One file on its way through the engine."""

    request: Request
    known: dict[int, Recognition]
    language: str | None
    parts: dict[int, tuple[Audio, Recognition]] = field(default_factory=dict)
    """What was heard, by chunk index; the audio's bytes are dropped."""
    failures: dict[int, tuple[Audio, UserError | TransientError]] = field(default_factory=dict)

    @property
    def total_s(self) -> float | None:
        """How long the file claims to be: for the progress shown, for nothing else."""
        media = self.request.media
        return self.request.prepared.declared_s or (media.duration_s if media else None)

    def covered_s(self) -> float:
        """Seconds of media heard: decoded, else what the engine processed, else the header's."""
        if self.request.prepared.covered_s is not None:
            return self.request.prepared.covered_s
        return max(
            (
                audio.start_s + (heard.duration_s or audio.duration_s or 0.0)
                for audio, heard in self.parts.values()
            ),
            default=0.0,
        )


class Recogniser:
    """Runs one engine over a file's chunks, remembering each result as it comes."""

    def __init__(self, engine: Engine, jobs: JobStore, metrics: Metrics) -> None:
        self._engine = engine
        self._jobs = jobs
        self._metrics = metrics

    async def transcribe(self, request: Request) -> Transcript:
        """The transcript; results of an earlier try under the same key are not paid for again.

        Raises what media and engine raise. A chunk that fails for good beside others that do not
        leaves a marked gap, and the transcript is not ``complete``.
        """
        run = _Run(
            request=request,
            known=await to_thread(self._jobs.chunks, str(request.key)),
            language=request.key.recipe.language,
        )
        try:
            await self._chunks(run)
        except ExceptionGroup as group:
            raise _first(group) from group  # the first failure speaks for all
        if run.failures and not run.parts:
            raise next(iter(run.failures.values()))[1]
        heard = [run.parts[index] for index in sorted(run.parts)]
        gaps = [_gap(audio, request.locale) for audio, _ in run.failures.values()]
        transcript = Transcript(
            segments=stitch([*heard, *gaps]),
            language=run.language,
            duration_s=run.covered_s(),
            declared_s=request.prepared.declared_s,
            complete=not gaps,
        )
        self._metrics.observe(Metric.AUDIO_S, transcript.duration_s)
        return transcript

    async def _chunks(self, run: _Run) -> None:
        places = asyncio.Semaphore(CHUNKS_IN_FLIGHT)
        async with asyncio.TaskGroup() as group:
            for index in range(ENDLESS):
                await places.acquire()
                audio = await to_thread(_next, run.request.prepared.chunks)
                if audio is None:
                    break
                task = group.create_task(self._chunk(run, index, audio))
                task.add_done_callback(lambda _: places.release())
                if index == 0 and run.language is None:
                    await task  # its language holds for all the rest

    async def _chunk(self, run: _Run, index: int, audio: Audio) -> None:
        heard = run.known.get(index)
        if heard is None:
            try:
                heard = await self._ask(run, audio)
            except (UserError, TransientError) as error:
                if isinstance(error, TransientError) and not run.request.last_try:
                    raise
                run.failures[index] = (replace(audio, data=b""), error)
                return
            await to_thread(self._jobs.put_chunk, str(run.request.key), index, heard)
        run.language = run.language or heard.language
        run.parts[index] = (replace(audio, data=b""), heard)
        if run.total_s:
            await run.request.progress.show(run.covered_s() / run.total_s)

    async def _ask(self, run: _Run, audio: Audio) -> Recognition:
        loop = asyncio.get_running_loop()
        total_s, progress = run.total_s, run.request.progress

        def hear(done_s: float) -> None:
            """Pass the engine's progress on, from whichever thread it comes."""
            if total_s:
                share = (audio.start_s + done_s) / total_s
                asyncio.run_coroutine_threadsafe(progress.show(share), loop)

        self._metrics.count(Metric.PROVIDER_CALL)
        return await self._engine.recognise(audio, language=run.language, progress=hear)


def _gap(audio: Audio, locale: str) -> tuple[Audio, Recognition]:
    """A part that says that ``audio`` could not be heard."""
    marked = gap(audio, "")
    text = say(locale, "gap", start=moment(marked.start_s), end=moment(marked.end_s))
    segment = gap(replace(audio, start_s=0.0), text)
    return replace(audio, overlap_s=0.0), Recognition((segment,), None)


def _next(chunks: Iterator[Audio]) -> Audio | None:
    return next(chunks, None)


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first plain exception inside nested groups."""
    first: BaseException = group
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return first
