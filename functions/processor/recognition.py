"""From bytes to a transcript: chunks recognised side by side, joined in the order of time."""

from __future__ import annotations

import asyncio
from asyncio import to_thread
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from processor.media import prepare
from processor.stitching import stitch
from shared.telemetry import Metric
from shared.transcripts import Transcript

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processor.conversation import Progress
    from processor.media import Prepared
    from shared.audio import Audio
    from shared.jobs import Media
    from shared.ports import Engine, JobStore, Metrics
    from shared.transcripts import Recognition, TranscriptKey

CHUNKS_IN_FLIGHT = 4  # bounds memory: that many chunks exist at once


@dataclass(slots=True)
class _Run:
    """One file on its way through the engine."""

    prepared: Prepared
    known: dict[int, Recognition]
    language: str | None
    total_s: float | None
    parts: dict[int, tuple[Audio, Recognition]] = field(default_factory=dict)
    """What was heard, by chunk index; the audio's bytes are dropped."""

    def covered_s(self) -> float:
        """Seconds of media heard: decoded, else what the engine processed, else the header's."""
        if self.prepared.covered_s is not None:
            return self.prepared.covered_s
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

    async def transcribe(
        self,
        data: bytes,
        media: Media,
        key: TranscriptKey,
        progress: Progress,
    ) -> Transcript:
        """The transcript of ``data``; results of an earlier try under ``key`` are not paid again.

        ``progress`` shows the share done. Raises what media and engine raise.
        """
        prepared = await to_thread(prepare, data, media, self._engine.profile)
        run = _Run(
            prepared=prepared,
            known=await to_thread(self._jobs.chunks, str(key)),
            language=key.recipe.language,
            total_s=prepared.declared_s or media.duration_s,
        )
        try:
            await self._chunks(run, key, progress)
        except ExceptionGroup as group:  # the first failure speaks for all
            raise _first(group) from group
        transcript = Transcript(
            segments=stitch(run.parts[index] for index in sorted(run.parts)),
            language=run.language,
            duration_s=run.covered_s(),
            declared_s=prepared.declared_s,
        )
        self._metrics.observe(Metric.AUDIO_S, transcript.duration_s)
        return transcript

    async def _chunks(self, run: _Run, key: TranscriptKey, progress: Progress) -> None:
        places = asyncio.Semaphore(CHUNKS_IN_FLIGHT)
        async with asyncio.TaskGroup() as group:
            for index in range(1 << 31):
                await places.acquire()
                audio = await to_thread(_next, run.prepared.chunks)
                if audio is None:
                    break
                task = group.create_task(self._chunk(run, index, audio, key, progress))
                task.add_done_callback(lambda _: places.release())
                if index == 0:
                    await task  # its language holds for all the rest

    async def _chunk(
        self,
        run: _Run,
        index: int,
        audio: Audio,
        key: TranscriptKey,
        progress: Progress,
    ) -> None:
        heard = run.known.get(index)
        if heard is None:
            heard = await self._ask(run, audio, progress)
            await to_thread(self._jobs.put_chunk, str(key), index, heard)
        run.language = run.language or heard.language
        run.parts[index] = (replace(audio, data=b""), heard)
        if run.total_s:
            await progress.show(run.covered_s() / run.total_s)

    async def _ask(self, run: _Run, audio: Audio, progress: Progress) -> Recognition:
        loop = asyncio.get_running_loop()

        def hear(done_s: float) -> None:
            """Pass the engine's progress on, from whichever thread it comes."""
            if run.total_s:
                share = (audio.start_s + done_s) / run.total_s
                asyncio.run_coroutine_threadsafe(progress.show(share), loop)

        self._metrics.count(Metric.PROVIDER_CALL)
        return await self._engine.recognise(audio, language=run.language, progress=hear)


def _next(chunks: Iterator[Audio]) -> Audio | None:
    return next(chunks, None)


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first plain exception inside nested groups."""
    first: BaseException = group
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return first
