"""One stage of the product on a loopback AWS account, whole, so that a test breaks one thing."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import threading
import zipfile
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import composition
from scripts.operators.cloud import Cloud
from scripts.operators.deployment import Deployment
from scripts.operators.stage import Stage
from shared.settings import Settings
from tests.events.gateway import gateway_event
from tests.unit.scripts.aws_account import StackDouble
from webhook.handler import handler_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from shared.jobs import Job
    from tests.unit.scripts.aws_account import AwsAccount

REGION = "eu-central-1"
TOKEN = "123456789:a-token-for-tests-only"
SECRET = "a-webhook-secret-for-tests-only"
ROTATION = "7"
SECRETS = {
    "bot-token": TOKEN,
    "groq-api-key": "gsk_for-tests-only",
    f"webhook-secret-{ROTATION}": SECRET,
    "telegram-api-id": "29384756",
    "telegram-api-hash": "0123456789abcdef0123456789abcdef",
    "mtproto-session-01": "1-session-one",
    "mtproto-session-02": "1-session-two",
}
HASH_KEY = [{"AttributeName": "pk", "KeyType": "HASH"}]
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


class World:
    """The stage ``dev``; its stack, once deployed, can be changed by the test."""

    def __init__(self, account: AwsAccount, folder: Path) -> None:
        self.account = account
        self.folder = folder
        self.name = f"test-{uuid4().hex[:12]}"
        self.prefix = f"/{self.name}"
        self.cloud = Cloud(REGION, account.endpoint)
        self.config = folder / "samconfig.toml"
        self.config.write_text(
            "version = 0.1\n[dev.global.parameters]\n"
            f'stack_name = "{self.name}"\n'
            f'parameter_overrides = "Stage=dev SecretsPrefix={self.prefix}"\n'
        )

    @property
    def options(self) -> list[str]:
        """What leads a command here."""
        where = ["--region", REGION, "--endpoint-url", self.account.endpoint]
        return ["--stage", "dev", *where, "--config-file", str(self.config)]

    @property
    def stack(self) -> StackDouble:
        """The deployed stack."""
        return self.account.stacks[self.name]

    def deployment(self) -> Deployment:
        """The deployment as a command sees it."""
        return Deployment(Stage.read("dev", self.config), self.cloud)

    def put(self, **secrets: str) -> None:
        """Store secrets; ``_`` in a name stands for ``-``."""
        for name, value in secrets.items():
            self.deployment().store(name.replace("_", "-"), value)

    def value(self, name: str) -> str:
        """What is stored under ``name``."""
        return self.deployment().secret(name)

    def deploy(
        self, *, webhook_url: str = "", telegram_url: str = "", workers: bool = True
    ) -> StackDouble:
        """Everything the template makes; without ``workers`` nothing reads the queues."""
        for name, value in SECRETS.items():
            self.deployment().store(name, value)
        queues = {lane: self._queue(lane) for lane in ("Express", "Bulk", "DeadLetter")}
        self.account.stacks[self.name] = StackDouble(
            outputs={
                "WebhookUrl": webhook_url,
                "BotUsername": "ExampleBot",
                "StateTableName": self._table("state"),
                "CacheTableName": self._table("cache"),
                **{f"{lane}QueueUrl": url for lane, url in queues.items()},
                "SecretsPrefix": self.prefix,
            },
            parameters={
                "SecretRotation": ROTATION,
                "BulkConcurrency": "2",
                "ExpressConcurrency": "20",
                "WebhookConnections": "40",
                "TelegramApiUrl": telegram_url,
            },
            resources={
                **{f"{name}Logs": self._logs(name) for name in ("Webhook", "Express", "Bulk")},
                "WebhookFunction": self._function("webhook"),
                "ProcessorFunction": self._function("express", queues["Express"] * workers),
                "BulkProcessorFunction": self._function("bulk", queues["Bulk"] * workers),
            },
        )
        return self.stack

    def kill(self, *jobs: Job | str) -> None:
        """Put jobs among the dead letters."""
        for job in jobs:
            body = job if isinstance(job, str) else job.to_json()
            url = self.stack.outputs["DeadLetterQueueUrl"]
            self.cloud.call("sqs", "send_message", QueueUrl=url, MessageBody=body)

    def bodies(self, output: str) -> list[str]:
        """The messages that wait in a queue."""
        answer = self.cloud.call(
            "sqs",
            "receive_message",
            QueueUrl=self.stack.outputs[output],
            MaxNumberOfMessages=10,
            VisibilityTimeout=0,
        )
        return [message["Body"] for message in answer.get("Messages", [])]

    def log(self, group: str, time_ms: int, message: str) -> None:
        """Write a line to a function's log."""
        self.cloud.call(
            "logs",
            "put_log_events",
            logGroupName=self.stack.resources[f"{group}Logs"],
            logStreamName="stream",
            logEvents=[{"timestamp": time_ms, "message": message}],
        )

    def close(self) -> None:
        """Close the connections."""
        self.cloud.close()

    def _queue(self, lane: str) -> str:
        made = self.cloud.call("sqs", "create_queue", QueueName=f"{self.name}-{lane}")
        return str(made["QueueUrl"])

    def _table(self, name: str) -> str:
        table = f"{self.name}-{name}"
        self.cloud.call(
            "dynamodb",
            "create_table",
            TableName=table,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=HASH_KEY,
        )
        self.set_ttl(table, enabled=True)
        return table

    def set_ttl(self, table: str, *, enabled: bool) -> None:
        """Turn expiry on or off."""
        self.cloud.call(
            "dynamodb",
            "update_time_to_live",
            TableName=table,
            TimeToLiveSpecification={"Enabled": enabled, "AttributeName": "ttl"},
        )

    def _logs(self, name: str) -> str:
        group = f"{self.name}-{name}"
        self.cloud.call("logs", "create_log_group", logGroupName=group)
        self.cloud.call("logs", "create_log_stream", logGroupName=group, logStreamName="stream")
        return group

    def _function(self, name: str, queue_url: str = "") -> str:
        function = f"{self.name}-{name}"
        role = self.cloud.call(
            "iam", "create_role", RoleName=function, AssumeRolePolicyDocument=json.dumps(TRUST)
        )
        self.cloud.call(
            "lambda",
            "create_function",
            FunctionName=function,
            Runtime="python3.13",
            Role=role["Role"]["Arn"],
            Handler="handler.handle",
            Code={"ZipFile": _zip()},
        )
        if queue_url:
            self.cloud.call(
                "lambda",
                "create_event_source_mapping",
                EventSourceArn=self.arn(queue_url),
                FunctionName=function,
                BatchSize=1,
            )
        return function

    def arn(self, queue_url: str) -> str:
        """A queue's ARN."""
        return f"arn:aws:sqs:{REGION}:123456789012:{queue_url.rpartition('/')[2]}"


def _zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("handler.py", "def handle(event, context): ...\n")
    return packed.getvalue()


async def command(main: Callable[..., int], *arguments: str, **injected: Any) -> int:
    """The exit status of a command, run beside the test's loop."""
    return await asyncio.to_thread(main, list(arguments), **injected)


@contextmanager
def front_door(folder: Path, secret: str = SECRET) -> Iterator[str]:
    """The real webhook behind HTTP; its URL."""
    settings = Settings(
        webhook_secret_sha256=hashlib.sha256(secret.encode()).hexdigest(),
        database_path=str(folder / "front-door.sqlite3"),
    )
    app = composition.build(settings)
    handle = handler_for(lambda: app)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            shown = self.headers.get("X-Telegram-Bot-Api-Secret-Token")
            answer = handle(gateway_event(body, secret=shown), None)
            self.send_response(answer["statusCode"])
            self.end_headers()
            self.wfile.write(answer["body"].encode())

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/telegram/webhook"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        if "storage" in vars(app):
            app.storage.close()
