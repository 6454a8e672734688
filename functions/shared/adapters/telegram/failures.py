"""What Telegram's refusals and the library's exceptions mean for us."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from shared.errors import (
    OperatorError,
    RateLimitedError,
    TranscriberError,
    TransientError,
    UndeliverableError,
)

if TYPE_CHECKING:
    from telegram.error import TelegramError

LONGEST_DESCRIPTION = 120


class NotModifiedError(OperatorError):
    """The message shows this already."""


class NotEditableError(OperatorError):
    """There is no such message to edit any more."""


class NoSuchThreadError(OperatorError):
    """The topic is gone."""


class NoReplyTargetError(OperatorError):
    """The message to be replied to is gone."""


class QueryTooOldError(UndeliverableError):
    """Nobody waits for this answer any more."""


class MigratedError(UndeliverableError):
    """The group is a supergroup now."""

    def __init__(self, chat_id: int) -> None:
        super().__init__("the group has become a supergroup")
        self.chat_id = chat_id


# What a refusal means, by a part of its description in lower case; the first that fits counts.
REFUSALS: tuple[tuple[str, type[TranscriberError], str], ...] = (
    ("message is not modified", NotModifiedError, "the message shows this already"),
    ("message to edit not found", NotEditableError, "the message to edit is gone"),
    ("message can't be edited", NotEditableError, "the message cannot be edited"),
    ("message_id_invalid", NotEditableError, "the message to edit is gone"),
    ("message thread not found", NoSuchThreadError, "the topic is gone"),
    ("message to be replied not found", NoReplyTargetError, "the message to reply to is gone"),
    ("query is too old", QueryTooOldError, "nobody waits for this answer any more"),
    ("chat not found", UndeliverableError, "the chat does not exist"),
    ("bot was blocked", UndeliverableError, "the user blocked the bot"),
    ("user is deactivated", UndeliverableError, "the user's account is gone"),
    ("bot was kicked", UndeliverableError, "the bot was thrown out of the chat"),
    ("bot is not a member", UndeliverableError, "the bot is not in the chat"),
    ("can't initiate conversation", UndeliverableError, "the user never wrote to the bot"),
    ("not enough rights", UndeliverableError, "the bot may not write in the chat"),
    ("have no rights", UndeliverableError, "the bot may not write in the chat"),
    ("topic_closed", UndeliverableError, "the topic is closed"),
    ("business connection not found", UndeliverableError, "the business account left the bot"),
    ("business_", UndeliverableError, "the bot may not write for the business account"),
    ("request entity too large", OperatorError, "Telegram takes no upload of this size"),
)

# What is left, by the name of the library's exception or, failing that, of its nearest ancestor.
KINDS: dict[str, tuple[type[TranscriberError], str]] = {
    "Forbidden": (UndeliverableError, "Telegram forbids writing to the chat"),
    "BadRequest": (OperatorError, "Telegram refused the request: {description}"),
    "InvalidToken": (OperatorError, "Telegram refused the bot token or knows no such method"),
    "EndPointNotFound": (OperatorError, "Telegram knows no such method"),
    "Conflict": (OperatorError, "another instance is polling, or a webhook is set"),
    "PassportDecryptionError": (OperatorError, "Telegram Passport is not for this bot"),
    "TimedOut": (TransientError, "Telegram did not answer in time"),
    "NetworkError": (TransientError, "Telegram cannot be reached or has a fault"),
    "TelegramError": (TransientError, "Telegram gave an answer that cannot be read"),
}


def translated(error: TelegramError) -> TranscriberError:
    """What ``error`` means for us: its own figures first, then its words, then its kind."""
    from telegram.error import ChatMigrated, RetryAfter  # noqa: PLC0415 - imported by now

    if isinstance(error, RetryAfter):
        return RateLimitedError(
            "Telegram asked for less", retry_after_s=_seconds(error.retry_after)
        )
    if isinstance(error, ChatMigrated):
        return MigratedError(error.new_chat_id)
    description = error.message.lower()
    for part, refusal, meaning in REFUSALS:
        if part in description:
            return refusal(meaning)
    names = (ancestor.__name__ for ancestor in type(error).__mro__)
    kind, meaning = next(KINDS[name] for name in names if name in KINDS)
    return kind(meaning.format(description=_quotable(error.message)))


def _seconds(retry_after: int | timedelta) -> float:
    """The library is on its way from whole seconds to timedelta."""
    if isinstance(retry_after, timedelta):
        return retry_after.total_seconds()
    return float(retry_after)


def _quotable(description: str) -> str:
    """A description without what it may quote of the request."""
    return description.partition('"')[0][:LONGEST_DESCRIPTION].strip()
