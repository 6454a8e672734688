"""The contract of ``JobQueue``: what we rely on of SQS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.jobs import Lane, Receipt
from tests.contracts.editions import a_job, race

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.jobs import Delivery
    from shared.ports import JobQueue
    from tests.contracts.editions import Edition
    from tests.doubles.clock import ManualClock

MAX_RECEIVE_COUNT = 3
VISIBILITY_S = 90.0


@pytest.fixture
def queue(edition: Edition) -> JobQueue:
    """A queue that lets a job be received three times."""
    return edition.queue(max_receive_count=MAX_RECEIVE_COUNT)


def receive(queue: JobQueue, lane: Lane = Lane.EXPRESS, limit: int = 10) -> list[Delivery]:
    """Up to ten jobs, hidden for 90 s."""
    return list(queue.receive(lane, limit=limit, visibility_s=VISIBILITY_S))


def ids(deliveries: list[Delivery]) -> list[str]:
    """The delivered jobs' ids."""
    return [delivery.job.id for delivery in deliveries]


def wear_out(queue: JobQueue, clock: ManualClock) -> None:
    """Receive everything as often as allowed without finishing any of it."""
    for _ in range(MAX_RECEIVE_COUNT):
        receive(queue)
        clock.advance(VISIBILITY_S)


def test_what_is_sent_is_received_whole(queue: JobQueue) -> None:
    """A received job equals the sent one; its first receive counts 1 and names its lane."""
    queue.send(a_job())
    (delivery,) = receive(queue)
    assert delivery.job == a_job()
    assert delivery.receive_count == 1
    assert delivery.lane is Lane.EXPRESS


def test_another_client_receives_what_one_sent(edition: Edition) -> None:
    """The queue is shared: one process sends, another receives."""
    edition.queue().send(a_job())
    assert ids(receive(edition.queue())) == ["job-1"]


def test_lanes_are_separate(queue: JobQueue) -> None:
    """A long film waits in the bulk lane and shows up in no other."""
    queue.send(a_job("film", Lane.BULK))
    assert receive(queue, Lane.EXPRESS) == []
    (delivery,) = receive(queue, Lane.BULK)
    assert delivery.lane is Lane.BULK


def test_oldest_first_and_no_more_than_asked(queue: JobQueue) -> None:
    """Jobs come in the order they were sent, at most ``limit`` at a time."""
    for name in "abc":
        queue.send(a_job(name))
    assert ids(receive(queue, limit=2)) == ["job-a", "job-b"]
    assert ids(receive(queue, limit=2)) == ["job-c"]


def test_a_receipt_alone_changes_the_visibility(queue: JobQueue, clock: ManualClock) -> None:
    """As for a message of another release, of which nothing else is known."""
    queue.send(a_job())
    (delivery,) = receive(queue)
    queue.change_visibility(Receipt(delivery.receipt, delivery.lane), 5.0)
    clock.advance(5.0)
    assert ids(receive(queue)) == ["job-1"]


def test_an_empty_queue_gives_nothing(queue: JobQueue) -> None:
    """Receiving from an empty lane returns at once with nothing."""
    assert receive(queue) == []
    assert queue.depth() == 0


def test_a_received_job_is_hidden_until_its_visibility_ends(
    queue: JobQueue, clock: ManualClock
) -> None:
    """It is nobody else's for the visibility timeout and comes back right after it."""
    queue.send(a_job())
    receive(queue)
    clock.advance(VISIBILITY_S - 0.001)
    assert receive(queue) == []
    clock.advance(0.001)
    assert ids(receive(queue)) == ["job-1"]


def test_every_receive_counts_and_has_a_new_receipt(queue: JobQueue, clock: ManualClock) -> None:
    """The second delivery of a job has another receipt and a receive count of 2."""
    queue.send(a_job())
    (first,) = receive(queue)
    clock.advance(VISIBILITY_S)
    (second,) = receive(queue)
    assert second.receive_count == 2
    assert second.receipt != first.receipt


def test_a_deleted_job_never_comes_back(queue: JobQueue, clock: ManualClock) -> None:
    """Deleting finishes it."""
    queue.send(a_job())
    queue.delete(receive(queue)[0])
    clock.advance(VISIBILITY_S)
    assert receive(queue) == []
    assert queue.depth() == 0


