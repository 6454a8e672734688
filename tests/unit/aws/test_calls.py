"""How many calls each operation costs: latency and the bill are made of them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from shared.adapters.aws.backoff import Backoff
from shared.adapters.aws.dynamo_cache import DynamoTranscriptCache
from shared.adapters.aws.dynamo_history import DynamoHistory
from shared.adapters.aws.dynamo_jobs import DynamoJobStore
from shared.adapters.aws.dynamo_limiter import DynamoRateLimiter
from shared.adapters.aws.dynamo_preferences import DynamoPreferences
from shared.adapters.aws.dynamo_statistics import DynamoStatistics
from shared.adapters.aws.dynamo_table import CONDITION_FAILED, CONFLICT
from shared.adapters.aws.failures import RefusedError
from shared.adapters.aws.sqs import SqsJobQueue
from shared.adapters.memory import RecentTranscripts
from shared.errors import TransientError
from shared.jobs import Lane
from shared.ports import ChatPreferences, Figures, HistoryEntry, JobState, VerdictKind
from shared.transcripts import Recognition
from tests.contracts.editions import RETENTION_S, a_job, a_key, a_transcript
from tests.doubles.aws_server import create_queue

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.adapters.aws.dynamo_table import DynamoTable
    from tests.doubles.aws_server import RecordingClient
    from tests.doubles.clock import ManualClock

ADMITTED = VerdictKind.ADMITTED
READ, WRITE = "BatchGetItem", "TransactWriteItems"  # of the limiter
ROUNDS = 6
BACKOFF = Backoff(lambda _: None, tries=ROUNDS, first_s=0.0, longest_s=0.0)


def called(client: RecordingClient, what: Callable[[], object]) -> list[str]:
    """The operations that ``what`` called."""
    client.requests.clear()
    what()
    return list(client.operations)


def limiter_on(table: DynamoTable, clock: ManualClock, **limits: int) -> DynamoRateLimiter:
    """Three tasks, ten requests, a hundred for all."""
    figures = {"tasks": 3, "per_minute": 10, "global_per_minute": 100, **limits}
    return DynamoRateLimiter(table, clock, BACKOFF, task_lease_s=1800.0, **figures)


# The limiter


@pytest.fixture
def limiter(state: DynamoTable, clock: ManualClock) -> DynamoRateLimiter:
    """Nobody has asked for anything yet."""
    return limiter_on(state, clock)


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("task", [False, True])
def test_an_ordinary_request_costs_two_calls(
    limiter: DynamoRateLimiter, dynamodb: RecordingClient, *, known: bool, task: bool
) -> None:
    """A newcomer's and a known user's, with a task and without."""
    if known:
        limiter.admit("u", "a", task=True)
    assert called(dynamodb, lambda: limiter.admit("u", "b", task=task)) == [READ, WRITE]


@pytest.mark.parametrize(("user", "job"), [("u", "a"), ("u", "d"), ("newcomer", "e")])
def test_a_duplicate_and_a_refusal_cost_one_call_and_write_nothing(
    state: DynamoTable, clock: ManualClock, dynamodb: RecordingClient, user: str, job: str
) -> None:
    """The same job again, one over the user's limits, and one over everyone's."""
    limiter = limiter_on(state, clock, tasks=1, per_minute=2, global_per_minute=3)
    for who, what in (("u", "a"), ("u", "b"), ("other", "c")):
        assert limiter.admit(who, what, task=what == "a").kind is ADMITTED
    assert called(dynamodb, lambda: limiter.admit(user, job, task=True)) == [READ]


def test_releasing_costs_one_call(limiter: DynamoRateLimiter, dynamodb: RecordingClient) -> None:
    """Whether there is something to release or not."""
    limiter.admit("u", "a", task=True)
    for _ in range(2):
        assert called(dynamodb, lambda: limiter.release("u", "a")) == ["UpdateItem"]


def test_listing_tasks_costs_one_call(
    limiter: DynamoRateLimiter, dynamodb: RecordingClient
) -> None:
    """For a user with tasks and for one who never asked."""
    limiter.admit("u", "a", task=True)
    for user in ("u", "newcomer"):
        assert called(dynamodb, partial(limiter.tasks, user)) == ["GetItem"]


def test_a_user_who_asks_twice_at_once_begins_again(
    state: DynamoTable, others_state: DynamoTable, clock: ManualClock, dynamodb: RecordingClient
) -> None:
    """Another request of his between read and write costs two more calls, and both count."""
    limiter, other = limiter_on(state, clock, tasks=2), limiter_on(others_state, clock, tasks=2)
    dynamodb.before[WRITE] = [lambda: other.admit("u", "b", task=True)]
    assert limiter.admit("u", "a", task=True).kind is ADMITTED
    assert dynamodb.operations == [READ, WRITE] * 2
    assert limiter.admit("u", "c", task=True).kind is VerdictKind.TOO_MANY_TASKS


def test_a_release_in_between_is_not_lost(
    state: DynamoTable, others_state: DynamoTable, clock: ManualClock, dynamodb: RecordingClient
) -> None:
    """The task that ended while another was admitted stays ended."""
    limiter, other = limiter_on(state, clock, tasks=2), limiter_on(others_state, clock, tasks=2)
    other.admit("u", "a", task=True)
    dynamodb.before[WRITE] = [lambda: other.release("u", "a")]
    assert [limiter.admit("u", job, task=True).kind for job in "bc"] == [ADMITTED, ADMITTED]


def test_the_last_place_of_the_minute_goes_to_one(
    state: DynamoTable, others_state: DynamoTable, clock: ManualClock, dynamodb: RecordingClient
) -> None:
    """Who comes second is refused by the write, and nothing is counted for him."""
    limiter = limiter_on(state, clock, global_per_minute=1)
    other = limiter_on(others_state, clock, global_per_minute=1)
    dynamodb.before[WRITE] = [lambda: other.admit("u2", "b", task=True)]
    assert limiter.admit("u1", "a", task=True).kind is VerdictKind.CROWDED
    assert state.get({"pk": "U#u1"}) is None


def collision(*reasons: str) -> Callable[[], object]:
    """What a transaction that met another one ends with; moto's never meet."""

    def refuse() -> None:
        details = {"CancellationReasons": [{"Code": reason} for reason in reasons]}
        raise RefusedError("dynamodb", "TransactionCanceledException", details)

    return refuse


