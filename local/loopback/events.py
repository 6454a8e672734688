"""What happens in the chats, as a stream for whoever watches: the demonstration, or a test."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from local.loopback.chats import Message


class EventKind(StrEnum):
    """What the bot did."""

    SENT = "sent"
    EDITED = "edited"
    DOCUMENT = "document"
    DELETED = "deleted"
    CALLBACK_ANSWER = "callback_answer"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing the bot did; ``text`` is a message's text or what a pressed button answered."""

    kind: EventKind
    chat_id: int
    message: Message | None = None
    text: str = ""


class EventStream:
    """The events from the moment it was opened; it ends when the server closes."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Event | None] = asyncio.Queue()

    def put(self, event: Event | None) -> None:
        """Append ``event``; None ends the stream."""
        self._queue.put_nowait(event)

    def __aiter__(self) -> AsyncIterator[Event]:
        return self

    async def __anext__(self) -> Event:
        event = await self._queue.get()
        if event is None:
            self.put(None)
            raise StopAsyncIteration
        return event


class EventBoard:
    """Hands every event to every open stream."""

    def __init__(self) -> None:
        self._streams: list[EventStream] = []

    def open(self) -> EventStream:
        """Start a stream; it hears what happens from now on."""
        stream = EventStream()
        self._streams.append(stream)
        return stream

    def tell(self, event: Event) -> None:
        """Publish ``event``."""
        for stream in self._streams:
            stream.put(event)

    def close(self) -> None:
        """End every stream behind what it has yet to read."""
        for stream in self._streams:
            stream.put(None)
        self._streams.clear()
