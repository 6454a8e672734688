"""Admission over the real limits and the real queue of the single-machine edition."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import composition
from shared.jobs import Lane
from shared.ports import ChatPreferences
from shared.settings import Settings
from shared.telemetry import Metric, Tally
from shared.texts import say
from tests.doubles.clock import ManualClock
from tests.events.gateway import gateway_event
from tests.events.samples import PERSON, TEAM, grouped, private, sample, voice
from tests.unit.webhook.witnesses import SECRET, SECRET_SHA256
from webhook.handler import handler_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from composition import App


@pytest.fixture
def clock() -> ManualClock:
    """The clock of the application under test."""
    return ManualClock(1_700_000_040.0)  # a whole minute


@pytest.fixture
def tally() -> Tally:
    """Its metrics."""
    return Tally()


@pytest.fixture
def app(tmp_path: Path, clock: ManualClock, tally: Tally) -> Iterator[App]:
    """The application with a database of its own."""
    settings = Settings(
        database_path=str(tmp_path / "state.sqlite3"),
        webhook_secret_sha256=SECRET_SHA256,
        global_per_minute=12,
    )
    app = composition.build(settings, clock=clock, metrics=tally)
    yield app
    app.storage.close()


def note(number: int, user: int = PERSON) -> dict[str, Any]:
    """The voice note ``number`` of ``user``."""
    update = private(number, message_id=number, voice=voice(file_unique_id=f"AgAD{number}"))
    update["message"]["from"]["id"] = update["message"]["chat"]["id"] = user
    return update


def text(app: App, update: dict[str, Any]) -> str | None:
    """What is said at once to ``update``, in words."""
    reply = app.admission.consider(update)
    return None if reply is None else reply.get("text")


def test_fourth_task_waits_for_one_to_end(app: App) -> None:
    """Three files at once are taken, the fourth when one of them is released."""
    assert [text(app, note(number)) for number in (1, 2, 3)] == [None] * 3
    assert text(app, note(4)) == say("en", "too_many_tasks", limit=3)
    (first, *_) = app.storage.queue.receive(Lane.EXPRESS, limit=9, visibility_s=60)
    app.storage.limiter.release(first.job.user, first.job.id)
    assert text(app, note(4)) is None


def test_eleventh_request_in_a_minute_waits(app: App, clock: ManualClock) -> None:
    """Ten commands pass, the eleventh is told how long to wait, and passes then."""
    asked = [private(number, text="/history") for number in range(12)]
    assert [text(app, update) for update in asked[:10]] == [None] * 10
    clock.advance(15)
    assert text(app, asked[10]) == say("en", "too_fast", limit=10, seconds=45)
    clock.advance(45)
    assert text(app, asked[10]) is None


def test_crowd_waits_for_the_next_minute(app: App, clock: ManualClock) -> None:
    """Over everyone's limit a newcomer waits for the end of the minute, and disturbs nobody."""
    for user in range(1, 13):
        app.admission.consider(note(user, user))
    assert app.storage.queue.waiting(Lane.EXPRESS) == 12
    clock.advance(20)
    assert text(app, note(1, 99)) == say("en", "crowded", seconds=40)
    clock.advance(40)
    assert text(app, note(1, 99)) == say("en", "queued", count=13)


def test_redelivery_is_one_request(app: App) -> None:
    """Delivered twice, a voice note occupies one task and is the same job in the queue."""
    assert [text(app, note(1)), text(app, note(1))] == [None, None]
    first, second = app.storage.queue.receive(Lane.EXPRESS, limit=9, visibility_s=60)
    assert first.job == second.job
    assert [text(app, note(number)) for number in (2, 3)] == [None, None]


def test_event_ends_up_in_the_queue(app: App, tally: Tally) -> None:
    """From the gateway's event to the stored job, nothing is lost on the way."""
    body = json.dumps(sample("audio")).encode()
    response = handler_for(lambda: app)(gateway_event(body, secret=SECRET), None)
    assert response["statusCode"] == 200
    assert json.loads(response["body"])["method"] == "sendChatAction"
    (delivery,) = app.storage.queue.receive(Lane.BULK, limit=9, visibility_s=60)
    assert delivery.job.media is not None
    assert (delivery.job.media.file_name, delivery.job.options.language) == ("lecture 3.mp3", "de")
    assert tally.counts == {Metric.UPDATE_RECEIVED: 1, Metric.REQUEST_ADMITTED: 1}


def test_lost_database_is_503_for_work_alone(app: App, tally: Tally) -> None:
    """With the store gone, work is asked for again later, and help is still given."""
    app.storage.close()
    handle = handler_for(lambda: app)
    work = handle(gateway_event(json.dumps(note(1)).encode(), secret=SECRET), None)
    assert work["statusCode"] == 503
    assert tally.counts[Metric.QUEUE_UNAVAILABLE] == 1
    assert text(app, private(text="/help")) == say("en", "help")


def test_long_queue_is_told(app: App) -> None:
    """On one machine everyone behind more than a few learns his place, counted exactly."""
    said = [text(app, note(user, user)) for user in range(1, 8)]
    assert said == [None] * 5 + [say("en", "queued", count=place) for place in (6, 7)]
    assert text(app, note(1, 1)) is None


def test_mode_chosen_in_the_group_counts(app: App) -> None:
    """What a group's people chose is read from the store, and a change is seen after a command."""
    unasked = [grouped(n, message_id=n, voice=voice(file_unique_id=f"AgAD{n}")) for n in (1, 2, 3)]
    assert app.admission.consider(unasked[0]) is None
    assert app.admission.consider(grouped(7, text="/settings")) is None
    app.storage.preferences.put(TEAM, ChatPreferences(mode="all"))
    reply = app.admission.consider(unasked[1])
    assert reply is not None
    assert reply["method"] == "setMessageReaction"
    app.storage.preferences.put(TEAM, ChatPreferences(mode="off"))
    assert app.admission.consider(unasked[2]) is None