def test_meeting_another_user_on_the_minute_costs_a_third_call(
    limiter: DynamoRateLimiter, dynamodb: RecordingClient
) -> None:
    """The write alone is repeated."""
    dynamodb.before[WRITE] = [collision("None", CONFLICT)]
    assert limiter.admit("u", "a", task=True).kind is ADMITTED
    assert dynamodb.operations == [READ, WRITE, WRITE]


@pytest.mark.parametrize("reasons", [(CONFLICT, "None"), (CONDITION_FAILED, CONFLICT)])
def test_meeting_oneself_means_reading_again(
    limiter: DynamoRateLimiter, dynamodb: RecordingClient, reasons: tuple[str, ...]
) -> None:
    """What was read of the user may no longer be true."""
    dynamodb.before[WRITE] = [collision(*reasons)]
    assert limiter.admit("u", "a", task=True).kind is ADMITTED
    assert dynamodb.operations == [READ, WRITE] * 2


def test_endless_collisions_end_in_a_transient_error(
    limiter: DynamoRateLimiter, dynamodb: RecordingClient
) -> None:
    """The caller, who fails open, does not wait for ever."""
    dynamodb.before[WRITE] = [collision("None", CONFLICT)] * ROUNDS
    with pytest.raises(TransientError, match="contended"):
        limiter.admit("u", "a", task=True)


# The job store


@pytest.fixture
def jobs(state: DynamoTable, cache: DynamoTable, clock: ManualClock) -> DynamoJobStore:
    """No job has been seen yet."""
    return DynamoJobStore(state, cache, clock, BACKOFF, retention_s=RETENTION_S)


