"""The contract of ``JobStore``: records and leases, flights, chunk results."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.ports import JobRecord, JobState
from shared.transcripts import Place, Recognition, Segment, Word
from tests.contracts.editions import DAY_S, RETENTION_S, a_job, race

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.jobs import Job
    from shared.ports import JobStore
    from tests.contracts.editions import Edition
    from tests.doubles.clock import ManualClock

LEASE_S = 90.0
FINAL = [JobState.DONE, JobState.FAILED, JobState.CANCELLED]


@pytest.fixture
def store(edition: Edition) -> JobStore:
    """An empty job store."""
    return edition.jobs()


def ids(jobs: Sequence[Job]) -> list[str]:
    """The jobs' ids."""
    return [job.id for job in jobs]


def finish(store: JobStore, job: Job, state: JobState) -> None:
    """Take the job and end it in ``state``."""
    store.claim(job, "finisher", LEASE_S)
    assert store.update(job.id, "finisher", state=state)


# Records and leases


def test_the_first_claim_makes_the_record(store: JobStore, clock: ManualClock) -> None:
    """A job never seen before belongs to whoever claims it, and its record is complete."""
    record = JobRecord(a_job(), JobState.WORKING, "alice", clock.now() + LEASE_S)
    assert store.claim(a_job(), "alice", LEASE_S) == (True, record)
    assert store.get("job-1") == record


def test_an_unknown_job_has_no_record(store: JobStore) -> None:
    """Asking for it gives None; renewing, updating, reopening and cancelling it do nothing."""
    assert store.get("nobody") is None
    assert not store.renew("nobody", "alice", LEASE_S)
    assert not store.update("nobody", "alice", state=JobState.DONE)
    assert store.reopen("nobody") is None
    assert store.cancel("nobody") is None
    assert store.get("nobody") is None


def test_a_living_lease_keeps_others_out(store: JobStore, clock: ManualClock) -> None:
    """Another owner gets False and the record as it stands, until the lease ends."""
    _, held = store.claim(a_job(), "alice", LEASE_S)
    clock.advance(LEASE_S - 0.25)
    assert store.claim(a_job(), "bob", LEASE_S) == (False, held)
    clock.advance(0.25)
    won, record = store.claim(a_job(), "bob", LEASE_S)
    assert won
    assert (record.owner, record.lease_until) == ("bob", clock.now() + LEASE_S)


def test_an_owner_may_claim_again(store: JobStore, clock: ManualClock) -> None:
    """Claiming what one has extends the lease."""
    store.claim(a_job(), "alice", LEASE_S)
    clock.advance(60)
    won, record = store.claim(a_job(), "alice", LEASE_S)
    assert won
    assert record.lease_until == clock.now() + LEASE_S


@pytest.mark.parametrize("state", [JobState.DONE, JobState.CANCELLED])
def test_a_finished_job_cannot_be_claimed(store: JobStore, state: JobState) -> None:
    """A redelivery of a finished job is told how it ended."""
    finish(store, a_job(), state)
    won, record = store.claim(a_job(), "bob", LEASE_S)
    assert not won
    assert record.state is state


def test_a_failed_job_can_be_claimed_again(store: JobStore) -> None:
    """A dead letter that is sent back is worked on."""
    finish(store, a_job(), JobState.FAILED)
    won, record = store.claim(a_job(), "bob", LEASE_S)
    assert won
    assert record.state is JobState.WORKING


def test_a_claim_by_a_successor_keeps_the_progress(store: JobStore, clock: ManualClock) -> None:
    """What a crashed worker had done is in the record its successor gets."""
    store.claim(a_job(), "alice", LEASE_S)
    store.update(
        "job-1",
        "alice",
        state=JobState.DELIVERING,
        status_message_id=77,
        delivered=2,
        transcript_key="k",
    )
    clock.advance(LEASE_S)
    won, record = store.claim(a_job(), "bob", LEASE_S)
    assert won
    assert record == JobRecord(
        a_job(), JobState.DELIVERING, "bob", clock.now() + LEASE_S, 77, 2, "k"
    )


