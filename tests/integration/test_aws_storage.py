"""The application on the AWS edition: settings name tables and queues, everything else is wired."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

import composition
from shared.adapters.aws import open_storage
from shared.adapters.clock import SystemClock
from shared.errors import OperatorError
from shared.jobs import Lane
from shared.ports import ChatPreferences, Figures, HistoryEntry, JobState
from shared.settings import Settings
from shared.telemetry import Tally
from shared.texts import say
from tests.contracts.editions import a_job, a_key, a_transcript
from tests.doubles.aws_server import (
    CREDENTIALS,
    REGION,
    AwsServer,
    RecordingClient,
    create_queue,
    create_table,
)
from tests.doubles.clock import ManualClock
from tests.events.samples import private, voice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from composition import App
    from shared.adapters.storage import Storage


@pytest.fixture(scope="module")
def server() -> Iterator[AwsServer]:
    """An AWS account on loopback."""
    with AwsServer().running() as running:
        yield running


@pytest.fixture
def clock(server: AwsServer) -> ManualClock:
    """The time here and there."""
    clock = ManualClock(1_700_000_040.0)  # a whole minute
    server.clock = clock
    return clock


@pytest.fixture
def stack(server: AwsServer, clock: ManualClock) -> dict[str, Any]:
    """What the template makes, as the settings that name it."""
    name = uuid4().hex
    dynamodb = RecordingClient("dynamodb", server.endpoint, clock)
    sqs, ssm = (RecordingClient(service, server.endpoint, clock) for service in ("sqs", "ssm"))
    secret = {"Name": f"/{name}/bot-token", "Value": "123:abc", "Type": "SecureString"}
    ssm.call("PutParameter", secret)
    made = {
        "aws_region": REGION,
        "aws_endpoint_url": server.endpoint,
        "state_table": create_table(dynamodb, f"{name}-state"),
        "cache_table": create_table(dynamodb, f"{name}-cache", sort_key=True),
        "express_queue_url": create_queue(sqs, f"{name}-express"),
        "bulk_queue_url": create_queue(sqs, f"{name}-bulk"),
        "dead_letter_queue_url": create_queue(sqs, f"{name}-dead"),
        "secrets_prefix": f"/{name}",
    }
    for client in (dynamodb, sqs, ssm):
        client.close()
    return made


@pytest.fixture
def storage(stack: dict[str, Any], clock: ManualClock) -> Iterator[Storage]:
    """The storage a worker opens."""
    storage = open_storage(Settings(**stack), clock, CREDENTIALS)
    yield storage
    storage.close()


@pytest.fixture
def app(
    stack: dict[str, Any], clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[App]:
    """The application as a Lambda environment builds it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", CREDENTIALS.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", CREDENTIALS.secret_access_key)
    monkeypatch.setenv("AWS_SESSION_TOKEN", CREDENTIALS.session_token)
    app = composition.build(Settings(**stack), clock=clock, metrics=Tally())
    yield app
    app.storage.close()


def test_every_port_is_there_and_remembers(storage: Storage) -> None:
    """What one process writes another reads."""
    storage.queue.send(a_job())
    storage.jobs.claim(a_job(), "alice", 90.0)
    storage.cache.put(a_key(), a_transcript())
    storage.preferences.put(1, ChatPreferences("de"))
    storage.history.add("u1", HistoryEntry("job-1", 1, str(a_key()), 1.0, 2.5))
    storage.statistics.add("u1", Figures(succeeded=1))
    assert [job.job for job in storage.queue.receive(Lane.EXPRESS, limit=1, visibility_s=1)] == [
        a_job()
    ]
    record = storage.jobs.get("job-1")
    assert record is not None
    assert record.state is JobState.WORKING
    assert storage.cache.get(str(a_key())) == a_transcript()
    assert storage.preferences.get(1) == ChatPreferences("de")
    assert len(storage.history.recent("u1", 5)) == 1
    assert storage.statistics.since(1) == Figures(users=1, succeeded=1)
    assert storage.release_orphans() == 0


def test_admission_limits_and_queues(app: App) -> None:
    """Three voice notes are queued, the fourth waits for one of them to end, one twice is one."""
    notes = [
        private(number, message_id=number, voice=voice(file_unique_id=f"AgAD{number}"))
        for number in range(1, 5)
    ]
    replies = [app.admission.consider(note) for note in (*notes, notes[0])]
    assert [reply and reply["method"] for reply in replies] == [
        "sendChatAction",
        "sendChatAction",
        "sendChatAction",
        "sendMessage",
        None,
    ]
    assert replies[3] is not None
    assert replies[3]["text"] == say("en", "too_many_tasks", limit=3)
    first, *more = app.storage.queue.receive(Lane.EXPRESS, limit=9, visibility_s=60)
    assert len({delivery.job.id for delivery in (first, *more)}) == 3
    app.storage.limiter.release(first.job.user, first.job.id)
    again = app.admission.consider(notes[3])
    assert again is not None
    assert again["method"] == "sendChatAction"


def test_secrets_come_from_the_path(app: App) -> None:
    """The composition root reads them where the settings say."""
    assert app.secrets.credentials().bot_token == "123:abc"


@pytest.mark.parametrize(
    "name", ["aws_region", "state_table", "express_queue_url", "bulk_queue_url"]
)
def test_a_missing_setting_is_named(stack: dict[str, Any], name: str) -> None:
    """Before anything is called."""
    with pytest.raises(OperatorError, match=f"{name.upper()} is not set"):
        open_storage(Settings(**{**stack, name: ""}), SystemClock(), CREDENTIALS)


@pytest.mark.parametrize(
    "act",
    [
        lambda storage: storage.limiter.admit("u1", "job-1", task=True),
        lambda storage: storage.limiter.tasks("u1"),
        lambda storage: storage.jobs.cancel("job-1"),
        lambda storage: storage.preferences.get(1),
        lambda storage: storage.statistics.add("u1", Figures()),
        lambda storage: storage.statistics.since(1),
    ],
)
def test_a_missing_table_is_for_the_operator(
    stack: dict[str, Any], clock: ManualClock, act: Callable[[Storage], object]
) -> None:
    """The error says what is missing, without values."""
    storage = open_storage(Settings(**{**stack, "state_table": "none"}), clock, CREDENTIALS)
    with pytest.raises(OperatorError, match="no such table") as caught:
        act(storage)
    assert "job-1" not in str(caught.value)
    storage.close()


def test_nothing_private_is_logged(storage: Storage, caplog: pytest.LogCaptureFixture) -> None:
    """Neither names of files nor what was said nor credentials."""
    with caplog.at_level(logging.DEBUG):
        storage.queue.send(a_job())
        storage.cache.put(a_key(), a_transcript("marker"))
        storage.cache.get(str(a_key()))
    for private_word in ("marker", "Grüße", CREDENTIALS.secret_access_key):
        assert private_word not in caplog.text