def test_a_jobs_life_costs_one_call_a_step(jobs: DynamoJobStore, dynamodb: RecordingClient) -> None:
    """From the claim to the end, each step is one conditional write."""
    job = a_job()
    steps: list[tuple[Callable[[], object], str]] = [
        (lambda: jobs.claim(job, "alice", 90.0), "UpdateItem"),
        (lambda: jobs.claim(job, "bob", 90.0), "UpdateItem"),
        (lambda: jobs.renew(job.id, "alice", 90.0), "UpdateItem"),
        (lambda: jobs.update(job.id, "alice", delivered=1), "UpdateItem"),
        (lambda: jobs.get(job.id), "GetItem"),
        (lambda: jobs.update(job.id, "alice", state=JobState.FAILED), "UpdateItem"),
        (lambda: jobs.reopen(job.id), "UpdateItem"),
        (lambda: jobs.cancel(job.id), "UpdateItem"),
        (lambda: jobs.cancel(job.id), "UpdateItem"),
        (lambda: jobs.delete(job.id), "DeleteItem"),
    ]
    for step, operation in steps:
        assert called(dynamodb, step) == [operation]


def test_taking_over_a_delivery_or_an_expired_record_costs_two_calls(
    jobs: DynamoJobStore, dynamodb: RecordingClient, clock: ManualClock
) -> None:
    """The first try says what is there."""
    jobs.claim(a_job(), "alice", 90.0)
    jobs.update("job-1", "alice", state=JobState.DELIVERING)
    clock.advance(90)
    assert called(dynamodb, lambda: jobs.claim(a_job(), "bob", 90.0)) == ["UpdateItem"] * 2
    clock.advance(RETENTION_S)
    assert called(dynamodb, lambda: jobs.claim(a_job(), "carol", 90.0)) == ["UpdateItem", "PutItem"]


def refusal(code: str) -> Callable[[], object]:
    """The service's answer to a write that others were faster than."""

    def refuse() -> None:
        raise RefusedError("dynamodb", code, {})

    return refuse


@pytest.mark.parametrize(
    ("operation", "act"),
    [
        ("UpdateItem", lambda jobs: jobs.claim(a_job(), "alice", 90.0)),
        ("PutItem", lambda jobs: jobs.lead("film", a_job())),
    ],
)
def test_a_record_that_never_holds_still_is_transient(
    jobs: DynamoJobStore,
    dynamodb: RecordingClient,
    operation: str,
    act: Callable[[DynamoJobStore], object],
) -> None:
    """The queue brings the job back when the others are done."""
    dynamodb.before[operation] = [refusal("ConditionalCheckFailedException")] * ROUNDS
    with pytest.raises(TransientError, match="contended"):
        act(jobs)


def test_a_flight_nobody_joins_costs_three_calls(
    jobs: DynamoJobStore, dynamodb: RecordingClient
) -> None:
    """Leading, landing and disbanding, one each."""
    assert called(dynamodb, lambda: jobs.lead("film", a_job())) == ["PutItem"]
    assert called(dynamodb, lambda: jobs.waiters("film", "job-1")) == ["DeleteItem"]
    assert called(dynamodb, lambda: jobs.disband("film", "job-1")) == ["GetItem"]


def test_joining_a_flight_costs_three_calls(
    jobs: DynamoJobStore, dynamodb: RecordingClient
) -> None:
    """A try to lead, a look at the leader, a place in the list; landing and disbanding two each."""
    jobs.lead("film", a_job("a"))
    assert called(dynamodb, lambda: jobs.lead("film", a_job("b"))) == [
        "PutItem",
        "GetItem",
        "UpdateItem",
    ]
    assert called(dynamodb, lambda: jobs.waiters("film", "job-a")) == ["DeleteItem", "PutItem"]
    assert called(dynamodb, lambda: jobs.disband("film", "job-a")) == ["GetItem", "DeleteItem"]


