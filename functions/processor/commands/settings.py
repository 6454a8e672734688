"""Settings: the panel of buttons, and the commands that do the same in one line."""

from __future__ import annotations

import asyncio
import logging
from asyncio import to_thread
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from processor.commands.choices import COMMANDS, GROUP_ITEMS, pressed
from processor.commands.panel import SETTINGS, View, screen
from processor.commands.permission import is_admin
from processor.commands.screen import Screen, button, turn
from shared.errors import UserError
from shared.texts import say

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from processor.commands.deployment import Deployment
    from processor.lease import Hold
    from shared.jobs import Job
    from shared.ports import ChatPreferences, Messenger, Preferences

OWN_SCREEN = ("language", "format", "engine", "hints", "mode")
"""Choices made on a screen of their own; the others stand on the panel's first."""
APPLIED = 1  # a press's record says so behind its change: a toggle must not be done twice

log = logging.getLogger(__name__)


class SettingsPanel:
    """Shows and changes what a chat has chosen."""

    def __init__(
        self,
        messenger: Messenger,
        preferences: Preferences,
        deployment: Deployment,
        further: Mapping[str, Callable[[Hold], Awaitable[Screen]]],
    ) -> None:
        self._messenger = messenger
        self._preferences = preferences
        self._deployment = deployment
        self._further = further
        """Screens by name on which nothing is chosen."""
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def settings(self, hold: Hold) -> Screen:
        """/settings: the panel."""
        job = hold.record.job
        return await self._screen(job, await self._chosen(job), SETTINGS)

    async def choose(self, hold: Hold) -> Screen:
        """/language, /format, /engine or /hints: alone its screen, with words the choice."""
        job = hold.record.job
        item = job.command or ""
        async with self._turn(job):
            chosen = await self._chosen(job)
            if job.argument:
                await self._admit(job, chosen, item)
                chosen = COMMANDS[item](chosen, job.argument, self._deployment)
                await self._store(job, item, chosen)
        return await self._screen(job, chosen, item)

    async def open(self, hold: Hold) -> str:
        """The button ``open:<screen>``: turn the panel to it."""
        job = hold.record.job
        if job.argument in self._further:
            shown = await self._further[job.argument](hold)
            back = [button(say(job.locale, "button_back"), "open", SETTINGS)]
            await turn(self._messenger, job, Screen(shown.text, [*shown.keyboard, back]))
            return ""
        try:
            await self._turn_to(job, await self._chosen(job), job.argument)
        except KeyError:
            raise UserError("unknown_button") from None
        return ""

    async def set(self, hold: Hold) -> str:
        """The button ``set:<item>-<value>``: make the choice and show it."""
        job = hold.record.job
        item, _, value = job.argument.partition("-")
        async with self._turn(job):  # so that the panel shows the last of several quick presses
            chosen = await self._chosen(job)
            if hold.record.delivered < APPLIED:
                await self._admit(job, chosen, item)
                chosen = self._pressed(job, chosen, item, value)
                await self._store(job, item, chosen)
                await hold.update(delivered=APPLIED)
            await self._turn_to(job, chosen, item if item in OWN_SCREEN else SETTINGS)
        return say(job.locale, "saved")

    def _pressed(self, job: Job, chosen: ChatPreferences, item: str, value: str) -> ChatPreferences:
        if item in GROUP_ITEMS and job.address.private:
            raise UserError("unknown_button")
        try:
            return pressed(chosen, item, value, self._deployment)
        except KeyError:
            raise UserError("unknown_button") from None

    async def _admit(self, job: Job, chosen: ChatPreferences, item: str) -> None:
        """UserError unless the asker may choose here; who may is for administrators alone to say."""
        if chosen.open_to_all and item != "open":
            return
        if not await is_admin(self._messenger, job):
            raise UserError("admins_only")

    async def _store(self, job: Job, item: str, chosen: ChatPreferences) -> None:
        await to_thread(self._preferences.put, job.address.chat_id, chosen)
        log.info("settings changed", extra={"job": job.id, "state": item})

    async def _chosen(self, job: Job) -> ChatPreferences:
        return await to_thread(self._preferences.get, job.address.chat_id)

    async def _turn_to(self, job: Job, chosen: ChatPreferences, name: str) -> None:
        await turn(self._messenger, job, await self._screen(job, chosen, name))

    async def _screen(self, job: Job, chosen: ChatPreferences, name: str) -> Screen:
        address = job.address
        asked = name == "mode" and not address.private
        hidden = asked and not await self._messenger.sees_all(address.chat_id)
        view = View(
            locale=job.locale,
            private=address.private,
            chosen=chosen,
            deployment=self._deployment,
            username=await self._messenger.username() if hidden else "",
            hidden=hidden,
        )
        return screen(view, name)

    def _turn(self, job: Job) -> asyncio.Lock:
        """Changes of one chat take turns, as each reads before it writes."""
        return self._turns.setdefault(job.address.chat_id, asyncio.Lock())
