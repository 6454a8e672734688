"""The bot as it runs on one machine: polling in front, workers behind, one database between."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, cast

from local.polling import Polling
from local.worker import Worker
from shared.bot import menus, user_ids
from shared.errors import OperatorError, TransientError, UndeliverableError

if TYPE_CHECKING:
    from composition import App
    from shared.adapters.telegram import TelegramMessenger
    from shared.bot import Menu

MENUS_AT_ONCE = 8
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
        app.admission.username = name  # what mentions and commands in groups call it by
        removed = await telegram.remove_webhook()
        await self._offer_menus(telegram)
        return name, removed, resumed

    async def _offer_menus(self, telegram: TelegramMessenger) -> None:
        """Set every menu; without one the bot works as well."""
        few = asyncio.Semaphore(MENUS_AT_ONCE)

        async def offer(menu: Menu) -> bool:
            async with few:
                try:
                    await telegram.set_menu(menu)
                except (OperatorError, UndeliverableError, TransientError):
                    return False  # as for an admin who never wrote to the bot
            return True

        admin_ids = user_ids(self._app.settings.admin_user_ids)
        offered = await asyncio.gather(*map(offer, menus(admin_ids)))
        if not all(offered):
            log.warning("menus left as they were", extra={"count": offered.count(False)})
