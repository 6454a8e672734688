"""Many engines as one: who is asked, who steps in, and what it comes to when nobody can."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from processor.engines.breaker import COOL_DOWN_S, FAILURES
from processor.engines.hedging import LEAST_PATIENCE_S
from processor.engines.pool import LEAST_CHARGE_S, LIMITED_S, EnginePool
from shared.adapters.allowance import Allowances
from shared.adapters.sqlite.budget import SqliteAudioBudget
from shared.adapters.sqlite.database import Database
from shared.audio import UNCUT_S, EngineProfile, common
from shared.errors import (
    OperatorError,
    RateLimitedError,
    TranscriberError,
    TransientError,
    UserError,
)
from shared.telemetry import Metric, Tally
from shared.transcripts import Instructions
from tests.doubles.engine import PASSES_EVERYTHING
from tests.doubles.paced_engine import DrivenClock, PacedEngine, minute

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shared.ports import AudioBudget

DOWN = TransientError("answered 503")
BUSY = RateLimitedError("answered 429", retry_after_s=100.0)
BUSY_SOMEHOW = RateLimitedError("answered 429")
NO_CREDIT = OperatorError("answered 402")
BROKEN = UserError("undecodable")
LATE_S = 1.8125  # a minute's answer when a second is usual


class World:
    """Two engines in a pool, on a clock that is driven."""

    def __init__(
        self, *, budget: AudioBudget | None = None, clock: DrivenClock | None = None
    ) -> None:
        self.clock = clock or DrivenClock()
        self.tally = Tally()
        self.a = PacedEngine("a", self.clock)
        self.b = PacedEngine("b", self.clock)
        self._budget = budget
        self.pool = self.pooled(self.a, self.b)

    def pooled(self, *engines: PacedEngine) -> EnginePool:
        """A pool of these engines instead."""
        self.pool = EnginePool(engines, clock=self.clock, metrics=self.tally, budget=self._budget)
        return self.pool

    async def heard(self) -> str:
        """Who answered for one more chunk."""
        recognition = await self.clock.drive(self.pool.recognise(minute()))
        return recognition.segments[0].text

    async def failure(self) -> TranscriberError:
        """What is raised for one more chunk."""
        with pytest.raises(TranscriberError) as caught:
            await self.heard()
        return caught.value

    @property
    def asked(self) -> tuple[int, int]:
        """How often each was asked."""
        return self.a.asked, self.b.asked


@pytest.fixture
def world() -> World:
    """Two engines, no budget."""
    return World()


async def test_the_first_engine_takes_what_it_can(world: World) -> None:
    """The second is not touched; the language goes through, and so does the progress."""
    told: list[float] = []
    heard = await world.pool.recognise(minute(), language="de", progress=told.append)
    assert heard.segments[0].text == "a"
    assert (world.a.languages, told, world.asked) == (["de"], [60.0], (1, 0))
    assert world.tally.counts == {}


@pytest.mark.parametrize("failure", [DOWN, BUSY, BUSY_SOMEHOW, NO_CREDIT, BROKEN])
async def test_whatever_fails_the_next_steps_in_at_once(
    world: World, failure: TranscriberError
) -> None:
    """No time passes before the second engine answers; the further request is counted."""
    world.a.script.append(failure)
    started = world.clock.now()
    assert await world.heard() == "b"
    assert world.clock.now() == started
    assert world.tally.counts[Metric.PROVIDER_CALL] == 1


@pytest.mark.parametrize(
    ("failure", "errors", "alarms"), [(DOWN, 1, 0), (BUSY, 1, 0), (NO_CREDIT, 1, 1), (BROKEN, 0, 0)]
)
async def test_failures_are_counted_even_when_another_saves_the_day(
    world: World, failure: TranscriberError, errors: int, alarms: int
) -> None:
    """The operator hears of a dead account though no user notices; bad audio is nobody's error."""
    world.a.script.append(failure)
    await world.heard()
    counts = world.tally.counts
    assert counts.get(Metric.PROVIDER_ERROR, 0) == errors
    assert counts.get(Metric.OPERATOR_ALARM, 0) == alarms


