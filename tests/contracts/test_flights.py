"""The contract of ``JobStore``: flights, of which each job leads one or waits in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.ports import JobState
from tests.contracts.editions import DAY_S, FINAL, RETENTION_S, a_job, finish, race

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.jobs import Job
    from shared.ports import JobStore
    from tests.contracts.editions import Edition
    from tests.doubles.clock import ManualClock


def ids(jobs: Sequence[Job]) -> list[str]:
    """The jobs' ids."""
    return [job.id for job in jobs]


@pytest.fixture
def flight(store: JobStore) -> JobStore:
    """The store, with ``job-a`` leading the flight ``film`` and ``job-b`` waiting for it."""
    assert store.lead("film", a_job("a"))
    assert not store.lead("film", a_job("b"))
    return store


def test_those_who_wait_are_handed_to_the_leader_in_order(flight: JobStore) -> None:
    """One job works on a content; it gets all who came later, whole."""
    assert not flight.lead("film", a_job("c"))
    assert flight.waiters("film", "job-a") == [a_job("b"), a_job("c")]


def test_flights_are_separate(flight: JobStore) -> None:
    """Another content has its own leader and waiters."""
    assert flight.lead("song", a_job("c"))
    assert flight.waiters("song", "job-c") == []
    assert ids(flight.waiters("film", "job-a")) == ["job-b"]


def test_a_leader_leads_again(flight: JobStore) -> None:
    """A redelivered leader is still the leader, not its own waiter."""
    assert flight.lead("film", a_job("a"))
    assert ids(flight.waiters("film", "job-a")) == ["job-b"]


def test_a_waiter_that_asks_twice_waits_once(flight: JobStore) -> None:
    """A redelivered waiter is not sent on twice."""
    assert not flight.lead("film", a_job("b"))
    assert ids(flight.waiters("film", "job-a")) == ["job-b"]


def test_after_closing_the_next_leads(flight: JobStore) -> None:
    """Nobody joins a flight whose waiters have been handed out."""
    flight.waiters("film", "job-a")
    assert flight.lead("film", a_job("c"))
    assert not flight.lead("film", a_job("d"))


def test_waiters_can_be_had_again_until_disbanded(flight: JobStore) -> None:
    """A crash between handing out and sending on loses nobody."""
    assert ids(flight.waiters("film", "job-a")) == ["job-b"]
    assert ids(flight.waiters("film", "job-a")) == ["job-b"]
    flight.disband("film", "job-a")
    assert flight.waiters("film", "job-a") == []


def test_only_the_leader_closes_its_flight(flight: JobStore) -> None:
    """A job that waits, or one that never asked, gets nobody and changes nothing."""
    for other in ("job-b", "job-z"):
        assert flight.waiters("film", other) == []
        flight.disband("film", other)
    assert not flight.lead("film", a_job("c"))
    assert ids(flight.waiters("film", "job-a")) == ["job-b", "job-c"]


def test_a_flight_nobody_led_has_no_waiters(store: JobStore) -> None:
    """Closing or disbanding what never was is harmless."""
    assert store.waiters("film", "job-a") == []
    store.disband("film", "job-a")
    assert store.lead("film", a_job("a"))


def test_disbanding_forgets_nobody_who_was_not_handed_out(flight: JobStore) -> None:
    """A stalled worker's disbanding does not touch whom its successor's lead has gathered since."""
    flight.waiters("film", "job-a")
    assert flight.lead("film", a_job("a"))
    assert not flight.lead("film", a_job("c"))
    flight.disband("film", "job-a")
    assert ids(flight.waiters("film", "job-a")) == ["job-c"]


def test_two_leaders_in_a_row_do_not_mix_their_waiters(flight: JobStore) -> None:
    """Closed but not disbanded, one's waiters stay its own, whatever the next leader does."""
    flight.waiters("film", "job-a")
    assert flight.lead("film", a_job("c"))
    assert not flight.lead("film", a_job("d"))
    assert ids(flight.waiters("film", "job-c")) == ["job-d"]
    flight.disband("film", "job-c")
    assert ids(flight.waiters("film", "job-a")) == ["job-b"]
    flight.disband("film", "job-a")
    assert flight.waiters("film", "job-a") == []