def test_a_late_delete_still_works_while_nobody_else_received_it(
    queue: JobQueue, clock: ManualClock
) -> None:
    """The latest receipt stays good after the visibility timeout."""
    queue.send(a_job())
    (delivery,) = receive(queue)
    clock.advance(VISIBILITY_S + 1)
    queue.delete(delivery)
    assert receive(queue) == []


def test_a_stale_receipt_deletes_nothing(queue: JobQueue, clock: ManualClock) -> None:
    """A slow worker cannot delete what another has received meanwhile."""
    queue.send(a_job())
    (stale,) = receive(queue)
    clock.advance(VISIBILITY_S)
    receive(queue)
    queue.delete(stale)
    assert queue.depth() == 1


def test_a_stale_receipt_changes_no_visibility(queue: JobQueue, clock: ManualClock) -> None:
    """A slow worker's heartbeat does not hide the job from the one after the next."""
    queue.send(a_job())
    (stale,) = receive(queue)
    clock.advance(VISIBILITY_S)
    receive(queue)
    queue.change_visibility(stale, 3600)
    clock.advance(VISIBILITY_S)
    assert ids(receive(queue)) == ["job-1"]


def test_a_stale_receipt_buries_nothing(queue: JobQueue, clock: ManualClock) -> None:
    """A slow worker cannot bury what another has received meanwhile."""
    queue.send(a_job())
    (stale,) = receive(queue)
    clock.advance(VISIBILITY_S)
    receive(queue)
    queue.bury(stale)
    assert queue.dead_letters() == []
    assert queue.depth() == 1


def test_using_a_deleted_jobs_receipt_again_is_harmless(queue: JobQueue) -> None:
    """Deleting, hiding or burying what is gone brings nothing back."""
    queue.send(a_job())
    (delivery,) = receive(queue)
    queue.delete(delivery)
    queue.delete(delivery)
    queue.change_visibility(delivery, 0)
    queue.bury(delivery)
    assert queue.depth() == 0
    assert queue.dead_letters() == []


def test_a_heartbeat_keeps_a_job_hidden(queue: JobQueue, clock: ManualClock) -> None:
    """The new visibility counts from the moment it is set, not from the receive."""
    queue.send(a_job())
    (delivery,) = receive(queue)
    clock.advance(60)
    queue.change_visibility(delivery, VISIBILITY_S)
    clock.advance(VISIBILITY_S - 1)
    assert receive(queue) == []
    clock.advance(1)
    assert ids(receive(queue)) == ["job-1"]


def test_visibility_zero_gives_a_job_back_at_once(queue: JobQueue) -> None:
    """A worker that stops hands its job over without delay."""
    queue.send(a_job())
    (delivery,) = receive(queue)
    queue.change_visibility(delivery, 0)
    assert ids(receive(queue)) == ["job-1"]


def test_a_visibility_of_zero_gives_each_job_once_per_receive(queue: JobQueue) -> None:
    """One call never hands out the same job twice."""
    queue.send(a_job())
    assert len(queue.receive(Lane.EXPRESS, limit=10, visibility_s=0)) == 1


@pytest.mark.parametrize("visibility_s", [-1, 43_201])
def test_a_visibility_outside_the_range_is_refused(queue: JobQueue, visibility_s: float) -> None:
    """Visibility is 0 to 43 200 s."""
    queue.send(a_job())
    (delivery,) = receive(queue)
    with pytest.raises(ValueError, match="visibility_s"):
        queue.change_visibility(delivery, visibility_s)
    with pytest.raises(ValueError, match="visibility_s"):
        queue.receive(Lane.EXPRESS, limit=1, visibility_s=visibility_s)


def test_a_delayed_job_waits(queue: JobQueue, clock: ManualClock) -> None:
    """A job sent with a delay is invisible until then, but counts as waiting."""
    queue.send(a_job(), delay_s=900)
    assert queue.depth() == 1
    clock.advance(899)
    assert receive(queue) == []
    clock.advance(1)
    (delivery,) = receive(queue)
    assert delivery.receive_count == 1


@pytest.mark.parametrize("delay_s", [-0.5, 900.5])
def test_a_delay_outside_the_range_is_refused(queue: JobQueue, delay_s: float) -> None:
    """Delays are 0 to 900 s; nothing is sent otherwise."""
    with pytest.raises(ValueError, match="delay_s"):
        queue.send(a_job(), delay_s=delay_s)
    assert queue.depth() == 0