@pytest.mark.parametrize(
    ("first", "second", "kind", "wait_s"),
    [
        (BROKEN, BROKEN, UserError, None),
        (BROKEN, NO_CREDIT, UserError, None),  # nobody in order thinks otherwise
        (BROKEN, DOWN, TransientError, None),
        (BROKEN, BUSY, TransientError, 100.0),
        (BUSY, BUSY_SOMEHOW, RateLimitedError, LIMITED_S),
        (BUSY, NO_CREDIT, RateLimitedError, 100.0),
        (BUSY, DOWN, TransientError, None),
        (DOWN, NO_CREDIT, TransientError, None),
        (NO_CREDIT, NO_CREDIT, OperatorError, None),
    ],
)
async def test_what_it_comes_to_when_both_fail(
    world: World,
    first: TranscriberError,
    second: TranscriberError,
    kind: type[TranscriberError],
    wait_s: float | None,
) -> None:
    """Each is asked once, and the error says what should happen next."""
    world.a.script.append(first)
    world.b.script.append(second)
    error = await world.failure()
    assert type(error) is kind
    assert getattr(error, "retry_after_s", None) == wait_s
    assert world.asked == (1, 1)


async def test_a_users_error_keeps_its_sentence(world: World) -> None:
    """The problem and its figures reach the user as the engine put them."""
    for engine in (world.a, world.b):
        engine.script.append(UserError("too_long", got="2 h", limit="1 h"))
    error = await world.failure()
    assert isinstance(error, UserError)
    assert (error.problem, error.figures) == ("too_long", {"got": "2 h", "limit": "1 h"})


@pytest.mark.parametrize(("limited", "rest_s"), [(BUSY, 100.0), (BUSY_SOMEHOW, LIMITED_S)])
async def test_who_asked_for_a_rest_is_not_asked_before(
    world: World, limited: TranscriberError, rest_s: float
) -> None:
    """For as long as it said, or a while where it did not say."""
    world.a.script.append(limited)
    assert await world.heard() == "b"
    world.clock.advance(rest_s - 0.25)
    assert await world.heard() == "b"
    assert world.a.asked == 1
    world.clock.advance(0.25)
    assert await world.heard() == "a"


async def test_when_all_rest_the_shortest_is_waited_for(world: World) -> None:
    """The wait shrinks as time passes, and nobody is asked meanwhile."""
    world.a.script.append(RateLimitedError("answered 429", retry_after_s=50.0))
    world.b.script.append(BUSY)
    await world.failure()
    world.clock.advance(20.0)
    error = await world.failure()
    assert isinstance(error, RateLimitedError)
    assert error.retry_after_s == 30.0
    assert world.asked == (1, 1)


async def test_who_fails_again_and_again_is_left_alone(world: World) -> None:
    """After five failures in a row the second goes first, until a probe after the cool-down."""
    world.a.script.extend([DOWN] * (FAILURES + 1))
    answers = [await world.heard() for _ in range(FAILURES + 3)]
    assert set(answers) == {"b"}
    assert world.a.asked == FAILURES
    world.clock.advance(COOL_DOWN_S)
    assert await world.heard() == "b"
    assert await world.heard() == "b"
    assert world.a.asked == FAILURES + 1
    world.clock.advance(COOL_DOWN_S)
    assert [await world.heard(), await world.heard()] == ["a", "a"]


async def test_only_one_probe_goes_at_a_time(world: World) -> None:
    """Of many chunks at once after the cool-down one tries the sick engine."""
    world.a.script.extend([DOWN] * FAILURES)
    for _ in range(FAILURES):
        await world.heard()
    world.clock.advance(COOL_DOWN_S)
    world.a.script.append(1.0)

    async def four() -> list[str]:
        heard = await asyncio.gather(*(world.pool.recognise(minute()) for _ in range(4)))
        return [recognition.segments[0].text for recognition in heard]

    assert sorted(await world.clock.drive(four())) == ["a", "b", "b", "b"]


