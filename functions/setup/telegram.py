"""A few methods of the Bot API over the standard library; addresses, which hold the token, stay here."""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

from setup.registration import TokenRefusedError
from shared.bot import ALLOWED_UPDATES
from shared.errors import OperatorError, RateLimitedError, TransientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.bot import Menu

TRIES = 3
TIMEOUT_S = 10.0  # with TRIES and PAUSE_S well below the function's own timeout
PAUSE_S = 1.0
LONGEST_PAUSE_S = 10.0
UNKNOWN_TOKEN = (401, 404)
TOO_MANY = 429
SERVER_ERROR = 500


class TelegramBot:
    """The bot with ``token`` at the Bot API server ``base_url``."""

    def __init__(
        self, token: str, base_url: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        if not base_url.startswith(("https://", "http://")):
            raise OperatorError("TelegramApiUrl must begin with https:// or http://.")
        self._methods = f"{base_url.rstrip('/')}/bot{token}"
        self._sleep = sleep

    def username(self) -> str:
        """The bot's name. Raise TokenRefusedError when the token is no bot's."""
        return str(self._call("getMe")["username"])

    def set_webhook(self, url: str, *, secret: str, connections: int) -> None:
        """Have updates delivered to ``url``; those that wait are kept."""
        self._call(
            "setWebhook",
            url=url,
            secret_token=secret,
            max_connections=connections,
            allowed_updates=list(ALLOWED_UPDATES),
            drop_pending_updates=False,
        )

    def set_menu(self, menu: Menu) -> None:
        """Have Telegram offer ``menu``; tried once, for no menu is worth waiting for."""
        self._once("setMyCommands", menu.parameters())

    def webhook_url(self) -> str:
        """Where updates are delivered now; empty for nowhere."""
        return str(self._call("getWebhookInfo")["url"])

    def delete_webhook(self) -> None:
        """Deliver nowhere; updates that wait are kept."""
        self._call("deleteWebhook", drop_pending_updates=False)

    def _call(self, method: str, **parameters: Any) -> Any:
        """The method's result, tried again where that may help: all are safe to repeat."""
        for left in reversed(range(TRIES)):
            try:
                return self._once(method, parameters)
            except TransientError as error:
                if not left:
                    raise
                self._sleep(min(error.retry_after_s or PAUSE_S, LONGEST_PAUSE_S))
        raise AssertionError  # the last try returned or raised

    def _once(self, method: str, parameters: dict[str, Any]) -> Any:
        request = urllib.request.Request(  # noqa: S310 - its scheme is checked above
            f"{self._methods}/{method}",
            data=json.dumps(parameters).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310 - as above
                return json.load(answer)["result"]
        except urllib.error.HTTPError as error:
            with error:
                raise _failure(method, error.code, error.read()) from error
        except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
            raise TransientError(
                f"Telegram did not answer {method}: {type(error).__name__}; deploy again."
            ) from error


def _failure(method: str, status: int, body: bytes) -> Exception:
    """Which error a refusal is."""
    try:
        refusal = json.loads(body)
        description = str(refusal["description"])
    except (ValueError, KeyError, TypeError):
        refusal, description = {}, f"status {status}"
    if status in UNKNOWN_TOKEN:
        return TokenRefusedError(f"Telegram refused {method}: the token is unknown.")
    if status == TOO_MANY:
        wait_s = refusal.get("parameters", {}).get("retry_after")
        return RateLimitedError(f"Telegram is too busy for {method}.", retry_after_s=wait_s)
    if status >= SERVER_ERROR:
        return TransientError(f"Telegram failed at {method}: status {status}; deploy again.")
    return OperatorError(f"Telegram refused {method}: {description}.")
