"""What the Telegram adapter does beyond the Messenger port: polling, privacy, economy."""

from __future__ import annotations

import logging
import subprocess
import sys
import traceback
from typing import TYPE_CHECKING

import pytest

from local.loopback.bot_api import LoopbackBotApi
from shared.adapters.telegram import TelegramMessenger
from shared.bot import ALLOWED_UPDATES, Menu
from shared.errors import OperatorError, TranscriberError, TransientError
from shared.jobs import Address

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TOKEN = "123456:AAE-secret_token"


@pytest.fixture
async def api() -> AsyncIterator[LoopbackBotApi]:
    """A Telegram of our own."""
    async with LoopbackBotApi(TOKEN, allow_http=True) as server:
        yield server


@pytest.fixture
async def bot(api: LoopbackBotApi) -> AsyncIterator[TelegramMessenger]:
    """The adapter, connected to it."""
    adapter = TelegramMessenger(TOKEN, api.base_url)
    yield adapter
    await adapter.close()


def test_the_library_is_not_imported_before_it_is_needed() -> None:
    """Whoever never writes to a chat does not pay for the library."""
    code = "import sys, shared.adapters.telegram as t; t.TelegramMessenger('1:a'); print('telegram' in sys.modules)"

    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    )

    assert answer.stdout.strip() == "False"


async def test_link_previews_are_off(bot: TelegramMessenger, api: LoopbackBotApi) -> None:
    """A link in a transcript opens no preview, neither sent nor edited."""
    user = api.user(7)
    await user.send_text("hi")

    message_id = await bot.send(Address(7), "https://example.com")
    await bot.edit(Address(7), message_id, "https://example.com/2")

    assert [message.previews for message in user.chat.from_bot] == [False]


async def test_updates_come_as_they_are(bot: TelegramMessenger, api: LoopbackBotApi) -> None:
    """Updates are the very objects Telegram sent, and are fetched from an offset on."""
    user = api.user(7)
    first = await user.send_voice(b"voice", duration=1)
    await user.send_text("second")

    updates = await bot.updates(0, 0)

    assert updates[0]["message"] == first.to_dict()
    later = await bot.updates(updates[0]["update_id"] + 1, 0)
    assert [update["message"]["text"] for update in later] == ["second"]
    assert await bot.updates(later[0]["update_id"] + 1, 0) == []


async def test_only_the_kinds_we_read_are_asked_for(
    bot: TelegramMessenger, api: LoopbackBotApi
) -> None:
    """Telegram is told which updates matter, so that the rest is not sent."""
    await bot.updates(0, 0)

    assert tuple(api.state.updates.allowed) == ALLOWED_UPDATES


async def test_polling_beside_another_instance_is_the_operators(
    bot: TelegramMessenger, api: LoopbackBotApi
) -> None:
    """A conflict says who else may be polling."""
    api.fail_next(
        "getUpdates",
        409,
        "Conflict: terminated by other getUpdates request; "
        "make sure that only one bot instance is running",
    )

    with pytest.raises(OperatorError, match="another instance is polling"):
        await bot.updates(0, 0)


async def test_a_webhook_is_removed_and_nothing_is_lost(
    bot: TelegramMessenger, api: LoopbackBotApi
) -> None:
    """Making way for polling keeps the updates that wait, and says whether there was need."""
    await api.user(7).send_text("waiting")
    await bot.call({"method": "setWebhook", "url": "http://127.0.0.1:9/", "allowed_updates": []})
    with pytest.raises(OperatorError):
        await bot.updates(0, 0)

    assert await bot.remove_webhook() is True
    assert await bot.remove_webhook() is False

    assert [update["message"]["text"] for update in await bot.updates(0, 0)] == ["waiting"]


async def test_a_reply_of_admission_is_carried_out(
    bot: TelegramMessenger, api: LoopbackBotApi
) -> None:
    """What the webhook would answer in HTTP is done as a call when polling."""
    user = api.user(7)
    asked = await user.send_text("hi")
    reply = {
        "method": "sendMessage",
        "chat_id": 7,
        "text": "Send me a voice note",
        "reply_parameters": {"message_id": asked.id, "allow_sending_without_reply": True},
    }

    await bot.call(reply)

    message = user.chat.messages[-1]
    assert (message.text, message.reply_to) == ("Send me a voice note", asked)


async def test_who_the_bot_is(bot: TelegramMessenger) -> None:
    """The call getMe tells the bot's name."""
    assert (await bot.get_me())["username"] == "ExampleBot"


async def test_commands_are_set_by_language(bot: TelegramMessenger, api: LoopbackBotApi) -> None:
    """Each language has its menu, and one is for all others."""
    scope = {"type": "all_private_chats"}
    await bot.set_menu(Menu(scope, "", (("help", "What I can do"),)))
    await bot.set_menu(Menu(scope, "id", (("help", "Kemampuan saya"),)))

    for language, description in (("de", "What I can do"), ("id", "Kemampuan saya")):
        menu = api.menu(api.user(7 if language == "de" else 8, "Ada", language))
        assert menu == [{"command": "help", "description": description}]


async def test_the_token_and_texts_stay_out_of_logs_and_errors(
    bot: TelegramMessenger, api: LoopbackBotApi, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither success nor failure shows the token or what was written, even when debugging."""
    for name in ("", "telegram", "httpx", "httpcore"):
        caplog.set_level(logging.DEBUG if not name else logging.NOTSET, logger=name or None)
    await api.user(7).send_text("confidential question")
    errors: list[TranscriberError] = []
    await bot.updates(0, 0)
    await bot.send(Address(7), "confidential answer")
    api.html_next("sendMessage")
    api.drop_next("sendMessage", executed=False)
    api.fail_next("sendMessage", 401, "Unauthorized")
    api.fail_next("sendMessage", 400, "Bad Request: message is too long")
    for _ in range(4):
        with pytest.raises(TranscriberError) as failed:
            await bot.send(Address(7), "confidential answer")
        errors.append(failed.value)

    shown = caplog.text + "".join("".join(traceback.format_exception(error)) for error in errors)
    assert "secret_token" not in shown
    assert "confidential question" not in shown
    assert "confidential answer" not in caplog.text


async def test_an_unreachable_server_is_transient(api: LoopbackBotApi) -> None:
    """Nobody listening is a matter of time."""
    bot = TelegramMessenger(TOKEN, "http://127.0.0.1:9")

    with pytest.raises(TransientError):
        await bot.get_me()
    await bot.close()


async def test_a_closed_adapter_opens_again(bot: TelegramMessenger) -> None:
    """Closing costs nothing but the connections."""
    await bot.get_me()
    await bot.close()

    assert (await bot.get_me())["is_bot"]
