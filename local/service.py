"""The bot as it runs on one machine: polling in front, workers behind, one database between."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, cast

from local.polling import Polling
from local.worker import Worker
from shared.texts import TEXTS

if TYPE_CHECKING:
    from composition import App
    from shared.adapters.telegram import TelegramMessenger

COMMANDS = ("help", "language", "files", "transcribe", "history", "forget", "privacy")
log = logging.getLogger(__name__)


class Service:
    """One bot. ``run`` returns after ``stopping`` is set and the work in hand is put in order."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._worker = Worker(app, app.settings.workers)

    async def run(self, stopping: asyncio.Event, hurrying: asyncio.Event | None = None) -> None:
        """Serve until ``stopping`` is set. Raise OperatorError where the operator must act.

        Jobs in hand then get some time to finish, which ``hurrying`` ends.
        """
        app = self._app
        telegram = cast("TelegramMessenger", app.messenger)
        polling = Polling(telegram, app.admission, app.clock, self._worker.knock)
        working = asyncio.create_task(self._worker.run(stopping, hurrying or asyncio.Event()))
        # Without its worker the bot would take jobs and never do them.
        working.add_done_callback(lambda _: stopping.set())
        try:
            await polling.run(stopping)
        finally:
            stopping.set()
            await working

    async def prepare(self) -> tuple[str, bool, int]:
        """Make ready to poll: the bot's name, whether a webhook was removed, jobs taken up again."""
        app = self._app
        telegram = cast("TelegramMessenger", app.messenger)
        resumed = app.storage.release_orphans()
        name = str((await telegram.get_me())["username"])
        removed = await telegram.remove_webhook()
        for locale, sentences in TEXTS.items():
            described = [(command, sentences[f"menu_{command}"]) for command in COMMANDS]
            await telegram.set_commands(described, locale)
        return name, removed, resumed
