"""The process that ``benchmarks.webhook`` measures: one handler, one kind of update, many times.

It imports as little as the Lambda function does, so that its memory is the function's.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import composition
from shared.settings import Settings
from tests.events.gateway import gateway_event
from tests.events.samples import private, voice
from webhook import handler
from webhook.admission import Admission

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.adapters.aws.client import AwsClient
    from shared.ports import Metrics
    from webhook.handler import Handler

ROUNDS, UPDATES = 7, 40
SECRET = "a-secret-for-benchmarks-only"  # noqa: S105  # made up
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_DEFAULT_REGION": "us-east-1",
    "WEBHOOK_SECRET_SHA256": hashlib.sha256(SECRET.encode()).hexdigest(),
    "GLOBAL_PER_MINUTE": "1000000",
}
FORGED = "forged secret"
ANSWERED = "/help, answered at once"
ADMITTED = "voice note admitted"
BY_BOTO3 = "the same through boto3"


class Case(NamedTuple):
    """What is sent, with which secret, what must be answered, and who calls AWS."""

    message: dict[str, Any]
    secret: str = SECRET
    status: int = 200
    boto3: bool = False


CASES = {
    FORGED: Case({"voice": voice()}, secret="guess", status=401),  # noqa: S106  # made up
    ANSWERED: Case(
        {"text": "/help", "entities": [{"type": "bot_command", "offset": 0, "length": 5}]}
    ),
    ADMITTED: Case({"voice": voice()}),
    BY_BOTO3: Case({"voice": voice()}, boto3=True),
}


@dataclass(frozen=True, slots=True)
class Spent:
    """Processor seconds for one update, the process's peak memory, updates sent in all."""

    cpu_s: float
    peak_bytes: int
    updates: int


class BotoClient:
    """Calls a service through boto3, in the manner of our own client."""

    def __init__(self, service: str) -> None:
        import boto3  # noqa: PLC0415  # the lean cases must not have it in memory

        self._client = boto3.client(service)

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to one operation."""
        name = "".join(f"_{c.lower()}" if c.isupper() else c for c in operation).lstrip("_")
        answer: dict[str, Any] = getattr(self._client, name)(**request)
        return answer


class BotoApp:
    """An app whose admission is wired to boto3; everything else is as in the product."""

    def __init__(self, settings: Settings) -> None:
        from shared.adapters.aws import WRITE_BACKOFF  # noqa: PLC0415  # as above
        from shared.adapters.aws.dynamo_limiter import DynamoRateLimiter  # noqa: PLC0415
        from shared.adapters.aws.dynamo_table import DynamoTable  # noqa: PLC0415
        from shared.adapters.aws.sqs import SqsJobQueue  # noqa: PLC0415
        from shared.jobs import Lane  # noqa: PLC0415

        app = composition.build(settings)
        dynamodb, sqs = (cast("AwsClient", BotoClient(name)) for name in ("dynamodb", "sqs"))
        lanes = {
            Lane.CONTROL: settings.express_queue_url,
            Lane.EXPRESS: settings.express_queue_url,
            Lane.BULK: settings.bulk_queue_url,
        }
        limiter = DynamoRateLimiter(
            DynamoTable(dynamodb, settings.state_table),
            app.clock,
            WRITE_BACKOFF,
            tasks=settings.user_tasks,
            per_minute=settings.user_per_minute,
            global_per_minute=settings.global_per_minute,
            task_lease_s=settings.task_lease_s,
        )
        self.metrics: Metrics = app.metrics
        self.admission = Admission(
            settings=settings,
            queue=SqsJobQueue(sqs, lanes, settings.dead_letter_queue_url),
            limiter=limiter,
            preferences=app.storage.preferences,
            clock=app.clock,
            metrics=app.metrics,
        )


def main(case: str) -> None:
    """Say on standard error what the case took; what Lambda would log goes nowhere."""
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):  # noqa: PTH123  # a device
        spent = spend(CASES[case], _handler(CASES[case]))
    sys.stderr.write(json.dumps(asdict(spent)))


def spend(case: Case, handle: Handler, *, rounds: int = ROUNDS, updates: int = UPDATES) -> Spent:
    """Send updates, each of another user, in one round to warm up and others; the quickest counts."""
    spent_s = []
    for number in range(rounds + 1):
        events = [event_of(case, number * updates + i) for i in range(updates)]
        begun = time.process_time()
        answers = [handle(event, None) for event in events]
        spent_s.append((time.process_time() - begun) / updates)
        if any(answer["statusCode"] != case.status for answer in answers):
            raise RuntimeError("an update was not taken as it should; the figures mean nothing")
    return Spent(min(spent_s[1:]), _peak_bytes(), (rounds + 1) * updates)


def _handler(case: Case) -> Handler:
    if not case.boto3:
        return handler.handle
    app = BotoApp(Settings.from_environment())
    return handler.handler_for(lambda: app)


def event_of(case: Case, number: int) -> dict[str, Any]:
    """The gateway's event for an update of user ``number``."""
    update = private(number, **case.message)
    update["message"]["from"]["id"] = update["message"]["chat"]["id"] = 1_000_000 + number
    return gateway_event(json.dumps(update).encode(), secret=case.secret)


def _peak_bytes() -> int:
    """Of this process; Linux only."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    main(sys.argv[1])
