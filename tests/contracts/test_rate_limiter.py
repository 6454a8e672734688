"""The contract of ``RateLimiter``: exact limits, alone and under races."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.ports import Verdict, VerdictKind
from tests.contracts.editions import kinds, race

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.ports import RateLimiter
    from tests.contracts.editions import Edition
    from tests.doubles.clock import ManualClock

ADMITTED = VerdictKind.ADMITTED
DUPLICATE = VerdictKind.DUPLICATE
TOO_MANY_TASKS = VerdictKind.TOO_MANY_TASKS
TOO_FAST = VerdictKind.TOO_FAST
CROWDED = VerdictKind.CROWDED

LEASE_S = 1800.0
AMPLE = 1000


@pytest.fixture
def limiter(edition: Edition) -> RateLimiter:
    """3 tasks and 10 requests a minute for each, 100 for all, leases of 1800 s."""
    return edition.limiter()


def ask(
    limiter: RateLimiter, *jobs: str, user: str = "u1", task: bool = False
) -> list[VerdictKind]:
    """The kinds of verdict on these jobs of one user, asked in order."""
    return [limiter.admit(user, job, task=task).kind for job in jobs]


def names(count: int, prefix: str = "job") -> list[str]:
    """``count`` different job ids."""
    return [f"{prefix}-{number}" for number in range(count)]


def to_next_minute(clock: ManualClock) -> None:
    """Go to the beginning of the next calendar minute."""
    clock.advance(60 - clock.now() % 60)


def test_an_ordinary_request_is_admitted(limiter: RateLimiter) -> None:
    """Someone who asked for nothing yet gets in."""
    assert limiter.admit("u1", "a", task=True) == Verdict(ADMITTED)


def test_the_fourth_task_is_refused(limiter: RateLimiter) -> None:
    """A user has three tasks at once, not more."""
    assert ask(limiter, *names(4), task=True) == [ADMITTED] * 3 + [TOO_MANY_TASKS]


def test_a_released_task_makes_room(limiter: RateLimiter) -> None:
    """After one task is given back the next is admitted."""
    ask(limiter, *names(3), task=True)
    limiter.release("u1", "job-1")
    assert ask(limiter, "new", "newer", task=True) == [ADMITTED, TOO_MANY_TASKS]


def test_a_task_expires_by_itself(limiter: RateLimiter, clock: ManualClock) -> None:
    """A lease that nobody releases ends exactly after its time."""
    ask(limiter, *names(3), task=True)
    clock.advance(LEASE_S - 0.25)
    assert ask(limiter, "new", task=True) == [TOO_MANY_TASKS]
    clock.advance(0.25)
    assert ask(limiter, "new", task=True) == [ADMITTED]


def test_requests_without_task_need_no_free_task(limiter: RateLimiter) -> None:
    """Commands are answered while all tasks run, and occupy none."""
    ask(limiter, *names(3), task=True)
    assert ask(limiter, "help", "history") == [ADMITTED, ADMITTED]
    limiter.release("u1", "job-0")
    assert ask(limiter, "new", task=True) == [ADMITTED]


def test_releasing_what_is_not_there_is_harmless(limiter: RateLimiter) -> None:
    """Unknown jobs, other users' jobs and second releases change nothing."""
    ask(limiter, *names(3), task=True)
    limiter.release("u1", "unknown")
    limiter.release("u2", "job-0")
    assert ask(limiter, "new", task=True) == [TOO_MANY_TASKS]
    limiter.release("u1", "job-0")
    limiter.release("u1", "job-0")
    assert ask(limiter, "new", "newer", task=True) == [ADMITTED, TOO_MANY_TASKS]


def test_a_users_tasks_are_listed_oldest_first(
    limiter: RateLimiter, edition: Edition, clock: ManualClock
) -> None:
    """What runs, through every client: no requests without a task, nobody else's."""
    assert limiter.tasks("u1") == []
    for name in ("z", "a", "m"):
        ask(limiter, name, task=True)
        clock.advance(1)
    ask(limiter, "help")
    ask(limiter, "other", user="u2", task=True)
    assert list(limiter.tasks("u1")) == ["z", "a", "m"]
    assert list(edition.limiter().tasks("u2")) == ["other"]