def test_renewing_keeps_the_lease_alive(store: JobStore, clock: ManualClock) -> None:
    """A heartbeat extends the lease from the moment it comes."""
    store.claim(a_job(), "alice", LEASE_S)
    clock.advance(60)
    assert store.renew("job-1", "alice", LEASE_S)
    clock.advance(60)
    assert not store.claim(a_job(), "bob", LEASE_S)[0]


def test_a_late_heartbeat_counts_while_nobody_else_took_the_job(
    store: JobStore, clock: ManualClock
) -> None:
    """A worker that was suspended may go on where nobody has stepped in."""
    store.claim(a_job(), "alice", LEASE_S)
    clock.advance(LEASE_S + 600)
    assert store.renew("job-1", "alice", LEASE_S)
    assert not store.claim(a_job(), "bob", LEASE_S)[0]


def test_who_lost_the_lease_can_neither_renew_nor_update(
    store: JobStore, clock: ManualClock
) -> None:
    """Once another owner has the job, the earlier one changes nothing any more."""
    store.claim(a_job(), "alice", LEASE_S)
    clock.advance(LEASE_S)
    _, record = store.claim(a_job(), "bob", LEASE_S)
    assert not store.renew("job-1", "alice", LEASE_S)
    assert not store.update("job-1", "alice", state=JobState.DONE, delivered=9)
    assert store.get("job-1") == record


def test_an_update_writes_only_what_is_given(store: JobStore) -> None:
    """Fields left out keep their values, also when others become zero."""
    store.claim(a_job(), "alice", LEASE_S)
    assert store.update("job-1", "alice", status_message_id=77, delivered=3)
    assert store.update("job-1", "alice", delivered=0, transcript_key="k")
    record = store.get("job-1")
    assert record is not None
    assert (record.status_message_id, record.delivered, record.transcript_key) == (77, 0, "k")
    assert (record.state, record.owner) == (JobState.WORKING, "alice")


@pytest.mark.parametrize("state", [JobState.QUEUED, *FINAL])
def test_a_resting_state_ends_the_lease(store: JobStore, state: JobState) -> None:
    """Put back or finished, the job has no owner, and its last one is told so."""
    finish(store, a_job(), state)
    record = store.get("job-1")
    assert record is not None
    assert (record.state, record.owner, record.lease_until) == (state, None, 0.0)
    assert not store.renew("job-1", "finisher", LEASE_S)
    assert not store.update("job-1", "finisher", delivered=1)


def test_a_job_put_back_can_be_claimed_at_once(store: JobStore) -> None:
    """A retry need not wait for the lease of the try before."""
    finish(store, a_job(), JobState.QUEUED)
    won, record = store.claim(a_job(), "bob", LEASE_S)
    assert won
    assert record.state is JobState.WORKING


def test_delivering_keeps_the_lease(store: JobStore) -> None:
    """Going on to deliver is still the owner's work."""
    store.claim(a_job(), "alice", LEASE_S)
    store.update("job-1", "alice", state=JobState.DELIVERING)
    assert not store.claim(a_job(), "bob", LEASE_S)[0]
    assert store.renew("job-1", "alice", LEASE_S)


