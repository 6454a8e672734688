"""What a deployment does to Telegram and to the secrets, on a loopback Bot API and SSM."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import logging
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from local.loopback.bot_api import LoopbackBotApi
from setup.parameters import SsmParameters
from setup.registration import NOTHING_MADE, Kind, Outcome, Request, Setup
from setup.telegram import TelegramBot
from shared.bot import ALLOWED_UPDATES
from shared.texts import LOCALES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

TOKEN = "123456:AAsecretsecretsecret"
OTHER_TOKEN = "654321:AAothersecretsecret"
PREFIX = "/transcriber/dev"
REMEDY = "run: make secrets STAGE=dev"
URL = "https://abc.execute-api.eu-central-1.amazonaws.com/telegram/webhook"


@pytest.fixture
def ssm(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An empty parameter store."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        yield boto3.client("ssm")


@pytest.fixture
async def telegram() -> AsyncIterator[LoopbackBotApi]:
    """A Bot API that knows one bot."""
    async with LoopbackBotApi(TOKEN, username="TranscriberBot") as api:
        yield api


class Deployment:
    """CloudFormation's side: sends requests and keeps what resources are called."""

    def __init__(self, ssm: Any, telegram: LoopbackBotApi) -> None:
        self.ssm = ssm
        self.pauses: list[float] = []
        self.clock = itertools.count()
        self._setup = Setup(
            SsmParameters(),
            lambda token, url: TelegramBot(token, url, self.pauses.append),
            lambda: next(self.clock) / 1000,
        )
        self._api_url = telegram.base_url

    def put(self, name: str, value: str) -> None:
        """Write a secret as the operator does."""
        self.ssm.put_parameter(
            Name=f"{PREFIX}/{name}", Value=value, Type="SecureString", Overwrite=True
        )

    def get(self, name: str) -> str:
        """Read a secret."""
        found = self.ssm.get_parameter(Name=name, WithDecryption=True)
        return str(found["Parameter"]["Value"])

    def names(self) -> set[str]:
        """The secrets that exist."""
        return {item["Name"] for item in self.ssm.describe_parameters()["Parameters"]}

    async def secret(
        self, kind: Kind = Kind.CREATE, name: str | None = None, rotation: str = "1"
    ) -> Outcome:
        """Request the webhook's secret."""
        return await self._request(kind, name, Action="secret", RotationId=rotation)

    async def registration(
        self,
        kind: Kind = Kind.CREATE,
        name: str | None = None,
        *,
        url: str = URL,
        secret: str = f"{PREFIX}/webhook-secret-1",
        admins: str = "",
    ) -> Outcome:
        """Request the registration."""
        properties = {"Url": url, "SecretName": secret, "MaxConnections": "40"}
        properties["AdminUserIds"] = admins
        return await self._request(kind, name, Action="register", **properties)

    async def _request(self, kind: Kind, name: str | None, **properties: str) -> Outcome:
        common = {"Stage": "dev", "Prefix": PREFIX, "ApiUrl": self._api_url, "KmsKeyArn": ""}
        request = Request(kind, name, {**common, **properties})
        return await asyncio.to_thread(self._setup.carry_out, request)


@pytest.fixture
def deployment(ssm: Any, telegram: LoopbackBotApi) -> Deployment:
    """A stack whose operator has stored the bot's token."""
    deployment = Deployment(ssm, telegram)
    deployment.put("bot-token", TOKEN)
    return deployment


async def test_the_secret_is_made_once_and_only_its_hash_is_told(deployment: Deployment) -> None:
    """A repeated creation finds the same secret; the answer holds its hash and the bot's name."""
    first, again = await deployment.secret(), await deployment.secret()
    stored = deployment.get(first.name)
    assert len(stored) == 64
    assert first == again
    assert first.attributes == {
        "Sha256": hashlib.sha256(stored.encode()).hexdigest(),
        "BotUsername": "TranscriberBot",
    }


async def test_a_rotation_is_another_resource(deployment: Deployment) -> None:
    """The new secret stands beside the old one until CloudFormation removes one of them."""
    old = await deployment.secret()
    new = await deployment.secret(Kind.UPDATE, old.name, rotation="2")
    assert new.name != old.name
    assert new.attributes["Sha256"] != old.attributes["Sha256"]
    assert {old.name, new.name} <= deployment.names()
    await deployment.secret(Kind.DELETE, old.name)
    assert old.name not in deployment.names()
    assert new.name in deployment.names()


