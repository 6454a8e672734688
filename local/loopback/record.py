"""What happened in a chat, in order: enough to write the chat down as a document."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from local.loopback.chats import Message


class What(StrEnum):
    """The kinds of things that somebody who looks at a chat sees."""

    WROTE = "wrote"
    SERVICE = "service"
    """Joined, left, upgraded …: ``text`` says what."""
    EDITED = "edited"
    DELETED = "deleted"
    REACTED = "reacted"
    """``text`` is the emoji, empty when it was taken off."""
    DRAFTED = "drafted"
    DRAFT_GONE = "draft gone"
    """A message took its place, or its Stop button was pressed; not noted when its time is up."""
    ACTION = "action"
    """``text`` is what the bot is seen doing: typing …"""
    PRESSED = "pressed"
    """``text`` is the button's label."""
    ANSWERED = "answered"
    """``text`` is what appeared over the pressed button, empty for a bare stop of its spinner."""
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Entry:
    """One of them, as it looked then; ``message`` is as it looks now."""

    what: What
    at: float
    who: str
    """The name shown: a user's first name, the bot's, a group's or channel's title."""
    message: Message | None = None
    text: str = ""
    """The message's text or caption, or what the kind of entry says of it."""
    entities: tuple[dict[str, Any], ...] = ()
    buttons: tuple[tuple[dict[str, Any], ...], ...] = ()
    draft_id: int = 0