@pytest.mark.parametrize("message_id", [77, "AQAAAGoAAAB3", "77"])
def test_a_status_message_has_a_number_or_a_text_for_an_id(
    store: JobStore, message_id: int | str
) -> None:
    """Each comes back as it was, a text of digits too."""
    store.claim(a_job(), "alice", LEASE_S)
    store.update("job-1", "alice", status_message_id=message_id)
    record = store.get("job-1")
    assert record is not None
    assert record.status_message_id == message_id


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.CANCELLED])
def test_a_failed_or_cancelled_job_can_be_reopened_once(store: JobStore, state: JobState) -> None:
    """Reopening gives the job back and sets it to QUEUED; a second press finds nothing to do."""
    finish(store, a_job(), state)
    assert store.reopen("job-1") == a_job()
    record = store.get("job-1")
    assert record is not None
    assert record.state is JobState.QUEUED
    assert store.reopen("job-1") is None
    assert store.claim(a_job(), "bob", LEASE_S)[0]


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.DELIVERING, JobState.DONE])
def test_no_other_job_can_be_reopened(store: JobStore, state: JobState) -> None:
    """Any other state stays as it is."""
    finish(store, a_job(), state)
    assert store.reopen("job-1") is None
    record = store.get("job-1")
    assert record is not None
    assert record.state is state


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.WORKING, JobState.DELIVERING])
def test_a_job_that_is_not_over_can_be_cancelled_once(
    store: JobStore, clock: ManualClock, state: JobState
) -> None:
    """It ends with all it had; what it was like before is returned, to the first who asks."""
    store.claim(a_job(), "alice", LEASE_S)
    store.update(
        "job-1", "alice", state=state, status_message_id=77, delivered=2, transcript_key="k"
    )
    before = store.get("job-1")
    clock.advance(1)
    assert store.cancel("job-1") == before
    assert store.get("job-1") == JobRecord(
        a_job(), JobState.CANCELLED, None, 0.0, 77, 2, transcript_key="k"
    )
    assert store.cancel("job-1") is None


def test_whoever_held_a_cancelled_job_is_refused(store: JobStore) -> None:
    """His next heartbeat and his next write fail, and he and others cannot take it again."""
    store.claim(a_job(), "alice", LEASE_S)
    store.cancel("job-1")
    cancelled = store.get("job-1")
    assert not store.renew("job-1", "alice", LEASE_S)
    assert not store.update("job-1", "alice", state=JobState.DONE, delivered=1)
    assert [store.claim(a_job(), who, LEASE_S) for who in ("alice", "bob")] == [
        (False, cancelled)
    ] * 2
    assert store.get("job-1") == cancelled


def test_a_cancelled_job_that_is_reopened_is_not_its_former_holders(store: JobStore) -> None:
    """Started again, it belongs to who claims it; a slow worker's heartbeat does not count."""
    store.claim(a_job(), "alice", LEASE_S)
    store.cancel("job-1")
    store.reopen("job-1")
    assert not store.renew("job-1", "alice", LEASE_S)
    assert store.claim(a_job(), "bob", LEASE_S)[0]
    assert not store.update("job-1", "alice", state=JobState.DONE)


@pytest.mark.parametrize("state", FINAL)
def test_a_job_that_is_over_cannot_be_cancelled(store: JobStore, state: JobState) -> None:
    """It stays as it ended."""
    finish(store, a_job(), state)
    ended = store.get("job-1")
    assert store.cancel("job-1") is None
    assert store.get("job-1") == ended


def test_a_cancelled_record_is_kept_from_then_on_and_expires(
    store: JobStore, clock: ManualClock
) -> None:
    """For the retention; an expired record cannot be cancelled."""
    store.claim(a_job("a"), "alice", LEASE_S)
    store.claim(a_job("b"), "alice", LEASE_S)
    clock.advance(60)
    store.cancel("job-a")
    clock.advance(RETENTION_S - 60)
    assert store.cancel("job-b") is None
    assert store.get("job-a") is not None
    clock.advance(60)
    assert store.get("job-a") is None


def test_a_record_expires(store: JobStore, clock: ManualClock) -> None:
    """Retention after its last change it is absent, and the job new to whoever claims it."""
    finish(store, a_job(), JobState.FAILED)
    clock.advance(RETENTION_S - 1)
    assert store.get("job-1") is not None
    clock.advance(1)
    assert store.get("job-1") is None
    assert store.reopen("job-1") is None
    won, record = store.claim(a_job(), "bob", LEASE_S)
    assert won
    assert record.state is JobState.WORKING


def test_a_deleted_record_is_gone(store: JobStore) -> None:
    """Deleting forgets one job now; once more is harmless."""
    finish(store, a_job("a"), JobState.DONE)
    finish(store, a_job("b"), JobState.DONE)
    store.delete("job-a")
    store.delete("job-a")
    assert store.get("job-a") is None
    assert store.get("job-b") is not None


