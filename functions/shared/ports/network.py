"""The ports that wait for a network: what a chat sees, a file's bytes, an engine's ears.

They are asynchronous.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from shared.transcripts import Instructions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from contextlib import AbstractAsyncContextManager

    from shared.audio import Audio, EngineProfile
    from shared.jobs import Address, Media
    from shared.transcripts import Recognition

PLAIN = Instructions()
MessageId: TypeAlias = int | str
"""A message's number in its chat; the text by which Telegram names a guest's inline message."""
Stretch: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Button:
    """An inline button; either ``data``, 1 to 64 bytes that come back when it is pressed, or a URL."""

    text: str
    data: str = ""
    url: str = ""


Keyboard: TypeAlias = "Sequence[Sequence[Button]]"
"""Rows of buttons below a message."""


class Messenger(Protocol):
    """What a chat sees. Text is plain; each message 1 to 4096 UTF-16 units.

    Raises ``UndeliverableError`` when the chat cannot be reached any more, ``RateLimitedError``
    and ``TransientError`` when trying again may work, ``OperatorError`` for a bad token.
    """

    async def send(
        self,
        to: Address,
        text: str,
        keyboard: Keyboard = (),
        *,
        quiet: bool = False,
        folded: Stretch | None = None,
    ) -> MessageId:
        """Send a message, as a reply where ``to`` names one; return its id.

        ``folded`` is the stretch of ``text`` (code points, from and to) shown as a quote that is
        collapsed until it is tapped. ``quiet`` sounds no notification. To a guest query this is
        the one answer it can have.
        """
        ...

    async def edit(
        self,
        to: Address,
        message_id: MessageId,
        text: str,
        keyboard: Keyboard = (),
        *,
        folded: Stretch | None = None,
    ) -> MessageId:
        """Replace the bot's own message; an identical edit succeeds.

        Returns the id of the message that shows the text: a new one where the old is gone.
        """
        ...

    async def send_file(
        self, to: Address, name: str, data: bytes, mime_type: str, *, quiet: bool = False
    ) -> None:
        """Send a document."""
        ...

    async def draft(self, to: Address, draft_id: int, text: str) -> bool:
        """Show ``text`` (≤ 4096) as a message being written, for half a minute at most.

        The next message to the chat takes its place; the same non-zero id animates the change.
        False where this chat or this server has no drafts.
        """
        ...

    async def react(self, to: Address, emoji: str) -> None:
        """Put a reaction on the message ``to`` names; where that is not allowed nothing happens."""
        ...

    async def answer_callback(self, callback_id: str, text: str = "") -> None:
        """Stop the button's spinner, showing ``text`` (≤ 200 characters); too late is no error."""
        ...

    async def is_admin(self, chat_id: int, user_id: int) -> bool:
        """Whether the user is an administrator or the owner of the group."""
        ...

    async def sees_all(self, chat_id: int) -> bool:
        """Whether the group's messages reach the bot unasked: no privacy mode, or it is an admin."""
        ...

    async def username(self) -> str:
        """The bot's name without @."""
        ...

    async def close(self) -> None:
        """Let go of connections; harmless when there are none."""
        ...


class Source(Protocol):
    """The bytes of a file at Telegram."""

    def stream(self, media: Media) -> AsyncIterator[bytes]:
        """Yield the file in order, in pieces of at most 1 MiB.

        ``UserError`` for a file that is too big or no longer there; ``TransientError`` for a broken
        connection or an end before the announced size.
        """
        ...

    async def close(self) -> None:
        """Let go of connections; harmless when there are none."""
        ...


class RemoteFile(Protocol):
    """A file at Telegram, open for reading anywhere in it."""

    @property
    def size_bytes(self) -> int:
        """Its whole size, from Telegram, not from the update."""
        ...

    @property
    def in_flight(self) -> int:
        """How many reads Telegram is expected to answer side by side; more wait for their turn."""
        ...

    async def read(self, offset: int, length: int) -> bytes:
        """Exactly ``length`` bytes from ``offset``, fewer only at the end of the file.

        Any number of reads may be under way. ``UserError`` when the file is no longer there;
        ``TransientError`` when trying the job again may help.
        """
        ...


class Archive(Protocol):
    """Files of any size, by ranges: what the Bot API does not give."""

    def open(self, media: Media, address: Address) -> AbstractAsyncContextManager[RemoteFile]:
        """The file, for as long as the context lasts.

        ``TransientError`` when every session is in use, ``OperatorError`` when none is usable.
        """
        ...

    async def close(self) -> None:
        """Let go of connections; harmless when there are none."""
        ...


class Engine(Protocol):
    """A speech recogniser: one chunk in, segments out, times from the chunk's start."""

    @property
    def profile(self) -> EngineProfile:
        """What it is called and what it takes."""
        ...

    async def recognise(
        self,
        audio: Audio,
        *,
        language: str | None = None,
        instructions: Instructions = PLAIN,
        progress: Callable[[float], None] | None = None,
    ) -> Recognition:
        """Transcribe ``audio``. ``progress`` is told the seconds done, where the engine knows.

        Of ``instructions`` it follows what its profile says it can.
        """
        ...

    async def close(self) -> None:
        """Let go of connections; harmless when there are none."""
        ...


class Summariser(Protocol):
    """A language model that tells in few sentences what a long text says."""

    @property
    def model(self) -> str:
        """Its name; part of what a stored summary is found by."""
        ...

    async def summarise(self, text: str, language: str | None) -> str:
        """The gist of ``text`` in ``language`` (its own when None), fit for one message.

        Raises what an engine raises.
        """
        ...

    async def close(self) -> None:
        """Let go of connections; harmless when there are none."""
        ...