def test_the_receive_after_the_last_moves_it_to_the_dead_letters(
    queue: JobQueue, clock: ManualClock
) -> None:
    """A job is received ``max_receive_count`` times; the next receive finds it dead."""
    queue.send(a_job())
    wear_out(queue, clock)
    assert queue.dead_letters() == []
    assert receive(queue) == []
    assert queue.dead_letters() == [a_job()]
    assert queue.depth() == 0


def test_a_dying_job_holds_up_nobody(queue: JobQueue, clock: ManualClock) -> None:
    """The receive that finds a job dead still delivers the one behind it."""
    queue.send(a_job("poison"))
    wear_out(queue, clock)
    queue.send(a_job("fine"))
    assert ids(receive(queue, limit=1)) == ["job-fine"]


def test_burying_moves_it_at_once(queue: JobQueue, clock: ManualClock) -> None:
    """A buried job is dead after its first receive and not received again."""
    queue.send(a_job())
    queue.bury(receive(queue)[0])
    assert queue.dead_letters() == [a_job()]
    clock.advance(VISIBILITY_S)
    assert receive(queue) == []
    assert queue.depth() == 0


def test_looking_at_the_dead_letters_leaves_them(queue: JobQueue) -> None:
    """They are listed oldest first, as often as one looks."""
    for name in "ab":
        queue.send(a_job(name))
        queue.bury(receive(queue)[0])
    assert [job.id for job in queue.dead_letters()] == ["job-a", "job-b"]
    assert [job.id for job in queue.dead_letters()] == ["job-a", "job-b"]


def test_a_redriven_job_starts_over_in_its_lane(queue: JobQueue) -> None:
    """Redriving returns every dead letter with a receive count of 0 and says how many."""
    queue.send(a_job("note"))
    queue.send(a_job("film", Lane.BULK))
    queue.bury(receive(queue, Lane.EXPRESS)[0])
    queue.bury(receive(queue, Lane.BULK)[0])
    assert queue.redrive() == 2
    assert queue.dead_letters() == []
    assert queue.redrive() == 0
    (note,), (film,) = receive(queue, Lane.EXPRESS), receive(queue, Lane.BULK)
    assert (note.job.id, note.receive_count) == ("job-note", 1)
    assert (film.job.id, film.receive_count) == ("job-film", 1)


def test_a_receipt_from_before_the_redrive_has_no_effect(queue: JobQueue) -> None:
    """A worker that buried a job cannot delete its redriven successor."""
    queue.send(a_job())
    (old,) = receive(queue)
    queue.bury(old)
    queue.redrive()
    receive(queue)
    queue.delete(old)
    assert queue.depth() == 1


def test_depth_counts_waiting_and_in_flight_of_all_lanes(queue: JobQueue) -> None:
    """Dead letters are not part of the depth."""
    for name in "abc":
        queue.send(a_job(name))
    queue.send(a_job("film", Lane.BULK))
    queue.bury(receive(queue, limit=1)[0])
    receive(queue, limit=1)
    assert queue.depth() == 3


def test_waiting_counts_what_a_worker_could_take_now(queue: JobQueue, clock: ManualClock) -> None:
    """Of one lane: nothing delayed, in flight, finished or dead."""
    for name in "abc":
        queue.send(a_job(name))
    queue.send(a_job("later"), delay_s=60)
    queue.send(a_job("film", Lane.BULK))
    assert [queue.waiting(lane) for lane in (Lane.EXPRESS, Lane.BULK)] == [3, 1]
    dead, done = receive(queue, limit=2)
    queue.bury(dead)
    queue.delete(done)
    assert queue.waiting(Lane.EXPRESS) == 1
    receive(queue, limit=1)
    assert queue.waiting(Lane.EXPRESS) == 0
    clock.advance(VISIBILITY_S)
    assert queue.waiting(Lane.EXPRESS) == 2
    assert queue.waiting(Lane.BULK) == 1


