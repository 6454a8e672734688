"""The template's functions in Lambda environments of this machine, on a loopback AWS account.

Each has the memory, the time and the variables that the template gives it; tables and queues are
made as the template names them.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from local.loopback.bot_api import LoopbackBotApi
from scripts.cloudformation import Stack, load
from shared.adapters.aws import CALL_BACKOFF
from shared.adapters.aws.client import AwsClient
from shared.adapters.aws.sqs import SqsJobQueue
from shared.jobs import Lane
from tests.doubles.aws_server import (
    CREDENTIALS,
    REGION,
    AwsServer,
    create_queue,
    create_table,
    queue_arn,
)
from tests.doubles.groq_server import GroqServer
from tests.doubles.lambda_runtime import Clock, End, Invocation, LambdaRuntime
from tests.events.gateway import gateway_event
from tests.infra.artifact import ROOT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from local.loopback.chats import Message
    from local.loopback.people import User

TOKEN = "123456789:a-token-for-tests-only"
SECRET = "a-secret-for-tests-only"
FUNCTION_OF = {
    Lane.CONTROL: "ProcessorFunction",
    Lane.EXPRESS: "ProcessorFunction",
    Lane.BULK: "BulkProcessorFunction",
}
QUEUE_OF = {Lane.CONTROL: "ExpressQueue", Lane.EXPRESS: "ExpressQueue", Lane.BULK: "BulkQueue"}


@dataclass
class Account:
    """One deployment; ``invoke`` starts a function where it is not running yet."""

    name: str
    endpoint: str
    clock: Clock
    telegram: LoopbackBotApi
    groq: GroqServer
    stack: Stack
    running: dict[str, LambdaRuntime] = field(default_factory=dict)
    updates: int = 0

    def __post_init__(self) -> None:
        self._clients = [self._client(service) for service in ("dynamodb", "sqs", "ssm")]
        dynamodb, self._sqs, self._ssm = self._clients
        self._tables = {
            "STATE_TABLE": create_table(dynamodb, f"{self.name}-StateTable"),
            "CACHE_TABLE": create_table(dynamodb, f"{self.name}-CacheTable", sort_key=True),
        }
        self._dead = create_queue(self._sqs, f"{self.name}-DeadLetterQueue")
        self._urls = {lane: self._queue(QUEUE_OF[lane]) for lane in Lane}
        self.queue = SqsJobQueue(self._sqs, self._urls, self._dead)
        self.keep_secret("bot-token", TOKEN)
        self.keep_secret("groq-api-key", "test-key")
        self.user = self.telegram.user(7, "Ada", "en")

    @property
    def prefix(self) -> str:
        """Where its secrets are."""
        return str(self.stack.parameters["SecretsPrefix"])

    def keep_secret(self, name: str, value: str) -> None:
        """What ``make secrets`` does."""
        request = {"Name": f"{self.prefix}/{name}", "Value": value, "Type": "SecureString"}
        self._ssm.call("PutParameter", {**request, "Overwrite": True})

    async def note(self, data: bytes, *, duration: int = 2, user: User | None = None) -> Message:
        """A voice note is sent, and what Telegram makes of it goes through the webhook function."""
        sent = await (user or self.user).send_voice(data, duration=duration)
        answer = await self.update({"message": sent.to_dict()})
        assert answer.payload["statusCode"] == 200
        return sent

    async def update(self, update: dict[str, Any], secret: str = SECRET) -> Invocation:
        """Hand an update to the webhook function, as the HTTP API does."""
        self.updates += 1
        body = json.dumps({"update_id": self.updates, **update}).encode()
        return await self.invoke("WebhookFunction", gateway_event(body, secret=secret))

    async def deliver(self, lane: Lane = Lane.EXPRESS) -> Invocation | None:
        """Do what Lambda's poller does with the next message; None when none is visible."""
        url = self._urls[lane]
        request = {"QueueUrl": url, "MaxNumberOfMessages": 1, "AttributeNames": ["All"]}
        found = (await asyncio.to_thread(self._sqs.call, "ReceiveMessage", request)).get("Messages")
        if not found:
            return None
        done = await self.invoke(FUNCTION_OF[lane], self._event(found[0], lane))
        if done.end is End.RESPONSE and not done.payload["batchItemFailures"]:
            receipt = {"QueueUrl": url, "ReceiptHandle": found[0]["ReceiptHandle"]}
            await asyncio.to_thread(self._sqs.call, "DeleteMessage", receipt)
        return done

    async def invoke(self, name: str, event: dict[str, Any]) -> Invocation:
        """Run the function on ``event``, in a thread: the doubles answer it from this loop."""
        return await asyncio.to_thread(self.function(name).invoke, event)

    def function(self, name: str, **settings: Any) -> LambdaRuntime:
        """The function's environment; ``settings`` replace the template's before it is there."""
        if name not in self.running:
            given = self.stack.properties(name)
            settings = {
                "timeout_s": given["Timeout"],
                "memory_mib": given["MemorySize"],
                **settings,
            }
            self.running[name] = LambdaRuntime(
                given["Handler"],
                self._environ(given),
                path=[str(ROOT / "functions")],
                clock=self.clock,
                **settings,
            ).__enter__()
        return self.running[name]

    def shown(self) -> list[str]:
        """The texts of the bot's messages in the user's chat."""
        return [message.text or "" for message in self.user.chat.from_bot]

    def depth(self) -> int:
        """Messages that wait or are in flight."""
        return self.queue.depth()

    def close(self) -> None:
        """End every function, and the connections to the account."""
        for function in self.running.values():
            function.__exit__(None, None, None)
        for client in self._clients:
            client.close()

    def _environ(self, given: dict[str, Any]) -> dict[str, str]:
        variables = given.get("Environment", {}).get("Variables", {})
        ours = {
            **self._tables,
            "EXPRESS_QUEUE_URL": self._urls[Lane.EXPRESS],
            "BULK_QUEUE_URL": self._urls[Lane.BULK],
            "DEAD_LETTER_QUEUE_URL": self._dead,
            "WEBHOOK_SECRET_SHA256": hashlib.sha256(SECRET.encode()).hexdigest(),
            "TELEGRAM_BOT_USERNAME": "ExampleBot",
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": CREDENTIALS.access_key_id,
            "AWS_SECRET_ACCESS_KEY": CREDENTIALS.secret_access_key,
        }
        return {name: str(value) for name, value in {**variables, **ours}.items()}

    def _queue(self, name: str) -> str:
        given = self.stack.properties(name)
        policy = {
            "deadLetterTargetArn": queue_arn(self._sqs, self._dead),
            "maxReceiveCount": given["RedrivePolicy"]["maxReceiveCount"],
        }
        visibility = {"VisibilityTimeout": str(given["VisibilityTimeout"])}
        return create_queue(
            self._sqs, f"{self.name}-{name}", RedrivePolicy=json.dumps(policy), **visibility
        )

    def _event(self, message: dict[str, Any], lane: Lane) -> dict[str, Any]:
        record = {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message["Attributes"],
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": queue_arn(self._sqs, self._urls[lane]),
            "awsRegion": REGION,
        }
        return {"Records": [record]}

    def _client(self, service: str) -> AwsClient:
        return AwsClient(
            service,
            REGION,
            credentials=CREDENTIALS,
            clock=self.clock,
            backoff=CALL_BACKOFF,
            endpoint=self.endpoint,
        )


@asynccontextmanager
async def account(folder: Path, **parameters: str) -> AsyncIterator[Account]:
    """An account with the stack of ``parameters``, a Telegram and a Groq of its own."""
    server, clock, name = AwsServer(), Clock(folder), uuid4().hex  # moto knows but one account
    server.clock = clock
    async with LoopbackBotApi(TOKEN, allow_http=True) as telegram, GroqServer() as groq:
        given = {
            "TelegramApiUrl": telegram.base_url,
            "GroqBaseUrl": groq.base_url,
            "SecretsPrefix": f"/telegram-transcriber/{name}",
            **parameters,
        }
        stack = await asyncio.to_thread(partial(Stack.of, load(), **given))
        with server.running():
            there = await asyncio.to_thread(
                Account, name, server.endpoint, clock, telegram, groq, stack
            )
            try:
                yield there
            finally:
                await asyncio.to_thread(there.close)