def test_disbanding_one_flight_keeps_the_waiters_of_the_next(flight: JobStore) -> None:
    """A slow leader forgets its own waiters only, though a later flight is closed by then."""
    flight.waiters("film", "job-a")
    flight.lead("film", a_job("c"))
    flight.lead("film", a_job("d"))
    flight.waiters("film", "job-c")
    flight.disband("film", "job-a")
    assert ids(flight.waiters("film", "job-c")) == ["job-d"]


def test_a_waiter_sent_on_may_wait_for_the_next_leader(flight: JobStore) -> None:
    """Disbanding the flight it came from does not forget it in the one it is in now."""
    flight.lead("film", a_job("c"))
    flight.waiters("film", "job-a")
    assert flight.lead("film", a_job("b"))
    assert not flight.lead("film", a_job("c"))
    flight.disband("film", "job-a")
    assert ids(flight.waiters("film", "job-b")) == ["job-c"]


def test_a_waiter_sent_on_may_wait_for_the_same_leader_again(flight: JobStore) -> None:
    """A stalled worker's disbanding does not forget who has come back to its successor."""
    flight.waiters("film", "job-a")
    assert flight.lead("film", a_job("a"))
    assert not flight.lead("film", a_job("b"))
    flight.disband("film", "job-a")
    assert ids(flight.waiters("film", "job-a")) == ["job-b"]


@pytest.mark.parametrize("state", FINAL)
def test_a_finished_leader_blocks_nobody(flight: JobStore, state: JobState) -> None:
    """Who comes after a leader that ended without landing takes over, with all who wait."""
    finish(flight, a_job("a"), state)
    assert flight.lead("film", a_job("c"))
    assert not flight.lead("film", a_job("d"))
    assert flight.waiters("film", "job-a") == []
    assert ids(flight.waiters("film", "job-c")) == ["job-b", "job-d"]


def test_a_waiter_that_takes_over_waits_no_longer(flight: JobStore) -> None:
    """It is not handed to itself."""
    finish(flight, a_job("a"), JobState.FAILED)
    assert flight.lead("film", a_job("b"))
    assert flight.waiters("film", "job-b") == []


def test_a_leader_that_is_tried_again_still_leads(flight: JobStore) -> None:
    """Waiting for its next try does not cost a job the lead."""
    finish(flight, a_job("a"), JobState.QUEUED)
    assert not flight.lead("film", a_job("c"))


def test_nobody_leads_for_more_than_a_day(flight: JobStore, clock: ManualClock) -> None:
    """A leader that vanished without a trace is replaced, and its waiters are kept."""
    clock.advance(DAY_S - 1)
    assert not flight.lead("film", a_job("c"))
    clock.advance(1)
    assert flight.lead("film", a_job("d"))
    assert ids(flight.waiters("film", "job-d")) == ["job-b", "job-c"]


def test_waiters_expire(flight: JobStore, clock: ManualClock) -> None:
    """Nobody is answered after the retention."""
    clock.advance(RETENTION_S)
    assert flight.waiters("film", "job-a") == []


def test_of_simultaneous_requests_one_leads(edition: Edition) -> None:
    """Twenty jobs for one content: one leads, nineteen wait, none is lost."""
    clients = [edition.jobs() for _ in range(4)]
    leads = race(20, lambda n: clients[n % 4].lead("film", a_job(str(n))))
    assert sum(leads) == 1
    leader = f"job-{leads.index(True)}"
    everyone = {f"job-{n}" for n in range(20)}
    assert set(ids(clients[0].waiters("film", leader))) == everyone - {leader}


def test_joining_while_closing_loses_nobody(edition: Edition) -> None:
    """Who asks while the flight closes is handed out, or leads, or waits for one who leads."""
    clients = [edition.jobs() for _ in range(4)]
    clients[0].lead("film", a_job("first"))
    handed_out: list[str] = []

    def join_or_close(number: int) -> bool:
        if number < 12:
            return clients[number % 4].lead("film", a_job(str(number)))
        handed_out.extend(ids(clients[0].waiters("film", "job-first")))
        clients[0].disband("film", "job-first")
        return False

    leads = race(13, join_or_close)
    leaders = {f"job-{number}" for number, led in enumerate(leads) if led}
    assert len(leaders) <= 1
    still_waiting = {job for leader in leaders for job in ids(clients[0].waiters("film", leader))}
    assert set(handed_out) | leaders | still_waiting == {f"job-{n}" for n in range(12)}
