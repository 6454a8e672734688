"""Admission: what is refused, with which sentence, and what reaches the queue."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import OperatorError, RateLimitedError, TransientError
from shared.jobs import Action, Lane
from shared.ports import Verdict, VerdictKind
from shared.telemetry import LOG_FIELDS, JsonFormatter, Metric
from shared.texts import LOCALES, Size, say
from tests.events.samples import (
    NAMES,
    PERSON,
    TEAM,
    document,
    pressed,
    private,
    sample,
    voice,
)
from tests.unit.webhook.strategies import UPDATES
from tests.unit.webhook.witnesses import SECRET, Desk
from webhook.admission import (
    ANSWERED_AT_ONCE,
    BODY_LIMIT_BYTES,
    COMMANDS,
    UNLIMITED,
    HttpRequest,
    HttpResponse,
    unavailable,
)
from webhook.authentication import SECRET_HEADER

MIB = 1 << 20
METHODS = {
    "sendMessage": ("chat_id", "text"),
    "answerCallbackQuery": ("callback_query_id", "text"),
    "answerGuestQuery": ("guest_query_id", "result"),
    "sendChatAction": ("chat_id", "action"),
    "setMessageReaction": ("chat_id", "message_id", "reaction"),
}
"""What may be answered, and what must not be empty then."""
TYPING = {"method": "sendChatAction", "chat_id": PERSON, "action": "typing"}


def post(body: bytes, secret: str | None = SECRET, source_ip: str = "") -> HttpRequest:
    """A webhook call with the right secret unless told otherwise."""
    headers = {} if secret is None else {SECRET_HEADER: secret}
    return HttpRequest(headers, body, source_ip)


def delivered(update: object) -> HttpRequest:
    """A genuine call that delivers ``update``."""
    return post(json.dumps(update).encode())


def spoken(update: dict[str, Any], locale: str) -> dict[str, Any]:
    """``update`` sent by someone whose client is set to ``locale``."""
    holder = update.get("message") or update["callback_query"]
    holder["from"]["language_code"] = locale
    return update


# Authentication


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET.lower(), SECRET + "x"])
def test_forged_call(secret: str | None) -> None:
    """A call without the right secret is answered 401, counted, and does nothing."""
    desk = Desk()
    response = desk.admission.admit(post(json.dumps(sample("voice")).encode(), secret))
    assert response == HttpResponse(401)
    assert desk.metrics.counts == {Metric.UPDATE_FORGED: 1}
    assert desk.queue.jobs == []


def test_unconfigured_secret_closes_the_door() -> None:
    """Without a configured secret every call is forged."""
    desk = Desk(webhook_secret_sha256="")
    assert desk.admission.admit(delivered(sample("voice"))).status == 401
    assert desk.admission.admit(post(b"{}", "")).status == 401


@pytest.mark.parametrize(
    ("mode", "source_ip", "status", "counted"),
    [
        ("off", "203.0.113.9", 200, 0),
        ("warn", "203.0.113.9", 200, 1),
        ("warn", "149.154.161.2", 200, 0),
        ("enforce", "91.108.5.6", 200, 0),
        ("enforce", "203.0.113.9", 403, 1),
        ("enforce", "", 403, 1),
    ],
)
def test_source_network(mode: str, source_ip: str, status: int, counted: int) -> None:
    """A caller outside Telegram's networks is let in, counted, or refused, as configured."""
    desk = Desk(telegram_networks=mode)
    body = json.dumps(sample("voice")).encode()
    assert desk.admission.admit(post(body, source_ip=source_ip)).status == status
    assert desk.metrics.counts.get(Metric.NETWORK_UNKNOWN, 0) == counted
    assert len(desk.queue.jobs) == (1 if status == 200 else 0)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b'{"update_id": 1',
        b"\xff\xfe\xfa",
        b"[" * 100_000,
        b'{"update_id": ' + b"9" * 5000 + b"}",
        b'{"update_id": 1}' + b" " * BODY_LIMIT_BYTES,
    ],
    ids=lambda body: repr(body[:12]),
)
def test_unreadable_body(body: bytes) -> None:
    """What no redelivery can make readable is accepted, counted and forgotten."""
    desk = Desk()
    assert desk.admission.admit(post(body)) == HttpResponse(200)
    assert desk.metrics.counts == {Metric.UPDATE_RECEIVED: 1, Metric.UPDATE_MALFORMED: 1}


def test_body_of_the_largest_size_is_read() -> None:
    """Exactly one MiB is still taken."""
    desk = Desk()
    body = json.dumps(sample("voice")).encode()
    desk.admission.admit(post(body.ljust(BODY_LIMIT_BYTES)))
    assert len(desk.queue.jobs) == 1


