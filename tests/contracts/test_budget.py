"""What every audio budget promises."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.ports import DAILY
from tests.contracts.editions import DAILY_S, race

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contracts.editions import Edition
    from tests.doubles.clock import ManualClock

HOUR_S = 3600.0
LIMIT_S = 7200.0  # two seconds of audio come back every second


def test_an_hour_of_audio_is_granted_and_no_more(edition: Edition) -> None:
    """Twelve chunks of ten minutes fit into two hours of audio, the thirteenth waits."""
    budget = edition.budget(groq=LIMIT_S)
    assert [budget.take("groq", 600.0) for _ in range(12)] == [0.0] * 12
    assert budget.take("groq", 600.0) == 300.0


def test_after_the_wait_it_is_granted(edition: Edition, clock: ManualClock) -> None:
    """One moment before that it is refused, and a refusal takes nothing."""
    budget = edition.budget(groq=LIMIT_S)
    budget.take("groq", LIMIT_S)
    clock.advance(100.0)
    assert [budget.take("groq", 500.0) for _ in range(9)] == [150.0] * 9
    clock.advance(149.75)
    assert budget.take("groq", 500.0) == 0.25
    clock.advance(0.25)
    assert budget.take("groq", 500.0) == 0.0
    assert budget.take("groq", 500.0) == 250.0


def test_what_was_taken_comes_back_evenly(edition: Edition, clock: ManualClock) -> None:
    """Ten seconds of audio are back after five; a quiet hour later all of it, and not twice."""
    budget = edition.budget(groq=LIMIT_S)
    budget.take("groq", LIMIT_S)
    clock.advance(5.0)
    assert [budget.take("groq", 10.0), budget.take("groq", 10.0)] == [0.0, 5.0]
    clock.advance(5 * HOUR_S)
    assert [budget.take("groq", LIMIT_S), budget.take("groq", 10.0)] == [0.0, 5.0]


def test_workers_share_it(edition: Edition) -> None:
    """What one client takes is missing for the other."""
    budgets = [edition.budget(groq=LIMIT_S) for _ in range(2)]
    assert budgets[0].take("groq", 7000.0) == 0.0
    assert budgets[1].take("groq", 400.0) == 100.0


def test_a_user_has_a_day(edition: Edition, clock: ManualClock) -> None:
    """An hour of audio, of which half is back after half a day; others have their own."""
    budget = edition.budget(groq=LIMIT_S)
    ada, bob = f"{DAILY}u7", f"{DAILY}u8"
    assert budget.take(ada, DAILY_S) == 0.0
    assert budget.take(ada, DAILY_S / 2) == 12 * HOUR_S
    assert budget.take(bob, DAILY_S) == 0.0
    clock.advance(12 * HOUR_S)
    assert budget.take(ada, DAILY_S / 2) == 0.0
    assert budget.take("groq", LIMIT_S) == 0.0


def test_providers_have_their_own(edition: Edition) -> None:
    """One that has used everything up takes nothing from another."""
    budget = edition.budget(groq=LIMIT_S, other=3600.0)
    assert budget.take("groq", LIMIT_S) == 0.0
    assert [budget.take("other", 3600.0), budget.take("other", 60.0)] == [0.0, 60.0]


def test_a_provider_without_a_limit_is_always_granted(edition: Edition) -> None:
    """Nothing is known against it, whatever its own figures say."""
    budget = edition.budget(groq=LIMIT_S)
    budget.correct("deepgram", 0.0, HOUR_S)
    assert [budget.take("deepgram", 1e6) for _ in range(3)] == [0.0] * 3


def test_more_than_everything_counts_as_everything(edition: Edition, clock: ManualClock) -> None:
    """A chunk longer than the allowance is not refused for ever: it waits for a full hour."""
    budget = edition.budget(groq=300.0)
    assert budget.take("groq", 600.0) == 0.0
    assert budget.take("groq", 600.0) == HOUR_S
    clock.advance(HOUR_S)
    assert budget.take("groq", 600.0) == 0.0


@pytest.mark.parametrize(
    ("remaining_s", "reset_s", "wait_s"),
    [
        (0.0, HOUR_S, 300.0),  # used up
        (200.0, 3500.0, 200.0),  # two hundred are left
        (0.0, 1800.0, 0.0),  # used up, but all of it back sooner than we thought
        (7190.0, 5.0, 0.0),  # hardly touched
        (399_000.0, 9.0, 0.0),  # a larger allowance than ours
        (-50.0, 90_000.0, 300.0),  # a limit of days: an hour is all we keep
    ],
)
def test_the_providers_own_figures_count(
    edition: Edition, remaining_s: float, reset_s: float, wait_s: float
) -> None:
    """Others may use the same account; what they took is missing here too."""
    budget = edition.budget(groq=LIMIT_S)
    budget.correct("groq", remaining_s, reset_s)
    assert budget.take("groq", 600.0) == wait_s


def test_a_correction_never_gives_back(edition: Edition, clock: ManualClock) -> None:
    """What is on its way is in nobody's figures yet; after its time the correction is forgotten."""
    budget = edition.budget(groq=LIMIT_S)
    budget.take("groq", LIMIT_S)
    budget.correct("groq", 7000.0, 100.0)
    assert budget.take("groq", 600.0) == 300.0
    clock.advance(HOUR_S)
    budget.correct("groq", 7000.0, 100.0)
    assert [budget.take("groq", 7000.0), budget.take("groq", 10.0)] == [0.0, 5.0]


def test_forty_simultaneous_requests_are_counted_exactly(edition: Edition) -> None:
    """Of forty at once exactly as many are granted as one after the other would be."""
    clients = [edition.budget(groq=LIMIT_S) for _ in range(4)]
    waits = race(40, lambda n: clients[n % 4].take("groq", 600.0))
    assert sorted(waits) == [0.0] * 12 + [300.0] * 28


# Quarters of a second, so that sums are exact.
STEPS = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.0, 0.25, 5.0, 300.0, 1800.0, 3600.0, 9000.0]),
        st.integers(0, 8 * 3600).map(lambda quarters: quarters / 4),
    ),
    max_size=25,
)


@settings(
    max_examples=50,
    deadline=None,
    # Each example makes its own store; only the maker is shared.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_every_answer_is_the_one_the_allowance_demands(
    new_edition: Callable[[], Edition], clock: ManualClock, steps: list[tuple[float, float]]
) -> None:
    """It is granted exactly when so much is left, and the wait is what the missing part needs."""
    edition = new_edition()
    budget = edition.budget(groq=LIMIT_S)
    left_s = LIMIT_S
    for pause_s, audio_s in steps:
        clock.advance(pause_s)
        left_s = min(LIMIT_S, left_s + 2 * pause_s)
        missing_s = max(0.0, audio_s - left_s)
        assert budget.take("groq", audio_s) == missing_s / 2
        if not missing_s:
            left_s -= audio_s
    edition.close()
