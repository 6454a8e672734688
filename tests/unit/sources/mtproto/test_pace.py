"""How many requests are under way follows how well they go."""

from __future__ import annotations

import asyncio

import pytest

from processor.sources.mtproto.failures import LostError, SilentError
from processor.sources.mtproto.pace import EASY_S, Pace
from shared.errors import RateLimitedError
from tests.doubles.clock import HeldClock, ManualClock


async def succeed(pace: Pace, count: int) -> None:
    """So many requests that go well, one after the other."""
    for _ in range(count):
        async with pace.turn():
            pass


async def fail(pace: Pace, error: Exception) -> None:
    """One request that ends in ``error``."""
    with pytest.raises(type(error)):
        async with pace.turn():
            raise error


async def test_it_starts_low_and_rises_to_the_setting() -> None:
    """One more for every round that went well, never beyond the most allowed."""
    pace = Pace(ManualClock(), most=16)
    assert pace.allowed == 4
    await succeed(pace, 4)
    assert pace.allowed == 5
    await succeed(pace, 500)
    assert pace.allowed == 16
    assert Pace(ManualClock(), most=2).allowed == 2


async def test_slow_answers_do_not_raise_it() -> None:
    """On a thin line more requests at once would only wait for each other."""
    clock = ManualClock()
    pace = Pace(clock, most=16)
    for _ in range(20):
        async with pace.turn():
            clock.advance(EASY_S + 0.1)
    assert pace.allowed == 4


@pytest.mark.parametrize(
    "error", [SilentError("late"), RateLimitedError("less", retry_after_s=2.0)]
)
async def test_floods_and_silence_halve_it(error: Exception) -> None:
    """Down to one, from where it rises again."""
    pace = Pace(ManualClock(), most=16)
    await succeed(pace, 500)
    for expected in (8, 4, 2, 1, 1):
        await fail(pace, error)
        assert pace.allowed == expected
    await succeed(pace, 1)
    assert pace.allowed == 2


async def test_as_many_are_expected_as_there_may_be_until_telegram_wants_less() -> None:
    """Then about as many as there will be on average, and more when they are borne after all."""
    pace = Pace(ManualClock(), most=16)
    assert pace.expected == 16
    await succeed(pace, 500)
    await fail(pace, RateLimitedError("less", retry_after_s=1.0))
    assert pace.expected == 12
    await succeed(pace, 500)
    assert pace.expected == 16
    for _ in range(6):
        await fail(pace, SilentError("silence"))
    assert pace.expected == pace.allowed == 1


async def test_a_broken_connection_says_nothing_about_the_pace() -> None:
    """A reset is nobody's complaint."""
    pace = Pace(ManualClock(), most=16)
    await fail(pace, LostError("reset"))
    assert pace.allowed == 4


async def test_failures_of_requests_sent_together_count_once() -> None:
    """Four complaints about the same burst halve it once."""
    pace = Pace(ManualClock(), most=16)
    together = asyncio.Barrier(4)

    async def request() -> None:
        async with pace.turn():
            await together.wait()
            raise SilentError("late")

    ends = await asyncio.gather(*(request() for _ in range(4)), return_exceptions=True)
    assert [type(end) for end in ends] == [SilentError] * 4
    assert pace.allowed == 2


async def test_no_more_than_allowed_are_under_way() -> None:
    """The others wait for their turn, and all get it."""
    pace = Pace(ManualClock(), most=3)
    under_way = peak = done = 0

    async def request() -> None:
        nonlocal under_way, peak, done
        async with pace.turn():
            under_way += 1
            peak = max(peak, under_way)
            await asyncio.sleep(0)
            under_way -= 1
        done += 1

    await asyncio.gather(*(request() for _ in range(50)))
    assert (peak, done) == (3, 50)


async def test_everybody_rests_while_telegram_says_wait() -> None:
    """The next request goes out when the wait is over, not before."""
    clock = HeldClock()
    pace = Pace(clock, most=16)
    await fail(pace, RateLimitedError("less", retry_after_s=7.0))
    sent = asyncio.create_task(succeed(pace, 1))
    for _ in range(5):
        await asyncio.sleep(0)
    clock.advance(6.9)
    await asyncio.sleep(0)
    assert not sent.done()
    clock.advance(0.2)
    await sent


async def test_a_long_wait_holds_nobody_up_here() -> None:
    """The job that was told to wait for minutes goes back to the queue; others may try."""
    clock = ManualClock()
    pace = Pace(clock, most=16)
    await fail(pace, RateLimitedError("less", retry_after_s=1267.0))
    before = clock.now()
    await succeed(pace, 1)
    assert clock.now() == before


async def test_a_turn_given_up_is_free() -> None:
    """Whoever is cancelled, waiting or under way, leaves room."""
    pace = Pace(ManualClock(), most=1)
    forever = asyncio.Event()

    async def request() -> None:
        async with pace.turn():
            await forever.wait()

    first, second = asyncio.create_task(request()), asyncio.create_task(request())
    await asyncio.sleep(0)
    second.cancel()
    first.cancel()
    await asyncio.gather(first, second, return_exceptions=True)
    await asyncio.wait_for(succeed(pace, 1), 5)