async def test_a_missing_token_fails_with_what_to_run(deployment: Deployment) -> None:
    """Without a token nothing is made, and the reason is the command that helps."""
    deployment.ssm.delete_parameter(Name=f"{PREFIX}/bot-token")
    outcome = await deployment.secret()
    assert f"{PREFIX}/bot-token is missing" in outcome.failure
    assert REMEDY in outcome.failure
    assert deployment.names() == set()


@pytest.mark.parametrize("token", ["not a token", "123456:has space", "12\n3:abc", OTHER_TOKEN])
async def test_a_token_that_is_none_fails_without_being_quoted(
    deployment: Deployment, token: str
) -> None:
    """A wrong token ends the deployment early; the reason does not hold it."""
    deployment.put("bot-token", token)
    outcome = await deployment.secret()
    assert REMEDY in outcome.failure
    assert token not in outcome.failure
    assert deployment.names() == {f"{PREFIX}/bot-token"}


async def test_the_webhook_is_registered_with_the_secret(
    deployment: Deployment, telegram: LoopbackBotApi
) -> None:
    """Telegram delivers to the stack, with the secret, what the bot understands; nothing is lost."""
    await telegram.user(1).send_text("sent before the deployment")
    secret = await deployment.secret()
    outcome = await deployment.registration(secret=secret.name)
    assert outcome.failure == ""
    info = telegram.webhook.info()
    assert info["url"] == URL
    assert info["max_connections"] == 40
    assert tuple(info["allowed_updates"]) == ALLOWED_UPDATES
    assert telegram.webhook.secret == deployment.get(secret.name)
    assert telegram.pending_updates == 1