def test_the_hundred_and_first_waiter_is_sent_back(jobs: DynamoJobStore) -> None:
    """The list stays within an item; the queue brings the job again later. Nobody else suffers."""
    jobs.lead("film", a_job("leader"))
    for number in range(100):
        assert not jobs.lead("film", a_job(str(number)))
    with pytest.raises(TransientError, match="too many"):
        jobs.lead("film", a_job("late"))
    assert not jobs.lead("film", a_job("99"))
    assert len(jobs.waiters("film", "job-leader")) == 100
    assert jobs.lead("film", a_job("late"))


def test_those_who_join_at_once_do_not_hold_each_other_up(
    jobs: DynamoJobStore,
    others_state: DynamoTable,
    cache: DynamoTable,
    clock: ManualClock,
    dynamodb: RecordingClient,
) -> None:
    """Another waiter between read and write costs no further call, and both wait."""
    other = DynamoJobStore(others_state, cache, clock, BACKOFF, retention_s=RETENTION_S)
    jobs.lead("film", a_job("a"))
    dynamodb.before["UpdateItem"] = [lambda: other.lead("film", a_job("b"))]
    operations = called(dynamodb, lambda: jobs.lead("film", a_job("c")))
    assert operations == ["PutItem", "GetItem", "UpdateItem"]
    assert [job.id for job in jobs.waiters("film", "job-a")] == ["job-b", "job-c"]


def test_a_landing_in_between_makes_who_joins_lead(
    jobs: DynamoJobStore,
    others_state: DynamoTable,
    cache: DynamoTable,
    clock: ManualClock,
    dynamodb: RecordingClient,
) -> None:
    """Nobody is added to a flight that is closed."""
    other = DynamoJobStore(others_state, cache, clock, BACKOFF, retention_s=RETENTION_S)
    jobs.lead("film", a_job("a"))
    jobs.lead("film", a_job("b"))
    dynamodb.before["UpdateItem"] = [lambda: other.waiters("film", "job-a")]
    assert jobs.lead("film", a_job("c"))
    assert [job.id for job in jobs.waiters("film", "job-a")] == ["job-b"]


def test_a_waiter_in_between_is_handed_out(
    jobs: DynamoJobStore,
    others_state: DynamoTable,
    cache: DynamoTable,
    clock: ManualClock,
    dynamodb: RecordingClient,
) -> None:
    """Who joins between the leader's read and write is not overwritten."""
    other = DynamoJobStore(others_state, cache, clock, BACKOFF, retention_s=RETENTION_S)
    jobs.lead("film", a_job("a"))
    jobs.lead("film", a_job("b"))
    dynamodb.before["PutItem"] = [lambda: other.lead("film", a_job("c"))]
    assert [job.id for job in jobs.waiters("film", "job-a")] == ["job-b", "job-c"]


def test_waiters_who_have_expired_take_nobodys_place(
    jobs: DynamoJobStore, clock: ManualClock
) -> None:
    """A list full of them has room again."""
    jobs.lead("film", a_job("a"))
    for number in range(100):
        jobs.lead("film", a_job(str(number)))
    clock.advance(RETENTION_S - 60)
    assert jobs.lead("film", a_job("b"))
    clock.advance(60)
    assert not jobs.lead("film", a_job("c"))
    assert [job.id for job in jobs.waiters("film", "job-b")] == ["job-c"]


def test_chunks_cost_a_call_each_and_one_to_read(
    jobs: DynamoJobStore, dynamodb: RecordingClient
) -> None:
    """Dropping them is one query and one batch."""
    for index in range(3):
        put = partial(jobs.put_chunk, "c", index, Recognition((), None))
        assert called(dynamodb, put) == ["PutItem"]
    assert called(dynamodb, lambda: jobs.chunks("c")) == ["Query"]
    assert called(dynamodb, lambda: jobs.drop_chunks("c")) == ["Query", "BatchWriteItem"]
    assert called(dynamodb, lambda: jobs.drop_chunks("c")) == ["Query"]


# Cache, preferences


