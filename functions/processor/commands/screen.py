"""What a command shows: a message with buttons below it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.errors import UserError
from shared.ports import Button

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.jobs import Job
    from shared.ports import Keyboard, Messenger


@dataclass(frozen=True, slots=True)
class Screen:
    """A text and the rows of buttons below it."""

    text: str
    keyboard: Keyboard = ()


def button(text: str, verb: str, subject: str) -> Button:
    """A button that comes back as a callback job."""
    return Button(text, f"v1:{verb}:{subject}")


def rows(buttons: Sequence[Button], width: int) -> list[Sequence[Button]]:
    """The buttons in rows of ``width``."""
    return [buttons[start : start + width] for start in range(0, len(buttons), width)]


async def turn(messenger: Messenger, press: Job, shown: Screen) -> None:
    """Let the message that carries the pressed button show something else."""
    message_id = press.address.message_id
    if message_id is None:
        raise UserError("unknown_button")
    await messenger.edit(press.address, message_id, shown.text, shown.keyboard)