# Media


def test_voice_note_becomes_a_job() -> None:
    """A private voice note is queued at once, counted as a task, and the bot is seen typing."""
    desk = Desk()
    assert desk.admission.admit(delivered(sample("voice"))) == HttpResponse(200, TYPING)
    job = desk.job
    assert (job.action, job.user, job.accepted_at) == (
        Action.TRANSCRIBE,
        f"u{PERSON}",
        desk.clock.now(),
    )
    assert desk.limiter.tasks == {job.id}
    assert desk.metrics.counts == {Metric.UPDATE_RECEIVED: 1, Metric.REQUEST_ADMITTED: 1}


def test_order_is_kept() -> None:
    """Jobs stand in the queue as their updates came."""
    desk = Desk()
    for number in range(5):
        desk.consider(private(number, message_id=100 + number, voice=voice()))
    assert [job.address.message_id for job in desk.queue.jobs] == [100, 101, 102, 103, 104]


def test_long_media_takes_the_bulk_lane() -> None:
    """Media of more than a quarter of an hour waits behind its like, not before voice notes."""
    desk = Desk()
    desk.consider(sample("audio"))
    assert desk.job.lane is Lane.BULK


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    ("fields", "key", "figures"),
    [
        ({"voice": voice(file_size=0)}, "empty_file", {}),
        (
            {"voice": voice(file_size=(2 << 30) + 1)},
            "over_limit",
            {"size": Size((2 << 30) + 1), "limit": Size(2 << 30)},
        ),
        (
            {"voice": voice(file_size=25 * MIB)},
            "over_bot_api",
            {"size": Size(25 * MIB), "limit": Size(20 * MIB)},
        ),
        ({"document": document(file_name="a.pdf")}, "not_media", {}),
        (sample("animation")["message"], "no_sound", {}),
        ({"text": "hello"}, "hint", {}),
        ({"text": "/transcribe"}, "nothing_to_transcribe", {}),
        ({"text": "/frobnicate"}, "unknown_command", {}),
    ],
)
def test_early_refusal(
    fields: dict[str, Any], key: str, figures: dict[str, Any], locale: str
) -> None:
    """What can never succeed is answered in the response, in the user's language."""
    desk = Desk()
    update = spoken(private(**{**fields, "message_id": 50, "from": {"id": PERSON}}), locale)
    reply = desk.consider(update)
    assert reply == {
        "method": "sendMessage",
        "chat_id": PERSON,
        "text": say(locale, key, **figures),
        "reply_parameters": {"message_id": 50, "allow_sending_without_reply": True},
    }
    assert desk.metrics.counts == {Metric.UPDATE_RECEIVED: 1, Metric.REQUEST_REFUSED: 1}
    assert (desk.queue.jobs, desk.limiter.seen) == ([], set())


@pytest.mark.parametrize("size_bytes", [1, 20 * MIB, None])
def test_sizes_within_the_limit(size_bytes: int | None) -> None:
    """Up to and including 20 MiB is taken, and so is a size nobody named."""
    desk = Desk()
    assert desk.consider(private(voice=voice(file_size=size_bytes))) == TYPING
    assert len(desk.queue.jobs) == 1


def test_large_file_access_raises_the_limit() -> None:
    """With another way to fetch, the Bot API's limit does not count; 2 GiB still does."""
    desk = Desk(file_limit_bytes=4 << 30)
    assert desk.consider(private(voice=voice(file_size=2 << 30))) == TYPING
    refused = desk.consider(private(voice=voice(file_size=3 << 30)))
    assert refused is not None
    assert refused["text"] == say("en", "over_limit", size="3.00 GiB", limit="2.00 GiB")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    ("kind", "retry_after_s", "figures"),
    [
        (VerdictKind.TOO_MANY_TASKS, 0.0, {"limit": 2}),
        (VerdictKind.TOO_FAST, 12.2, {"limit": 7, "seconds": 13}),
        (VerdictKind.TOO_FAST, 0.0, {"limit": 7, "seconds": 1}),
        (VerdictKind.CROWDED, 30.0, {"seconds": 30}),
    ],
)
def test_limits(
    kind: VerdictKind, retry_after_s: float, figures: dict[str, Any], locale: str
) -> None:
    """Over a limit, the sentence says which and when to come back; Telegram sees a 200."""
    desk = Desk(user_tasks=2, user_per_minute=7)
    desk.limiter.verdict = Verdict(kind, retry_after_s)
    response = desk.admission.admit(delivered(spoken(private(voice=voice()), locale)))
    assert response.status == 200
    assert response.body is not None
    assert response.body["text"] == say(locale, kind.value, **figures)
    assert desk.queue.jobs == []
    assert desk.metrics.counts == {Metric.UPDATE_RECEIVED: 1, Metric.REQUEST_LIMITED: 1}


