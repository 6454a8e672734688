"""The bot's updates in waiting: numbered, filtered, kept until fetched or pushed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.loopback.faults import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shared.ports import Clock

FIRST_UPDATE_ID = 10_000
LONGEST_POLL_S = 50.0
MOST_UPDATES = 100
MESSAGE_LIFETIME_S = 86_400.0
CALLBACK_LIFETIME_S = 150.0
# Callbacks queue by user, business messages and guests' questions by chat: each kind on its own.
QUEUES = {
    "callback_query": 3 << 33,
    "business_connection": 10 << 33,
    "business_message": 11 << 33,
    "guest_message": 12 << 33,
}
WHO = {"callback_query": "from", "business_connection": "user"}
LEFT_OUT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
TERMINATED_BY_POLL = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)
TERMINATED_BY_WEBHOOK = "Conflict: terminated by setWebhook request"


@dataclass(frozen=True, slots=True)
class Waiting:
    """An update that nobody has taken yet; those of one ``queue`` are pushed strictly in order."""

    update: dict[str, Any]
    queue: int
    expires_at: float

    @property
    def id(self) -> int:
        """The update's number."""
        number: int = self.update["update_id"]
        return number


class Updates:
    """All updates in waiting, oldest first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: dict[int, Waiting] = {}
        self._next_id = FIRST_UPDATE_ID
        self._poll: asyncio.Future[None] | None = None
        self.polled = asyncio.Event()
        """Set while somebody waits for the next update."""
        self.allowed: Sequence[str] = ()
        """Kinds to keep; empty for all but the few nobody gets unasked."""
        self.on_arrival: Callable[[], None] | None = None
        """Told of every new update: the webhook's bell."""

    def put(self, kind: str, body: dict[str, Any]) -> None:
        """Add an update of ``kind``, if the bot wants to hear of it."""
        if kind not in self.allowed if self.allowed else kind in LEFT_OUT:
            return
        queue = body[WHO.get(kind, "chat")]["id"] + QUEUES.get(kind, 0)
        lifetime_s = CALLBACK_LIFETIME_S if kind == "callback_query" else MESSAGE_LIFETIME_S
        update = {"update_id": self._next_id, kind: body}
        self._waiting[self._next_id] = Waiting(update, queue, self._clock.now() + lifetime_s)
        self._next_id += 1
        if self._poll and not self._poll.done():
            self._poll.set_result(None)
        if self.on_arrival:
            self.on_arrival()

    async def poll(self, offset: int, limit: int, timeout_s: float) -> list[dict[str, Any]]:
        """Forget what is older than ``offset``; give what there is, or wait for it."""
        self.interrupt(TERMINATED_BY_POLL)
        self._forget_before(offset)
        if not self.waiting() and timeout_s > 0:
            await self._arrival(min(timeout_s, LONGEST_POLL_S))
        fetched = self.waiting()[: limit if 0 < limit < MOST_UPDATES else MOST_UPDATES]
        return [waiting.update for waiting in fetched]

    async def _arrival(self, timeout_s: float) -> None:
        poll = self._poll = asyncio.get_running_loop().create_future()
        self.polled.set()
        try:
            await asyncio.wait_for(poll, timeout_s)
        except TimeoutError:
            return
        finally:
            if self._poll is poll:
                self._poll = None
                self.polled.clear()

    def interrupt(self, description: str) -> None:
        """End the poll under way with a conflict."""
        if self._poll and not self._poll.done():
            self._poll.set_exception(Refusal(409, description))

    def waiting(self) -> list[Waiting]:
        """What is still there, oldest first."""
        now = self._clock.now()
        self._waiting = {key: item for key, item in self._waiting.items() if item.expires_at > now}
        return list(self._waiting.values())

    def first(self, queue: int) -> Waiting | None:
        """The oldest of one queue."""
        return next((item for item in self.waiting() if item.queue == queue), None)

    def forget(self, update_id: int) -> None:
        """It has been taken."""
        self._waiting.pop(update_id, None)

    def clear(self) -> None:
        """Drop them all."""
        self._waiting.clear()

    def _forget_before(self, offset: int) -> None:
        """Confirm by ``offset``; a negative one keeps that many of the newest."""
        if offset < 0:
            kept = self.waiting()[offset:]
            self._waiting = {item.id: item for item in kept}
        else:
            self._waiting = {key: item for key, item in self._waiting.items() if key >= offset}
