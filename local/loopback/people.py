"""Simulated users and groups: what people do at the other end of the chat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from local.loopback.chats import Chat
from local.loopback.faults import Refusal

if TYPE_CHECKING:
    from typing import Unpack

    from local.loopback.chats import Callback, Message
    from local.loopback.state import State

BLOCKED = "Forbidden: bot was blocked by the user"
DEACTIVATED = "Forbidden: user is deactivated"
MIGRATED = "Bad Request: group chat was upgraded to a supergroup chat"


class Placement(TypedDict, total=False):
    """Where and how a message is sent; the user's private chat with the bot by default."""

    chat: Group | None
    reply_to: Message | None
    thread_id: int | None
    caption: str
    size_bytes: int | None
    """An announced size other than the data's: a film needs no two gigabytes to be tried."""


class Group:
    """A group or supergroup; ``chat`` is what it shows."""

    def __init__(self, state: State, chat: Chat) -> None:
        self._state = state
        self.chat = chat

    @property
    def id(self) -> int:
        """The chat's id."""
        return self.chat.id

    def open_thread(self, thread_id: int) -> None:
        """Open a topic of a forum."""
        self.chat.threads.add(thread_id)

    def migrate(self) -> Group:
        """Upgrade to a supergroup: calls for the old id are refused and told the new one."""
        moved = Chat(self._state.new_supergroup_id(), "supergroup", dict(self.chat.names))
        self._state.open_chat(moved)
        self.chat.refusal = Refusal(400, MIGRATED, {"migrate_to_chat_id": moved.id})
        note = {"migrate_to_chat_id": moved.id}
        message = self._state.post(self.chat, self._state.bot, service=note)
        self._state.updates.put("message", message.to_dict())
        return Group(self._state, moved)