def test_answer_stays_in_its_topic() -> None:
    """A refusal of a request in a forum topic is sent to that topic."""
    desk = Desk()
    update = sample("topic_caption")
    update["message"]["video"]["file_size"] = 0
    reply = desk.consider(update)
    assert reply is not None
    assert (reply["chat_id"], reply["message_thread_id"]) == (TEAM, 77)


def test_answer_to_no_message() -> None:
    """Where there is no message to reply to, the answer is sent without reply."""
    reply = Desk().consider(private(voice=voice(file_size=0), message_id=0))
    assert reply is not None
    assert "reply_parameters" not in reply


# Commands and buttons


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", ANSWERED_AT_ONCE)
def test_command_answered_at_once(name: str, locale: str) -> None:
    """``/start`` and ``/help`` need neither queue nor limits."""
    desk = Desk()
    desk.queue.error = desk.limiter.error = TransientError("down")
    reply = desk.consider(spoken(private(text=f"/{name}"), locale))
    assert reply is not None
    assert reply["text"] == say(locale, name)
    button = {"text": say(locale, "button_settings"), "callback_data": "v1:open:settings"}
    assert reply["reply_markup"] == {"inline_keyboard": [[button]]}


@pytest.mark.parametrize(
    ("argument", "taken"),
    [("show_0123456789abcdef0123", True), ("show_", False), ("hello", False), ("show_a b", False)],
)
def test_deep_link_becomes_a_job(argument: str, taken: bool) -> None:  # noqa: FBT001 - a column
    """A link to a transcript is work for the processor; any other ``/start`` is a greeting."""
    desk = Desk()
    reply = desk.consider(private(text=f"/start {argument}"))
    assert (reply is None, bool(desk.queue.jobs)) == (taken, taken)
    if taken:
        assert (desk.job.command, desk.job.argument) == ("start", argument)


@pytest.mark.parametrize("name", ["joined", "migrated", "stopped", "files"])
def test_what_nobody_can_type(name: str) -> None:
    """Names of events, and commands of former times, are unknown commands."""
    desk = Desk()
    reply = desk.consider(private(text=f"/{name} 1"))
    assert reply is not None
    assert reply["text"] == say("en", "unknown_command")
    assert desk.queue.jobs == []


@pytest.mark.parametrize("name", ["joined", "joined_channel", "migrated", "stopped"])
def test_event_becomes_a_job(name: str) -> None:
    """What happened is work for the processor, whatever the limits, and nothing is said yet."""
    desk = Desk()
    desk.limiter.verdict = Verdict(VerdictKind.TOO_FAST, 9.0)
    assert desk.consider(sample(name)) is None
    assert (desk.job.action, desk.job.command) == (Action.COMMAND, name.partition("_")[0])
    assert (desk.limiter.users, desk.metrics.counts) == ([], {Metric.UPDATE_RECEIVED: 1})


def test_event_waits_for_the_queue() -> None:
    """While the queue is down, Telegram is asked to tell again what happened."""
    desk = Desk()
    desk.queue.error = OperatorError("gone")
    assert desk.admission.admit(delivered(sample("migrated"))).status == 503


@pytest.mark.parametrize("name", COMMANDS)
def test_command_becomes_a_job(name: str) -> None:
    """Other commands are work for the processor; they count as requests, not as tasks, if at all."""
    desk = Desk()
    assert desk.consider(private(text=f"/{name} some words")) is None
    assert (desk.job.action, desk.job.command, desk.job.argument) == (
        Action.COMMAND,
        name,
        "some words",
    )
    counted = [] if name in UNLIMITED else [f"u{PERSON}"]
    assert (desk.limiter.users, desk.limiter.tasks) == (counted, set())


def test_button_becomes_a_job() -> None:
    """A pressed button is work for the processor, counted as a request."""
    desk = Desk()
    assert desk.consider(sample("callback")) is None
    assert (desk.job.action, desk.job.callback_id) == (Action.CALLBACK, "770000000000000001")
    assert (desk.limiter.users, desk.limiter.tasks) == ([f"u{PERSON}"], set())


