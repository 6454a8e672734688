"""Errors, named by what happens next.

    TranscriberError
    ├── UserError            tell the user what to do; never retry
    ├── TransientError       put the job back; the queue tries again after ``retry_after_s``
    │   └── RateLimitedError the same, and the provider said for how long
    ├── OperatorError        alarm: only the operator can mend it; the user gets a neutral apology
    └── UndeliverableError   the chat cannot be reached any more: forget the job, no retry, no alarm

Vendor errors become one of these at the border, by a table, with ``raise … from``. Messages of
``TransientError`` and ``OperatorError`` are for operators and hold no secret, no file name, no
transcript. What a user reads is chosen by ``UserError.problem`` in ``shared.texts``.
"""

from __future__ import annotations


class TranscriberError(Exception):
    """The root; raise one of its children."""


class UserError(TranscriberError):
    """The request cannot succeed as it is; ``problem`` names the sentence that says what to do.

    ``problem`` is a key of ``shared.texts``; ``figures`` fill its placeholders.
    """

    def __init__(self, problem: str, **figures: object) -> None:
        super().__init__(problem)
        self.problem = problem
        self.figures = figures


class TransientError(TranscriberError):
    """Trying again later may succeed; ``retry_after_s`` is the least wait, None when unknown."""

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class RateLimitedError(TransientError):
    """The other side asked for less; ``retry_after_s`` is its own figure when it gave one."""


class OperatorError(TranscriberError):
    """Configuration, credit or code is wrong; no retry mends it."""


class UndeliverableError(TranscriberError):
    """The user blocked the bot, left, or the chat is gone."""
