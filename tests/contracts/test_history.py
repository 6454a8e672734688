"""The contract of ``History``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.ports import HistoryEntry
from tests.contracts.editions import RETENTION_S, race

if TYPE_CHECKING:
    from shared.ports import History
    from tests.contracts.editions import Edition
    from tests.doubles.clock import ManualClock


@pytest.fixture
def history(edition: Edition) -> History:
    """Nobody had anything transcribed yet."""
    return edition.history()


def entry(name: str, finished_at: float = 1_700_000_000.0) -> HistoryEntry:
    """The entry of one job."""
    return HistoryEntry(f"job-{name}", -100_123, f"key-{name}", finished_at, 7.5)


def test_a_new_user_has_no_history(history: History) -> None:
    """There is nothing to show and nothing to forget."""
    assert history.recent("u1", 10) == []
    assert history.clear("u1") == []


def test_the_newest_come_first_and_no_more_than_asked(history: History) -> None:
    """The order is that of finishing, not of recording."""
    entries = [entry("a", 10.0), entry("b", 30.0), entry("c", 20.0)]
    for item in entries:
        history.add("u1", item)
    assert history.recent("u1", 10) == [entries[1], entries[2], entries[0]]
    assert history.recent("u1", 2) == [entries[1], entries[2]]
    assert history.recent("u1", 0) == []


def test_the_same_job_again_replaces_its_entry(history: History) -> None:
    """A redelivered job is in the history once, as it ended last."""
    history.add("u1", entry("a", 10.0))
    history.add("u1", entry("a", 20.0))
    assert history.recent("u1", 10) == [entry("a", 20.0)]


def test_users_have_their_own(history: History) -> None:
    """Nobody sees or clears what another had transcribed."""
    history.add("u1", entry("a"))
    history.add("u2", entry("b"))
    assert history.recent("u1", 10) == [entry("a")]
    assert history.clear("u1") == [entry("a")]
    assert history.recent("u2", 10) == [entry("b")]


def test_clearing_forgets_and_says_what(history: History, edition: Edition) -> None:
    """Every entry is returned, newest first, and gone for every client."""
    for number in range(30):
        history.add("u1", entry(str(number), float(number)))
    forgotten = history.clear("u1")
    assert [item.finished_at for item in forgotten] == [float(n) for n in reversed(range(30))]
    assert edition.history().recent("u1", 10) == []
    assert history.clear("u1") == []


def test_entries_expire(history: History, clock: ManualClock) -> None:
    """Each is absent after the retention, from what is shown and from what is forgotten."""
    history.add("u1", entry("a", 10.0))
    clock.advance(1)
    history.add("u1", entry("b", 20.0))
    clock.advance(RETENTION_S - 1)
    assert history.recent("u1", 10) == [entry("b", 20.0)]
    assert history.clear("u1") == [entry("b", 20.0)]


def test_of_simultaneous_clearings_each_entry_is_returned_once(edition: Edition) -> None:
    """Two presses of the button do not both claim to have forgotten the same."""
    clients = [edition.history() for _ in range(4)]
    for number in range(10):
        clients[0].add("u1", entry(str(number)))
    outcomes = race(4, lambda n: clients[n].clear("u1"))
    assert sorted(len(forgotten) for forgotten in outcomes) == [0, 0, 0, 10]
