"""One recording through both handlers on a recorded account: what it calls, writes and sends."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import io
import json
import logging
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import composition
from benchmarks.account import account
from benchmarks.recordings import voice, words
from benchmarks.units import Meter, Units
from local.loopback.bot_api import LoopbackBotApi
from processor import handler as processor_handler
from processor.engines import groq
from shared.adapters import aws
from shared.adapters.clock import SystemClock
from shared.adapters.powertools import configure_logging
from shared.audio import EngineProfile
from shared.jobs import Lane
from shared.ports import PLAIN
from shared.settings import Settings
from tests.doubles.aws_server import CREDENTIALS
from tests.events.gateway import gateway_event
from webhook.handler import handler_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aiohttp import web

    from benchmarks.account import Call, RecordedAccount
    from shared.audio import Audio
    from shared.jobs import Delivery
    from shared.transcripts import Instructions, Recognition

TOKEN = "123456789:a-token-for-benchmarks-only"  # noqa: S105  # made up
SECRET = "a-secret-for-benchmarks-only"  # noqa: S105  # made up
USER = 7
GROQ = EngineProfile(
    groq.NAME, "benchmark", groq.CONTAINERS, groq.CODECS, groq.MAX_BYTES, groq.MAX_CHUNK_S
)


@dataclass(frozen=True, slots=True)
class Work:
    """What one function did for a recording."""

    operations: Counter[str]
    units: Units
    log_bytes: int

    @property
    def aws_calls(self) -> int:
        """Requests to DynamoDB and SQS, Lambda's own to its queue left out."""
        return self.operations.total()


@dataclass(frozen=True, slots=True)
class Usage:
    """What a recording took from the update to the answer."""

    audio_s: float
    file_bytes: int
    webhook: Work
    processor: Work
    poller: Counter[str]
    """What Lambda's poller asks of SQS."""
    telegram_calls: int
    speech_requests_s: tuple[float, ...]
    """The length of each request to the speech provider."""
    speech_bytes: int
    cpu_s: float
    """Processor time of the processor's run, that of the emulators on its other side included."""


class CountedBotApi(LoopbackBotApi):
    """Counts what the bot asks of Telegram."""

    def __init__(self) -> None:
        super().__init__(TOKEN)
        self.calls = 0

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.calls += 1
        return await super()._answer(request)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        self.calls += 1
        return await super()._download(request)


class FluentEngine:
    """Hears words in whatever it is given, at once; takes what Groq takes."""

    profile = GROQ

    def __init__(self) -> None:
        self.requests_s: list[float] = []
        self.bytes = 0

    async def recognise(
        self,
        audio: Audio,
        *,
        language: str | None = None,  # noqa: ARG002  # it always hears English
        instructions: Instructions = PLAIN,  # noqa: ARG002  # it follows none
        progress: Callable[[float], None] | None = None,  # noqa: ARG002  # it has none
    ) -> Recognition:
        """As many words as are spoken in the time."""
        length_s = audio.duration_s or 0.0
        self.requests_s.append(length_s)
        self.bytes += len(audio.data)
        return words(length_s)

    async def close(self) -> None:
        """Nothing to let go of."""


def measure(seconds: float) -> Usage:
    """Send a voice recording of ``seconds`` to a new deployment and follow it to its answer."""
    data = voice(seconds)
    with account() as (server, environ), _own_logging():
        return asyncio.run(_follow(server, environ, data, seconds))


async def _follow(
    server: RecordedAccount, environ: dict[str, str], data: bytes, seconds: float
) -> Usage:
    meter, engine = Meter(), FluentEngine()
    async with CountedBotApi() as api:
        app = _app(environ, api.base_url, engine)
        note = await api.user(USER).send_voice(data, duration=round(seconds))
        update = json.dumps({"update_id": 1, "message": note.to_dict()}).encode()

        with _printed() as out:
            answer = handler_for(lambda: app)(gateway_event(update, secret=SECRET), None)
        _demand(answer["statusCode"] == 200)  # noqa: PLR2004  # HTTP's OK
        admitted = _work(server, meter, out)

        (delivery,) = [
            delivery
            for lane in Lane
            for delivery in app.storage.queue.receive(lane, limit=1, visibility_s=960)
        ]
        server.record.calls.clear()
        begun = time.process_time()
        with _printed() as out:
            kept = await processor_handler.process(app, _event(delivery, app.settings))
            app.metrics.flush()
        cpu_s = time.process_time() - begun
        _demand(kept == {"batchItemFailures": []})
        processed = _work(server, meter, out)

        app.storage.queue.delete(delivery)
        poller = server.record.operations() + Counter(ReceiveMessage=1)
        await app.close()
    return Usage(
        audio_s=seconds,
        file_bytes=len(data),
        webhook=admitted,
        processor=processed,
        poller=poller,
        telegram_calls=api.calls,
        speech_requests_s=tuple(engine.requests_s),
        speech_bytes=engine.bytes,
        cpu_s=cpu_s,
    )


def _app(environ: dict[str, str], telegram_url: str, engine: FluentEngine) -> composition.App:
    clock = SystemClock()
    settings = Settings.from_environment(
        environ,
        telegram_bot_token=TOKEN,
        telegram_api_url=telegram_url,
        webhook_secret_sha256=hashlib.sha256(SECRET.encode()).hexdigest(),
    )
    return composition.build(
        settings,
        storage=aws.open_storage(settings, clock, CREDENTIALS),
        engine=engine,
        clock=clock,
    )


def _work(server: RecordedAccount, meter: Meter, out: io.StringIO) -> Work:
    """What is on record since it was last asked for."""
    record = server.record
    units = sum((_units(meter, call) for call in record.calls), Units())
    work = Work(record.operations(), units, len(out.getvalue().encode()))
    record.calls.clear()
    return work


def _units(meter: Meter, call: Call) -> Units:
    """None for SQS, which bills requests."""
    if "QueueUrl" in call.request:
        return Units()
    return meter.units(call.operation, call.request, call.answer)


def _event(delivery: Delivery, settings: Settings) -> dict[str, Any]:
    """What Lambda's poller makes of the message."""
    bulk = delivery.lane is Lane.BULK
    url = settings.bulk_queue_url if bulk else settings.express_queue_url
    record = {
        "messageId": "message",
        "receiptHandle": delivery.receipt,
        "body": delivery.job.to_json(),
        "attributes": {"ApproximateReceiveCount": str(delivery.receive_count)},
        "eventSourceARN": f"arn:aws:sqs:us-east-1:123456789012:{url.rsplit('/', 1)[-1]}",
    }
    return {"Records": [record]}


@contextlib.contextmanager
def _printed() -> Iterator[io.StringIO]:
    """Standard output, which is what Lambda logs."""
    with contextlib.redirect_stdout(io.StringIO()) as out:
        configure_logging(Settings().service_name)
        yield out


@contextlib.contextmanager
def _own_logging() -> Iterator[None]:
    """Give the root logger back as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


def _demand(fact: bool) -> None:  # noqa: FBT001  # it is what is demanded
    if not fact:
        raise RuntimeError("the recording did not go through; its figures would mean nothing")
