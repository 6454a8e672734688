"""The whole bot on a bench: our Bot API server, real storage, a scripted engine, a held clock."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

import composition
from local.loopback.bot_api import LoopbackBotApi
from processor.outcome import settle
from shared.errors import TranscriberError
from shared.jobs import Lane
from shared.settings import Settings
from shared.telemetry import Tally
from tests.doubles.clock import HeldClock
from tests.doubles.engine import ScriptedEngine
from tests.doubles.sabotage import Killed, Sabotage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable
    from pathlib import Path

    from local.loopback.people import User
    from processor.outcome import Outcome
    from shared.adapters.telegram import TelegramMessenger
    from shared.jobs import Delivery

T = TypeVar("T")
ROUNDS = 20  # more than any job has tries
TOKEN = "123456789:a-token-for-tests-only"


class Bench:
    """Moves updates and jobs along when told."""

    def __init__(self, app: composition.App, api: LoopbackBotApi, clock: HeldClock) -> None:
        self.app = app
        self.api = api
        self.clock = clock
        self.tally = cast("Tally", app.metrics)
        self._queue = app.storage.queue
        self.sabotage = Sabotage(app)
        self.user = api.user(7, "Ada", "en")
        self.offset = 0
        """Of the next update to admit."""

    async def admit(self) -> None:
        """Take every waiting update through admission, as polling does."""
        telegram = cast("TelegramMessenger", self.app.messenger)
        for update in await telegram.updates(self.offset, 0):
            self.offset = update["update_id"] + 1
            reply = self.app.admission.consider(update)
            if reply is not None:
                await telegram.call(reply)

    def receive(self) -> list[Delivery]:
        """What is visible in the queue now, hidden from now on."""
        queue, lease_s = self._queue, self.app.settings.lease_s
        return [d for lane in Lane for d in queue.receive(lane, limit=10, visibility_s=lease_s)]

    async def work(self) -> list[Outcome]:
        """Process what is visible until nothing is; the outcomes in order."""
        outcomes = []
        while deliveries := self.receive():
            outcomes += [await self.process(delivery) for delivery in deliveries]
        return outcomes

    async def process(self, delivery: Delivery) -> Outcome:
        """Process and settle one delivery, as a worker does."""
        outcome = await self.app.processor.process(delivery)
        with suppress(TranscriberError):  # then the visibility timeout brings it back
            await settle(self.app.storage.queue, delivery, outcome)
        return outcome

    async def work_until_quiet(self, delay_s: float = 91.0) -> list[Outcome]:
        """Work over every retry and lease, restarting after each crash, until nothing is left."""
        outcomes = []
        for _ in range(ROUNDS):
            outcomes += await self.survive(self.work()) or []
            if not self._queue.depth():
                return outcomes
            self.clock.advance(delay_s)
        raise AssertionError("the queue never runs dry")

    async def survive(self, working: Awaitable[T]) -> T | None:
        """The result; None where the process was killed, its heart stands still, and it is back."""
        try:
            return await working
        except (Killed, BaseExceptionGroup):
            self.clock.forget_sleepers()
            return None
        finally:
            self.sabotage.revive()

    async def answer(self) -> list[Outcome]:
        """Admit, then work."""
        await self.admit()
        return await self.work()

    async def breathe(self) -> None:
        """Let threads and tasks go as far as they come by themselves."""
        for _ in range(50):
            await asyncio.to_thread(self._queue.depth)

    def shown(self, user: User | None = None) -> list[str]:
        """The texts of the bot's messages in the user's chat."""
        return [message.text or "" for message in (user or self.user).chat.from_bot]


@asynccontextmanager
async def bench(
    folder: Path,
    engine: ScriptedEngine | None = None,
    *,
    summariser: Any = None,
    **changes: Any,
) -> AsyncIterator[Bench]:
    """A bench with its own server and database; ``changes`` are settings."""
    clock = HeldClock()
    async with LoopbackBotApi(TOKEN, clock=clock) as api:
        settings = replace(
            Settings(
                telegram_bot_token=TOKEN,
                telegram_api_url=api.base_url,
                telegram_bot_username="ExampleBot",
                database_path=str(folder / "bench.sqlite3"),
            ),
            **changes,
        )
        app = composition.build(
            settings,
            engine=engine or ScriptedEngine(),
            summariser=summariser,
            clock=clock,
            metrics=Tally(),
        )
        try:
            yield Bench(app, api, clock)
        finally:
            await app.close()