def test_released_expired_and_refused_tasks_are_not_listed(
    limiter: RateLimiter, clock: ManualClock
) -> None:
    """A task is listed as long as it counts, to the moment."""
    ask(limiter, "a", task=True)
    clock.advance(1)
    ask(limiter, "b", "c", "refused", task=True)
    limiter.release("u1", "b")
    clock.advance(LEASE_S - 1.25)
    assert list(limiter.tasks("u1")) == ["a", "c"]
    clock.advance(0.25)
    assert list(limiter.tasks("u1")) == ["c"]
    clock.advance(1)
    assert list(limiter.tasks("u1")) == []


def test_the_eleventh_request_in_a_minute_is_refused(limiter: RateLimiter) -> None:
    """A user makes ten requests in a minute, not more."""
    assert ask(limiter, *names(11)) == [ADMITTED] * 10 + [TOO_FAST]


def test_the_minute_slides(limiter: RateLimiter, clock: ManualClock) -> None:
    """Room comes back request by request, sixty seconds after each, whatever the calendar says."""
    for name in names(10):
        ask(limiter, name)
        clock.advance(2)
    clock.advance(60 - 20 - 0.25)
    assert ask(limiter, "new") == [TOO_FAST]
    clock.advance(0.25)
    assert ask(limiter, "new", "newer") == [ADMITTED, TOO_FAST]
    clock.advance(2)
    assert ask(limiter, "newer", "newest") == [ADMITTED, TOO_FAST]


def test_users_do_not_share_their_limits(limiter: RateLimiter) -> None:
    """One user's full quota is nothing to another."""
    ask(limiter, *names(11), user="u1")
    assert ask(limiter, "other", user="u2", task=True) == [ADMITTED]


def test_a_full_minute_refuses_everyone_until_the_next(
    edition: Edition, clock: ManualClock
) -> None:
    """The limit for all counts per calendar minute and says when that ends."""
    limiter = edition.limiter(global_per_minute=5)
    to_next_minute(clock)
    clock.advance(42.5)
    assert [limiter.admit(f"u{n}", f"j{n}", task=False).kind for n in range(5)] == [ADMITTED] * 5
    assert limiter.admit("late", "late", task=False) == Verdict(CROWDED, 17.5)
    clock.advance(17.5)
    assert ask(limiter, "late", user="late") == [ADMITTED]


def test_the_same_job_again_is_a_duplicate_and_not_counted(limiter: RateLimiter) -> None:
    """An update delivered ten times counts once."""
    assert ask(limiter, *["same"] * 10, task=True) == [ADMITTED] + [DUPLICATE] * 9
    assert ask(limiter, *names(3), task=True) == [ADMITTED, ADMITTED, TOO_MANY_TASKS]
    assert ask(limiter, *names(8, "more")) == [ADMITTED] * 7 + [TOO_FAST]


def test_a_duplicate_is_never_refused(edition: Edition) -> None:
    """Not even when every limit is reached by then."""
    limiter = edition.limiter(tasks=2, per_minute=2, global_per_minute=2)
    ask(limiter, "a", "b", task=True)
    assert ask(limiter, "c", task=True) != [ADMITTED]
    assert ask(limiter, "a", "b", task=True) == [DUPLICATE, DUPLICATE]


def test_a_job_is_a_duplicate_as_long_as_its_task_runs(
    limiter: RateLimiter, clock: ManualClock
) -> None:
    """A redelivery ten minutes later is still recognised while the first is in work."""
    ask(limiter, "film", task=True)
    clock.advance(600)
    assert ask(limiter, "film", task=True) == [DUPLICATE]


