"""Groups and channels: how the bot introduces itself, and what survives a move."""

from __future__ import annotations

from asyncio import to_thread
from dataclasses import replace
from typing import TYPE_CHECKING

from processor.commands.panel import SETTINGS
from processor.commands.screen import Screen, button
from shared.ports import ChatPreferences
from shared.texts import say

if TYPE_CHECKING:
    from processor.lease import Hold
    from shared.ports import Messenger, Preferences

CHANNEL = "channel"
OFF = "off"


class Groups:
    """What happens to the bot in groups, besides being asked."""

    def __init__(self, messenger: Messenger, preferences: Preferences) -> None:
        self._messenger = messenger
        self._preferences = preferences

    async def joined(self, hold: Hold) -> Screen:
        """Introduce the bot, and say what it sees here and how that can be changed.

        The argument is the chat's type. A channel is served nothing until its administrators say
        otherwise; that is written down, so that the panel shows it.
        """
        job = hold.record.job
        settings = button(say(job.locale, "button_settings"), "open", SETTINGS)
        if job.argument == CHANNEL:
            await self._silence(job.address.chat_id)
            return Screen(say(job.locale, "channel_hello"), [[settings]])
        username = await self._messenger.username()
        sees_all = await self._messenger.sees_all(job.address.chat_id)
        seen = say(job.locale, "group_seen" if sees_all else "group_hidden", username=username)
        hello = say(job.locale, "group_hello", username=username)
        return Screen(f"{hello}\n\n{seen}", [[settings]])

    async def _silence(self, chat_id: int) -> None:
        chosen = await to_thread(self._preferences.get, chat_id)
        if chosen.mode is None:
            await to_thread(self._preferences.put, chat_id, replace(chosen, mode=OFF))

    async def migrated(self, hold: Hold) -> None:
        """Let the choices of a group that became a supergroup follow it to its new number."""
        job = hold.record.job
        old, new = job.address.chat_id, int(job.argument)
        chosen = await to_thread(self._preferences.get, old)
        if chosen != ChatPreferences():
            if await to_thread(self._preferences.get, new) == ChatPreferences():
                await to_thread(self._preferences.put, new, chosen)
            await to_thread(self._preferences.delete, old)