@pytest.mark.parametrize("locale", LOCALES)
def test_button_over_the_limit(locale: str) -> None:
    """The spinner stops and says why."""
    desk = Desk()
    desk.limiter.verdict = Verdict(VerdictKind.TOO_FAST, 3.0)
    assert desk.consider(spoken(sample("callback"), locale)) == {
        "method": "answerCallbackQuery",
        "callback_query_id": "770000000000000001",
        "text": say(locale, "too_fast", limit=10, seconds=3),
    }


@pytest.mark.parametrize("locale", LOCALES)
def test_unknown_button(locale: str) -> None:
    """A button of another time or hand is answered, not queued."""
    desk = Desk()
    assert desk.consider(spoken(pressed("v0:old"), locale)) == {
        "method": "answerCallbackQuery",
        "callback_query_id": "770000000000000001",
        "text": say(locale, "unknown_button"),
    }
    assert desk.metrics.counts[Metric.REQUEST_REFUSED] == 1


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("key", ["too_fast", "crowded", "unknown_button", "guest_button"])
def test_button_answers_are_short(key: str, locale: str) -> None:
    """Telegram shows at most 200 characters over a button."""
    assert len(say(locale, key, limit=10**6, seconds=60)) <= 200


# Duplicates and failures


@pytest.mark.parametrize("name", ["voice", "reply", "command", "callback"])
def test_duplicate_is_sent_again_silently(name: str) -> None:
    """The same update twice is the same job twice, said nothing about and counted once."""
    desk = Desk()
    desk.consider(sample(name))
    assert desk.consider(sample(name)) is None
    first, second = desk.queue.jobs
    assert first == second
    assert len(desk.limiter.users) == 1
    assert desk.metrics.counts[Metric.REQUEST_DUPLICATE] == 1
    assert desk.metrics.counts[Metric.REQUEST_ADMITTED] == 1


@pytest.mark.parametrize("error", [TransientError("busy"), OperatorError("table missing")])
def test_limiter_down_lets_in(error: Exception) -> None:
    """While the limiter's store is down, requests are served and the gap is counted."""
    desk = Desk()
    desk.limiter.error = error
    assert desk.admission.admit(delivered(sample("voice"))).status == 200
    assert len(desk.queue.jobs) == 1
    assert desk.metrics.counts[Metric.LIMITER_UNAVAILABLE] == 1


@pytest.mark.parametrize(
    ("error", "retry_after"),
    [
        (TransientError("busy"), "5"),
        (RateLimitedError("slow down", retry_after_s=7.3), "8"),
        (OperatorError("access denied"), "5"),
    ],
)
def test_queue_down(error: Exception, retry_after: str) -> None:
    """When the queue takes nothing, Telegram is asked to come back and the task is free again."""
    desk = Desk()
    desk.queue.error = error
    response = desk.admission.admit(delivered(sample("voice")))
    assert (response.status, response.headers) == (503, {"retry-after": retry_after})
    assert desk.limiter.tasks == set()
    assert desk.metrics.counts == {Metric.UPDATE_RECEIVED: 1, Metric.QUEUE_UNAVAILABLE: 1}
    desk.queue.error = None
    assert desk.admission.admit(delivered(sample("voice"))).status == 200
    assert len(desk.queue.jobs) == 1


def test_queue_down_for_a_duplicate_keeps_the_task() -> None:
    """The first delivery's job may be running: its task is not given away."""
    desk = Desk()
    desk.consider(sample("voice"))
    desk.queue.error = TransientError("busy")
    with pytest.raises(TransientError):
        desk.consider(sample("voice"))
    assert desk.limiter.tasks == {desk.job.id}


def test_queue_and_limiter_down() -> None:
    """With everything down the answer is still 503, not a crash."""
    desk = Desk()
    desk.queue.error = desk.limiter.error = OperatorError("no disk")
    assert desk.admission.admit(delivered(sample("voice"))).status == 503


@pytest.mark.parametrize(
    ("given", "header"), [(None, "5"), (0.0, "1"), (0.2, "1"), (59.5, "60"), (9e9, "3600")]
)
def test_retry_after_is_whole_seconds_in_bounds(given: float | None, header: str) -> None:
    """Telegram understands whole seconds up to an hour; zero would be a storm."""
    assert unavailable(given).headers == {"retry-after": header}


