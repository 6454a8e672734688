"""Second requests: when they are made, how few they are, and what they save."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.engines.hedging import EXTRA_BURST, EXTRA_SHARE, LEAST_PATIENCE_S, Extras, Pace
from processor.engines.pool import EnginePool
from shared.telemetry import Metric, Tally
from tests.doubles.paced_engine import DrivenClock, PacedEngine, minute

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.audio import Audio


def known(durations_s: Sequence[float], audio_s: float = 60.0) -> Pace:
    """A pace learnt from chunks of one length."""
    pace = Pace()
    for taken_s in durations_s:
        pace.learn(audio_s, taken_s)
    return pace


def test_without_experience_nothing_is_late() -> None:
    """Three answers say what is usual; before that nobody knows, unless the engine is known."""
    assert known([1.0, 1.0]).patience_s(60.0) is None
    assert known([1.0, 1.0, 1.0]).patience_s(60.0) == pytest.approx(1.8125)
    assert Pace(times_real_time=200.0).patience_s(600.0) == pytest.approx(3.5 + 0.65)


def test_experience_corrects_what_is_said_of_an_engine() -> None:
    """A fast one that is slow today is given its time after a few answers."""
    pace = Pace(times_real_time=200.0)
    for _ in range(3):
        pace.learn(60.0, 8.0)
    assert pace.patience_s(60.0) == pytest.approx(14.5)


def test_what_is_usual_is_the_median_for_the_length() -> None:
    """Stalls do not spoil it; longer audio takes longer but stalls no longer; little is never late."""
    pace = known([1.0, 2.0, 40.0, 1.9, 2.1])
    assert pace.patience_s(60.0) == pytest.approx(3.625)
    assert pace.patience_s(600.0) == pytest.approx(2.5 * 3.5 + 2.5 * 0.65)
    assert known([0.1] * 5).patience_s(60.0) == LEAST_PATIENCE_S


def test_short_audio_takes_as_long_as_half_a_minute() -> None:
    """A voice note's fixed cost is not taken for the price of each of its seconds."""
    pace = known([1.3] * 5, audio_s=2.0)
    assert pace.patience_s(2.0) == pace.patience_s(30.0) == pytest.approx(2.6)


def test_the_pace_follows_the_times() -> None:
    """What was usual an hour ago is forgotten."""
    pace = known([1.0] * 100 + [4.0] * 32)
    assert pace.patience_s(60.0) == pytest.approx(7.25)


@given(wishes=st.lists(st.booleans(), max_size=300))
def test_second_requests_are_few(wishes: list[bool]) -> None:
    """Whoever wants how many: a small burst, and then one in twenty."""
    extras, made = Extras(), 0
    for number, wish in enumerate(wishes, start=1):
        extras.earn()
        made += wish and extras.spend()
        assert made <= EXTRA_BURST + number * EXTRA_SHARE


class Provider:
    """Draws how long requests take: about 0.8 s a minute, and one in a hundred stalls."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311  (a simulation)

    def takes_s(self, audio: Audio) -> float:
        """A lognormal delay beside the work itself, or a stall of 5 to 15 s."""
        if self._chance.random() < 0.01:
            return self._chance.uniform(5.0, 15.0)
        return self._chance.lognormvariate(-0.7, 0.3) + (audio.duration_s or 0.0) / 200


async def files(*, hedge: bool) -> tuple[list[float], float]:
    """How long 150 files of an hour take, 12 chunks at once; and the share of extra requests."""
    clock, tally = DrivenClock(), Tally()
    engine = PacedEngine("groq", clock, takes_s=Provider(seed=7).takes_s, hedge=hedge)
    pool = EnginePool([engine], clock=clock, metrics=tally)
    places = asyncio.Semaphore(12)

    async def chunk() -> None:
        async with places:
            await pool.recognise(minute())

    async def file() -> float:
        started = clock.now()
        await asyncio.gather(*(chunk() for _ in range(60)))
        return clock.now() - started

    taken_s = [await clock.drive(file()) for _ in range(150)]
    extra = tally.counts.get(Metric.PROVIDER_CALL, 0) / (150 * 60)
    return sorted(taken_s), extra


async def test_a_stall_does_not_hold_up_the_file() -> None:
    """With one stall in a hundred, the slow files take hardly longer than the others."""
    taken_s, extra = await files(hedge=True)
    assert taken_s[142] / taken_s[75] <= 1.5
    assert 0.005 <= extra <= 0.05


async def test_without_second_requests_it_would() -> None:
    """The simulation has a tail to cut off."""
    taken_s, extra = await files(hedge=False)
    assert taken_s[142] / taken_s[75] > 2.0
    assert extra == 0.0
