"""Calls of the double's methods without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local.loopback.faults import Refusal

if TYPE_CHECKING:
    from local.loopback.bot_api import LoopbackBotApi

FIRST_UPDATE = 10_000


class Caller:
    """The bot: calls methods and fetches updates, each once."""

    def __init__(self, api: LoopbackBotApi) -> None:
        self._api = api
        self._offset = FIRST_UPDATE

    async def __call__(self, method: str, **parameters: Any) -> Any:
        """The result of a call that succeeds."""
        return await self._api.execute({"method": method, **parameters})

    async def refused(self, method: str, **parameters: Any) -> str:
        """The description of a refusal."""
        with pytest.raises(Refusal) as refusal:
            await self(method, **parameters)
        return refusal.value.description

    async def updates(self) -> list[dict[str, Any]]:
        """What has arrived since the last time, without the updates' numbers."""
        updates = await self("getUpdates", offset=self._offset)
        if updates:
            self._offset = updates[-1]["update_id"] + 1
        return [{k: v for k, v in update.items() if k != "update_id"} for update in updates]