@given(
    update=UPDATES,
    kind=st.sampled_from(VerdictKind),
    error=st.sampled_from([None, TransientError("busy"), OperatorError("gone")]),
    mode=st.sampled_from(["on_request", "all"]),
    length=st.integers(0, 9) | st.none(),
)
def test_authenticated_bodies_are_answered(
    update: object, kind: VerdictKind, error: Exception | None, mode: str, length: int | None
) -> None:
    """Any JSON under the right secret gives 200, or 503 when the queue is down; never an error."""
    desk = Desk(group_mode=mode, telegram_bot_username="ExampleBot", counts_cheaply=True)
    desk.limiter.verdict = Verdict(kind, 1.5)
    desk.queue.error, desk.queue.length = error, length or 0
    if length is None:
        desk.queue.length_error = desk.preferences.error = OperatorError("gone")
    response = desk.admission.admit(delivered(update))
    assert response.status == 200 or (response.status == 503 and error is not None)
    if response.body is not None:
        assert response.body["method"] in METHODS
        assert all(response.body[name] for name in METHODS[response.body["method"]])
        json.dumps(response.body).encode()


# Logs


def logged(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """The lines an operator would see."""
    return [json.loads(JsonFormatter().format(record)) for record in caplog.records]


def test_admission_is_logged_by_job(caplog: pytest.LogCaptureFixture) -> None:
    """One line tells job, lane and verdict, and nothing of chat or person."""
    caplog.set_level(logging.INFO)
    desk = Desk()
    desk.consider(sample("voice"))
    (line,) = logged(caplog)
    assert (line["logger"], line["message"]) == ("webhook.admission", "admission")
    assert line.keys() & LOG_FIELDS == {"job", "lane", "state"}
    assert (line["job"], line["lane"], line["state"]) == (desk.job.id, "express", "admitted")


def test_refusal_is_logged_with_its_reason(caplog: pytest.LogCaptureFixture) -> None:
    """A refused request leaves one line with the reason's key."""
    caplog.set_level(logging.INFO)
    Desk().consider(private(voice=voice(file_size=0)))
    (line,) = logged(caplog)
    assert (line["state"], line["reason"]) == ("refused", "empty_file")


@pytest.mark.parametrize("secret", [SECRET, "wrong"])
def test_nothing_of_a_body_is_logged(caplog: pytest.LogCaptureFixture, secret: str) -> None:
    """A marker in every text of every kind of update appears in no log line, nor do ids."""
    caplog.set_level(logging.DEBUG)
    marker = "Zebrafinch"
    desk = Desk()
    for name in NAMES:
        update = json.loads(marked(sample(name), marker))
        desk.admission.admit(post(json.dumps(update).encode(), secret))
    desk.queue.error = desk.limiter.error = TransientError("down")
    for name in ("voice", "command", "callback"):
        desk.admission.admit(post(marked(sample(name), marker).encode(), secret))
    desk.admission.admit(post(f'{{"update_id": 1, "{marker}'.encode(), secret))
    desk.admission.admit(post(json.dumps(private(voice=marker)).encode(), secret))
    text = "\n".join(json.dumps(record.__dict__, default=str) for record in caplog.records)
    assert marker not in text
    assert str(PERSON) not in text
    assert str(TEAM) not in text
    assert SECRET not in text
    assert bool(caplog.records) is (secret == SECRET)


def marked(update: dict[str, Any], marker: str) -> str:
    """``update`` as JSON, with the marker in names, texts, captions and file names."""
    private_fields = {"first_name", "username", "title", "text", "caption", "file_name"}

    def mark(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: mark(item, name) for name, item in value.items()}
        if isinstance(value, list):
            return [mark(item) for item in value]
        return f"{value} {marker}" if key in private_fields else value

    return json.dumps(mark(update))


# Weight


def test_import_is_light() -> None:
    """The front door loads no SDK, no event loop and no database: its cold start stays short."""
    heavy = (
        "telegram httpx requests groq av numpy boto3 botocore sqlite3 asyncio aiohttp "
        "composition processor local shared.adapters"
    )
    script = (
        "import sys, webhook.updates, webhook.admission\n"
        f"print(*sorted(set({heavy!r}.split()) & sys.modules.keys()))"
    )
    command = [sys.executable, "-c", script]
    # Measuring coverage would load a database of its own.
    bare = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=bare)
    assert done.stdout.split() == []


@pytest.mark.parametrize(
    "data", ["v1:stop:0123456789abcdef0123", "v1:open:language", "v1:set:mode-all"]
)
def test_stop_and_settings_count_nowhere(data: str) -> None:
    """Whatever else somebody does, Stop works; and choosing takes many presses."""
    desk = Desk()
    desk.limiter.verdict = Verdict(VerdictKind.TOO_FAST, 30.0)
    assert desk.admission.consider(pressed(data)) is None
    assert len(desk.queue.jobs) == 1
