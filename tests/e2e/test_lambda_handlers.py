"""The two Lambda entries with the events AWS sends, in a process as Lambda starts it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import composition
from local.loopback.bot_api import LoopbackBotApi
from processor import handler as processor_handler
from shared.jobs import Lane
from shared.settings import Settings
from shared.telemetry import Metric, Tally
from tests.doubles.clock import HeldClock
from tests.doubles.engine import ScriptedEngine
from tests.events.gateway import gateway_event
from tests.media.make import encode, tone
from webhook.handler import handler_for

if TYPE_CHECKING:
    from pathlib import Path

    from shared.jobs import Delivery

TOKEN = "123456789:a-token-for-tests-only"
SECRET = "a-secret-for-tests-only"
NOTE = encode("ogg", "libopus", tone(2.0))
QUEUE_ARN = "arn:aws:sqs:eu-central-1:123456789012:express"


def sqs_event(*deliveries: Delivery, body: str | None = None) -> dict[str, Any]:
    """The batch that Lambda's poller hands over for ``deliveries``."""
    return {
        "Records": [
            {
                "messageId": f"message-{number}",
                "receiptHandle": delivery.receipt,
                "body": delivery.job.to_json() if body is None else body,
                "attributes": {
                    "ApproximateReceiveCount": str(delivery.receive_count),
                    "SentTimestamp": "1790000000000",
                    "SenderId": "AIDA",
                    "ApproximateFirstReceiveTimestamp": "1790000000001",
                },
                "messageAttributes": {},
                "md5OfBody": hashlib.md5(b"", usedforsecurity=False).hexdigest(),
                "eventSource": "aws:sqs",
                "eventSourceARN": QUEUE_ARN,
                "awsRegion": "eu-central-1",
            }
            for number, delivery in enumerate(deliveries)
        ]
    }


async def test_an_update_becomes_an_answer_through_both_handlers(tmp_path: Path) -> None:
    """HTTP event in, job in the queue, SQS event in, text in the chat; nothing is kept."""
    async with LoopbackBotApi(TOKEN) as api:
        app = _app(tmp_path, api, ScriptedEngine("It works."))
        user = api.user(7)
        note = await user.send_voice(NOTE, duration=2)
        update = {"update_id": 1, "message": note.to_dict()}
        handle = handler_for(lambda: app)
        answer = handle(gateway_event(json.dumps(update).encode(), secret=SECRET), None)
        assert answer["statusCode"] == 200
        (delivery,) = app.storage.queue.receive(Lane.EXPRESS, limit=10, visibility_s=90)
        result = await processor_handler.process(app, sqs_event(delivery))
        assert result == {"batchItemFailures": []}
        assert [m.text for m in user.chat.from_bot] == ["It works."]
        await app.close()


async def test_a_failed_record_is_kept_by_the_queue_and_a_good_one_is_not(tmp_path: Path) -> None:
    """ReportBatchItemFailures names exactly the message that must come back."""
    async with LoopbackBotApi(TOKEN) as api:
        app = _app(tmp_path, api, ScriptedEngine("It works."))
        user = api.user(7)
        handle = handler_for(lambda: app)
        for number, seconds in enumerate((1.0, 2.0)):
            note = await user.send_voice(encode("ogg", "libopus", tone(seconds)), duration=1)
            update = {"update_id": number, "message": note.to_dict()}
            handle(gateway_event(json.dumps(update).encode(), secret=SECRET), None)
        deliveries = app.storage.queue.receive(Lane.EXPRESS, limit=10, visibility_s=90)
        api.truncate_next_download(10)
        result = await processor_handler.process(app, sqs_event(*deliveries))
        assert len(result["batchItemFailures"]) == 1
        assert app.metrics.counts[Metric.JOB_SUCCEEDED] == 1  # type: ignore[attr-defined]
        await app.close()


async def test_a_poison_message_is_kept_and_alarms(tmp_path: Path) -> None:
    """What is no job goes back, so that the queue's own policy moves it to the dead letters.

    It is back after a lease, not after the longer time in which a job could be worked on.
    """
    async with LoopbackBotApi(TOKEN) as api:
        app = _app(tmp_path, api, ScriptedEngine())
        user = api.user(7)
        note = await user.send_voice(NOTE, duration=2)
        app.admission.consider({"update_id": 1, "message": note.to_dict()})
        (delivery,) = app.storage.queue.receive(Lane.EXPRESS, limit=10, visibility_s=360)
        event = sqs_event(delivery, body="not a job")
        result = await processor_handler.process(app, event)
        assert result == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
        assert app.metrics.counts[Metric.OPERATOR_ALARM] == 1  # type: ignore[attr-defined]
        app.clock.advance(app.settings.lease_s - 1)  # type: ignore[attr-defined]
        assert not app.storage.queue.receive(Lane.EXPRESS, limit=10, visibility_s=360)
        app.clock.advance(1)  # type: ignore[attr-defined]
        (again,) = app.storage.queue.receive(Lane.EXPRESS, limit=10, visibility_s=360)
        assert again.receive_count == 2
        await app.close()


async def test_a_forged_secret_queues_nothing(tmp_path: Path) -> None:
    """A wrong secret is refused before the body is looked at."""
    async with LoopbackBotApi(TOKEN) as api:
        app = _app(tmp_path, api, ScriptedEngine())
        note = await api.user(7).send_voice(NOTE, duration=2)
        body = json.dumps({"update_id": 1, "message": note.to_dict()}).encode()
        answer = handler_for(lambda: app)(gateway_event(body, secret="guess"), None)
        assert answer["statusCode"] == 401
        assert app.storage.queue.depth() == 0
        await app.close()


def _app(folder: Path, api: LoopbackBotApi, engine: ScriptedEngine) -> composition.App:
    settings = Settings(
        telegram_bot_token=TOKEN,
        telegram_api_url=api.base_url,
        webhook_secret_sha256=hashlib.sha256(SECRET.encode()).hexdigest(),
        database_path=str(folder / "state.sqlite3"),
    )
    return composition.build(settings, engine=engine, clock=HeldClock(), metrics=Tally())
