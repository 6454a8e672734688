"""Calendar days, and the marks of who came on them."""

from __future__ import annotations

import pytest

from shared.adapters.days import DAY_S, day_of, end_of, mark_of

ACCOUNTS = 20_000


@pytest.mark.parametrize(
    ("now", "day"), [(0.0, 0), (DAY_S - 0.25, 0), (DAY_S, 1), (1_700_000_000.5, 19_675)]
)
def test_a_day_ends_where_the_next_begins(now: float, day: int) -> None:
    """Every moment lies in one day of UTC."""
    assert day_of(now) == day
    assert day_of(end_of(day)) == day + 1
    assert day_of(end_of(day) - 0.25) == day


def test_a_mark_is_the_same_all_day_and_another_tomorrow() -> None:
    """So that days cannot be linked by comparing marks; it does not show whose it is."""
    assert mark_of("u4711", 1) == mark_of("u4711", 1)
    assert mark_of("u4711", 1) != mark_of("u4711", 2)
    assert "4711" not in mark_of("u4711", 1)


def test_marks_tell_a_days_users_apart_and_no_account_from_all_others() -> None:
    """Few users share one, so that counts are right; many accounts do, so that none is named."""
    marks = {mark_of(f"u{number}", 1) for number in range(ACCOUNTS)}
    assert 0.998 * ACCOUNTS < len(marks) < ACCOUNTS
