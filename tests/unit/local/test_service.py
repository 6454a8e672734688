"""The service: polling and working stand and fall together."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

import pytest

from local.polling import Polling
from local.service import Service
from shared.errors import OperatorError
from shared.texts import LOCALES
from tests.doubles.bench import bench
from tests.media.make import encode, tone

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from shared.adapters.telegram import TelegramMessenger
    from shared.jobs import Delivery

NOTE = encode("ogg", "libopus", tone(1.0))


async def test_a_note_is_polled_worked_on_and_answered(tmp_path: Path) -> None:
    """Then the service stops when told."""
    async with bench(tmp_path) as it:
        stopping, events = asyncio.Event(), it.api.events()
        serving = asyncio.create_task(Service(it.app).run(stopping))
        await it.user.send_voice(NOTE, duration=1)
        async for event in events:
            if event.text.startswith("The quick brown fox"):
                break
        stopping.set()
        await serving
        assert it.app.storage.queue.depth() == 0


async def test_a_worker_that_dies_ends_the_service(tmp_path: Path) -> None:
    """A bot that takes jobs and never does them would be worse than one that stops."""

    class Broken:
        """A queue with a bug."""

        def receive(self, *_: object, **__: object) -> Sequence[Delivery]:
            """Fail as no queue should."""
            raise ZeroDivisionError

    async with bench(tmp_path) as it:
        object.__setattr__(it.app.storage, "queue", Broken())
        serving = asyncio.create_task(Service(it.app).run(asyncio.Event()))
        ended, _ = await asyncio.wait({serving}, timeout=10)
        serving.cancel()
        with pytest.raises(ZeroDivisionError):
            await serving
        assert ended


async def test_a_refused_token_ends_the_service(tmp_path: Path) -> None:
    """Polling raises, the worker is stopped with it."""
    async with bench(tmp_path) as it:
        it.api.fail_next("getUpdates", 401, "Unauthorized", times=9)
        async with asyncio.timeout(10):
            with pytest.raises(OperatorError, match="token"):
                await Service(it.app).run(asyncio.Event())


async def test_preparing_makes_way_for_polling(tmp_path: Path) -> None:
    """A webhook is removed, the menu is set in each language, what was left in work counted."""
    async with bench(tmp_path) as it:
        await it.user.send_voice(NOTE, duration=1)
        await it.admit()
        it.receive()  # by a process that died
        await it.api.execute({"method": "setWebhook", "url": "https://example.org/hook"})
        name, removed, resumed = await Service(it.app).prepare()
        assert (name, removed, resumed) == ("ExampleBot", True, 1)
        assert (await it.api.execute({"method": "getWebhookInfo"}))["url"] == ""
        for language in ("", *LOCALES[1:]):
            for scope in ("default", "all_private_chats", "all_group_chats"):
                assert it.api.state.commands[scope, language]
        assert len(it.receive()) == 1


async def test_a_telegram_that_takes_no_menus_does_not_keep_the_bot_from_starting(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """An admin who never wrote to the bot, a fault of the server: counted, logged, passed over."""
    async with bench(tmp_path, admin_user_ids="404") as it:
        it.api.html_next("setMyCommands")
        await Service(it.app).prepare()
        (told,) = [record for record in caplog.records if "menus" in record.message]
        assert vars(told)["count"] == len(LOCALES) + 1


async def test_an_update_that_breaks_admission_does_not_stop_the_bot(tmp_path: Path) -> None:
    """It is passed over and noted; the next one is taken."""

    class Fragile:
        """An admission with a bug in its first update."""

        seen = 0

        def consider(self, update: object) -> None:
            """Fail once."""
            self.seen += 1
            if self.seen == 1:
                raise ZeroDivisionError

    async with bench(tmp_path) as it:
        stopping, admission = asyncio.Event(), Fragile()
        telegram = cast("TelegramMessenger", it.app.messenger)

        def knock() -> None:
            if admission.seen == 2:
                stopping.set()

        for text in ("poison", "hello"):
            await it.user.send_text(text)
        polling = Polling(telegram, admission, it.clock, knock)  # type: ignore[arg-type]
        async with asyncio.timeout(10):
            await polling.run(stopping)
        assert it.api.pending_updates == 0