def test_a_job_is_a_duplicate_for_a_minute_after_a_quick_release(
    limiter: RateLimiter, clock: ManualClock
) -> None:
    """The log remembers it after its task is done, and then forgets it."""
    ask(limiter, "note", task=True)
    limiter.release("u1", "note")
    clock.advance(59.75)
    assert ask(limiter, "note", task=True) == [DUPLICATE]
    clock.advance(0.25)
    assert ask(limiter, "note", task=True) == [ADMITTED]


def test_a_duplicate_after_its_release_takes_no_task(limiter: RateLimiter) -> None:
    """Recognising a finished job does not occupy its task again."""
    ask(limiter, *names(3), task=True)
    limiter.release("u1", "job-0")
    assert ask(limiter, "job-0", "new", task=True) == [DUPLICATE, ADMITTED]


def test_a_refused_request_counts_nowhere(edition: Edition, clock: ManualClock) -> None:
    """Refusals use up neither the user's minute nor everyone's, and are no duplicates later."""
    limiter = edition.limiter(tasks=1, per_minute=3, global_per_minute=4)
    to_next_minute(clock)
    assert ask(limiter, "a", *names(20, "refused"), task=True) == [ADMITTED] + [TOO_MANY_TASKS] * 20
    assert ask(limiter, "b", "c", *names(20, "fast")) == [ADMITTED] * 2 + [TOO_FAST] * 20
    assert ask(limiter, "d", "e", user="u2") == [ADMITTED, CROWDED]
    to_next_minute(clock)
    assert ask(limiter, "e", "f", "g", user="u2") == [ADMITTED] * 3


def test_a_refusal_by_the_crowd_leaves_the_user_unharmed(
    edition: Edition, clock: ManualClock
) -> None:
    """Neither his minute nor his tasks are charged for what everyone's limit refused."""
    limiter = edition.limiter(tasks=1, per_minute=1, global_per_minute=1)
    to_next_minute(clock)
    ask(limiter, "first", user="u1")
    assert ask(limiter, "mine", user="u2", task=True) == [CROWDED]
    to_next_minute(clock)
    assert ask(limiter, "mine", user="u2", task=True) == [ADMITTED]


@pytest.mark.parametrize(
    ("task", "kind", "wait_s"), [(True, TOO_MANY_TASKS, 1790.0), (False, TOO_FAST, 50.0)]
)
def test_a_refusal_says_when_to_ask_again(
    edition: Edition, clock: ManualClock, *, task: bool, kind: VerdictKind, wait_s: float
) -> None:
    """One moment before that time it is refused again; at that time it is admitted."""
    limiter = edition.limiter(tasks=1, per_minute=1)
    ask(limiter, "first", task=True)
    clock.advance(10)
    assert limiter.admit("u1", "next", task=task) == Verdict(kind, wait_s)
    clock.advance(wait_s - 0.25)
    assert limiter.admit("u1", "next", task=task) == Verdict(kind, 0.25)
    clock.advance(0.25)
    assert ask(limiter, "next", task=task) == [ADMITTED]


def test_of_two_reached_limits_the_later_one_sets_the_wait(
    edition: Edition, clock: ManualClock
) -> None:
    """A wait that ended in the next refusal would be a lie."""
    limiter = edition.limiter(tasks=1, per_minute=2)
    ask(limiter, "task", task=True)
    clock.advance(LEASE_S - 10)
    ask(limiter, "a", "b")
    assert limiter.admit("u1", "next", task=True) == Verdict(TOO_MANY_TASKS, 60.0)


@pytest.mark.parametrize(
    ("task", "limits", "expected"),
    [
        (True, {"tasks": 3, "per_minute": AMPLE, "global_per_minute": AMPLE}, TOO_MANY_TASKS),
        (False, {"tasks": 3, "per_minute": 10, "global_per_minute": AMPLE}, TOO_FAST),
    ],
)
def test_forty_simultaneous_requests_of_one_user_are_counted_exactly(
    edition: Edition, *, task: bool, limits: dict[str, int], expected: VerdictKind
) -> None:
    """Of forty at once exactly as many are admitted as one after the other would be."""
    clients = [edition.limiter(**limits) for _ in range(4)]
    verdicts = race(40, lambda n: clients[n % 4].admit("u1", f"job-{n}", task=task))
    allowed = limits["tasks"] if task else limits["per_minute"]
    assert kinds(verdicts) == {ADMITTED: allowed, expected: 40 - allowed}


