"""The circuit breaker as a state machine."""

from __future__ import annotations

import math

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from processor.engines.breaker import Breaker
from tests.doubles.clock import ManualClock

FAILURES = 3
COOL_DOWN_S = 30.0


class BreakerMachine(RuleBasedStateMachine):
    """Any order of requests, answers and pauses; answers may come late, or never."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock()
        self.breaker = Breaker(self.clock, failures=FAILURES, cool_down_s=COOL_DOWN_S)
        self.in_a_row = 0
        self.quiet_since = -math.inf
        """The last failure, or the last probe of this open breaker."""

    @rule(seconds=st.sampled_from([0.25, 1.0, 29.75, 30.0, 31.0, 3600.0]))
    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.clock.advance(seconds)

    @rule()
    def succeed(self) -> None:
        """An answer comes."""
        self.breaker.succeeded()
        self.in_a_row = 0

    @rule()
    def fail(self) -> None:
        """A failure comes."""
        self.breaker.failed()
        self.in_a_row += 1
        self.quiet_since = self.clock.now()

    @rule()
    def ask(self) -> None:
        """Closed it admits; open it admits one probe a cool-down, the first after a whole one."""
        due = self.clock.now() >= self.quiet_since + COOL_DOWN_S
        admitted = self.breaker.admits()
        assert admitted == (self.in_a_row < FAILURES or due)
        if admitted and self.in_a_row >= FAILURES:
            self.quiet_since = self.clock.now()

    @rule()
    def wait_as_told(self) -> None:
        """After exactly the wait it tells, and not before, a request is admitted."""
        wait_s = self.breaker.wait_s
        if wait_s:
            assert not self.breaker.admits()
            self.clock.advance(wait_s)
        self.ask()

    @invariant()
    def open_after_failures_in_a_row(self) -> None:
        """It is open exactly when so many have failed since the last answer."""
        assert self.breaker.open == (self.in_a_row >= FAILURES)
        assert self.breaker.wait_s <= COOL_DOWN_S


TestBreaker = BreakerMachine.TestCase


def test_a_probe_closes_it_or_opens_it_again() -> None:
    """One request after the cool-down decides; nobody else goes meanwhile."""
    clock = ManualClock()
    breaker = Breaker(clock, failures=2, cool_down_s=30.0)
    breaker.failed()
    assert breaker.admits()
    breaker.failed()
    clock.advance(30.0)
    assert [breaker.admits(), breaker.admits()] == [True, False]
    breaker.failed()
    clock.advance(29.75)
    assert not breaker.admits()
    clock.advance(0.25)
    assert breaker.admits()
    breaker.succeeded()
    assert [breaker.admits(), breaker.admits()] == [True, True]
