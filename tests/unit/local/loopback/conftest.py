"""A Telegram that is called without a network, and somebody in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.loopback.bot_api import LoopbackBotApi
from tests.doubles.clock import ManualClock
from tests.unit.local.loopback.caller import Caller

if TYPE_CHECKING:
    from local.loopback.people import User


@pytest.fixture
def clock() -> ManualClock:
    """Time stands still unless told."""
    return ManualClock()


@pytest.fixture
def api(clock: ManualClock) -> LoopbackBotApi:
    """The double, not listening."""
    return LoopbackBotApi("123456:AAE-loopback_token", clock=clock)


@pytest.fixture
def call(api: LoopbackBotApi) -> Caller:
    """The bot's side of it."""
    return Caller(api)


@pytest.fixture
async def user(api: LoopbackBotApi) -> User:
    """Somebody who has written to the bot."""
    somebody = api.user(7, "Ada")
    await somebody.send_text("/start")
    return somebody
