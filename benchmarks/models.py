"""The world around the media path in the benchmark: a network, a speech provider, a store.

All in virtual time. Requests travel side by side; bytes queue up on the link.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from processor.engines import groq
from shared.audio import EngineProfile
from shared.ports import PLAIN
from shared.transcripts import Recognition, Segment

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from random import Random

    from benchmarks.sources import Source
    from benchmarks.virtual_time import VirtualTimeLoop
    from shared.audio import Audio
    from shared.jobs import Media
    from shared.transcripts import Instructions

MB = 1e6
RTT_S = 0.060  # to Telegram
IN_FLIGHT = 16  # requests that it bears
UPLINK_BYTES_PER_S = 20 * MB
ANSWER_S = 0.5  # a provider's least time for an answer
TIMES_REAL_TIME = 200.0  # and what it needs besides, as Groq states it for Whisper turbo
SHORTEST_AUDIO_S = 30.0  # Whisper's window: less audio takes no less time
STORE_CALL_S = 0.010
TELEGRAM_CALL_S = 0.150
# Telethon with cryptg decrypts and parses 300 to 380 MB/s, and its socket takes as long again in
# part: together 4 ms of processor for each MB.
RECEIVE_S_PER_BYTE = 0.004 / MB


class Pipe:
    """A line on which bytes queue up."""

    def __init__(self, bytes_per_s: float) -> None:
        self.bytes_per_s = bytes_per_s
        self._free_s = 0.0

    async def carry(self, size_bytes: int) -> None:
        """Return when all of them are through."""
        now_s = asyncio.get_running_loop().time()
        self._free_s = max(now_s, self._free_s) + size_bytes / self.bytes_per_s
        await asyncio.sleep(self._free_s - now_s)


class Telegram:
    """A file at Telegram, read by ranges or from front to back."""

    def __init__(
        self, loop: VirtualTimeLoop, source: Source, *, bytes_per_s: float, requests_per_s: float
    ) -> None:
        self.size_bytes = source.size_bytes
        self.in_flight = IN_FLIGHT
        self.fetched_bytes = 0
        self.began_s: float | None = None
        self.ended_s = 0.0
        self._loop = loop
        self._source = source
        self._link = Pipe(bytes_per_s)
        self._request_s = 1 / requests_per_s
        self._next_request_s = 0.0

    async def read(self, offset: int, length: int) -> bytes:
        """The range, when it has come over the link."""
        now_s = self._loop.time()
        begin_s = max(now_s, self._next_request_s)
        self._next_request_s = begin_s + self._request_s
        self.began_s = now_s if self.began_s is None else self.began_s
        await asyncio.sleep(begin_s - now_s + RTT_S)
        data = self._source.read(offset, length)
        await self._link.carry(len(data))
        self.ended_s = self._loop.time()
        self.fetched_bytes += len(data)
        await self._loop.compute(len(data) * RECEIVE_S_PER_BYTE)
        return data

    async def stream(self, media: Media) -> AsyncIterator[bytes]:
        """The whole file as the Bot API gives it: first its address, then its bytes."""
        del media
        await asyncio.sleep(2 * RTT_S)
        for offset in range(0, self.size_bytes, 1 << 16):
            data = self._source.read(offset, 1 << 16)
            await self._link.carry(len(data))
            self.fetched_bytes += len(data)
            await self._loop.compute(len(data) * RECEIVE_S_PER_BYTE)
            yield data

    async def close(self) -> None:
        """Nothing to let go of."""


@dataclass(frozen=True, slots=True)
class Stalls:
    """How often an answer takes seconds longer, and how much the others vary."""

    draw: Random
    share: float = 0.01
    least_s: float = 5.0
    most_s: float = 15.0
    spread: float = 0.3  # of the logarithm of an answer's usual time

    def answer_s(self) -> float:
        """How long the provider's own part of an answer takes this time."""
        usual_s = ANSWER_S * self.draw.lognormvariate(0.0, self.spread)
        stalled = self.draw.random() < self.share
        return usual_s + (self.draw.uniform(self.least_s, self.most_s) if stalled else 0.0)


class Provider:
    """A speech engine behind an uplink."""

    profile = EngineProfile(
        groq.NAME,
        "benchmark",
        groq.CONTAINERS,
        groq.CODECS,
        groq.MAX_BYTES,
        groq.MAX_CHUNK_S,
        times_real_time=groq.TIMES_REAL_TIME,
    )

    def __init__(self, stalls: Stalls | None = None) -> None:
        self.requests = 0
        self.sent_bytes = 0
        self._uplink = Pipe(UPLINK_BYTES_PER_S)
        self._stalls = stalls

    async def recognise(
        self,
        audio: Audio,
        *,
        language: str | None = None,  # noqa: ARG002  # it always hears English
        instructions: Instructions = PLAIN,  # noqa: ARG002  # it follows none
        progress: Callable[[float], None] | None = None,  # noqa: ARG002  # it has none
    ) -> Recognition:
        """One sentence, after the time it takes."""
        self.requests += 1
        self.sent_bytes += len(audio.data)
        length_s = audio.duration_s or 0.0
        await self._uplink.carry(len(audio.data))
        answer_s = self._stalls.answer_s() if self._stalls else ANSWER_S
        await asyncio.sleep(answer_s + length_s / TIMES_REAL_TIME)
        return Recognition((Segment(0.0, length_s, f"from {audio.start_s:.0f} on"),), "en")

    async def close(self) -> None:
        """Nothing to let go of."""


class Store:
    """Remembers nothing and grants everything, as slowly as a database; called from threads."""

    def __init__(self, loop: VirtualTimeLoop) -> None:
        self._loop = loop

    def chunks(self, content: str) -> dict[int, Recognition]:
        """None was heard before."""
        del content
        self._loop.delay(STORE_CALL_S)
        return {}

    def put_chunk(self, content: str, index: int, recognition: Recognition) -> None:
        """Taken."""
        del content, index, recognition
        self._loop.delay(STORE_CALL_S)

    def take(self, provider: str, audio_s: float) -> float:
        """Granted."""
        del provider, audio_s
        self._loop.delay(STORE_CALL_S)
        return 0.0
