"""Pushing updates to the bot's webhook as Telegram does: in order, again and again, for a day."""

from __future__ import annotations

import asyncio
import json
import re
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp

from local.loopback.faults import Refusal, bad_request
from local.loopback.updates import TERMINATED_BY_WEBHOOK

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from local.loopback.updates import Updates, Waiting
    from shared.ports import Clock

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
PORTS = (443, 80, 88, 8443)
DEFAULT_CONNECTIONS = 40
MOST_CONNECTIONS = 100
LONGEST_SECRET = 256
ANSWER_TIMEOUT_S = 60.0
LONGEST_PAUSE_S = 60.0  # Telegram draws it between 60 and 120 s
LONGEST_RETRY_AFTER_S = 3600.0
SETTING_PAUSE_S = 1.0
NEVER_EXECUTED = ("setwebhook", "deletewebhook", "close", "logout", "get")


class Webhook:
    """The webhook, while one is set, and the delivery to it."""

    def __init__(
        self,
        updates: Updates,
        clock: Clock,
        execute: Callable[[dict[str, Any]], Awaitable[object]],
        *,
        allow_http: bool,
        paced: bool,
    ) -> None:
        self._updates = updates
        self._clock = clock
        self._execute = execute
        self._allow_http = allow_http
        self._paced = paced
        self._set_at: float | None = None
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._connections = asyncio.Semaphore(DEFAULT_CONNECTIONS)
        self._session: aiohttp.ClientSession | None = None
        self._last_error: dict[str, Any] = {}
        self.url = ""
        self.secret = ""
        self.max_connections = DEFAULT_CONNECTIONS
        self.refused_replies: list[Refusal] = []
        """What methods in the bot's HTTP answers were refused with; Telegram tells nobody."""
        updates.on_arrival = self._wake

    def set(
        self,
        url: str,
        *,
        secret: str,
        max_connections: int,
        allowed: Sequence[str] | None,
        drop_pending: bool,
    ) -> str:
        """Deliver to ``url`` from now on; return what Telegram says to it."""
        if not url:
            return self.remove(drop_pending=drop_pending)
        self._check_url(url)
        _check_secret(secret)
        self._check_pace()
        wanted = min(max_connections or DEFAULT_CONNECTIONS, MOST_CONNECTIONS)
        same = (url, secret, wanted) == (self.url, self.secret, self.max_connections)
        self.url, self.secret, self.max_connections = url, secret, wanted
        self._connections = asyncio.Semaphore(wanted)
        if allowed is not None:
            self._updates.allowed = allowed
        if drop_pending:
            self._updates.clear()
        self._updates.interrupt(TERMINATED_BY_WEBHOOK)
        self._wake()
        return "Webhook is already set" if same else "Webhook was set"

    def remove(self, *, drop_pending: bool) -> str:
        """Stop delivering; what waits stays for polling unless dropped."""
        was_set, self.url, self.secret = bool(self.url), "", ""
        self._last_error = {}
        for task in self._tasks.values():
            task.cancel()
        self._tasks.clear()
        if drop_pending:
            self._updates.clear()
        return "Webhook was deleted" if was_set else "Webhook is already deleted"

    def info(self) -> dict[str, Any]:
        """The Bot API's WebhookInfo."""
        shown: dict[str, Any] = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates.waiting()),
            **self._last_error,
        }
        if self.url:
            shown["max_connections"] = self.max_connections
        if self._updates.allowed:
            shown["allowed_updates"] = list(self._updates.allowed)
        return shown

    async def settled(self) -> None:
        """Return when every update is delivered or given up."""
        while self._tasks:
            await asyncio.wait(self._tasks.values())

    async def close(self) -> None:
        """Stop every delivery."""
        tasks = list(self._tasks.values())
        self.remove(drop_pending=False)
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session:
            await self._session.close()

    def _wake(self) -> None:
        """See that each queue with updates has somebody who delivers it."""
        if not self.url:
            return
        for queue in {waiting.queue for waiting in self._updates.waiting()} - self._tasks.keys():
            task = asyncio.get_running_loop().create_task(self._deliver(queue))
            self._tasks[queue] = task
            task.add_done_callback(partial(self._forget, queue))

    def _forget(self, queue: int, task: asyncio.Task[None]) -> None:
        if self._tasks.get(queue) is task:
            del self._tasks[queue]
            self._wake()

    async def _deliver(self, queue: int) -> None:
        """Push one queue, oldest first; an update that fails holds up those behind it."""
        failures = 0
        while waiting := self._updates.first(queue):
            async with self._connections:
                pause_s = await self._push(waiting, failures)
            if pause_s is None or self._clock.now() + pause_s >= waiting.expires_at:
                self._updates.forget(waiting.id)
                failures = 0
            else:
                failures += 1
                await self._clock.sleep(pause_s)

    async def _push(self, waiting: Waiting, failures: int) -> float | None:
        """POST one update. None when accepted, else how long to wait before the next try."""
        pause_s = 0.0 if failures == 0 else min(2.0**failures, LONGEST_PAUSE_S)
        headers = {SECRET_HEADER: self.secret} if self.secret else {}
        try:
            async with self._client().post(
                self.url, json=waiting.update, headers=headers, allow_redirects=False
            ) as answer:
                body = await answer.read()
        except TimeoutError:
            return self._failed("Read timeout expired", pause_s)
        except aiohttp.ClientError:
            return self._failed("Connection failed", pause_s)
        if not 200 <= answer.status < 300:  # noqa: PLR2004 - the class of success
            reason = f"Wrong response from the webhook: {answer.status} {answer.reason}"
            asked = answer.headers.get("Retry-After", "")
            if asked.isdecimal():
                pause_s = min(float(asked), LONGEST_RETRY_AFTER_S)
            return self._failed(reason, pause_s)
        await self._execute_reply(body)
        return None

    async def _execute_reply(self, body: bytes) -> None:
        """Carry out the method that the bot put into its HTTP answer."""
        try:
            reply = json.loads(body)
            method = reply["method"].lower()
        except (ValueError, KeyError, TypeError, AttributeError):
            return
        if method.startswith(NEVER_EXECUTED):
            return
        try:
            await self._execute(reply)
        except Refusal as refusal:
            self.refused_replies.append(refusal)

    def _failed(self, reason: str, pause_s: float) -> float:
        self._last_error = {
            "last_error_date": int(self._clock.now()),
            "last_error_message": reason,
        }
        return pause_s

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=None, sock_read=ANSWER_TIMEOUT_S)
            self._session = aiohttp.ClientSession(timeout=timeout)
        return self._session

    def _check_url(self, url: str) -> None:
        if self._allow_http:
            return
        parts = urlsplit(url)
        if parts.scheme != "https":
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if (parts.port or PORTS[0]) not in PORTS:
            raise bad_request(
                "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"
            )

    def _check_pace(self) -> None:
        """Refuse a second setting within a second, where the server was told to be so strict."""
        now, before = self._clock.now(), self._set_at
        if self._paced and before is not None and now - before < SETTING_PAUSE_S:
            raise Refusal(429, "Too Many Requests: retry after 1", {"retry_after": 1})
        self._set_at = now


def _check_secret(secret: str) -> None:
    if len(secret) > LONGEST_SECRET:
        raise bad_request("secret token is too long")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
        raise bad_request("secret token contains unallowed characters")