def test_of_simultaneous_claims_one_wins(edition: Edition) -> None:
    """Twenty workers with the same job: one has it, and all others see whose it is."""
    clients = [edition.jobs() for _ in range(4)]
    outcomes = race(20, lambda n: clients[n % 4].claim(a_job(), f"worker-{n}", LEASE_S))
    winners = [record.owner for won, record in outcomes if won]
    assert len(winners) == 1
    assert {record.owner for _, record in outcomes} == set(winners)


def test_of_simultaneous_reopenings_one_succeeds(edition: Edition) -> None:
    """Twenty presses of the retry button are one retry."""
    clients = [edition.jobs() for _ in range(4)]
    finish(clients[0], a_job(), JobState.FAILED)
    outcomes = race(20, lambda n: clients[n % 4].reopen("job-1"))
    assert sum(job is not None for job in outcomes) == 1


def test_of_simultaneous_cancellings_one_succeeds(edition: Edition) -> None:
    """Ten presses of the stop button stop it once."""
    clients = [edition.jobs() for _ in range(4)]
    clients[0].claim(a_job(), "alice", LEASE_S)
    outcomes = race(10, lambda n: clients[n % 4].cancel("job-1"))
    assert sum(record is not None for record in outcomes) == 1


def test_a_job_is_either_finished_or_cancelled(edition: Edition) -> None:
    """Of the worker who ends each job and the user who stops it at that moment one is told no."""
    clients = [edition.jobs() for _ in range(4)]
    for number in range(8):
        clients[0].claim(a_job(str(number)), "alice", LEASE_S)

    def end_or_stop(number: int) -> bool:
        client, job_id = clients[number % 4], f"job-{number // 2}"
        if number % 2:
            return client.cancel(job_id) is not None
        return client.update(job_id, "alice", state=JobState.DONE)

    outcomes = race(16, end_or_stop)
    for number in range(8):
        done, stopped = outcomes[2 * number : 2 * number + 2]
        record = clients[0].get(f"job-{number}")
        assert record is not None
        assert done != stopped
        assert record.state is (JobState.DONE if done else JobState.CANCELLED)


# Flights


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


# Chunk results

WORDS = (Word(0.0, 0.5, "Guten"), Word(0.5, 1.0, "Tag"))
PLACE = Place("m4a", 59.5, 60.0, 2.0)
HEARD = Recognition(
    (Segment(0.0, 1.0, "Guten Tag", WORDS, channel=1, speaker=0),), "de", 1.5, 0.01, PLACE
)
SILENCE = Recognition((), None)


def test_chunk_results_are_kept_by_index(store: JobStore) -> None:
    """They come back equal, each under its index, with or without speech."""
    store.put_chunk("content", 1, SILENCE)
    store.put_chunk("content", 0, HEARD)
    assert store.chunks("content") == {0: HEARD, 1: SILENCE}


def test_chunks_of_other_content_are_apart(store: JobStore) -> None:
    """Each content has its own."""
    store.put_chunk("content", 0, HEARD)
    assert store.chunks("other") == {}


def test_a_chunk_put_again_replaces_the_first(store: JobStore) -> None:
    """The latest result counts."""
    store.put_chunk("content", 0, SILENCE)
    store.put_chunk("content", 0, HEARD)
    assert store.chunks("content") == {0: HEARD}


def test_dropped_chunks_are_gone(store: JobStore) -> None:
    """Dropping forgets one content's results, and is harmless when there are none."""
    store.put_chunk("content", 0, HEARD)
    store.put_chunk("other", 0, HEARD)
    store.drop_chunks("content")
    store.drop_chunks("never")
    assert store.chunks("content") == {}
    assert store.chunks("other") == {0: HEARD}


def test_chunks_expire(store: JobStore, clock: ManualClock) -> None:
    """Each result is absent after the retention."""
    store.put_chunk("content", 0, HEARD)
    clock.advance(1)
    store.put_chunk("content", 1, HEARD)
    clock.advance(RETENTION_S - 1)
    assert store.chunks("content") == {1: HEARD}
