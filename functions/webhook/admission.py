"""Admission: authenticate, understand, limit, enqueue; answer at once what needs no work.

Nothing here waits for Telegram or a speech engine. What can never succeed is answered 200 with a
sentence in the response, because any other status makes Telegram deliver it again and hold back
the chat's next messages; what may succeed later is answered 503.
"""

from __future__ import annotations

import json
import logging
import re
from contextlib import suppress
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Any

from shared.errors import OperatorError, TransientError, UserError
from shared.jobs import BOT_API_FILE_LIMIT_BYTES, FILE_LIMIT_BYTES, Action, Job, Lane
from shared.ports import Verdict, VerdictKind
from shared.settings import ENGINES
from shared.telemetry import Metric
from shared.texts import Size, say
from webhook.authentication import SECRET_HEADER, in_telegram_networks, secret_matches
from webhook.fields import MalformedUpdateError
from webhook.guest_list import GuestList
from webhook.modes import ALL, Modes
from webhook.replies import answer, sign
from webhook.requests import CallbackRequest, CommandRequest, Event, MediaRequest, Unusable
from webhook.updates import understand

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.ports import Clock, JobQueue, Metrics, Preferences, RateLimiter
    from shared.settings import Settings
    from webhook.replies import Reply
    from webhook.requests import Origin, Request

BODY_LIMIT_BYTES = 1 << 20  # Telegram's updates are a few kilobytes
RETRY_AFTER_S = 5  # where an error names no time of its own
LONGEST_RETRY_AFTER_S = 3600  # Telegram honours no more

QUEUE_WORTH_TELLING = 5  # jobs in a lane; behind more of them a request is told its place

ANSWERED_AT_ONCE = ("start", "help")
COMMANDS = (
    "language",
    "engine",
    "format",
    "hints",
    "settings",
    "history",
    "status",
    "cancel",
    "privacy",
    "forget",
    "stats",
)
OPEN_SETTINGS = "v1:open:settings"
UNLIMITED = frozenset({"stop", "cancel", "open", "set"})
"""Commands and buttons that count nowhere: stopping must always work, and a panel is pressed often."""
METRICS = {
    VerdictKind.ADMITTED: Metric.REQUEST_ADMITTED,
    VerdictKind.DUPLICATE: Metric.REQUEST_DUPLICATE,
}
"""How a verdict that lets the request in is counted; every other one is a limit."""

