"""What stalls cost: many hours of audio through the product's recogniser and pool, in virtual time."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from statistics import median, quantiles
from typing import TYPE_CHECKING

from benchmarks.flows import Recognition, charged
from benchmarks.models import MB, Provider, Stalls
from benchmarks.virtual_time import VirtualTimeLoop, run
from processor.media import Prepared, chunk_length_s
from shared.audio import Audio

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUR_S = 3600.0
AUDIO_BYTES_PER_S = 16_000
DOWNLOAD_BYTES_PER_S = 40 * MB
WARM_UP_S = 120.0  # two minutes heard before: enough for the pool to know what is usual
WARM_UPS = 3


@dataclass(frozen=True, slots=True)
class Tail:
    """How long an hour of audio takes, usually and at worst but for one in twenty."""

    p50_s: float
    p95_s: float
    extra_requests: float
    """Second requests, as a share of all."""

    @property
    def ratio(self) -> float:
        """How much worse it gets."""
        return self.p95_s / self.p50_s


def tail(runs: int, *, warm: bool) -> Tail:
    """The tail of ``runs`` hours with 1 % of the answers stalled; ``warm`` workers heard some before."""
    taken = [hour(seed, warm=warm) for seed in range(runs)]
    times = [seconds for seconds, _ in taken]
    chunks = runs * len(list(chunks_of_an_hour()))
    extra = sum(requests for _, requests in taken) - chunks
    return Tail(median(times), quantiles(times, n=20)[-1], extra / chunks)


def hour(seed: int, *, warm: bool) -> tuple[float, int]:
    """Seconds and requests of one hour of audio."""

    async def program(loop: VirtualTimeLoop) -> tuple[float, int]:
        provider = Provider(Stalls(Random(seed)))  # noqa: S311  # the same stalls every time
        recognition = Recognition(loop, provider)
        if warm:
            for _ in range(WARM_UPS):
                await recognition.of(Prepared(iter((silence(0.0, WARM_UP_S),)), declared_s=None))
        began_s, before = loop.time(), provider.requests
        await recognition.of(Prepared(fetched(loop), declared_s=HOUR_S))
        return loop.time() - began_s, provider.requests - before

    return run(program)


def chunks_of_an_hour() -> Iterator[Audio]:
    """An hour as the media path cuts it, give or take the pauses."""
    start_s = 0.0
    while start_s < HOUR_S:
        length_s = min(chunk_length_s(HOUR_S, Provider.profile, start_s), HOUR_S - start_s)
        yield silence(start_s, length_s)
        start_s += length_s


def fetched(loop: VirtualTimeLoop) -> Iterator[Audio]:
    """The same, each when it has been fetched and cut."""
    for chunk in charged(chunks_of_an_hour(), loop):
        loop.delay(len(chunk.data) / DOWNLOAD_BYTES_PER_S)
        yield chunk


def silence(start_s: float, length_s: float) -> Audio:
    """A chunk of which only the size matters."""
    data = bytes(round(length_s * AUDIO_BYTES_PER_S))
    return Audio(data, "mp3", start_s=start_s, duration_s=length_s)