@pytest.mark.parametrize(
    ("failure", "kind", "wait_s"),
    [(DOWN, TransientError, COOL_DOWN_S), (NO_CREDIT, OperatorError, None)],
)
async def test_a_lone_engine_that_is_left_alone_says_why(
    world: World, failure: TranscriberError, kind: type[TranscriberError], wait_s: float | None
) -> None:
    """A dead account stays the operator's business; else the job comes back when a probe may go."""
    world.pooled(world.a)
    world.a.script.extend([failure] * FAILURES)
    for _ in range(FAILURES):
        await world.failure()
    alarms = dict(world.tally.counts)
    error = await world.failure()
    assert type(error) is kind
    assert str(failure) in str(error)
    assert getattr(error, "retry_after_s", None) == wait_s
    assert world.a.asked == FAILURES
    assert world.tally.counts == alarms


async def test_neither_limits_nor_bad_audio_open_the_breaker(world: World) -> None:
    """An engine that answers is in order, whatever it answers."""
    for _ in range(FAILURES):
        world.a.script.extend([BROKEN, RateLimitedError("answered 429", retry_after_s=0.0)])
    for _ in range(2 * FAILURES):
        await world.heard()
    assert await world.heard() == "a"


async def learnt(world: World, *, seconds: float = 1.0) -> None:
    """Let the pool see what is usual: four answers of the first engine."""
    world.a.script.extend([seconds] * 4)
    for _ in range(4):
        await world.heard()
    world.a.asked = 0


async def test_a_slow_answer_is_overtaken_by_the_next_engine(world: World) -> None:
    """After about twice the usual the second is asked, wins, and the first is dropped."""
    await learnt(world)
    world.a.script.append(100.0)
    world.b.script.append(1.0)
    started = world.clock.now()
    assert await world.heard() == "b"
    assert world.clock.now() - started == LATE_S + 1.0
    assert (world.asked, world.a.given_up) == ((1, 1), 1)
    assert world.tally.counts == {Metric.PROVIDER_CALL: 1}


async def test_a_lone_slow_engine_is_asked_twice(world: World) -> None:
    """The same engine is as fast as usual the second time."""
    world.pooled(world.a)
    await learnt(world)
    world.a.script.extend([100.0, 1.0])
    started = world.clock.now()
    assert await world.heard() == "a"
    assert world.clock.now() - started == LATE_S + 1.0
    assert (world.a.asked, world.a.given_up) == (2, 1)


async def test_the_first_may_still_win(world: World) -> None:
    """Whichever answers first counts; the second request is given up."""
    await learnt(world)
    world.a.script.append(LATE_S + 0.5)
    world.b.script.append(1.0)
    assert await world.heard() == "a"
    assert (world.a.given_up, world.b.given_up) == (0, 1)


async def test_what_is_in_time_is_asked_once(world: World) -> None:
    """Just before it counts as late, nobody else is asked."""
    await learnt(world)
    world.a.script.append(LATE_S - 0.0625)
    assert await world.heard() == "a"
    assert world.asked == (1, 0)


async def test_a_new_worker_learns_while_it_waits(world: World) -> None:
    """A stalled first chunk gets its second request as soon as its siblings tell what is usual."""
    world.pooled(world.a)
    world.a.script.extend([100.0, 1.0, 1.0, 1.25, 1.0])

    async def four() -> None:
        await asyncio.gather(*(world.pool.recognise(minute()) for _ in range(4)))

    started = world.clock.now()
    await world.clock.drive(four())
    assert world.clock.now() - started == LATE_S + 1.0
    assert (world.a.asked, world.a.given_up) == (5, 1)


async def test_an_engine_known_to_be_fast_needs_no_experience(world: World) -> None:
    """Its very first answer may be late, by what it is said to take."""
    world.a.profile = replace(world.a.profile, times_real_time=200.0)
    world.pooled(world.a)
    world.a.script.extend([100.0, 1.0])
    started = world.clock.now()
    await world.heard()
    assert world.clock.now() - started == LEAST_PATIENCE_S + 1.0


