"""Every error of the Telegram library has a meaning here."""

from __future__ import annotations

import pytest
import telegram.error
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from shared.adapters.telegram.failures import KINDS, translated
from shared.errors import (
    OperatorError,
    RateLimitedError,
    TranscriberError,
    TransientError,
    UndeliverableError,
)

FIGURED = {"RetryAfter", "ChatMigrated"}  # they say more than their kind does


def test_every_public_exception_is_mapped() -> None:
    """A kind of error that a new version of the library brings fails here first."""
    assert set(telegram.error.__all__) == KINDS.keys() | FIGURED


@pytest.mark.parametrize(
    ("description", "meaning"),
    [
        ("Forbidden: bot was blocked by the user", UndeliverableError),
        ("Forbidden: user is deactivated", UndeliverableError),
        ("Forbidden: bot was kicked from the supergroup chat", UndeliverableError),
        ("Forbidden: bot was kicked from the group chat", UndeliverableError),
        ("Forbidden: bot was kicked from the channel chat", UndeliverableError),
        ("Forbidden: bot is not a member of the supergroup chat", UndeliverableError),
        ("Forbidden: bot can't initiate conversation with a user", UndeliverableError),
        ("Forbidden: something new", UndeliverableError),
    ],
)
def test_forbidden_is_undeliverable(description: str, meaning: type[TranscriberError]) -> None:
    """Whatever Telegram forbids, this chat cannot be written to."""
    assert type(translated(Forbidden(description))) is meaning


@pytest.mark.parametrize(
    ("description", "meaning"),
    [
        ("Bad Request: chat not found", UndeliverableError),
        (
            "Bad Request: not enough rights to send text messages to the chat",
            UndeliverableError,
        ),
        ("Bad Request: TOPIC_CLOSED", UndeliverableError),
        ("Bad Request: business connection not found", UndeliverableError),
        ("Bad Request: BUSINESS_PEER_USAGE_MISSING", UndeliverableError),
        ("Bad Request: message is too long", OperatorError),
        ("Bad Request: can't parse entities: Unsupported start tag", OperatorError),
        ("Bad Request: BUTTON_DATA_INVALID", OperatorError),
    ],
)
def test_bad_requests_are_told_apart(description: str, meaning: type[TranscriberError]) -> None:
    """A refusal is the chat's or ours; never the network's, though the library derives it so."""
    assert type(translated(BadRequest(description))) is meaning


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (InvalidToken("Unauthorized"), OperatorError),
        (Conflict("Conflict: terminated by other getUpdates request"), OperatorError),
        (TimedOut(), TransientError),
        (NetworkError("Bad Gateway (502)"), TransientError),
        (NetworkError("Internal Server Error"), TransientError),
        (NetworkError("Request Entity Too Large"), OperatorError),
        (TelegramError("Invalid server response"), TransientError),
    ],
)
def test_the_rest_goes_by_kind(error: TelegramError, meaning: type[TranscriberError]) -> None:
    """What comes back may be tried again, or is the operator's."""
    assert type(translated(error)) is meaning


def test_migration_is_undeliverable_where_nobody_follows_it() -> None:
    """The old chat is gone, and the error knows the new one."""
    error = translated(ChatMigrated(-1001))

    assert isinstance(error, UndeliverableError)
    assert getattr(error, "chat_id", None) == -1001


def test_retry_after_as_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library's coming form of a wait is understood."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")

    error = translated(RetryAfter(7))

    assert isinstance(error, RateLimitedError)
    assert error.retry_after_s == 7.0


@pytest.mark.filterwarnings("ignore:.*PTB_TIMEDELTA")
def test_retry_after_as_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """So is its present form."""
    monkeypatch.setenv("PTB_TIMEDELTA", "false")

    error = translated(RetryAfter(7))

    assert isinstance(error, RateLimitedError)
    assert error.retry_after_s == 7.0


def test_quotations_of_the_request_are_cut() -> None:
    """What Telegram quotes of a request does not reach an error's text."""
    error = translated(BadRequest('Bad Request: can\'t parse "confidential"'))

    assert str(error).lower().endswith("can't parse")
