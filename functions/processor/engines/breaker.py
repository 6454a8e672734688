"""A circuit breaker: who fails again and again is left alone for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.ports import Clock

FAILURES = 5  # in a row
COOL_DOWN_S = 30.0


class Breaker:
    """Closed, it lets everything through; open, one probe in each cool-down.

    A probe that is never heard of again needs no care: the next one goes after another cool-down.
    """

    def __init__(
        self, clock: Clock, *, failures: int = FAILURES, cool_down_s: float = COOL_DOWN_S
    ) -> None:
        self._clock = clock
        self._most = failures
        self._cool_down_s = cool_down_s
        self._failures = 0
        self._open_until = 0.0

    @property
    def open(self) -> bool:
        """Whether so many have failed that only probes are let through."""
        return self._failures >= self._most

    @property
    def wait_s(self) -> float:
        """Seconds until ``admits`` may say yes; 0 when it would now."""
        return max(0.0, self._open_until - self._clock.now()) if self.open else 0.0

    def admits(self) -> bool:
        """Whether one request may go; when open, that is the probe, and the next one has to wait."""
        if self.wait_s:
            return False
        if self.open:
            self._cool_down()
        return True

    def succeeded(self) -> None:
        """An answer came: closed."""
        self._failures = 0

    def failed(self) -> None:
        """No answer came; the last one of a row, or a failed probe, opens it."""
        self._failures += 1
        if self.open:
            self._cool_down()

    def _cool_down(self) -> None:
        self._open_until = self._clock.now() + self._cool_down_s
