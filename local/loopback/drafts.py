"""Messages that are being written: shown for a while, never part of a chat's history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.loopback.faults import bad_request
from local.loopback.formatting import formatted
from local.loopback.places import destination, thread_of
from local.loopback.record import What

if TYPE_CHECKING:
    from local.loopback.parameters import Parameters
    from local.loopback.state import State

SHOWN_S = 30.0


@dataclass(slots=True, eq=False)
class Draft:
    """A draft as it was shown at one time; empty text looks like somebody who thinks."""

    id: int
    text: str
    at: float
    can_stop: bool
    keep_on_stop: bool
    thread_id: int | None = None
    gone: bool = False

    def visible(self, now: float) -> bool:
        """Whether the chat shows it still."""
        return not self.gone and now < self.at + SHOWN_S


def send_message_draft(state: State, call: Parameters) -> bool:
    """sendMessageDraft: show a text as being written, in a private chat."""
    text, _ = formatted(call, empty=True)
    chat = destination(state, call)
    if not chat.private or chat.business:
        raise bad_request("TEXTDRAFT_PEER_INVALID")
    draft_id = call.integer("draft_id")
    if not draft_id:
        raise bad_request("RANDOM_ID_INVALID")
    draft = Draft(
        draft_id,
        text,
        state.clock.now(),
        call.flag("can_stop"),
        call.flag("keep_on_stop"),
        thread_of(chat, call),
    )
    chat.drafts.append(draft)
    state.note(What.DRAFTED, chat, state.bot_name, text=text, draft_id=draft_id)
    return True
