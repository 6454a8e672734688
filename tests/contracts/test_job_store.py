"""The contract of ``JobStore``: records and leases, chunk results."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.ports import JobRecord, JobState
from shared.transcripts import Place, Recognition, Segment, Word
from tests.contracts.editions import FINAL, LEASE_S, RETENTION_S, a_job, finish, race

if TYPE_CHECKING:
    from shared.ports import JobStore
    from tests.contracts.editions import Edition
    from tests.doubles.clock import ManualClock


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
