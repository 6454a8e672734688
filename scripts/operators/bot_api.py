"""The Bot API for commands that have no event loop, and what its webhook errors mean."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from shared.adapters.telegram import DEFAULT_BASE_URL, TelegramMessenger

__all__ = ["DEFAULT_BASE_URL", "ask", "meaning"]

# What Telegram says of a delivery that failed, by a pattern; the first that fits counts.
# STAGE stands for the stage's name.
MEANINGS = (
    ("401", "the webhook refused Telegram's secret: run `make webhook STAGE DO=set`"),
    ("403", "the front door refused Telegram's address: set TelegramNetworks=off and deploy"),
    ("404|410", "nothing answers at that path: run `make webhook STAGE DO=set`"),
    ("429", "the API's throttle turned updates away: raise ApiRateLimit and deploy"),
    ("503", "queue or table could not be reached: run `make doctor STAGE`, read the webhook's log"),
    ("50[024]", "the webhook function failed: read its log group in CloudWatch"),
    ("timed? ?out|timeout", "the webhook took too long: read its log group in CloudWatch"),
    ("resolve|host", "the URL's host does not exist: run `make webhook STAGE DO=set`"),
    ("ssl|certificate", "the URL's certificate is refused: run `make webhook STAGE DO=set`"),
    ("connection|connect", "the URL could not be reached: run `make webhook STAGE DO=set`"),
)
UNKNOWN_MEANING = "read the webhook's log group in CloudWatch"


def ask(token: str, base_url: str, method: str, **parameters: Any) -> Any:
    """The result of one method. OperatorError when it is refused, TransientError without answer."""

    async def talk() -> Any:
        messenger = TelegramMessenger(token, base_url)
        try:
            return await messenger.call({"method": method, **parameters})
        finally:
            await messenger.close()

    return asyncio.run(talk())


def meaning(message: str, stage: str) -> str:
    """What ``getWebhookInfo``'s last error means, and what to do."""
    known = (text for pattern, text in MEANINGS if re.search(pattern, message, re.IGNORECASE))
    return next(known, UNKNOWN_MEANING).replace("STAGE", f"STAGE={stage}")
