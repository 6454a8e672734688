"""What the MTProto double answers about itself and the bot."""

from __future__ import annotations

import inspect
import struct
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from telethon.tl import types

if TYPE_CHECKING:
    from collections.abc import Mapping

BOT_ID = 777
HOST = "127.0.0.1"
CDN_DC = 203
VECTOR = 0x1CB5C415
FIGURES = [
    name
    for name, parameter in inspect.signature(types.Config).parameters.items()
    if parameter.annotation is int and name != "this_dc"
]


def me() -> Any:
    """The bot."""
    return types.User(
        id=BOT_ID,
        is_self=True,
        bot=True,
        first_name="Bot",
        username="loopback_bot",
        access_hash=1,
        bot_info_version=1,
    )


def state() -> Any:
    """How far the bot's updates go."""
    return types.updates.State(1, 1, datetime.now(UTC), 1, 0)


def nothing_new() -> Any:
    """There are no updates since then."""
    return types.updates.DifferenceEmpty(datetime.now(UTC), 1)


def config(dc_id: int, ports: Mapping[int, int]) -> Any:
    """Where the data centres are, among addresses that are no use to us, as in the real list."""
    now = datetime.now(UTC)
    useless = [
        types.DcOption(CDN_DC, HOST, 1, cdn=True),
        *(types.DcOption(other, "2001:db8::1", 443, ipv6=True) for other in ports),
    ]
    useful = [types.DcOption(other, HOST, port) for other, port in ports.items()]
    shrouded = [types.DcOption(other, HOST, 1, tcpo_only=True, secret=bytes(17)) for other in ports]
    return types.Config(
        date=now,
        expires=now + timedelta(hours=1),
        test_mode=False,
        this_dc=dc_id,
        dc_options=[*useless, *useful, *shrouded],
        dc_txt_domain_name="example.invalid",
        me_url_prefix="https://example.invalid/",
        **dict.fromkeys(FIGURES, 1),
    )


def cdn_redirect() -> Any:
    """Go to a data centre that does not talk to bots."""
    return types.upload.FileCdnRedirect(CDN_DC, b"token", bytes(32), bytes(16), [])


def serialised(result: Any) -> bytes:
    """An answer's bytes; a list is a vector."""
    if isinstance(result, list):
        head = struct.pack("<Ii", VECTOR, len(result))
        return head + b"".join(bytes(one) for one in result)
    return bytes(result)
