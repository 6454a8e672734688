"""Answers in the response, carried out by a strict Bot API for the updates it made itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local.loopback.bot_api import LoopbackBotApi
from shared.adapters.telegram import TelegramMessenger
from shared.texts import say
from tests.unit.webhook.witnesses import Desk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from local.loopback.people import User

SOUND = b"OggS"
CROWD = 99


class Counter:
    """A Telegram, a person in it, and the front door behind it."""

    def __init__(self, api: LoopbackBotApi, bot: TelegramMessenger) -> None:
        self.api = api
        self.ada: User = api.user(7, "Ada", "en")
        self.desk = Desk(telegram_bot_username="ExampleBot", counts_cheaply=True)
        self._bot = bot
        self._offset = 0

    async def serve(self) -> list[dict[str, Any] | None]:
        """Admit what waits and carry out each answer; what they were."""
        replies = []
        for update in await self._bot.updates(self._offset, 0):
            self._offset = update["update_id"] + 1
            reply = self.desk.consider(update)
            if reply is not None:
                await self.api.execute(reply)
            replies.append(reply)
        return replies


@pytest.fixture
async def counter() -> AsyncIterator[Counter]:
    """Nobody has written yet."""
    async with LoopbackBotApi("123456:token", allow_http=True) as api:
        bot = TelegramMessenger("123456:token", api.base_url)
        yield Counter(api, bot)
        await bot.close()


async def test_typing_in_private(counter: Counter) -> None:
    """A voice note makes the bot type, in a topic of the private chat as well."""
    counter.ada.open_thread(5)
    await counter.ada.send_voice(SOUND, duration=3)
    await counter.ada.send_voice(SOUND, duration=3, thread_id=5)
    await counter.serve()
    assert counter.ada.chat.actions == ["typing", "typing"]
    assert [job.address.thread_id for job in counter.desk.queue.jobs] == [None, 5]


async def test_help_has_a_button_for_the_settings(counter: Counter) -> None:
    """The button below the help comes back as a request for the settings."""
    await counter.ada.send_text("/help")
    await counter.serve()
    (shown,) = counter.ada.chat.from_bot
    assert shown.text == say("en", "help")
    await counter.ada.press(shown, say("en", "button_settings"))
    await counter.serve()
    assert (counter.desk.job.command, counter.desk.job.argument) == ("open", "settings")
    assert counter.desk.job.address.message_id == shown.id


async def test_place_in_the_queue(counter: Counter) -> None:
    """Behind a crowd, the place is said as a reply."""
    counter.desk.queue.length = CROWD
    asked = await counter.ada.send_voice(SOUND, duration=3)
    await counter.serve()
    (shown,) = counter.ada.chat.from_bot
    assert (shown.text, shown.reply_to) == (say("en", "queued", count=CROWD), asked)


async def test_look_in_a_group(counter: Counter) -> None:
    """A reply that asks gets a look, and a useless one a quiet sentence in its topic."""
    group = counter.api.group("Team", forum=True)
    group.open_thread(9)
    note = await counter.ada.send_voice(SOUND, duration=3, chat=group, thread_id=9)
    asked = await counter.ada.reply(note, "/transcribe srt")
    await counter.ada.send_text("/transcribe", chat=group, thread_id=9)
    await counter.serve()
    assert asked.reactions == ["👀"]
    (shown,) = group.chat.from_bot
    assert (shown.text, shown.thread_id, shown.silent) == (
        say("en", "nothing_to_transcribe"),
        9,
        True,
    )
    assert counter.desk.job.options.formats == ("srt",)


async def test_look_in_a_channel(counter: Counter) -> None:
    """An administrator who asks for a post sees that it was understood."""
    channel = counter.api.channel("News")
    post = await counter.ada.send_voice(SOUND, duration=3, chat=channel)
    asked = await counter.ada.reply(post, "/transcribe")
    await counter.serve()
    assert asked.reactions == ["👀"]
    assert counter.desk.job.user == f"c{channel.id}"


async def test_business_chat(counter: Counter) -> None:
    """A customer sees the owner typing, and what is refused is refused in the owner's name."""
    business = await counter.ada.connect_bot()
    customer = counter.api.user(8, "Bob", "en")
    chat = business.chat_with(customer)
    await customer.send_voice(SOUND, duration=3, chat=chat)
    await customer.send_text("good morning", chat=chat)
    await customer.send_voice(SOUND, duration=3, chat=chat, size_bytes=3 << 30)
    await counter.serve()
    assert chat.chat.actions == ["typing"]
    assert [message.text.partition(" ")[0] for message in chat.chat.from_bot] == ["This"]
    assert counter.desk.job.address.business_id == business.id


async def test_guest_is_told_how_to_ask(counter: Counter) -> None:
    """A call that brings nothing is answered in the foreign chat, through the query."""
    group = counter.api.foreign_group("Elsewhere")
    await counter.ada.send_text("@ExampleBot hello", chat=group)
    await counter.serve()
    assert [message.text for message in group.chat.from_bot] == [say("en", "guest_usage")]


async def test_guest_request(counter: Counter) -> None:
    """A call below a voice note becomes a job, and nothing is said before its answer."""
    group = counter.api.foreign_group("Elsewhere")
    note = await counter.ada.send_voice(SOUND, duration=3, chat=group)
    await counter.ada.reply(note, "@ExampleBot lang=de")
    assert await counter.serve() == [None]
    assert counter.desk.job.options.language == "de"
    assert counter.desk.job.address.guest_query_id


async def test_membership_and_migration(counter: Counter) -> None:
    """Telegram's own accounts of joining and moving are understood."""
    group = counter.api.group("Team", type="group")
    await counter.ada.add_bot(group)
    moved = group.migrate()
    assert set(map(str, await counter.serve())) == {"None"}
    events = [(job.command, job.argument) for job in counter.desk.queue.jobs]
    assert events == [("joined", "group"), ("migrated", str(moved.id))]