def test_an_answer_from_the_cache_costs_two_calls_and_from_memory_one(
    cache: DynamoTable, clock: ManualClock, dynamodb: RecordingClient
) -> None:
    """The file's identity leads to the content, and that to the transcript."""
    store = RecentTranscripts(DynamoTranscriptCache(cache, clock, retention_s=RETENTION_S), clock)
    assert called(dynamodb, lambda: store.link("file", "c0ffee")) == ["PutItem"]
    assert called(dynamodb, lambda: store.put(a_key(), a_transcript())) == ["PutItem"]

    def look() -> None:
        store.content_of("file")
        assert store.get(str(a_key())) == a_transcript()

    assert called(dynamodb, look) == ["GetItem", "Query"]
    assert called(dynamodb, look) == ["GetItem"]
    assert called(dynamodb, lambda: store.delete(str(a_key()))) == ["Query", "BatchWriteItem"]


def test_preferences_cost_one_call(state: DynamoTable, dynamodb: RecordingClient) -> None:
    """Each."""
    store = DynamoPreferences(state)
    assert called(dynamodb, lambda: store.get(1)) == ["GetItem"]
    assert called(dynamodb, lambda: store.put(1, ChatPreferences("de"))) == ["PutItem"]
    assert called(dynamodb, lambda: store.delete(1)) == ["DeleteItem"]


def test_the_first_releases_choices_are_still_read(state: DynamoTable) -> None:
    """Its formats were files beside the text; new choices replace the old form."""
    store = DynamoPreferences(state)
    state.put({"pk": "P#1", "language": "de", "formats": []})
    state.put({"pk": "P#2", "formats": ["txt", "srt"]})
    assert store.get(1) == ChatPreferences("de")
    assert store.get(2) == ChatPreferences(formats=("text", "txt", "srt"))
    store.put(2, ChatPreferences(timestamps=True))
    assert store.get(2) == ChatPreferences(timestamps=True)


# Statistics


@pytest.fixture
def statistics(state: DynamoTable, clock: ManualClock) -> DynamoStatistics:
    """Nothing has happened yet."""
    return DynamoStatistics(state, clock, BACKOFF, retention_s=RETENTION_S)


ONE = Figures(succeeded=1)


def test_adding_costs_one_call_and_two_where_another_worker_knows_the_user(
    statistics: DynamoStatistics,
    others_state: DynamoTable,
    clock: ManualClock,
    dynamodb: RecordingClient,
) -> None:
    """Nobody's mark is asked for twice by the same worker on the same day."""
    other = DynamoStatistics(others_state, clock, BACKOFF, retention_s=RETENTION_S)
    other.add("u2", ONE)
    assert called(dynamodb, lambda: statistics.add("u1", ONE)) == [WRITE]
    assert called(dynamodb, lambda: statistics.add("u1", ONE)) == ["UpdateItem"]
    assert called(dynamodb, lambda: statistics.add("u2", ONE)) == [WRITE, "UpdateItem"]
    assert called(dynamodb, lambda: statistics.add("u2", ONE)) == ["UpdateItem"]
    clock.advance(86_400)
    assert called(dynamodb, lambda: statistics.add("u1", ONE)) == [WRITE]
    assert statistics.since(2) == Figures(users=3, succeeded=6)


def test_reading_costs_a_call_for_each_hundred_days(
    state: DynamoTable, clock: ManualClock, dynamodb: RecordingClient
) -> None:
    """No more than can be there; none costs nothing."""
    statistics = DynamoStatistics(state, clock, BACKOFF, retention_s=198 * 86_400.0)
    assert called(dynamodb, lambda: statistics.since(100)) == [READ]
    assert called(dynamodb, lambda: statistics.since(10**9)) == [READ, READ]
    assert called(dynamodb, lambda: statistics.since(0)) == []


