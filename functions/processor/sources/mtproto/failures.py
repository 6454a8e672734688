"""What a failure at Telegram means: try again, go elsewhere, give up, or call the operator.

Messages hold the name of the error and nothing of the request.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from telethon import errors

from shared.errors import (
    OperatorError,
    RateLimitedError,
    TranscriberError,
    TransientError,
    UserError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


class LostError(TransientError):
    """The connection broke: the request may be repeated on another."""


class SilentError(LostError):
    """There was no answer in time: the connection is not to be trusted any more."""


class DeadSessionError(TranscriberError):
    """The session's key is no longer accepted, nor will it ever be."""


class StaleReferenceError(TranscriberError):
    """The file reference is too old: the message gives a fresh one."""


class MovedError(TranscriberError):
    """The file lies in another data centre."""

    def __init__(self, dc_id: int) -> None:
        super().__init__(f"the file lies in data centre {dc_id}")
        self.dc_id = dc_id


class RefusedError(OperatorError):
    """Telegram does not do what was asked."""


# By the name of Telethon's error or, failing that, of its nearest ancestor.
KINDS: Mapping[str, tuple[type[TranscriberError], str]] = {
    "FileReferenceExpiredError": (StaleReferenceError, "the file reference has expired"),
    "FileReferenceInvalidError": (StaleReferenceError, "the file reference is invalid"),
    "FileReferenceEmptyError": (StaleReferenceError, "the file reference is missing"),
    "FilerefUpgradeNeededError": (StaleReferenceError, "the file reference is of an old kind"),
    "FileIdInvalidError": (UserError, "gone"),
    "LocationInvalidError": (UserError, "gone"),
    "LocationNotAvailableError": (UserError, "gone"),
    "AuthKeyDuplicatedError": (DeadSessionError, "the session was used in two places at once"),
    "UnauthorizedError": (DeadSessionError, "the session was ended"),
    "AuthKeyNotFound": (DeadSessionError, "the session is unknown to Telegram"),
    "ApiIdInvalidError": (OperatorError, "Telegram refused TELEGRAM_API_ID or TELEGRAM_API_HASH"),
    "ConnectionApiIdInvalidError": (OperatorError, "Telegram refused TELEGRAM_API_ID"),
    "FloodError": (RateLimitedError, "Telegram asked for less"),
    "ServerError": (TransientError, "Telegram has a fault"),
    "TimedOutError": (TransientError, "Telegram took too long"),
    "RPCError": (RefusedError, "Telegram refused a request with {name}"),
    "OSError": (LostError, "the connection to Telegram broke"),
    "EOFError": (LostError, "Telegram closed the connection"),
    "BufferError": (LostError, "Telegram broke the connection off"),
    "SecurityError": (LostError, "the connection to Telegram failed a check"),
    "AssertionError": (LostError, "the connection to Telegram failed a check"),
    "InvalidChecksumError": (LostError, "a packet from Telegram was damaged"),
    "BadMessageError": (LostError, "Telegram did not take a message"),
    "TypeNotFoundError": (RefusedError, "Telegram gave an answer that Telethon does not know"),
    "error": (LostError, "a packet from Telegram was damaged"),  # struct's
}

VENDOR_ERRORS = (
    errors.RPCError,
    errors.AuthKeyNotFound,
    errors.SecurityError,
    errors.InvalidChecksumError,
    errors.BadMessageError,
    errors.TypeNotFoundError,
    OSError,
    EOFError,
    BufferError,
    AssertionError,
    struct.error,
)


def translated(error: BaseException) -> TranscriberError:
    """The error of ours for one of ``VENDOR_ERRORS``."""
    if isinstance(error, errors.FileMigrateError):
        return MovedError(int(error.new_dc))
    names = (ancestor.__name__ for ancestor in type(error).__mro__)
    kind, meaning = KINDS[next(name for name in names if name in KINDS)]
    if kind is RateLimitedError:
        return RateLimitedError(meaning, retry_after_s=_seconds(error))
    return kind(meaning.format(name=type(error).__name__))


def _seconds(error: BaseException) -> float | None:
    """How long Telegram asks to wait; at least a second, where it says anything."""
    seconds = getattr(error, "seconds", None)
    return None if seconds is None else max(1.0, float(seconds))
