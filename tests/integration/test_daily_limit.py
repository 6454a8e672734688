"""How much audio is recognised for a user in a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.errors import TransientError
from shared.telemetry import Metric
from shared.texts import Span, say
from tests.doubles.bench import bench
from tests.doubles.engine import ScriptedEngine
from tests.media.make import encode, tone

if TYPE_CHECKING:
    from pathlib import Path

MINUTE = encode("ogg", "libopus", tone(60.0))
OTHER = encode("ogg", "libopus", tone(60.0, hz=550.0))
HALF_A_DAY_S = 43_200.0


async def test_a_day_has_so_many_minutes(tmp_path: Path) -> None:
    """The second of one is refused, with the time to wait; half a day later half is back."""
    engine = ScriptedEngine()
    async with bench(tmp_path, engine, user_audio_minutes_per_day=1) as it:
        for note in (MINUTE, OTHER):
            await it.user.send_voice(note, duration=60)
            await it.answer()
        assert it.shown() == [engine.text, say("en", "daily_limit", wait=Span(2 * HALF_A_DAY_S))]
        assert len(engine.heard) == 1
        it.clock.advance(2 * HALF_A_DAY_S)
        await it.user.send_voice(OTHER, duration=60)
        await it.answer()
        assert it.shown()[-1] == engine.text


async def test_the_cache_is_free_and_others_have_their_own(tmp_path: Path) -> None:
    """What was heard before is answered; another user's day is another."""
    engine = ScriptedEngine()
    async with bench(tmp_path, engine, user_audio_minutes_per_day=1) as it:
        note = await it.user.send_voice(MINUTE, duration=60)
        await it.answer()
        await it.user.forward(note)
        await it.answer()
        bob = it.api.user(8, "Bob")
        await bob.send_voice(OTHER, duration=60)
        await it.answer()
        assert it.shown() == [engine.text, engine.text]
        assert it.shown(bob) == [engine.text]


async def test_a_budget_that_fails_refuses_nobody(tmp_path: Path) -> None:
    """The limit protects the operator's purse, not at the cost of the service; it is counted."""
    engine = ScriptedEngine()
    async with bench(tmp_path, engine, user_audio_minutes_per_day=1) as it:
        it.sabotage.order(TransientError("throttled"), "budget.take")
        await it.user.send_voice(MINUTE, duration=60)
        await it.answer()
        assert it.shown() == [engine.text]
        assert it.tally.counts[Metric.LIMITER_UNAVAILABLE] == 1