def test_forty_simultaneous_users_are_counted_exactly(edition: Edition) -> None:
    """Everyone's minute takes exactly its number, whoever comes."""
    clients = [edition.limiter(global_per_minute=25) for _ in range(4)]
    verdicts = race(40, lambda n: clients[n % 4].admit(f"u{n}", f"job-{n}", task=True))
    assert kinds(verdicts) == {ADMITTED: 25, CROWDED: 15}


def test_twenty_simultaneous_deliveries_of_one_update_are_one(edition: Edition) -> None:
    """Exactly one of them is admitted; all others are its duplicates."""
    clients = [edition.limiter() for _ in range(4)]
    verdicts = race(20, lambda n: clients[n % 4].admit("u1", "same", task=True))
    assert kinds(verdicts) == {ADMITTED: 1, DUPLICATE: 19}


class LimiterModel:
    """The limits written down as lists of moments, to compare verdicts with."""

    TASKS, PER_MINUTE, GLOBAL_PER_MINUTE = 2, 3, 5

    def __init__(self) -> None:
        self.admitted: list[tuple[float, str]] = []  # every admitted request: when, whose
        self.tasks: dict[tuple[str, str], float] = {}

    def verdict(self, now: float, user: str, *, task: bool) -> VerdictKind:
        """What the limits say of a job never seen before."""
        running = [end for (owner, _), end in self.tasks.items() if owner == user and end > now]
        lately = [at for at, whose in self.admitted if whose == user and at > now - 60]
        minute = [at for at, _ in self.admitted if at // 60 == now // 60]
        if task and len(running) >= self.TASKS:
            return TOO_MANY_TASKS
        if len(lately) >= self.PER_MINUTE:
            return TOO_FAST
        return CROWDED if len(minute) >= self.GLOBAL_PER_MINUTE else ADMITTED


# Quarters of a second, so that sums are exact; pauses that fall on, before and behind the limits.
PAUSES = st.sampled_from([0.0, 0.0, 0.25, 5.0, 19.75, 20.0, 59.75, 60.0, 900.0, 1800.0])
REQUESTS = st.lists(
    st.tuples(PAUSES, st.sampled_from(["u1", "u2", "u3"]), st.booleans(), st.booleans()),
    max_size=40,
)


@settings(
    max_examples=60,
    deadline=None,
    # Each example makes its own store; only the maker is shared.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(requests=REQUESTS)
def test_every_verdict_is_the_one_the_limits_demand(
    new_edition: Callable[[], Edition],
    clock: ManualClock,
    requests: list[tuple[float, str, bool, bool]],
) -> None:
    """No more than allowed in any sixty seconds, and no refusal without a reached limit."""
    model, edition = LimiterModel(), new_edition()
    limiter = edition.limiter(
        tasks=model.TASKS, per_minute=model.PER_MINUTE, global_per_minute=model.GLOBAL_PER_MINUTE
    )
    for number, (pause_s, user, task, release) in enumerate(requests):
        clock.advance(pause_s)
        now, job = clock.now(), f"job-{number}"
        verdict = limiter.admit(user, job, task=task)
        assert verdict.kind is model.verdict(now, user, task=task)
        assert (verdict.retry_after_s > 0) == (verdict.kind is not ADMITTED)
        if verdict.kind is ADMITTED:
            model.admitted.append((now, user))
            if task:
                model.tasks[user, job] = now + LEASE_S
        if release and model.tasks:
            ended = next(iter(model.tasks))
            limiter.release(*ended)
            del model.tasks[ended]
    edition.close()
