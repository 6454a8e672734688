"""Who is what in a group: getChatMember and getChatAdministrators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.loopback.chats import IN_CHARGE
from local.loopback.faults import bad_request
from local.loopback.places import destination

if TYPE_CHECKING:
    from local.loopback.parameters import Parameters
    from local.loopback.state import State


def get_chat_member(state: State, call: Parameters) -> dict[str, Any]:
    """getChatMember: what one user is there."""
    chat = destination(state, call)
    user = _user(state, call.integer("user_id"))
    if user is None:
        raise bad_request("invalid user_id specified")
    return {"user": user, "status": chat.members.get(user["id"], "left")}


def get_chat_administrators(state: State, call: Parameters) -> list[dict[str, Any]]:
    """getChatAdministrators: the people in charge, no bots but this one."""
    chat = destination(state, call)
    if chat.private:
        raise bad_request("there are no administrators in the private chat")
    return [
        {"user": _user(state, user_id), "status": status}
        for user_id, status in chat.members.items()
        if status in IN_CHARGE
    ]


def _user(state: State, user_id: int) -> dict[str, Any] | None:
    return state.bot if user_id == state.bot["id"] else state.users.get(user_id)
