"""The pool over real engines and loopback providers: one real fail-over each way."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from processor.engines import choose
from processor.engines.deepgram import DeepgramEngine
from processor.engines.groq import GroqEngine
from processor.engines.keys import Keys
from processor.engines.pool import EnginePool
from shared.adapters.secrets import SettingsSecrets
from shared.adapters.sqlite import open_storage
from shared.errors import OperatorError, RateLimitedError, UserError
from shared.settings import Settings
from shared.telemetry import Metric, Tally
from tests.doubles.clock import HeldClock
from tests.doubles.deepgram_server import (
    GATEWAY_TIMEOUT,
    NO_CREDIT,
    SLOW_UPLOAD,
    DeepgramServer,
)
from tests.doubles.deepgram_server import rate_limited as deepgram_limited
from tests.doubles.groq_server import GroqServer, rate_limited
from tests.doubles.sounds import as_flac, tone
from tests.doubles.speech_server import Cut, Fault

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from shared.audio import Audio
    from shared.ports import AudioBudget, Engine

TONE = as_flac(tone(1.0))


@dataclass(frozen=True, slots=True)
class Providers:
    """Groq before Deepgram, as ``choose`` pools them, with a budget in a database."""

    groq: GroqServer
    deepgram: DeepgramServer
    engine: Engine
    budget: AudioBudget
    clock: HeldClock
    tally: Tally

    @property
    def requests(self) -> tuple[int, int]:
        """How many each of them got."""
        return self.groq.requests, self.deepgram.requests


@asynccontextmanager
async def providers(folder: Path, **given: str) -> AsyncIterator[Providers]:
    """Both providers with the one key they know, or what is ``given``."""
    async with GroqServer() as groq, DeepgramServer() as deepgram:
        keys = {"groq_api_key": "test-key", "deepgram_api_key": "test-key", **given}
        settings = Settings(
            groq_base_url=groq.base_url,
            deepgram_base_url=deepgram.base_url,
            database_path=str(folder / "state.sqlite3"),
            **keys,  # type: ignore[arg-type]  # all of them are texts
        )
        clock, tally = HeldClock(), Tally()
        storage = open_storage(settings, clock)
        engine = choose(
            settings, SettingsSecrets(settings), clock=clock, metrics=tally, budget=storage.budget
        )
        yield Providers(groq, deepgram, engine, storage.budget, clock, tally)
        await engine.close()
        storage.close()


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[Providers]:
    """Both providers in order."""
    async with providers(tmp_path) as made:
        yield made


async def test_a_limited_groq_is_replaced_for_as_long_as_it_said(both: Providers) -> None:
    """Deepgram answers; Groq is left alone for its hundred seconds and then asked again."""
    both.groq.faults.append(rate_limited("100"))
    assert (await both.engine.recognise(TONE)).segments
    both.clock.advance(99.0)
    assert (await both.engine.recognise(TONE)).segments
    assert both.requests == (1, 2)
    both.clock.advance(1.0)
    assert (await both.engine.recognise(TONE)).segments
    assert both.requests == (2, 2)
    assert both.tally.counts == {Metric.PROVIDER_ERROR: 1, Metric.PROVIDER_CALL: 1}


@pytest.mark.parametrize("fault", [Fault.html(503), Fault(498, ""), Cut(), Fault(200, "<html>")])
async def test_a_failing_groq_is_replaced(both: Providers, fault: Fault | Cut) -> None:
    """Server errors, cut connections and answers that are none: Deepgram answers."""
    both.groq.faults.append(fault)
    assert (await both.engine.recognise(TONE)).segments
    assert both.requests == (1, 1)
    assert both.tally.counts.get(Metric.OPERATOR_ALARM) is None


async def test_a_revoked_key_is_replaced_and_rings(tmp_path: Path) -> None:
    """The user gets the text, the operator the alarm."""
    async with providers(tmp_path, groq_api_key="revoked-key") as both:
        assert (await both.engine.recognise(TONE)).segments
        assert both.tally.counts[Metric.OPERATOR_ALARM] == 1
        both.deepgram.keys.clear()
        with pytest.raises(OperatorError, match=r"GROQ_API_KEY.*DEEPGRAM_API_KEY") as caught:
            await both.engine.recognise(TONE)
        assert "revoked" not in str(caught.value)


@pytest.mark.parametrize("fault", [GATEWAY_TIMEOUT, SLOW_UPLOAD, NO_CREDIT, deepgram_limited()])
async def test_a_failing_deepgram_is_replaced(both: Providers, fault: Fault) -> None:
    """The other way round: where Deepgram comes first, Groq steps in."""
    key = Keys("KEY", lambda: ("test-key",))
    pool = EnginePool(
        [
            DeepgramEngine(key, "nova-3", both.deepgram.base_url),
            GroqEngine(key, "whisper-large-v3-turbo", both.groq.base_url),
        ],
        clock=both.clock,
        metrics=both.tally,
    )
    both.deepgram.faults.append(fault)
    assert (await pool.recognise(TONE)).segments
    assert both.requests == (1, 1)
    assert pool.profile.name == "deepgram+groq"
    await pool.close()


async def test_both_limited_is_limited(both: Providers) -> None:
    """The shorter of the two waits comes back, for the queue to respect."""
    both.groq.faults.append(rate_limited("100"))
    both.deepgram.faults.append(Fault(429, "", {"retry-after": "7"}))
    with pytest.raises(RateLimitedError) as caught:
        await both.engine.recognise(TONE)
    assert caught.value.retry_after_s == 7.0


async def test_what_neither_can_decode_is_the_users(both: Providers) -> None:
    """The second opinion is asked for before the user is told."""
    broken: Audio = type(TONE)(b"this is no audio", "flac")
    with pytest.raises(UserError, match="undecodable"):
        await both.engine.recognise(broken)
    assert both.requests == (1, 1)
    assert both.tally.counts == {Metric.PROVIDER_CALL: 1}


async def test_what_groq_says_is_left_is_believed(both: Providers) -> None:
    """With each answer, good or bad, the shared budget learns what others took of the account."""
    used_up = {
        "x-ratelimit-remaining-audio-seconds": "0",
        "x-ratelimit-reset-audio-seconds": "59m59s",
    }
    both.groq.faults.append(Fault(503, "", used_up))
    await both.engine.recognise(TONE)
    assert both.budget.take("groq", 7200.0) == 3599.0
    await both.engine.recognise(TONE)
    assert both.requests == (1, 2)


async def test_one_of_several_keys_says_nothing_of_all(tmp_path: Path) -> None:
    """They may be several accounts': each with an hour of its own."""
    async with providers(tmp_path, groq_api_key="test-key,other-key") as both:
        both.groq.keys.append("other-key")
        used_up = {
            "x-ratelimit-remaining-audio-seconds": "0",
            "x-ratelimit-reset-audio-seconds": "1h",
        }
        both.groq.faults.append(Fault(503, "", used_up))
        await both.engine.recognise(TONE)
        assert both.budget.take("groq", 7190.0) == 0.0