def test_days_and_marks_are_removed_by_the_table(
    statistics: DynamoStatistics, state: DynamoTable, clock: ManualClock
) -> None:
    """A mark at the end of its day, the sums after the retention; no item names the user."""
    statistics.add("u4711", ONE)
    day = int(clock.now() // 86_400)
    end = (day + 1) * 86_400
    items = state._client.call("Scan", {"TableName": state._name})["Items"]
    assert sorted(int(item["ttl"]["N"]) for item in items) == [end, end + RETENTION_S]
    assert "4711" not in str([item["pk"] for item in items])


def test_meeting_another_worker_on_the_day_means_trying_again(
    statistics: DynamoStatistics, dynamodb: RecordingClient
) -> None:
    """Whichever of the two items it was; nothing is counted twice."""
    dynamodb.before[WRITE] = [collision("None", CONFLICT), collision(CONFLICT, "None")]
    statistics.add("u1", ONE)
    assert dynamodb.operations == [WRITE] * 3
    assert statistics.since(1) == Figures(users=1, succeeded=1)


def test_statistics_that_never_hold_still_are_transient(
    statistics: DynamoStatistics, dynamodb: RecordingClient
) -> None:
    """Nothing is counted, and the user is a newcomer the next time."""
    dynamodb.before[WRITE] = [collision("None", CONFLICT)] * ROUNDS
    with pytest.raises(TransientError, match="contended"):
        statistics.add("u1", ONE)
    assert statistics.since(1) == Figures()
    statistics.add("u1", ONE)
    assert statistics.since(1) == Figures(users=1, succeeded=1)


# History


def test_a_long_history_is_forgotten_a_hundred_at_a_time(
    cache: DynamoTable, clock: ManualClock, dynamodb: RecordingClient
) -> None:
    """However long it is, nothing of it is left and all of it is returned."""
    history = DynamoHistory(cache, clock, BACKOFF, retention_s=RETENTION_S)
    for number in range(150):
        history.add("u", HistoryEntry(f"job-{number}", 1, "key", float(number), 1.0))
    forgotten: list[HistoryEntry] = []
    operations = called(dynamodb, lambda: forgotten.extend(history.clear("u")))
    assert operations == ["Query", "TransactWriteItems", "TransactWriteItems"]
    assert [entry.finished_at for entry in forgotten] == [float(n) for n in reversed(range(150))]
    assert called(dynamodb, lambda: history.clear("u")) == ["Query"]


def test_a_history_that_others_clear_again_and_again_is_transient(
    cache: DynamoTable, clock: ManualClock, dynamodb: RecordingClient
) -> None:
    """The button can be pressed once more."""
    history = DynamoHistory(cache, clock, BACKOFF, retention_s=RETENTION_S)
    history.add("u", HistoryEntry("job-1", 1, "key", 1.0, 1.0))
    dynamodb.before[WRITE] = [collision(CONFLICT)] * ROUNDS
    with pytest.raises(TransientError, match="contended"):
        history.clear("u")
    assert len(history.clear("u")) == 1


# The queue


def test_the_queue_costs_one_call_but_for_burying(
    sqs: RecordingClient,
) -> None:
    """Burying makes sure of the receipt, sends and deletes."""
    lanes = {lane: create_queue(sqs, f"calls-{lane}") for lane in Lane}
    queue = SqsJobQueue(sqs, lanes, create_queue(sqs, "calls-dead"))
    assert called(sqs, lambda: queue.send(a_job())) == ["SendMessage"]
    (delivery,) = queue.receive(Lane.EXPRESS, limit=5, visibility_s=60)
    assert called(sqs, lambda: queue.receive(Lane.EXPRESS, limit=5, visibility_s=60)) == [
        "ReceiveMessage"
    ]
    assert called(sqs, lambda: queue.change_visibility(delivery, 60)) == ["ChangeMessageVisibility"]
    assert called(sqs, lambda: queue.bury(delivery)) == [
        "ChangeMessageVisibility",
        "SendMessage",
        "DeleteMessage",
    ]
    queue.send(a_job())
    (again,) = queue.receive(Lane.EXPRESS, limit=1, visibility_s=60)
    assert called(sqs, lambda: queue.delete(again)) == ["DeleteMessage"]
    assert called(sqs, queue.depth) == ["GetQueueAttributes"] * len(Lane)
    assert called(sqs, lambda: queue.waiting(Lane.BULK)) == ["GetQueueAttributes"]
