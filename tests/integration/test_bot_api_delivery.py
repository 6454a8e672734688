"""The loopback Bot API delivers updates as Telegram does: polled or pushed, in order, again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from aiohttp import web

from local.loopback.bot_api import LoopbackBotApi
from tests.doubles.clock import ManualClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

TOKEN = "123456:AAE-loopback_token"
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)
TERMINATED = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)


class Bot:
    """A bot's webhook: what it received and when, and what it answers."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self.url = ""
        self.received: list[dict[str, Any]] = []
        self.secrets: list[str | None] = []
        self.times: list[float] = []
        self.answers: Callable[[dict[str, Any]], web.Response] = lambda _: web.Response()

    async def handle(self, request: web.Request) -> web.Response:
        """Take an update."""
        update = await request.json()
        self.received.append(update)
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.times.append(self._clock.now())
        return self.answers(update)

    @property
    def texts(self) -> list[str]:
        """The texts of the messages received."""
        return [update["message"]["text"] for update in self.received]

    @property
    def pauses(self) -> list[float]:
        """The time between one receipt and the next."""
        return [later - earlier for earlier, later in zip(self.times, self.times[1:], strict=False)]


@pytest.fixture
def clock() -> ManualClock:
    """Waiting costs no time here."""
    return ManualClock()


@pytest.fixture
async def api(clock: ManualClock) -> AsyncIterator[LoopbackBotApi]:
    """The double."""
    async with LoopbackBotApi(TOKEN, clock=clock, allow_http=True) as server:
        yield server


