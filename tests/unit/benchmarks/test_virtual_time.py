"""The loop on which the media benchmark runs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from benchmarks.virtual_time import VirtualClock, VirtualTimeLoop, run

if TYPE_CHECKING:
    from collections.abc import Awaitable


async def done_at(work: Awaitable[object]) -> float:
    """When ``work`` is done."""
    await work
    return asyncio.get_running_loop().time()


def test_waiting_moves_the_clock_and_nothing_else() -> None:
    """An hour asleep is an hour later, to the bit, and side by side it is one hour too."""

    async def program(loop: VirtualTimeLoop) -> tuple[float, float]:
        clock = VirtualClock()
        await asyncio.gather(clock.sleep(3600.0), clock.sleep(0.25))
        return loop.time(), clock.now()

    assert run(program) == (3600.0, 3600.0)


def test_a_thread_that_computes_takes_what_it_is_charged() -> None:
    """Its result comes later by the charge; who only waits is not held up."""

    async def program(loop: VirtualTimeLoop) -> list[float]:
        return list(
            await asyncio.gather(
                done_at(asyncio.to_thread(loop.charge, 2.0)), done_at(asyncio.sleep(0.5))
            )
        )

    assert run(program) == [2.0, 0.5]


def test_there_is_one_processor() -> None:
    """What threads and coroutines compute queues up; waiting threads wait side by side."""

    async def program(loop: VirtualTimeLoop) -> list[float]:
        return list(
            await asyncio.gather(
                done_at(asyncio.to_thread(loop.charge, 2.0)),
                done_at(loop.compute(1.0)),
                done_at(asyncio.to_thread(loop.delay, 2.5)),
                done_at(asyncio.to_thread(loop.delay, 2.5)),
            )
        )

    assert run(program) == [2.0, 3.0, 2.5, 2.5]


def test_a_thread_that_asks_the_loop_waits_in_virtual_time() -> None:
    """It gets its answer when it is there, having begun after what it had computed."""

    async def program(loop: VirtualTimeLoop) -> tuple[str, list[float]]:
        seen: list[float] = []

        async def answer() -> str:
            seen.append(loop.time())
            await asyncio.sleep(10.0)
            return "answer"

        def work() -> str:
            loop.charge(1.0)
            found = asyncio.run_coroutine_threadsafe(answer(), loop).result()
            seen.append(loop.time())
            loop.charge(0.5)
            return found

        found = await asyncio.to_thread(work)
        return found, [*seen, loop.time()]

    assert run(program) == ("answer", [1.0, 11.0, 11.5])


def test_what_a_thread_raises_arrives() -> None:
    """Its own errors, and those of what it asked the loop for."""

    async def fail() -> None:
        raise ValueError("asked for")

    async def program(loop: VirtualTimeLoop) -> None:
        def work() -> None:
            asyncio.run_coroutine_threadsafe(fail(), loop).result()

        await asyncio.to_thread(work)

    with pytest.raises(ValueError, match="asked for"):
        run(program)


def test_waiting_for_nothing_is_an_error() -> None:
    """Where nothing is left to happen the loop says so instead of hanging."""

    async def program(loop: VirtualTimeLoop) -> None:
        await loop.create_future()

    with pytest.raises(RuntimeError, match="everything waits"):
        run(program)