class User:
    """Somebody who writes to the bot; ``chat`` is the private chat, empty until he writes."""

    def __init__(self, state: State, about: dict[str, Any], *, hears_all: bool) -> None:
        self._state = state
        self._hears_all = hears_all
        self.about = about
        names = {"first_name": str(about["first_name"])}
        self.chat = state.open_chat(Chat(about["id"], "private", names))

    @property
    def id(self) -> int:
        """The user's id, which is also the private chat's."""
        number: int = self.about["id"]
        return number

    async def send_text(self, text: str, **placement: Unpack[Placement]) -> Message:
        """Write a message."""
        return self._say(placement, text=text)

    async def reply(self, message: Message, text: str) -> Message:
        """Answer ``message`` where it stands."""
        place = {"chat": message.chat, "thread_id": message.thread_id}
        return self._say({}, **place, reply_to=message, text=text)

    async def send_voice(
        self,
        data: bytes,
        *,
        duration: int,
        mime_type: str | None = "audio/ogg",
        **placement: Unpack[Placement],
    ) -> Message:
        """Send a voice note."""
        fields = {"duration": duration, "mime_type": mime_type}
        return self._upload("voice", data, fields, placement)

    async def send_audio(
        self,
        data: bytes,
        *,
        duration: int,
        name: str | None = None,
        mime_type: str | None = "audio/mpeg",
        **placement: Unpack[Placement],
    ) -> Message:
        """Send music or another recording."""
        fields = {"duration": duration, "file_name": name, "mime_type": mime_type}
        return self._upload("audio", data, fields, placement)

    async def send_video(
        self,
        data: bytes,
        *,
        duration: int,
        name: str | None = None,
        mime_type: str | None = "video/mp4",
        **placement: Unpack[Placement],
    ) -> Message:
        """Send a film."""
        fields = {"duration": duration, "file_name": name, "mime_type": mime_type}
        fields |= {"width": 1280, "height": 720}
        return self._upload("video", data, fields, placement)

    async def send_video_note(
        self, data: bytes, *, duration: int, **placement: Unpack[Placement]
    ) -> Message:
        """Send a round video message."""
        return self._upload("video_note", data, {"duration": duration, "length": 384}, placement)

    async def send_animation(
        self, data: bytes, *, duration: int, **placement: Unpack[Placement]
    ) -> Message:
        """Send a film without sound."""
        fields = {"duration": duration, "width": 320, "height": 240, "mime_type": "video/mp4"}
        return self._upload("animation", data, fields, placement)

    async def send_document(
        self,
        data: bytes,
        *,
        name: str | None = None,
        mime_type: str | None = None,
        **placement: Unpack[Placement],
    ) -> Message:
        """Send a file as it is."""
        fields = {"file_name": name, "mime_type": mime_type}
        return self._upload("document", data, fields, placement)

    async def forward(self, message: Message, **placement: Unpack[Placement]) -> Message:
        """Forward ``message``: the same document under another file id."""
        origin = {"type": "hidden_user", "sender_user_name": "Somebody", "date": message.date}
        return self._say(
            placement,
            text=message.text,
            caption=message.caption,
            file=message.file,
            forward_origin=origin,
        )

    async def press(self, message: Message, button: str) -> Callback:
        """Press the button with this label; its message may have been deleted meanwhile."""
        choices = {item["text"]: item for row in message.buttons for item in row}
        callback = self._state.press(message, choices[button]["callback_data"], self.id)
        shown = message.to_dict()
        if message.deleted:
            shown = {"message_id": message.id, "chat": message.chat.to_dict(), "date": 0}
        body = {
            "id": callback.id,
            "from": self.about,
            "chat_instance": str(-message.chat.id),
            "data": callback.data,
            "message": shown,
        }
        self._state.updates.put("callback_query", body)
        return callback

    async def delete(self, message: Message) -> None:
        """Delete a message; the bot is not told."""
        message.deleted = True

    async def block(self) -> None:
        """Shut the bot out of the private chat."""
        self.chat.refusal = Refusal(403, BLOCKED)
        self._tell_membership(self.chat, "member", "kicked")

    async def unblock(self) -> None:
        """Let the bot in again."""
        self.chat.refusal = None
        self._tell_membership(self.chat, "kicked", "member")

    async def leave_telegram(self) -> None:
        """Delete the account."""
        self.chat.refusal = Refusal(403, DEACTIVATED)

    async def add_bot(self, group: Group) -> None:
        """Invite the bot into ``group``."""
        group.chat.refusal = None
        self._tell_membership(group.chat, "left", "member")

    async def remove_bot(self, group: Group) -> None:
        """Throw the bot out of ``group``."""
        description = f"Forbidden: bot was kicked from the {group.chat.type} chat"
        group.chat.refusal = Refusal(403, description)
        self._tell_membership(group.chat, "member", "kicked")

    def _upload(
        self, kind: str, data: bytes, fields: dict[str, Any], placement: Placement
    ) -> Message:
        size_bytes = placement.get("size_bytes")
        file = self._state.store(kind, data, fields, size_bytes=size_bytes)
        return self._say(placement, file=file)

    def _say(self, placement: Placement, **content: Any) -> Message:
        """Post a message and tell the bot of it, where the bot may hear it."""
        group = placement.get("chat")
        place = {
            "chat": group.chat if group else self.chat,
            "reply_to": placement.get("reply_to"),
            "thread_id": placement.get("thread_id"),
            "caption": placement.get("caption", ""),
        }
        message = self._state.post(sender=self.about, **{**place, **content})
        if self._heard(message):
            self._state.updates.put("message", message.to_dict())
        return message

    def _heard(self, message: Message) -> bool:
        """Privacy mode: in groups a bot hears commands and replies to itself, unless set free."""
        if message.chat.private or self._hears_all:
            return True
        if message.reply_to and message.reply_to.from_bot:
            return True
        words = (message.text or message.caption).split()
        if not words or not words[0].startswith("/"):
            return False
        addressee = words[0].partition("@")[2]
        return addressee.lower() in ("", str(self._state.bot["username"]).lower())

    def _tell_membership(self, chat: Chat, old: str, new: str) -> None:
        body = {
            "chat": chat.to_dict(),
            "from": self.about,
            "date": self._state.now,
            "old_chat_member": {"user": self._state.bot, "status": old},
            "new_chat_member": {"user": self._state.bot, "status": new},
        }
        self._state.updates.put("my_chat_member", body)