@pytest.fixture
async def bot(clock: ManualClock) -> AsyncIterator[Bot]:
    """A bot that listens."""
    listener = Bot(clock)
    app = web.Application()
    app.router.add_post("/hook", listener.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    listener.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield listener
    await runner.cleanup()


async def call(api: LoopbackBotApi, method: str, **parameters: Any) -> dict[str, Any]:
    """The whole answer to a call."""
    async with httpx.AsyncClient(timeout=10.0) as http:
        answer = await http.post(f"{api.base_url}/bot{TOKEN}/{method}", json=parameters)
    body: dict[str, Any] = answer.json()
    return body


def numbers(answer: dict[str, Any]) -> list[int]:
    """The ids of the updates in an answer."""
    return [update["update_id"] for update in answer["result"]]


async def test_polling_repeats_until_confirmed(api: LoopbackBotApi) -> None:
    """Updates come again until a higher offset confirms them; a negative one skips to the end."""
    user = api.user(7)
    for text in "abc":
        await user.send_text(text)

    assert numbers(await call(api, "getUpdates", limit=2)) == [10_000, 10_001]
    assert numbers(await call(api, "getUpdates")) == [10_000, 10_001, 10_002]
    assert numbers(await call(api, "getUpdates", offset=10_001)) == [10_001, 10_002]
    assert numbers(await call(api, "getUpdates", offset=-1)) == [10_002]
    assert numbers(await call(api, "getUpdates", offset=10_003)) == []


async def test_a_long_poll_ends_with_the_first_update(api: LoopbackBotApi) -> None:
    """Who waits is answered as soon as something happens."""
    user = api.user(7)
    poll = asyncio.create_task(call(api, "getUpdates", timeout=50))
    await api.until_polled()

    await user.send_text("now")

    assert numbers(await poll) == [10_000]


async def test_a_second_poll_ends_the_first(api: LoopbackBotApi) -> None:
    """The older of two pollers gets the conflict, and so does one whom a webhook replaces."""
    first = asyncio.create_task(call(api, "getUpdates", timeout=50))
    await api.until_polled()
    await call(api, "getUpdates", timeout=0)
    second = asyncio.create_task(call(api, "getUpdates", timeout=50))
    await api.until_polled()
    await call(api, "setWebhook", url="http://127.0.0.1:9/")

    assert (await first)["description"] == TERMINATED
    assert (await second)["description"] == "Conflict: terminated by setWebhook request"


async def test_unconfirmed_updates_expire_after_a_day(
    api: LoopbackBotApi, clock: ManualClock
) -> None:
    """Messages are kept for 24 hours, and not a second longer."""
    await api.user(7).send_text("old")
    clock.advance(86_399)
    assert api.pending_updates == 1
    clock.advance(1)
    assert api.pending_updates == 0


async def test_kinds_nobody_asked_for_are_left_out(api: LoopbackBotApi) -> None:
    """``allowed_updates`` chooses the kinds from then on; an empty list is the usual ones."""
    user, group = api.user(7), api.group("Team")
    await call(api, "getUpdates", allowed_updates=["my_chat_member"])
    await user.send_text("unheard")
    await user.add_bot(group)
    await call(api, "getUpdates", allowed_updates=[])
    await user.send_text("heard")

    updates = (await call(api, "getUpdates"))["result"]

    assert [set(update) - {"update_id"} for update in updates] == [{"my_chat_member"}, {"message"}]


async def test_webhooks_that_telegram_does_not_take(clock: ManualClock) -> None:
    """Only HTTPS on four ports, with a secret of few characters, and not twice in a second."""
    async with LoopbackBotApi(TOKEN, clock=clock, paced=True) as api:
        for url, secret, description in [
            ("http://example.com/", "", "bad webhook: An HTTPS URL must be provided for webhook"),
            (
                "https://example.com:8080/",
                "",
                "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
            ),
            ("https://example.com/", "x" * 257, "secret token is too long"),
            ("https://example.com/", "ä", "secret token contains unallowed characters"),
        ]:
            answer = await call(api, "setWebhook", url=url, secret_token=secret)
            assert answer["description"] == f"Bad Request: {description}"
        good = {"url": "https://example.com:8443/", "secret_token": "aZ0_-" * 51}
        first = await call(api, "setWebhook", **good)
        second = await call(api, "setWebhook", **good)
        clock.advance(1)
        third = await call(api, "setWebhook", **good)

    assert first == {"ok": True, "result": True, "description": "Webhook was set"}
    assert (second["error_code"], second["parameters"]) == (429, {"retry_after": 1})
    assert third["description"] == "Webhook is already set"


async def test_a_webhook_excludes_polling(api: LoopbackBotApi) -> None:
    """While one is set polling is refused; deleting it keeps what waits unless told otherwise."""
    await call(api, "setWebhook", url="http://127.0.0.1:9/", allowed_updates=["callback_query"])

    assert (await call(api, "getUpdates"))["description"] == WEBHOOK_ACTIVE
    info = (await call(api, "getWebhookInfo"))["result"]
    assert info["url"] == "http://127.0.0.1:9/"
    assert info["allowed_updates"] == ["callback_query"]
    assert (await call(api, "deleteWebhook"))["description"] == "Webhook was deleted"
    assert (await call(api, "deleteWebhook"))["description"] == "Webhook is already deleted"
    assert (await call(api, "getWebhookInfo"))["result"]["url"] == ""


async def test_updates_are_pushed_with_the_secret(api: LoopbackBotApi, bot: Bot) -> None:
    """What waited and what comes is posted in order, each with the secret."""
    user = api.user(7)
    await user.send_text("before")
    await call(api, "setWebhook", url=bot.url, secret_token="S3cret")
    await user.send_text("after")
    await api.webhook.settled()

    assert bot.texts == ["before", "after"]
    assert bot.secrets == ["S3cret", "S3cret"]
    assert api.pending_updates == 0


async def test_failures_are_retried_ever_more_slowly(api: LoopbackBotApi, bot: Bot) -> None:
    """At once, after 2 s, after 4 s …; the error is told, and nothing overtakes in the chat."""
    failures = iter(range(5))
    bot.answers = lambda _: web.Response(status=500 if next(failures, None) is not None else 200)
    user = api.user(7)
    await user.send_text("first")
    await user.send_text("second")

    await call(api, "setWebhook", url=bot.url)
    await api.webhook.settled()

    assert bot.texts == ["first"] * 6 + ["second"]
    assert bot.pauses == [0, 2, 4, 8, 16, 0]
    info = (await call(api, "getWebhookInfo"))["result"]
    reason = "Wrong response from the webhook: 500 Internal Server Error"
    assert info["last_error_message"] == reason


async def test_retry_after_is_honoured(api: LoopbackBotApi, bot: Bot) -> None:
    """The bot may name the pause, up to an hour."""
    pauses = iter(["30", "9999"])
    bot.answers = lambda _: (
        web.Response(status=503, headers={"Retry-After": pause})
        if (pause := next(pauses, ""))
        else web.Response()
    )
    await call(api, "setWebhook", url=bot.url)
    await api.user(7).send_text("again")
    await api.webhook.settled()

    assert bot.pauses == [30, 3600]


async def test_a_callback_is_given_up_after_150_seconds(api: LoopbackBotApi, bot: Bot) -> None:
    """A pressed button is not worth a day."""
    user = api.user(7)
    await user.send_text("hi")
    markup = {"inline_keyboard": [[{"text": "TXT", "callback_data": "1"}]]}
    await call(api, "sendMessage", chat_id=7, text="Done", reply_markup=markup)
    bot.answers = lambda update: web.Response(status=500 if "callback_query" in update else 200)
    await user.press(user.chat.messages[-1], "TXT")

    await call(api, "setWebhook", url=bot.url)
    await api.webhook.settled()

    assert bot.times[-1] - bot.times[0] < 150
    assert api.pending_updates == 0


async def test_one_chats_failure_holds_up_no_other(api: LoopbackBotApi, bot: Bot) -> None:
    """Chats are delivered side by side."""
    ada, bob = api.user(7), api.user(8)
    released = asyncio.Event()
    await call(api, "setWebhook", url=bot.url)

    def answer(update: dict[str, Any]) -> web.Response:
        if update["message"]["text"] == "stuck" and not released.is_set():
            return web.Response(status=500)
        released.set()
        return web.Response()

    bot.answers = answer
    await ada.send_text("stuck")
    await bob.send_text("free")
    await api.webhook.settled()

    assert set(bot.texts) == {"stuck", "free"}
    assert bot.texts[-1] == "stuck"


async def test_a_method_in_the_answer_is_executed(api: LoopbackBotApi, bot: Bot) -> None:
    """A message in the HTTP answer is sent; a wrong one fails in silence; some are never run."""
    replies = iter(
        [
            {"method": "sendMessage", "chat_id": 7, "text": "Hello"},
            {"method": "sendMessage", "chat_id": 7, "text": ""},
            {"method": "deleteWebhook"},
            ["nonsense"],
        ]
    )
    bot.answers = lambda _: web.json_response(next(replies))
    user = api.user(7)
    await call(api, "setWebhook", url=bot.url)
    for text in "abcd":
        await user.send_text(text)
    await api.webhook.settled()

    assert [message.text for message in user.chat.from_bot] == ["Hello"]
    refusals = [refusal.description for refusal in api.webhook.refused_replies]
    assert refusals == ["Bad Request: message text is empty"]
    assert api.webhook.url == bot.url
    assert len(bot.received) == 4


async def test_an_unreachable_webhook_is_told(api: LoopbackBotApi, clock: ManualClock) -> None:
    """A connection that fails is a failure like any other, until the update expires."""
    start = clock.now()
    await api.user(7).send_text("hi")

    await call(api, "setWebhook", url="http://127.0.0.1:9/")
    await api.webhook.settled()

    info = (await call(api, "getWebhookInfo"))["result"]
    assert (info["last_error_message"], info["pending_update_count"]) == ("Connection failed", 0)
    assert 86_000 < clock.now() - start <= 86_400
