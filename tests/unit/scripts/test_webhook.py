"""Looking at, setting and deleting the webhook."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scripts import webhook
from scripts.operators.bot_api import UNKNOWN_MEANING, meaning
from shared.bot import ALLOWED_UPDATES
from tests.unit.scripts.world import SECRET, TOKEN, command

if TYPE_CHECKING:
    from local.loopback.bot_api import LoopbackBotApi
    from tests.unit.scripts.world import World

URL = "http://127.0.0.1:9/telegram/webhook"
NOW = 1_800_000_000


async def test_set_registers_the_stack_s_url_with_the_stored_secret(
    world: World, bot_api: LoopbackBotApi
) -> None:
    """Exactly what a deployment registers."""
    world.deploy(webhook_url=URL, telegram_url=bot_api.base_url).parameters[
        "WebhookConnections"
    ] = "17"
    assert await command(webhook.main, "set", *world.options) == 0
    assert (bot_api.webhook.url, bot_api.webhook.secret) == (URL, SECRET)
    assert bot_api.webhook.max_connections == 17
    assert tuple(bot_api.webhook.info()["allowed_updates"]) == ALLOWED_UPDATES


async def test_delete_keeps_the_updates_that_wait(world: World, bot_api: LoopbackBotApi) -> None:
    """Nothing is lost by taking the bot down for an hour."""
    world.deploy(webhook_url=URL, telegram_url=bot_api.base_url)
    await bot_api.user(7).send_text("hello")
    await command(webhook.main, "set", *world.options)
    assert await command(webhook.main, "delete", *world.options) == 0
    assert bot_api.webhook.url == ""
    assert bot_api.pending_updates == 1


async def test_info_explains_the_last_error(
    world: World, bot_api: LoopbackBotApi, capsys: pytest.CaptureFixture[str]
) -> None:
    """What waits, what went wrong, how long ago, and what to do about it."""
    world.deploy(webhook_url=URL, telegram_url=bot_api.base_url)
    await command(webhook.main, "set", *world.options)
    bot_api.webhook._last_error = {
        "last_error_date": NOW - 125,
        "last_error_message": "Wrong response from the webhook: 401 Unauthorized",
    }
    assert await command(webhook.main, "info", *world.options, now=lambda: NOW) == 0
    said = capsys.readouterr().out
    assert URL in said
    assert "401 Unauthorized (2:05 ago)" in said
    assert "make webhook STAGE=dev DO=set" in said
    assert SECRET not in said


async def test_info_without_a_webhook_says_how_to_set_one(
    world: World, bot_api: LoopbackBotApi, capsys: pytest.CaptureFixture[str]
) -> None:
    """Works before anything is deployed, with the stored token alone."""
    world.put(bot_token=TOKEN)
    options = (*world.options, "--telegram-api-url", bot_api.base_url)
    assert await command(webhook.main, *options) == 0
    said = capsys.readouterr().out
    assert "(none: Telegram delivers nowhere)" in said
    assert "make webhook STAGE=dev DO=set" in said


async def test_missing_parts_are_sentences(
    world: World, bot_api: LoopbackBotApi, capsys: pytest.CaptureFixture[str]
) -> None:
    """No stack, no token, no secret: each says what to run."""
    assert await command(webhook.main, "set", *world.options) == 1
    assert "make deploy STAGE=dev" in capsys.readouterr().err
    world.deploy(webhook_url=URL, telegram_url=bot_api.base_url)
    world.deployment().remove("webhook-secret-7")
    assert await command(webhook.main, "set", *world.options) == 1
    assert "SecretRotation" in capsys.readouterr().err
    world.deployment().remove("bot-token")
    assert await command(webhook.main, "info", *world.options) == 1
    assert "make secrets STAGE=dev" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("message", "part"),
    [
        ("Wrong response from the webhook: 401 Unauthorized", "secret"),
        ("Wrong response from the webhook: 403 Forbidden", "TelegramNetworks"),
        ("Wrong response from the webhook: 404 Not Found", "DO=set"),
        ("Wrong response from the webhook: 429 Too Many Requests", "ApiRateLimit"),
        ("Wrong response from the webhook: 500 Internal Server Error", "function failed"),
        ("Wrong response from the webhook: 503 Service Unavailable", "doctor STAGE=prod"),
        ("Read timeout expired", "too long"),
        ("Connection timed out", "too long"),
        ("Failed to resolve host: Name or service not known", "does not exist"),
        ("SSL error {error:0A000086:SSL routines::certificate verify failed}", "certificate"),
        ("Connection refused", "could not be reached"),
        ("Something new", UNKNOWN_MEANING),
    ],
)
def test_telegram_s_errors_have_a_meaning(message: str, part: str) -> None:
    """Each kind of failed delivery leads to what mends it."""
    assert part in meaning(message, "prod")
