"""Admission: authenticate, understand, limit, enqueue; answer at once what needs no work.

Nothing here waits for Telegram or a speech engine. What can never succeed is answered 200 with a
sentence in the response, because any other status makes Telegram deliver it again and hold back
the chat's next messages; what may succeed later is answered 503.
"""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Any

from shared.errors import OperatorError, TransientError, UserError
from shared.jobs import BOT_API_FILE_LIMIT_BYTES, FILE_LIMIT_BYTES, Action, Job
from shared.ports import Verdict, VerdictKind
from shared.telemetry import Metric
from shared.texts import say, size
from webhook.authentication import SECRET_HEADER, in_telegram_networks, secret_matches
from webhook.fields import MalformedUpdateError
from webhook.replies import answer
from webhook.updates import (
    CallbackRequest,
    CommandRequest,
    Joined,
    MediaRequest,
    Unusable,
    understand,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.ports import Clock, JobQueue, Metrics, RateLimiter
    from shared.settings import Settings
    from webhook.replies import Reply
    from webhook.updates import Request

BODY_LIMIT_BYTES = 1 << 20  # Telegram's updates are a few kilobytes
RETRY_AFTER_S = 5  # where an error names no time of its own
LONGEST_RETRY_AFTER_S = 3600  # Telegram honours no more

ANSWERED_AT_ONCE = ("start", "help")
COMMANDS = ("language", "files", "history", "forget", "privacy")
METRICS = {
    VerdictKind.ADMITTED: Metric.REQUEST_ADMITTED,
    VerdictKind.DUPLICATE: Metric.REQUEST_DUPLICATE,
}
"""How a verdict that lets the request in is counted; every other one is a limit."""

log = logging.getLogger("webhook.admission")


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What admission needs of a request; header names in lower case."""

    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    source_ip: str = ""


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """The answer; ``body`` is sent as JSON."""

    status: int
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def unavailable(retry_after_s: float | None = None) -> HttpResponse:
    """503: Telegram delivers the update again after ``retry_after_s``."""
    wait_s = ceil(RETRY_AFTER_S if retry_after_s is None else retry_after_s)
    wait_s = min(max(wait_s, 1), LONGEST_RETRY_AFTER_S)
    return HttpResponse(503, headers={"retry-after": str(wait_s)})


class Admission:
    """The use case of the front door, for the webhook (``admit``) and for polling (``consider``)."""

    def __init__(
        self,
        *,
        settings: Settings,
        queue: JobQueue,
        limiter: RateLimiter,
        clock: Clock,
        metrics: Metrics,
        file_limit_bytes: int = BOT_API_FILE_LIMIT_BYTES,
    ) -> None:
        self._settings = settings
        self._queue = queue
        self._limiter = limiter
        self._clock = clock
        self._metrics = metrics
        self._file_limit_bytes = file_limit_bytes

    def admit(self, request: HttpRequest) -> HttpResponse:
        """Answer one webhook call. Nothing of an unauthenticated one is read or logged."""
        secret = request.headers.get(SECRET_HEADER, "")
        if not secret_matches(secret, self._settings.webhook_secret_sha256):
            self._metrics.count(Metric.UPDATE_FORGED)
            return HttpResponse(401)
        if not self._network_allowed(request.source_ip):
            return HttpResponse(403)
        try:
            return HttpResponse(200, self.consider(_parsed(request.body)))
        except TransientError as error:
            return unavailable(error.retry_after_s)

    def consider(self, update: object) -> Reply | None:
        """Take one authenticated update: enqueue its job, or return the answer to send at once.

        None when there is nothing to say. Raise TransientError when the queue cannot take the
        job: the same update must be offered again.
        """
        self._metrics.count(Metric.UPDATE_RECEIVED)
        try:
            request = understand(update, username=self._settings.telegram_bot_username.lstrip("@"))
        except MalformedUpdateError as error:
            self._metrics.count(Metric.UPDATE_MALFORMED)
            log.warning("malformed update", extra={"reason": str(error)})
            return None
        if request is None:
            self._metrics.count(Metric.UPDATE_IGNORED)
            return None
        try:
            return self._answer(request)
        except UserError as refusal:
            origin = request.origin
            return answer(origin, say(origin.locale, refusal.problem, **refusal.figures))

    def _answer(self, request: Request) -> Reply | None:
        """What to say about ``request`` after doing it; UserError when it is refused."""
        match request:
            case MediaRequest():
                self._media(request)
            case CommandRequest(origin=origin, name=name) if name in ANSWERED_AT_ONCE:
                return answer(origin, say(origin.locale, name))
            case CommandRequest():
                self._command(request)
            case CallbackRequest():
                self._take(request)
            case Unusable(problem=problem):
                raise self._refusal(problem)
            case Joined(origin):
                return answer(origin, say(origin.locale, "group_hello"))
        return None

    def _media(self, request: MediaRequest) -> None:
        wanted = request.asked or self._settings.group_mode == "all"
        if not wanted and not request.origin.address.private:
            self._metrics.count(Metric.UPDATE_IGNORED)
            return
        size_bytes = request.media.size_bytes
        if size_bytes == 0:
            raise self._refusal("empty_file", request.id)
        for problem, limit_bytes in (
            ("over_limit", FILE_LIMIT_BYTES),
            ("over_bot_api", self._file_limit_bytes),
        ):
            # A size the sender did not name is found out by the download.
            if size_bytes is not None and size_bytes > limit_bytes:
                figures = {"size": size(size_bytes), "limit": size(limit_bytes)}
                raise self._refusal(problem, request.id, **figures)
        self._take(request)

    def _command(self, request: CommandRequest) -> None:
        if request.name in COMMANDS:
            self._take(request)
        elif request.origin.address.private:
            raise self._refusal("unknown_command", request.id)
        else:  # in a group it may be meant for anyone
            self._metrics.count(Metric.UPDATE_IGNORED)

    def _refusal(self, problem: str, job: str | None = None, **figures: object) -> UserError:
        """Count and log a refusal that no limit caused; the error to raise."""
        self._metrics.count(Metric.REQUEST_REFUSED)
        log.info("admission", extra={"job": job, "state": "refused", "reason": problem})
        return UserError(problem, **figures)

    def _take(self, request: MediaRequest | CommandRequest | CallbackRequest) -> None:
        """Enqueue the request's job; UserError when a limit forbids it."""
        job = request.job(self._clock.now())
        verdict = self._verdict(job)
        admitted = verdict.kind is VerdictKind.ADMITTED
        if admitted or verdict.kind is VerdictKind.DUPLICATE:
            # A duplicate too: the first delivery may have died between limiter and queue.
            self._send(job, release=admitted)
        self._metrics.count(METRICS.get(verdict.kind, Metric.REQUEST_LIMITED))
        log.info("admission", extra={"job": job.id, "lane": job.lane, "state": verdict.kind})
        if verdict.kind not in METRICS:
            tasks = verdict.kind is VerdictKind.TOO_MANY_TASKS
            limit = self._settings.user_tasks if tasks else self._settings.user_per_minute
            seconds = max(1, ceil(verdict.retry_after_s))
            raise UserError(verdict.kind.value, limit=limit, seconds=seconds)

    def _verdict(self, job: Job) -> Verdict:
        """What the limiter says; when it cannot say anything we rather serve than refuse."""
        try:
            return self._limiter.admit(job.user, job.id, task=job.action is Action.TRANSCRIBE)
        except (TransientError, OperatorError) as error:
            self._metrics.count(Metric.LIMITER_UNAVAILABLE)
            fields = {"job": job.id, "error": type(error).__name__}
            log.warning("limiter unavailable", extra=fields)
            return Verdict(VerdictKind.ADMITTED)

    def _send(self, job: Job, *, release: bool) -> None:
        """Put the job into the queue; if that fails, give back the task counted for it."""
        try:
            self._queue.send(job)
        except (TransientError, OperatorError) as error:
            self._metrics.count(Metric.QUEUE_UNAVAILABLE)
            fields = {"job": job.id, "error": type(error).__name__}
            log.warning("queue unavailable", extra=fields)
            if release:
                with suppress(TransientError, OperatorError):  # the task's lease runs out
                    self._limiter.release(job.user, job.id)
            if isinstance(error, TransientError):
                raise
            raise TransientError("the queue cannot take the job") from error

    def _network_allowed(self, source_ip: str) -> bool:
        mode = self._settings.telegram_networks
        if mode == "off" or in_telegram_networks(source_ip):
            return True
        self._metrics.count(Metric.NETWORK_UNKNOWN)
        return mode == "warn"


def _parsed(body: bytes) -> object:
    """The body's JSON; None, which is no update either, for what is too long or not JSON."""
    if len(body) > BODY_LIMIT_BYTES:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
