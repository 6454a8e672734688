"""From prepared media to a transcript: chunks recognised side by side, joined in the order of time.

The next chunk is only made when there is a place for it. So a file that is still on its way is read
just as fast as it is heard, and memory holds a few chunks however long it is.

All chunks are heard in one language. Where nobody chose it, it is that of the first, but no chunk
waits for that: engines detect it, and who detected another is asked once more.
"""

from __future__ import annotations

import asyncio
from asyncio import to_thread
from dataclasses import dataclass, field, replace
from itertools import count, takewhile
from typing import TYPE_CHECKING, NamedTuple

from processor.recognition.places import Places
from processor.recognition.spoken import SpokenLanguage
from processor.recognition.stitching import gap, stitch
from shared.audio import Audio
from shared.errors import TransientError, UserError
from shared.telemetry import Metric
from shared.texts import moment, say
from shared.transcripts import Place, Recognition, Transcript

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from processor.conversation.progress import Progress
    from processor.media import Prepared
    from shared.jobs import Media
    from shared.ports import Engine, JobStore, Metrics
    from shared.transcripts import TranscriptKey

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
    known: Mapping[int, Recognition] = field(default_factory=dict)
    """The results that an earlier try has left."""


class Heard(NamedTuple):
    """A transcript, and what the providers took for it just now."""

    transcript: Transcript
    cost_usd: float


@dataclass(slots=True)
class _Run:
    """One file on its way through the engine."""

    request: Request
    language: SpokenLanguage
    parts: dict[int, tuple[Audio, Recognition]] = field(default_factory=dict)
    """What was heard, by chunk index; the audio's bytes are dropped."""
    failures: dict[int, tuple[Audio, UserError | TransientError]] = field(default_factory=dict)
    cost_usd: float = 0.0

    @property
    def total_s(self) -> float | None:
        """How long the file claims to be: for the progress shown, for nothing else."""
        media = self.request.media
        return self.request.prepared.declared_s or (media.duration_s if media else None)

    def text(self) -> str:
        """What was heard from the beginning on, up to the first part still missing."""
        leading = takewhile(self.parts.__contains__, count())
        segments = stitch(self.parts[index] for index in leading)
        return " ".join(segment.text for segment in segments)

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

    async def transcribe(self, request: Request) -> Heard:
        """The transcript; results of an earlier try under the same key are not paid for again.

        Raises what media and engine raise. A chunk that fails for good beside others that do not
        leaves a marked gap, and the transcript is not ``complete``.
        """
        run = _Run(
            request=request,
            language=SpokenLanguage(request.key.recipe.language),
        )
        for index, heard_before in request.known.items():
            run.language.heard(index, heard_before.language)
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
            language=run.language.code,
            duration_s=run.covered_s(),
            declared_s=request.prepared.declared_s,
            complete=not gaps,
        )
        self._metrics.observe(Metric.AUDIO_S, transcript.duration_s)
        return Heard(transcript, run.cost_usd)

    async def _chunks(self, run: _Run) -> None:
        places = Places()
        async with asyncio.TaskGroup() as group:
            for index in range(ENDLESS):
                await places.free()
                audio = await to_thread(_next, run.request.prepared.chunks)
                if audio is None:
                    break
                task = group.create_task(self._chunk(run, index, audio))
                places.take(len(audio.data), until=task)
                if index == 0 and self._one_by_one and run.language.code is None:
                    await task  # the next one would only wait, and then ask in vain

    @property
    def _one_by_one(self) -> bool:
        """Whether the engine has but this machine, so that side by side nothing is faster."""
        return self._engine.profile.takes_pcm

    async def _chunk(self, run: _Run, index: int, audio: Audio) -> None:
        heard = run.request.known.get(index)
        if heard is None:
            try:
                heard = await self._hear(run, index, audio)
            except (UserError, TransientError) as error:
                if isinstance(error, TransientError) and not run.request.last_try:
                    raise
                run.language.heard(index, None)
                run.failures[index] = (replace(audio, data=b""), error)
                return
            # A file sent as it is has but one chunk: the transcript that follows at once is kept.
            if not run.request.prepared.passthrough:
                heard = replace(heard, place=_place(audio))
                await to_thread(self._jobs.put_chunk, str(run.request.key), index, heard)
        run.parts[index] = (replace(audio, data=b""), heard)
        if run.total_s:
            await run.request.progress.show(run.covered_s() / run.total_s, run.text())

    async def _hear(self, run: _Run, index: int, audio: Audio) -> Recognition:
        """What is said in ``audio``, in the language of the recording: only that is kept."""
        asked_in = run.language.code
        heard = await self._ask(run, audio)
        run.language.heard(index, heard.language)
        if asked_in or not heard.language or heard.language == await run.language.known():
            return heard
        try:
            return await self._ask(run, audio)
        except (UserError, TransientError) as error:
            if isinstance(error, TransientError) and not run.request.last_try:
                raise
            return heard  # in the wrong language perhaps, but no gap

    async def _ask(self, run: _Run, audio: Audio) -> Recognition:
        loop = asyncio.get_running_loop()
        total_s, progress = run.total_s, run.request.progress

        def hear(done_s: float) -> None:
            """Pass the engine's progress on, from whichever thread it comes."""
            if total_s:
                share = (audio.start_s + done_s) / total_s
                asyncio.run_coroutine_threadsafe(progress.show(share), loop)

        self._metrics.count(Metric.PROVIDER_CALL)
        heard = await self._engine.recognise(
            audio,
            language=run.language.code,
            instructions=run.request.key.recipe.instructions,
            progress=hear,
        )
        run.cost_usd += heard.cost_usd
        return heard


def _gap(audio: Audio, locale: str) -> tuple[Audio, Recognition]:
    """A part that says that ``audio`` could not be heard."""
    marked = gap(audio, "")
    text = say(locale, "gap", start=moment(marked.start_s), end=moment(marked.end_s))
    segment = gap(replace(audio, start_s=0.0), text)
    return replace(audio, overlap_s=0.0), Recognition((segment,), None)


def heard_before(known: Mapping[int, Recognition]) -> list[Audio]:
    """The first chunks of a recording as an earlier try made them, without their bytes."""
    heard: list[Audio] = []
    while len(heard) in known and (place := known[len(heard)].place):
        heard.append(
            Audio(b"", place.container, place.start_s, place.duration_s, overlap_s=place.overlap_s)
        )
    return heard


def _place(audio: Audio) -> Place | None:
    """Where ``audio`` lies; of channels heard apart nobody needs to know."""
    if audio.channel is not None:
        return None
    return Place(audio.container, audio.start_s, audio.duration_s, audio.overlap_s)


def _next(chunks: Iterator[Audio]) -> Audio | None:
    return next(chunks, None)


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first plain exception inside nested groups."""
    first: BaseException = group
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return first
