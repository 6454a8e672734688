"""Every error Telethon can raise has its consequence."""

from __future__ import annotations

import inspect
import struct

import pytest
from telethon import errors
from telethon.errors import rpcerrorlist
from telethon.tl import types

from processor.sources.mtproto.failures import (
    VENDOR_ERRORS,
    DeadSessionError,
    LostError,
    MovedError,
    RefusedError,
    StaleReferenceError,
    translated,
)
from shared.errors import (
    OperatorError,
    RateLimitedError,
    TranscriberError,
    TransientError,
    UserError,
)

PUBLIC = [
    one
    for _, one in inspect.getmembers(rpcerrorlist, inspect.isclass)
    if issubclass(one, errors.RPCError)
]


def answered(code: int, message: str) -> TranscriberError:
    """What an RPC error on the wire becomes, by way of Telethon."""
    return translated(errors.rpc_message_to_error(types.RpcError(code, message), None))


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        (400, "FILE_REFERENCE_EXPIRED", StaleReferenceError),
        (400, "FILE_REFERENCE_INVALID", StaleReferenceError),
        (400, "FILE_REFERENCE_EMPTY", StaleReferenceError),
        (406, "FILEREF_UPGRADE_NEEDED", StaleReferenceError),
        (303, "FILE_MIGRATE_4", MovedError),
        (400, "FILE_ID_INVALID", UserError),
        (400, "LOCATION_INVALID", UserError),
        (406, "AUTH_KEY_DUPLICATED", DeadSessionError),
        (401, "AUTH_KEY_UNREGISTERED", DeadSessionError),
        (401, "SESSION_REVOKED", DeadSessionError),
        (401, "SESSION_EXPIRED", DeadSessionError),
        (401, "USER_DEACTIVATED", DeadSessionError),
        (401, "USER_DEACTIVATED_BAN", DeadSessionError),
        (500, "RPC_CALL_FAIL", TransientError),
        (500, "A_NEW_KIND_OF_TROUBLE", TransientError),
        (-500, "No workers running", TransientError),
        (-503, "Timeout", TransientError),
        (400, "API_ID_INVALID", OperatorError),
        (400, "CONNECTION_API_ID_INVALID", OperatorError),
        (400, "OFFSET_INVALID", RefusedError),
        (400, "CHANNEL_PRIVATE", RefusedError),
        (400, "A_NEW_KIND_OF_MISTAKE", RefusedError),
        (406, "A_NEW_KIND_OF_OFFENCE", RefusedError),
    ],
)
def test_answers_have_their_consequence(
    code: int, message: str, kind: type[TranscriberError]
) -> None:
    """By Telegram's own words, known to Telethon or not."""
    assert type(answered(code, message)) is kind


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ("FLOOD_WAIT_17", 17.0),
        ("FLOOD_PREMIUM_WAIT_3", 3.0),
        ("FLOOD_WAIT_0", 1.0),
        ("FLOOD_OF_A_NEW_KIND", None),
    ],
)
def test_floods_carry_their_wait(message: str, seconds: float | None) -> None:
    """At least a second where there is a figure at all."""
    error = answered(420, message)
    assert isinstance(error, RateLimitedError)
    assert error.retry_after_s == seconds


def test_a_migration_names_the_data_centre() -> None:
    """The number stands in Telegram's answer."""
    error = answered(303, "FILE_MIGRATE_4")
    assert isinstance(error, MovedError)
    assert error.dc_id == 4


@pytest.mark.parametrize("vendor", PUBLIC)
def test_every_rpc_error_of_the_library_is_one_of_ours(vendor: type[errors.RPCError]) -> None:
    """None is left over, and the message names no request."""
    names = inspect.signature(vendor.__init__).parameters
    figures: dict[str, object] = {"capture": 7} if "capture" in names else {}
    if "message" in names:
        figures = {"message": "private words"}
    error = translated(vendor(request=None, **figures))
    assert isinstance(error, TranscriberError)
    assert "private" not in str(error)


@pytest.mark.parametrize(
    "vendor",
    [
        ConnectionResetError("reset"),
        TimeoutError(),
        EOFError(),
        errors.InvalidBufferError(struct.pack("<i", -429)),
        errors.SecurityError("private"),
        errors.InvalidChecksumError(1, 2),
        errors.BadMessageError(None, 64),
        AssertionError("private"),
        struct.error("private"),
    ],
)
def test_broken_connections_are_lost_and_may_be_replaced(vendor: Exception) -> None:
    """Whatever broke, the request may be sent again on another."""
    assert isinstance(vendor, VENDOR_ERRORS)
    error = translated(vendor)
    assert isinstance(error, LostError)
    assert "private" not in str(error)


def test_a_key_telegram_forgot_is_dead() -> None:
    """The transport's own 404."""
    assert type(translated(errors.AuthKeyNotFound())) is DeadSessionError


def test_an_answer_of_a_newer_layer_is_the_operators() -> None:
    """Only another version of the library helps."""
    assert type(translated(errors.TypeNotFoundError(7, b"private"))) is RefusedError
