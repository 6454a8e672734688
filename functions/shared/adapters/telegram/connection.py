"""Calls of the Bot API, by python-telegram-bot.

The library is imported at the first call: it costs a quarter of a second, which a process that
never writes to a chat should not pay. Methods are named in lower case, which the server takes as
well; the library then leaves their answers as they came, so that nothing it does not know is lost,
and methods newer than itself are called like all others.
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any

from shared.adapters.telegram.failures import translated
from shared.errors import OperatorError

if TYPE_CHECKING:
    from telegram import Bot

DEFAULT_BASE_URL = "https://api.telegram.org"
CONNECTIONS = 32
CONNECT_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 20.0
UPLOAD_TIMEOUT_S = 60.0
POOL_TIMEOUT_S = 10.0
# Their records hold URLs with the token (httpx) or what users wrote (telegram), or answers that
# could not be read. Errors are raised, so nothing is lost by not hearing of them twice.
QUIET_LOGGERS = {
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "telegram": logging.CRITICAL,
}


class Connection:
    """One bot at one server. Use it in one event loop."""

    def __init__(self, token: str, base_url: str) -> None:
        self._token = token
        self._base_url = base_url.rstrip("/")
        self._bot: Bot | None = None

    async def call(
        self, method: str, *, read_timeout: float = READ_TIMEOUT_S, **parameters: Any
    ) -> Any:
        """The result of ``method``, as the server sent it; parameters of None are left out."""
        bot = self._connected()
        from telegram.error import TelegramError  # noqa: PLC0415 - imported by now

        given = {key: value for key, value in parameters.items() if value is not None}
        try:
            return await bot.do_api_request(
                method.lower(), api_kwargs=given, read_timeout=read_timeout
            )
        except TelegramError as error:
            raise translated(error) from error

    async def close(self) -> None:
        """Let go of the connections; the next call opens new ones."""
        bot, self._bot = self._bot, None
        if bot is not None:
            await bot.request.shutdown()

    def _connected(self) -> Bot:
        if self._bot is None:
            self._bot = _connect(self._token, self._base_url)
        return self._bot


def _connect(token: str, base_url: str) -> Bot:
    from telegram import Bot  # noqa: PLC0415 - a quarter of a second, see above
    from telegram.error import InvalidToken  # noqa: PLC0415 - the same
    from telegram.request import HTTPXRequest  # noqa: PLC0415 - the same

    quiet_vendors()
    # The library's own switch to durations as timedelta; without it every 429 raises a warning.
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    request = HTTPXRequest(
        connection_pool_size=CONNECTIONS,
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=READ_TIMEOUT_S,
        write_timeout=READ_TIMEOUT_S,
        media_write_timeout=UPLOAD_TIMEOUT_S,
        pool_timeout=POOL_TIMEOUT_S,
    )
    try:
        return Bot(token, base_url=f"{base_url}/bot", request=request, get_updates_request=request)
    except InvalidToken as error:
        raise OperatorError("there is no bot token") from error


def quiet_vendors() -> None:
    """Keep the libraries under us from logging the token and what users write."""
    for name, level in QUIET_LOGGERS.items():
        logging.getLogger(name).setLevel(level)