def test_simultaneous_receives_share_no_job(edition: Edition) -> None:
    """Twenty workers on four connections receive thirty jobs, each exactly once."""
    clients = [edition.queue() for _ in range(4)]
    for number in range(30):
        clients[0].send(a_job(str(number)))
    received = race(20, lambda n: ids(receive(clients[n % 4], limit=2)))
    handed_out = [job for batch in received for job in batch]
    assert sorted(handed_out) == sorted(f"job-{number}" for number in range(30))


def test_simultaneous_sends_lose_nothing(edition: Edition) -> None:
    """Forty sends at the same moment are forty jobs."""
    clients = [edition.queue() for _ in range(4)]
    race(40, lambda n: clients[n % 4].send(a_job(str(n))))
    assert sorted(ids(receive(clients[0], limit=100))) == sorted(f"job-{n}" for n in range(40))


class QueueModel:
    """What must be true of a queue, kept beside it while both go through the same steps."""

    def __init__(self, queue: JobQueue, clock: ManualClock) -> None:
        self.queue = queue
        self.clock = clock
        self.deliveries: list[Delivery] = []
        self.latest: dict[str, str] = {}  # receipt of a job's latest delivery
        self.hidden_until: dict[str, float] = {}
        self.sent: set[str] = set()
        self.deleted: set[str] = set()

    def dead(self) -> set[str]:
        """The ids among the dead letters."""
        return {job.id for job in self.queue.dead_letters()}

    def send(self, delay: int) -> None:
        """Send one more job."""
        job = a_job(str(len(self.sent)))
        self.queue.send(job, delay_s=delay)
        self.sent.add(job.id)
        self.hidden_until[job.id] = self.clock.now() + delay

    def receive(self, limit: int) -> None:
        """Receive: nothing hidden, deleted or dead may come, and nothing too often."""
        gone = self.deleted | self.dead()
        for delivery in receive(self.queue, limit=limit % 4 + 1):
            job = delivery.job.id
            assert job not in gone
            assert self.hidden_until[job] <= self.clock.now()
            assert 1 <= delivery.receive_count <= MAX_RECEIVE_COUNT
            self.hidden_until[job] = self.clock.now() + VISIBILITY_S
            self.latest[job] = delivery.receipt
            self.deliveries.append(delivery)

    def delete(self, which: int) -> None:
        """Delete by some receipt, old or new."""
        if delivery := self._some(which):
            if self._counts(delivery):
                self.deleted.add(delivery.job.id)
            self.queue.delete(delivery)

    def bury(self, which: int) -> None:
        """Bury by some receipt, old or new."""
        if delivery := self._some(which):
            self.queue.bury(delivery)

    def postpone(self, which: int) -> None:
        """Hide by some receipt, old or new, for a while."""
        if delivery := self._some(which):
            if self._counts(delivery):
                self.hidden_until[delivery.job.id] = self.clock.now() + which
            self.queue.change_visibility(delivery, which)

    def redrive(self, _: int) -> None:
        """Give the dead another life; their old receipts die instead."""
        dead = self.dead()
        for job in dead:
            self.hidden_until[job] = self.clock.now()
            self.latest.pop(job, None)
        assert self.queue.redrive() == len(dead)

    def advance(self, seconds: int) -> None:
        """Let time pass."""
        self.clock.advance(seconds)

    def _some(self, which: int) -> Delivery | None:
        return self.deliveries[which % len(self.deliveries)] if self.deliveries else None

    def _counts(self, delivery: Delivery) -> bool:
        job = delivery.job.id
        return self.latest.get(job) == delivery.receipt and job not in self.dead() | self.deleted


ACTIONS = ("send", "receive", "receive", "delete", "bury", "postpone", "redrive", "advance")
STEPS = st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 120)), max_size=40)


@settings(
    max_examples=60,
    deadline=None,
    # Each example makes its own store; only the maker is shared.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_no_sequence_of_operations_loses_a_job(
    new_edition: Callable[[], Edition], clock: ManualClock, steps: list[tuple[str, int]]
) -> None:
    """Every job sent is deleted, dead or still in the queue, whatever happened."""
    edition = new_edition()
    model = QueueModel(edition.queue(max_receive_count=MAX_RECEIVE_COUNT), clock)
    for action, figure in steps:
        getattr(model, action)(figure)
        alive = model.sent - model.deleted - model.dead()
        assert model.queue.depth() == len(alive)
    edition.close()