async def test_menus_are_set_in_every_language_and_admins_have_their_own(
    deployment: Deployment, telegram: LoopbackBotApi, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever never wrote to the bot cannot be given a menu; that fails nothing and is counted."""
    admin = telegram.user(1, "Ada", "de")
    await admin.send_text("hello")
    secret = await deployment.secret()
    outcome = await deployment.registration(secret=secret.name, admins="1, 404")
    assert outcome.failure == ""
    names = {command["command"] for command in telegram.menu(admin)}
    assert "stats" in names
    assert "stats" not in {command["command"] for command in telegram.menu(telegram.user(2))}
    (told,) = [record for record in caplog.records if record.message == "menus refused"]
    assert vars(told)["count"] == len(LOCALES)


async def test_a_telegram_too_busy_for_menus_does_not_hold_a_deployment_up(
    deployment: Deployment, telegram: LoopbackBotApi
) -> None:
    """The webhook is what matters: after the first refusal for haste the menus stay as they are."""
    secret = await deployment.secret()
    telegram.fail_next("setMyCommands", 429, "Too Many Requests: retry after 3", {"retry_after": 3})
    outcome = await deployment.registration(secret=secret.name)
    assert outcome.failure == ""
    assert telegram.webhook.url == URL
    assert telegram.state.commands == {}
    assert deployment.pauses == []


async def test_a_slow_telegram_is_not_waited_for(
    deployment: Deployment, telegram: LoopbackBotApi
) -> None:
    """Menus take a part of the function's time at most."""
    secret = await deployment.secret()
    deployment.clock = itertools.count(step=15_000)
    outcome = await deployment.registration(secret=secret.name)
    assert outcome.failure == ""
    assert len(telegram.state.commands) == 2


async def test_a_rotated_secret_is_registered_under_the_same_name(
    deployment: Deployment, telegram: LoopbackBotApi
) -> None:
    """A change keeps the resource, so that CloudFormation deletes no webhook behind it."""
    old = await deployment.secret()
    made = await deployment.registration(secret=old.name)
    new = await deployment.secret(Kind.UPDATE, old.name, rotation="2")
    changed = await deployment.registration(Kind.UPDATE, made.name, secret=new.name)
    assert changed.name == made.name
    assert telegram.webhook.secret == deployment.get(new.name)


async def test_deletion_removes_the_webhook(
    deployment: Deployment, telegram: LoopbackBotApi
) -> None:
    """A deleted stack leaves no webhook."""
    secret = await deployment.secret()
    made = await deployment.registration(secret=secret.name)
    outcome = await deployment.registration(Kind.DELETE, made.name)
    assert outcome.failure == ""
    assert telegram.webhook.url == ""


async def test_deletion_leaves_a_webhook_that_points_elsewhere(
    deployment: Deployment, telegram: LoopbackBotApi
) -> None:
    """When another stack has taken the bot over, deleting the first one does not silence it."""
    secret = await deployment.secret()
    made = await deployment.registration(secret=secret.name, url="https://new.example.com/hook")
    outcome = await deployment.registration(Kind.DELETE, made.name, url=URL)
    assert outcome.failure == ""
    assert telegram.webhook.url == "https://new.example.com/hook"


async def test_deletion_leaves_another_bots_webhook(
    deployment: Deployment, telegram: LoopbackBotApi
) -> None:
    """After the token was replaced, the clean-up of the old bot does not touch the new one."""
    secret = await deployment.secret()
    made = await deployment.registration(secret=secret.name)
    outcome = await deployment.registration(Kind.DELETE, "telegram-webhook-999")
    assert made.name == "telegram-webhook-123456"
    assert outcome.failure == ""
    assert telegram.webhook.url == URL


@pytest.mark.parametrize("token", [None, OTHER_TOKEN.replace("654321", "123456")])
async def test_deletion_succeeds_without_a_valid_token(
    deployment: Deployment, token: str | None
) -> None:
    """A stack whose token is gone or revoked can still be deleted."""
    if token is None:
        deployment.ssm.delete_parameter(Name=f"{PREFIX}/bot-token")
    else:
        deployment.put("bot-token", token)
    outcome = await deployment.registration(Kind.DELETE, "telegram-webhook-123456")
    assert outcome.failure == ""


async def test_what_failed_to_be_made_is_deleted_without_a_call(
    deployment: Deployment, telegram: LoopbackBotApi
) -> None:
    """CloudFormation deletes a creation that failed at once; nothing of others is touched."""
    secret = await deployment.secret()
    await deployment.registration(secret=secret.name)
    deployment.ssm.delete_parameter(Name=f"{PREFIX}/bot-token")
    failed = await deployment.registration(secret=secret.name)
    assert failed.failure
    assert failed.name == NOTHING_MADE
    deployment.put("bot-token", TOKEN)
    assert (await deployment.registration(Kind.DELETE, failed.name)).failure == ""
    assert telegram.webhook.url == URL


async def test_a_registration_of_unknown_end_can_be_undone(
    deployment: Deployment, telegram: LoopbackBotApi
) -> None:
    """When Telegram carries setWebhook out but its answers are lost, the clean-up finds it."""
    secret = await deployment.secret()
    telegram.drop_next("setWebhook", executed=True, times=3)
    failed = await deployment.registration(secret=secret.name)
    assert "setWebhook" in failed.failure
    assert telegram.webhook.url == URL
    assert (await deployment.registration(Kind.DELETE, failed.name)).failure == ""
    assert telegram.webhook.url == ""


async def test_a_busy_telegram_is_asked_again(
    deployment: Deployment, telegram: LoopbackBotApi
) -> None:
    """A refusal for being too fast is waited out for as long as Telegram says."""
    secret = await deployment.secret()
    telegram.fail_next("setWebhook", 429, "Too Many Requests: retry after 3", {"retry_after": 3})
    telegram.html_next("setWebhook")
    outcome = await deployment.registration(secret=secret.name)
    assert outcome.failure == ""
    assert deployment.pauses == [3, 1]


async def test_a_refused_url_is_reported_in_telegrams_words(
    deployment: Deployment, telegram: LoopbackBotApi
) -> None:
    """A refusal that no retry mends is not retried, and the operator reads why."""
    secret = await deployment.secret()
    outcome = await deployment.registration(secret=secret.name, url="http://plain.example.com")
    assert "HTTPS URL must be provided" in outcome.failure
    assert deployment.pauses == []
    assert telegram.webhook.url == ""


async def test_a_missing_secret_is_no_reason_to_register_without(
    deployment: Deployment, telegram: LoopbackBotApi
) -> None:
    """No webhook is ever registered that anybody could forge."""
    outcome = await deployment.registration(secret=f"{PREFIX}/webhook-secret-9")
    assert "SecretRotation" in outcome.failure
    assert telegram.webhook.url == ""


async def test_other_settings_have_another_digest(deployment: Deployment) -> None:
    """The digest follows the values and keeps its resource."""
    one, same, two = [
        await deployment._request(Kind.UPDATE, "settings-digest", Action="digest", Values=values)
        for values in ("3|10", "3|10", "3|11")
    ]
    assert one == same
    assert one.name == two.name
    assert one.attributes["Digest"] != two.attributes["Digest"]


async def test_nothing_secret_is_logged_or_told(
    deployment: Deployment, telegram: LoopbackBotApi, caplog: pytest.LogCaptureFixture
) -> None:
    """Token and secret appear in no log line and no outcome, in success as in failure."""
    caplog.set_level(logging.INFO)
    secret = await deployment.secret()
    outcomes = [secret, await deployment.registration(secret=secret.name)]
    telegram.html_next("setWebhook", times=3)
    outcomes.append(await deployment.registration(secret=secret.name))
    told = caplog.text + repr(outcomes)
    assert TOKEN not in told
    assert deployment.get(secret.name) not in told
