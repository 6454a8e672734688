"""A deployed stack between a Telegram and a Groq of this machine, and what people there do."""

from __future__ import annotations

import asyncio
import platform
import socket
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import aiohttp
from aiohttp.abc import AbstractResolver

from local.loopback.bot_api import LoopbackBotApi
from shared.adapters.aws import CALL_BACKOFF
from shared.adapters.aws.client import AwsClient
from shared.adapters.aws.signing import AwsCredentials
from shared.adapters.aws.sqs import SqsJobQueue
from shared.adapters.clock import SystemClock
from shared.jobs import Lane
from tests.doubles.groq_server import GroqServer
from tests.e2e.cloud.deployment import Deployment
from tests.e2e.cloud.emulator import REGION

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from local.loopback.people import User
    from tests.e2e.cloud.deployment import Cloud, Package

TOKEN = "123456789:a-token-for-tests-only"
WAIT_S = 60.0
LOOK_EVERY_S = 0.05
ARCHITECTURES = {"x86_64": "x86_64", "aarch64": "arm64"}
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


class Loopback(AbstractResolver):
    """Every name is this machine: the API's host is a name under localhost."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[Any]:
        """Resolve to 127.0.0.1."""
        address = {"hostname": host, "host": "127.0.0.1", "port": port, "family": socket.AF_INET}
        return [{**address, "proto": 0, "flags": socket.AI_NUMERICHOST}]

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class Town:
    """The stack, its surroundings, and an HTTP client that reaches it."""

    cloud: Cloud
    deployment: Deployment
    telegram: LoopbackBotApi
    groq: GroqServer
    http: aiohttp.ClientSession
    queue: SqsJobQueue
    people: int = 0

    def user(self) -> User:
        """Somebody new, with limits of their own."""
        self.people += 1
        return self.telegram.user(self.people, f"Ada{self.people}", "en")

    async def until(self, condition: Callable[[], object]) -> None:
        """Return when ``condition`` holds, within a minute."""
        async with asyncio.timeout(WAIT_S):
            while not await asyncio.to_thread(condition):  # noqa: ASYNC110 - the account calls nobody
                await asyncio.sleep(LOOK_EVERY_S)

    async def until_quiet(self) -> None:
        """Return when nothing is queued or in work."""
        await self.until(lambda: self.queue.depth() == 0)

    async def until_shown(self, user: User, *texts: str) -> None:
        """Return when the bot's messages to ``user`` begin like ``texts``, each and no other."""

        def shown() -> bool:
            now = self.shown(user)
            return len(now) == len(texts) and all(map(str.startswith, now, texts))

        try:
            await self.until(shown)
        except TimeoutError:
            raise AssertionError(f"expected {texts}, the chat shows {self.shown(user)}") from None

    @staticmethod
    def shown(user: User) -> list[str]:
        """The texts of the bot's messages to ``user``."""
        return [message.text or "" for message in user.chat.from_bot]

    async def post(self, body: object, *, secret: str, path: str = "") -> tuple[int, bytes]:
        """Call the webhook as Telegram does; status and body of the answer."""
        url = self.telegram.webhook.url.removesuffix(path and "/telegram/webhook") + path
        async with self.http.post(url, json=body, headers={SECRET_HEADER: secret}) as answer:
            return answer.status, await answer.read()

    def processed(self, logs: str) -> int:
        """How many jobs the log group of one of the processors tells of."""
        pages = self.cloud.client("logs").get_paginator("filter_log_events")
        group = self.deployment.physical_id(logs)
        return sum(
            '"message":"processed"' in event["message"]
            for page in pages.paginate(logGroupName=group)
            for event in page["events"]
        )


def bot_api() -> LoopbackBotApi:
    """A Telegram that delivers to the emulator."""
    api = LoopbackBotApi(TOKEN, allow_http=True)
    api.webhook._session = session()
    return api


def session() -> aiohttp.ClientSession:
    """An HTTP client for which every name is this machine."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=Loopback()))


@asynccontextmanager
async def town(cloud: Cloud, package: Package, **parameters: str) -> AsyncIterator[Town]:
    """Deploy, and remove it all at the end."""
    name = f"transcriber-{uuid4().hex[:8]}"
    prefix = f"/telegram-transcriber/{name}"
    ssm = cloud.client("ssm")
    for secret, value in (("bot-token", TOKEN), ("groq-api-key", "test-key")):
        ssm.put_parameter(Name=f"{prefix}/{secret}", Value=value, Type="SecureString")
    async with bot_api() as telegram, GroqServer() as groq, session() as http:
        given = {
            "Architecture": ARCHITECTURES[platform.machine()],
            "SecretsPrefix": prefix,
            "TelegramApiUrl": telegram.base_url,
            "GroqBaseUrl": groq.base_url,
            **parameters,
        }
        deployment = Deployment(cloud, package, name, given)
        await asyncio.to_thread(deployment.create)
        sqs = client(cloud, "sqs")
        lanes = {
            Lane.EXPRESS: deployment.output("ExpressQueueUrl"),
            Lane.BULK: deployment.output("BulkQueueUrl"),
        }
        queue = SqsJobQueue(sqs, lanes, deployment.output("DeadLetterQueueUrl"))
        try:
            yield Town(cloud, deployment, telegram, groq, http, queue)
        finally:
            sqs.close()
            await asyncio.to_thread(deployment.delete)


def client(cloud: Cloud, service: str) -> AwsClient:
    """Our own client of a service."""
    return AwsClient(
        service,
        REGION,
        credentials=AwsCredentials("test", "test"),
        clock=SystemClock(),
        backoff=CALL_BACKOFF,
        endpoint=cloud.url,
    )
