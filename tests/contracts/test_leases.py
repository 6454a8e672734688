"""The contract of ``Leases``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contracts.editions import DAY_S, race

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.ports import Leases
    from tests.contracts.editions import Edition
    from tests.doubles.clock import ManualClock

NAMES = ("one", "two", "three")


@pytest.fixture
def leases(edition: Edition) -> Leases:
    """Nothing is leased yet."""
    return edition.leases()


def test_the_first_free_name_is_given_out(leases: Leases, edition: Edition) -> None:
    """One after the other, in the order given, through every client; then there are none."""
    assert leases.acquire(NAMES, "a", 60.0) == "one"
    assert edition.leases().acquire(NAMES, "b", 60.0) == "two"
    assert leases.acquire(NAMES, "c", 60.0) == "three"
    assert leases.acquire(NAMES, "d", 60.0) is None
    assert leases.acquire((), "d", 60.0) is None


def test_an_owner_gets_no_name_twice(leases: Leases) -> None:
    """Its own lease is a lease like any other."""
    assert leases.acquire(("one",), "a", 60.0) == "one"
    assert leases.acquire(("one",), "a", 60.0) is None


def test_a_lease_that_ran_out_is_free(leases: Leases, clock: ManualClock) -> None:
    """At the very moment, not before; the one who had it cannot renew it any more."""
    leases.acquire(("one",), "a", 60.0)
    clock.advance(59.9)
    assert leases.acquire(("one",), "b", 60.0) is None
    clock.advance(0.1)
    assert leases.acquire(("one",), "b", 60.0) == "one"
    assert not leases.renew("one", "a", 60.0)
    assert leases.renew("one", "b", 60.0)


def test_renewing_counts_from_now(leases: Leases, clock: ManualClock) -> None:
    """The lease is as long as asked, however much was left of it."""
    leases.acquire(("one",), "a", 60.0)
    clock.advance(50.0)
    assert leases.renew("one", "a", 60.0)
    clock.advance(59.0)
    assert leases.acquire(("one",), "b", 60.0) is None
    clock.advance(1.0)
    assert leases.acquire(("one",), "b", 60.0) == "one"


def test_only_the_owner_renews_and_releases(leases: Leases) -> None:
    """A stranger changes nothing, and neither does anybody for a name nobody has."""
    leases.acquire(("one",), "a", 60.0)
    assert not leases.renew("one", "b", 60.0)
    assert not leases.renew("two", "a", 60.0)
    leases.release("one", "b")
    leases.release("two", "a")
    assert leases.acquire(NAMES, "c", 60.0) == "two"


def test_what_is_released_is_free_at_once(leases: Leases) -> None:
    """Releasing twice is harmless, and the released lease cannot be renewed."""
    leases.acquire(("one",), "a", 60.0)
    leases.release("one", "a")
    leases.release("one", "a")
    assert not leases.renew("one", "a", 60.0)
    assert leases.acquire(("one",), "b", 60.0) == "one"


def test_what_is_retired_is_never_given_out_again(leases: Leases, clock: ManualClock) -> None:
    """Nor can its owner renew it; releasing does not bring it back, and time does not either."""
    leases.acquire(NAMES, "a", 60.0)
    leases.retire("one")
    assert not leases.renew("one", "a", 60.0)
    leases.release("one", "a")
    clock.advance(365 * DAY_S)
    assert leases.acquire(NAMES, "b", 60.0) == "two"
    assert leases.retired(NAMES) == ["one"]


def test_retired_names_are_told_from_leased_and_free_ones(leases: Leases) -> None:
    """In the order asked for; a name nobody ever leased can be retired, also twice."""
    leases.acquire(("two",), "a", 60.0)
    leases.retire("three")
    leases.retire("one")
    leases.retire("one")
    assert leases.retired(NAMES) == ["one", "three"]
    assert leases.retired(("two", "four")) == []
    assert leases.retired(()) == []


def test_workers_that_ask_at_once_get_different_names(
    new_edition: Callable[[], Edition],
) -> None:
    """Six workers, three names: three get one each, three get none."""
    edition = new_edition()
    clients = [edition.leases() for _ in range(6)]
    got = race(6, lambda number: clients[number].acquire(NAMES, f"w{number}", 60.0))
    assert sorted(name for name in got if name) == sorted(NAMES)
    assert got.count(None) == 3