async def test_a_chunk_is_hedged_once(world: World) -> None:
    """A second request that stalls too is no reason for a third."""
    await learnt(world)
    world.a.script.append(50.0)
    world.b.script.append(60.0)
    started = world.clock.now()
    assert await world.heard() == "a"
    assert world.clock.now() - started == 50.0
    assert world.asked == (1, 1)


async def test_a_failed_second_request_leaves_the_first_its_time(world: World) -> None:
    """An error of the one does not end the other."""
    await learnt(world)
    world.a.script.append(10.0)
    world.b.script.append(DOWN)
    assert await world.heard() == "a"
    assert world.tally.counts[Metric.PROVIDER_ERROR] == 1


async def test_resting_engines_get_no_second_requests(world: World) -> None:
    """The slow one itself is asked again when nobody else may be."""
    await learnt(world)
    world.a.script.append(DOWN)
    world.b.script.append(BUSY)
    await world.failure()
    world.a.script.extend([100.0, 1.0])
    assert await world.heard() == "a"
    assert (world.a.asked, world.b.asked) == (3, 1)


async def test_who_is_overtaken_again_and_again_goes_behind(world: World) -> None:
    """A stalling engine that never fails would cost its patience with every chunk."""
    await learnt(world)
    world.a.script.extend([100.0] * FAILURES)
    assert {await world.heard() for _ in range(FAILURES + 1)} == {"b"}
    assert world.a.asked == FAILURES
    world.b.script.append(DOWN)
    assert "slower" in str(await world.failure())


async def test_an_engine_on_ones_own_cpu_is_never_hedged(world: World) -> None:
    """Two requests would only share the processor."""
    world.a = PacedEngine("a", world.clock, hedge=False)
    world.pooled(world.a, world.b)
    await learnt(world)
    world.a.script.append(100.0)
    assert await world.heard() == "a"
    assert world.asked == (1, 0)


