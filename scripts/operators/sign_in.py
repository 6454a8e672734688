"""Signing a bot in at Telegram's own protocol, once for each session."""

from __future__ import annotations

import asyncio
import importlib
from typing import NamedTuple

from shared.errors import OperatorError, RateLimitedError, TranscriberError, TransientError

CONNECTION_TRIES = 3
LONGEST_S = 60.0


class Account(NamedTuple):
    """What a sign-in needs: the application's id and hash, and the bot's token."""

    api_id: int
    api_hash: str
    token: str


REFUSALS = {
    "AccessTokenInvalidError": "Telegram does not know the bot token",
    "AccessTokenExpiredError": "The bot token is no longer valid",
    "ApiIdInvalidError": "The API id and hash do not belong together (see my.telegram.org)",
    "ApiIdPublishedFloodError": "Telegram has blocked this API id; make another at my.telegram.org",
}


def require_cipher() -> None:
    """Raise OperatorError unless the fast cipher is there: without it downloads crawl."""
    for package in ("telethon", "cryptg"):
        try:
            importlib.import_module(package)
        except ImportError as error:
            raise OperatorError(f"{package} is missing: run `uv sync --group mtproto`.") from error


def sign_in(api_id: int, api_hash: str, token: str) -> str:
    """A new session as Telethon's string. RateLimitedError says how long Telegram wants to wait."""
    return asyncio.run(_sign_in(Account(api_id, api_hash, token)))


async def _sign_in(account: Account) -> str:
    from telethon import TelegramClient, errors  # noqa: PLC0415 - a quarter of a second
    from telethon.sessions import StringSession  # noqa: PLC0415 - the same

    client = TelegramClient(
        StringSession(),
        account.api_id,
        account.api_hash,
        receive_updates=False,
        flood_sleep_threshold=0,  # a flood is told to the operator, never waited for in silence
        request_retries=1,
        connection_retries=CONNECTION_TRIES,
    )
    try:
        async with asyncio.timeout(LONGEST_S):
            await client.connect()
            await client.sign_in(bot_token=account.token)
        return str(client.session.save())
    except (errors.RPCError, OSError) as error:
        raise translated(error) from error
    finally:
        await client.disconnect()


def translated(error: Exception) -> TranscriberError:
    """What a failed sign-in means; a flood carries the seconds that Telegram wants."""
    seconds = getattr(error, "seconds", None)
    if seconds is not None:
        return RateLimitedError("Telegram asks for a pause", retry_after_s=float(seconds))
    kind = type(error).__name__
    if isinstance(error, OSError):  # a timeout is one too
        return TransientError(f"Telegram cannot be reached ({kind}): check this network.")
    if kind in REFUSALS:
        return OperatorError(f"{REFUSALS[kind]}: run `make secrets`.")
    return OperatorError(f"Telegram refused the sign-in ({kind}): try again later.")
