"""The contract of ``Statistics``: sums by calendar day, each user counted once on each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.ports import Figures
from tests.contracts.editions import DAY_S, RETENTION_S, race

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.ports import Statistics
    from tests.contracts.editions import Edition
    from tests.doubles.clock import ManualClock

DONE = Figures(succeeded=1, audio_s=7.5, cost_usd=0.25)
CACHED = Figures(succeeded=1, cached=1)


@pytest.fixture
def statistics(edition: Edition, clock: ManualClock) -> Statistics:
    """Nothing has happened yet; a day has just begun."""
    clock.advance(DAY_S - clock.now() % DAY_S)
    return edition.statistics()


def test_where_nothing_happened_every_figure_is_zero(statistics: Statistics) -> None:
    """Today and in any past."""
    assert statistics.since(1) == Figures()
    assert statistics.since(30) == Figures()


def test_figures_add_up_through_every_client(statistics: Statistics, edition: Edition) -> None:
    """Each figure by itself."""
    statistics.add("u1", DONE)
    edition.statistics().add("u2", DONE)
    statistics.add("u3", CACHED)
    statistics.add("u3", Figures(failed=2, refused=3))
    assert edition.statistics().since(1) == Figures(3, 3, 2, 3, 1, 15.0, 0.5)


def test_a_user_counts_once_a_day(
    statistics: Statistics, edition: Edition, clock: ManualClock
) -> None:
    """Whatever the figures say of users, whichever client adds them, until the day ends."""
    for _ in range(3):
        statistics.add("u1", Figures(users=7, succeeded=1))
    edition.statistics().add("u1", DONE)
    edition.statistics().add("u2", DONE)
    clock.advance(DAY_S - 0.25)
    statistics.add("u1", DONE)
    assert statistics.since(1).users == 2
    clock.advance(0.25)
    statistics.add("u1", DONE)
    assert statistics.since(1).users == 1
    assert statistics.since(2).users == 3


def test_an_addition_without_figures_counts_its_user(statistics: Statistics) -> None:
    """Who asked for anything was there."""
    statistics.add("u1", Figures())
    assert statistics.since(1) == Figures(users=1)


def test_days_are_summed_from_today_backwards(statistics: Statistics, clock: ManualClock) -> None:
    """As many as asked for, today included, by the calendar."""
    for day in range(4):
        statistics.add("u1", Figures(succeeded=10**day))
        clock.advance(DAY_S)
    clock.advance(-0.25)
    assert [statistics.since(days).succeeded for days in (0, 1, 2, 3, 4, 5)] == [
        0,
        1000,
        1100,
        1110,
        1111,
        1111,
    ]


def test_a_day_is_kept_for_the_retention_after_it(
    statistics: Statistics, clock: ManualClock
) -> None:
    """To the moment, however many days are asked for."""
    statistics.add("u1", DONE)
    clock.advance(DAY_S + RETENTION_S - 0.25)
    assert statistics.since(10**9) == Figures(1, 1, audio_s=7.5, cost_usd=0.25)
    clock.advance(0.25)
    assert statistics.since(10**9) == Figures()


def test_simultaneous_additions_are_all_counted(edition: Edition) -> None:
    """Twenty at once by five users: none is lost, and nobody counts twice."""
    clients = [edition.statistics() for _ in range(4)]
    race(20, lambda n: clients[n % 4].add(f"u{n % 5}", DONE))
    assert clients[0].since(1) == Figures(5, 20, audio_s=150.0, cost_usd=5.0)


PAUSES = st.sampled_from([0.0, 0.0, 3600.0, DAY_S - 0.25, DAY_S, 3 * DAY_S])
WORK = st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 400))
ADDITIONS = st.lists(st.tuples(PAUSES, st.sampled_from(["u1", "u2", "c-1"]), WORK), max_size=20)


@settings(
    max_examples=30,
    deadline=None,
    # Each example makes its own store; only the maker is shared.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(additions=ADDITIONS, days=st.integers(1, 6))
def test_the_sum_is_that_of_the_days(
    new_edition: Callable[[], Edition],
    clock: ManualClock,
    additions: list[tuple[float, str, tuple[int, int, int]]],
    days: int,
) -> None:
    """Whoever comes whenever, the figures are those of the last days and of nothing else."""
    edition = new_edition()
    statistics = edition.statistics()
    seen: list[tuple[int, str, Figures]] = []
    for pause_s, user, (succeeded, failed, quarters) in additions:
        clock.advance(pause_s)
        figures = Figures(succeeded=succeeded, failed=failed, audio_s=quarters / 4)
        statistics.add(user, figures)
        seen.append((int(clock.now() // DAY_S), user, figures))
    first = int(clock.now() // DAY_S) - days + 1
    counted = [(day, user, figures) for day, user, figures in seen if day >= first]
    assert statistics.since(days) == Figures(
        users=len({(day, user) for day, user, _ in counted}),
        succeeded=sum(figures.succeeded for _, _, figures in counted),
        failed=sum(figures.failed for _, _, figures in counted),
        audio_s=sum(figures.audio_s for _, _, figures in counted),
    )
    edition.close()