_DEEP_LINK = re.compile(r"show_[A-Za-z0-9_-]{1,44}")

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
    """The use case of the front door, for the webhook (``admit``) and for polling (``consider``).

    ``counts_cheaply`` says that asking the queue for its length costs next to nothing, so that
    every request may learn its place; else only those that wait long anyway do.
    """

    def __init__(
        self,
        *,
        settings: Settings,
        queue: JobQueue,
        limiter: RateLimiter,
        preferences: Preferences,
        clock: Clock,
        metrics: Metrics,
        file_limit_bytes: int = BOT_API_FILE_LIMIT_BYTES,
        counts_cheaply: bool = False,
    ) -> None:
        self._settings = settings
        self._queue = queue
        self._limiter = limiter
        self._clock = clock
        self._metrics = metrics
        self._file_limit_bytes = file_limit_bytes
        self._told_their_place = tuple(Lane) if counts_cheaply else (Lane.BULK,)
        self._modes = Modes(preferences, clock, metrics, in_groups=settings.group_mode)
        self._guests = GuestList.of(settings)
        self.username = settings.telegram_bot_username.lstrip("@")
        """The bot's name; whoever learns it after the start may set it."""

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
            request = understand(update, username=self.username)
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
        if not self._guests.may(request.origin):
            self._turn_away(request.origin)
            return None
        match request:
            case MediaRequest():
                return self._media(request)
            case CommandRequest():
                return self._command(request)
            case CallbackRequest():
                self._doubt_mode(request)
                self._take(request.job(self._clock.now()))
            case Event():
                self._note(request)
            case Unusable(problem=problem):
                raise self._refusal(problem)
        return None

    def _turn_away(self, origin: Origin) -> None:
        """Tell a person in private that the bot is not for everybody; say nothing elsewhere."""
        if not origin.address.private or origin.address.business_id is not None:
            self._metrics.count(Metric.UPDATE_IGNORED)
            return
        raise self._refusal("not_served", number=str(origin.address.chat_id))

    def _media(self, request: MediaRequest) -> Reply | None:
        if not self._wanted(request):
            self._metrics.count(Metric.UPDATE_IGNORED)
            return None
        if request.problem is not None:
            raise self._refusal(request.problem, request.id, engines=", ".join(ENGINES))
        self._check_size(request)
        job = request.job(self._clock.now())
        return self._acknowledgement(request, job.lane) if self._take(job) else None

    def _wanted(self, request: MediaRequest) -> bool:
        """Whether to transcribe it: asked for, in private, or where the chat wants all its media."""
        origin = request.origin
        if request.asked or origin.address.private:
            return True
        if request.song and not origin.channel:  # most of a group's audio files are music
            return False
        return self._modes.of(origin.address.chat_id, channel=origin.channel) == ALL

    def _check_size(self, request: MediaRequest) -> None:
        size_bytes = request.media.size_bytes
        if size_bytes == 0:
            raise self._refusal("empty_file", request.id)
        for problem, limit_bytes in (
            ("over_limit", FILE_LIMIT_BYTES),
            ("over_bot_api", self._file_limit_bytes),
        ):
            # A size the sender did not name is found out by the download.
            if size_bytes is not None and size_bytes > limit_bytes:
                figures = {"size": Size(size_bytes), "limit": Size(limit_bytes)}
                raise self._refusal(problem, request.id, **figures)

    def _acknowledgement(self, request: MediaRequest, lane: Lane) -> Reply | None:
        """The place in a long queue for who asked; a mere sign of life for all others."""
        origin = request.origin
        to = origin.address
        if to.guest_query_id is None and (request.asked or to.private):
            waiting = self._waiting(lane)
            if waiting > QUEUE_WORTH_TELLING:
                return answer(origin, say(origin.locale, "queued", count=waiting))
        return sign(origin)

    def _waiting(self, lane: Lane) -> int:
        """About how many jobs wait in ``lane``, the newest included; 0 where nobody can say."""
        if lane not in self._told_their_place:
            return 0
        try:
            return self._queue.waiting(lane)
        except (TransientError, OperatorError):
            return 0

    def _command(self, request: CommandRequest) -> Reply | None:
        origin, name = request.origin, request.name
        linked = name == "start" and _DEEP_LINK.fullmatch(request.argument)
        if name in COMMANDS or linked:
            self._doubt_mode(request)
            self._take(request.job(self._clock.now()))
        elif name in ANSWERED_AT_ONCE:
            button = (say(origin.locale, "button_settings"), OPEN_SETTINGS)
            return answer(origin, say(origin.locale, name), button)
        elif origin.address.private:
            raise self._refusal("unknown_command", request.id)
        else:  # in a group it may be meant for anyone
            self._metrics.count(Metric.UPDATE_IGNORED)
        return None

    def _note(self, event: Event) -> None:
        """Nobody asked for it: no limit holds it back, and nothing is said here."""
        job = event.job(self._clock.now())
        self._send(job, release=False)
        log.info("admission", extra={"job": job.id, "lane": job.lane, "state": "noted"})

    def _doubt_mode(self, request: CommandRequest | CallbackRequest) -> None:
        """What is remembered of a group's mode may be about to change."""
        if not request.origin.address.private:
            self._modes.doubt(request.origin.address.chat_id)

    def _refusal(self, problem: str, job: str | None = None, **figures: object) -> UserError:
        """Count and log a refusal that no limit caused; the error to raise."""
        self._metrics.count(Metric.REQUEST_REFUSED)
        log.info("admission", extra={"job": job, "state": "refused", "reason": problem})
        return UserError(problem, **figures)

    def _take(self, job: Job) -> bool:
        """Enqueue ``job``; False where it was before, UserError when a limit forbids it."""
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
        return admitted

    def _verdict(self, job: Job) -> Verdict:
        """What the limiter says; when it cannot say anything we rather serve than refuse."""
        if job.command in UNLIMITED:
            return Verdict(VerdictKind.ADMITTED)
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