async def test_when_the_job_ends_so_do_its_requests(world: World) -> None:
    """Cancelling the caller cancels both requests and leaves nothing running."""
    await learnt(world)
    world.a.script.append(100.0)
    world.b.script.append(100.0)

    async def interrupted() -> None:
        job = asyncio.create_task(world.pool.recognise(minute()))
        await world.clock.sleep(5.0)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job

    await world.clock.drive(interrupted())
    assert (world.a.given_up, world.b.given_up) == (1, 1)
    assert len(asyncio.all_tasks()) == 1
    assert await world.heard() == "a"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Storage for a budget."""
    database = Database(tmp_path / "budget.sqlite3")
    yield database
    database.close()


async def test_without_budget_the_next_engine_takes_over(database: Database) -> None:
    """The engine whose hour is used up is not asked; when nobody else is there, the wait is told."""
    clock = DrivenClock()
    world = World(budget=SqliteAudioBudget(database, clock, Allowances({"a": 120.0})), clock=clock)
    answers = [(await world.pool.recognise(minute())).segments[0].text for _ in range(3)]
    assert answers == ["a", "a", "b"]
    world.pooled(world.a)
    with pytest.raises(RateLimitedError) as caught:
        await world.pool.recognise(minute())
    assert caught.value.retry_after_s == 1800.0
    assert world.a.asked == 2


async def test_every_request_is_charged_ten_seconds_at_least(database: Database) -> None:
    """Providers do the same, also where nobody knows the length."""
    clock = DrivenClock()
    budget = SqliteAudioBudget(database, clock, Allowances({"a": 3600.0}))
    world = World(budget=budget, clock=clock)
    await world.pool.recognise(replace(minute(), duration_s=2.0))
    await world.pool.recognise(replace(minute(), duration_s=None))
    assert budget.take("a", 3600.0) == 2 * LEAST_CHARGE_S


async def test_a_budget_that_cannot_be_asked_stops_nobody(database: Database) -> None:
    """The provider has a limit of its own; the outage is counted."""
    clock = DrivenClock()
    world = World(budget=SqliteAudioBudget(database, clock, Allowances({"a": 60.0})), clock=clock)
    database.close()
    answers = [(await world.pool.recognise(minute())).segments[0].text for _ in range(2)]
    assert answers == ["a", "a"]
    assert world.tally.counts == {Metric.LIMITER_UNAVAILABLE: 2}


async def test_the_budget_is_asked_beside_the_event_loop() -> None:
    """Storage calls block, and other chunks go on meanwhile."""
    threads: list[threading.Thread] = []

    class Witness:
        def take(self, provider: str, audio_s: float) -> float:
            threads.append(threading.current_thread())
            return 0.0

        def correct(self, provider: str, remaining_s: float, reset_s: float) -> None:
            raise AssertionError

    await World(budget=Witness()).pool.recognise(minute())
    assert threads
    assert threading.main_thread() not in threads


def test_a_chunk_for_the_pool_fits_each_of_its_engines() -> None:
    """Whichever engine gets the chunk: formats are those all take, limits the smallest."""
    other = EngineProfile(
        "other", "two", frozenset({"flac", "ogg"}), frozenset({"flac", "opus"}), 10_000, 1200.0
    )
    assert common([PASSES_EVERYTHING, other]) == EngineProfile(
        name="scripted+other",
        model="one+two",
        containers=frozenset({"flac", "ogg"}),
        codecs=frozenset({"flac", "opus"}),
        max_bytes=10_000,
        max_chunk_s=600.0,
        hedge=False,
        members=(PASSES_EVERYTHING, other),
    )
    assert common([other]) == replace(other, hedge=False, members=(other,))


TELLS = replace(PASSES_EVERYTHING, name="tells", speakers=True)
TRANSLATES = replace(PASSES_EVERYTHING, name="translates", translates=True)


@pytest.mark.parametrize(
    ("instructions", "names"),
    [
        (Instructions(), "tells+translates"),
        (Instructions(engine="translates"), "translates"),
        (Instructions(engine="elsewhere"), "tells+translates"),
        (Instructions(speakers=True), "tells"),
        (Instructions(speakers=True, engine="translates"), "translates"),
        (Instructions(task="translate"), "translates"),
    ],
)
def test_instructions_choose_the_engines(instructions: Instructions, names: str) -> None:
    """Those that can follow them; a wish that nobody can follow restricts nothing."""
    assert common([TELLS, TRANSLATES]).following(instructions).name == names


def test_who_speaks_is_asked_in_chunks_as_long_as_may_be() -> None:
    """A speaker's number means nothing in the next request."""
    profile = common([TELLS, TRANSLATES]).following(Instructions(speakers=True))
    assert profile.uncut
    assert profile.max_chunk_s == UNCUT_S
    assert not common([TRANSLATES]).following(Instructions(speakers=True)).uncut


async def test_a_pinned_engine_alone_is_asked(world: World) -> None:
    """The user's choice of engine holds, though another is preferred."""
    heard = await world.pool.recognise(minute(), instructions=Instructions(engine="b"))
    assert heard.segments[0].text == "b"
    assert world.a.asked == 0


async def test_nobody_translates(world: World) -> None:
    """Where no engine can, the user is told so."""
    with pytest.raises(UserError, match="no_translation"):
        await world.pool.recognise(minute(), instructions=Instructions(task="translate"))


def test_samples_and_files_do_not_mix() -> None:
    """No chunk would fit an engine that wants samples and one that wants files."""
    with pytest.raises(ValueError, match="samples"):
        common([PASSES_EVERYTHING, replace(PASSES_EVERYTHING, takes_pcm=True)])


async def test_closing_closes_every_engine(world: World) -> None:
    """Nobody's connections are left open."""
    await world.pool.close()
    assert world.a.closed
    assert world.b.closed
