"""One recording from Telegram to its transcript, in virtual time: the product's own code.

Network, provider and store are models; the processor is charged what ``processor_time`` measures.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from benchmarks.models import (
    ANSWER_S,
    MB,
    RTT_S,
    SHORTEST_AUDIO_S,
    TELEGRAM_CALL_S,
    TIMES_REAL_TIME,
    UPLINK_BYTES_PER_S,
    Provider,
    Store,
    Telegram,
)
from benchmarks.virtual_time import VirtualClock, VirtualTimeLoop, run
from processor.conversation.progress import Progress
from processor.engines.pool import EnginePool
from processor.media import Pace, ReadAhead, prepare, prepare_remote
from processor.recognition import Recogniser, Request
from processor.sources.fetch import fetch
from shared.jobs import (
    BOT_API_FILE_LIMIT_BYTES,
    Action,
    Address,
    Job,
    Media,
    MediaKind,
)
from shared.telemetry import Tally
from shared.transcripts import Recipe, TranscriptKey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.sources import Source
    from processor.media import Prepared
    from shared.audio import Audio
    from shared.ports import AudioBudget, JobStore
    from shared.transcripts import Transcript

# Processor seconds, charged as constants so that results do not depend on the machine; what it
# really takes here ``processor_time`` prints beside them.
OPEN_S = 0.010
INDEX_S_PER_SAMPLE = 1.3e-6  # of a film's table, read and weighed
COPY_S_PER_AUDIO_S = 0.0004  # packets passed on
CUT_S = 0.035  # the seconds before a cut decoded, and searched for a pause
DEMUX_S_PER_BYTE = 0.0004 / MB
REQUESTS_PER_S = 267.0  # sixteen under way at 60 ms
MEDIA = Media(MediaKind.DOCUMENT, "file", "unique")
JOB = Job("job", Action.TRANSCRIBE, "user", Address(1), "en", 0.0, MEDIA)
KEY = TranscriptKey("content", Recipe("groq", "benchmark"))


@dataclass(frozen=True, slots=True)
class Link:
    """The way to Telegram."""

    bytes_per_s: float
    requests_per_s: float = REQUESTS_PER_S


@dataclass(frozen=True, slots=True)
class Result:
    """What one run took."""

    seconds: float
    fetched_share: float
    link_use: float
    """Bytes fetched by what the link could have carried between the first request and the last byte."""
    requests: int
    """To the provider."""
    transcript: Transcript


def ours(
    source: Source, link: Link, *, pace: Pace | None = None, language: str | None = None
) -> Result:
    """What the product makes of ``source``; ``pace`` only where it is told another than its own."""

    async def program(loop: VirtualTimeLoop) -> Result:
        telegram = telegram_for(loop, source, link)
        provider = Provider()
        recognition = Recognition(loop, provider, language)
        if source.size_bytes > BOT_API_FILE_LIMIT_BYTES:
            async with ReadAhead(telegram) as ahead:
                transcript = await recognition.of(
                    await asyncio.to_thread(_opened_far, ahead, source, loop, pace)
                )
        else:
            fetched = await fetch(telegram, MEDIA, limit_bytes=BOT_API_FILE_LIMIT_BYTES)
            transcript = await recognition.of(
                await asyncio.to_thread(_opened_whole, fetched.data, loop)
            )
        lasted_s = telegram.ended_s - (telegram.began_s or 0.0)
        carried = link.bytes_per_s * lasted_s
        return Result(
            seconds=loop.time(),
            fetched_share=telegram.fetched_bytes / source.size_bytes,
            link_use=telegram.fetched_bytes / carried if carried else 0.0,
            requests=provider.requests,
            transcript=transcript,
        )

    return run(program)


def limit_s(source: Source, link: Link) -> float:
    """What no program can beat: the bytes through the narrower line, and one shortest request.

    Those are the file's on the way here, or the sound's alone where nothing else need be fetched,
    and the sound's on the way to the provider.
    """
    needed_bytes = source.size_bytes if source.scattered else source.sound_bytes
    carried_s = max(needed_bytes / link.bytes_per_s, source.sound_bytes / UPLINK_BYTES_PER_S)
    least_s = min(source.seconds, SHORTEST_AUDIO_S)
    return carried_s + RTT_S + ANSWER_S + least_s / TIMES_REAL_TIME


def telegram_for(loop: VirtualTimeLoop, source: Source, link: Link) -> Telegram:
    """The file of ``source`` behind ``link``."""
    return Telegram(loop, source, bytes_per_s=link.bytes_per_s, requests_per_s=link.requests_per_s)


class Recognition:
    """The product's recogniser over a model of a provider."""

    def __init__(
        self, loop: VirtualTimeLoop, provider: Provider, language: str | None = None
    ) -> None:
        store, clock, metrics = Store(loop), VirtualClock(), Tally()
        self._store = store
        budget = cast("AudioBudget", store)
        self._pool = EnginePool([provider], clock=clock, metrics=metrics, budget=budget)
        self._recogniser = Recogniser(self._pool, cast("JobStore", store), metrics)
        self._progress = Progress(_edit, _draft, clock, JOB)
        self._key = TranscriptKey("content", Recipe("groq", "benchmark", language))

    async def of(self, prepared: Prepared) -> Transcript:
        """The transcript of one recording."""
        known = {} if prepared.passthrough else await asyncio.to_thread(self._store.chunks, "")
        request = Request(
            prepared, MEDIA, self._key, self._progress, "en", last_try=False, known=known
        )
        return (await self._recogniser.transcribe(request)).transcript


async def _edit(text: str) -> None:
    del text
    await asyncio.sleep(TELEGRAM_CALL_S)


async def _draft(text: str) -> bool:
    await _edit(text)
    return True


def _opened_whole(data: bytes, loop: VirtualTimeLoop) -> Prepared:
    prepared = prepare(data, MEDIA, Provider.profile)
    if not prepared.passthrough:
        loop.charge(OPEN_S)
        prepared.chunks = charged(prepared.chunks, loop)
    return prepared


def _opened_far(
    ahead: ReadAhead, source: Source, loop: VirtualTimeLoop, pace: Pace | None
) -> Prepared:
    told: dict[str, Any] = {"pace": pace} if pace else {}
    prepared = prepare_remote(ahead, MEDIA, Provider.profile, loop, **told)
    loop.charge(OPEN_S + source.samples * INDEX_S_PER_SAMPLE)
    prepared.chunks = charged(prepared.chunks, loop)
    return prepared


def charged(chunks: Iterator[Audio], loop: VirtualTimeLoop) -> Iterator[Audio]:
    """The chunks, each paid for when it is made."""
    for chunk in chunks:
        loop.charge(CUT_S + (chunk.duration_s or 0.0) * COPY_S_PER_AUDIO_S)
        yield chunk
