"""Where people meet besides a private chat: groups, channels, chats of a business account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.loopback.chats import Chat
from local.loopback.faults import Refusal

if TYPE_CHECKING:
    from local.loopback.people import User
    from local.loopback.state import State

MIGRATED = "Bad Request: group chat was upgraded to a supergroup chat"
NOT_A_MEMBER = "Forbidden: bot is not a member of the supergroup chat"
# Under this account Telegram shows administrators who do not show themselves.
ANONYMOUS: dict[str, Any] = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}


class Place:
    """A chat that several people write to; ``chat`` is what it shows."""

    def __init__(self, state: State, chat: Chat) -> None:
        self._state = state
        self.chat = chat

    @property
    def id(self) -> int:
        """The chat's id."""
        return self.chat.id


class Group(Place):
    """A group or supergroup."""

    def open_thread(self, thread_id: int) -> None:
        """Open a topic of a forum, for the first time or again."""
        self.chat.threads.add(thread_id)
        self.chat.closed_threads.discard(thread_id)

    def close_thread(self, thread_id: int) -> None:
        """Close a topic: only administrators may write there."""
        self.chat.closed_threads.add(thread_id)

    def delete_thread(self, thread_id: int) -> None:
        """Delete a topic."""
        self.chat.threads.discard(thread_id)

    def promote(self, user: User, status: str = "administrator") -> None:
        """Put ``user`` in charge; ``creator`` makes him the owner."""
        self.chat.members[user.id] = status

    def demote(self, user: User) -> None:
        """Make ``user`` a member like others."""
        self.chat.members[user.id] = "member"

    def promote_bot(self) -> None:
        """Put the bot in charge, so that it hears everything."""
        self.chat.members[self._state.bot["id"]] = "administrator"

    def forbid_reactions(self) -> None:
        """Allow no reactions from now on."""
        self.chat.reactions_allowed = False

    def migrate(self) -> Group:
        """Upgrade to a supergroup: calls for the old id are refused and told the new one."""
        state, old = self._state, self.chat
        moved = Chat(state.new_supergroup_id(), "supergroup", dict(old.names))
        moved.members = dict(old.members)
        state.open_chat(moved)
        old.refusal = Refusal(400, MIGRATED, {"migrate_to_chat_id": moved.id})
        for chat, note in (
            (old, {"migrate_to_chat_id": moved.id}),
            (moved, {"migrate_from_chat_id": old.id}),
        ):
            message = state.post(chat, ANONYMOUS, sender_chat=chat, service=note)
            state.updates.put("message", message.to_dict())
        return Group(state, moved)


class Channel(Place):
    """A channel that the bot administers; what people write there are its posts."""


class ForeignGroup(Place):
    """A supergroup without the bot: it hears only messages that name it, as guests' questions."""

    def __init__(self, state: State, chat: Chat) -> None:
        super().__init__(state, chat)
        chat.refusal = Refusal(403, NOT_A_MEMBER)


class BusinessChat(Place):
    """The private chat of a business account and a customer, which the bot follows."""
