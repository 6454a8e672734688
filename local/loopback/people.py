"""Simulated users: what people do at the other end of the chat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from local.loopback.chats import Chat
from local.loopback.faults import Refusal
from local.loopback.groups import ANONYMOUS, BusinessChat
from local.loopback.record import What

if TYPE_CHECKING:
    from typing import Unpack

    from local.loopback.chats import Callback, Message
    from local.loopback.drafts import Draft
    from local.loopback.groups import Group, Place
    from local.loopback.state import State

BLOCKED = "Forbidden: bot was blocked by the user"
DEACTIVATED = "Forbidden: user is deactivated"


class Placement(TypedDict, total=False):
    """Where and how a message is sent; the user's private chat with the bot by default."""

    chat: Place | None
    reply_to: Message | None
    thread_id: int | None
    caption: str
    album: str | None
    """The media group it belongs to: the same for several messages sent as one."""
    anonymous: bool
    """In the name of the group that the user administers."""
    size_bytes: int | None
    """An announced size other than the data's: a film needs no two gigabytes to be tried."""


class User:
    """Somebody who writes to the bot; ``chat`` is the private chat, empty until he writes."""

    def __init__(self, state: State, about: dict[str, Any]) -> None:
        self._state = state
        self.about = state.users.setdefault(about["id"], about)
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
        return self._say(
            {}, chat=message.chat, thread_id=message.thread_id, reply_to=message, text=text
        )

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
        data = choices[button]["callback_data"]
        callback = self._state.press(message, button, data, self.about)
        body = {
            "id": callback.id,
            "from": self.about,
            "chat_instance": str(-message.chat.id),
            "data": callback.data,
        }
        if message.inline_id:
            body["inline_message_id"] = message.inline_id
        elif message.deleted:
            remains = {"message_id": message.id, "chat": message.chat.to_dict(), "date": 0}
            body["message"] = remains
        else:
            body["message"] = message.to_dict()
        self._state.updates.put("callback_query", body)
        return callback

    async def delete(self, message: Message) -> None:
        """Delete a message; the bot is not told."""
        self._state.delete(message, self.about["first_name"])

    @property
    def draft(self) -> Draft | None:
        """What the private chat shows the bot writing now."""
        return self._state.draft(self.chat)

    async def stop(self) -> None:
        """Press the Stop button of the draft. Raise LookupError when there is none to press."""
        draft = self.draft
        if draft is None or not draft.can_stop:
            raise LookupError("no draft with a Stop button is shown")
        name = self.about["first_name"]
        self._state.note(What.STOPPED, self.chat, name, text=draft.text, draft_id=draft.id)
        draft.can_stop = False
        if not draft.keep_on_stop:
            self._state.end_draft(self.chat)
        # Documented as a number, sent by the server as text.
        body = {"chat": self.chat.to_dict(), "draft_id": str(draft.id)}
        self._state.updates.put("stopped_message_generation", body)

    def open_thread(self, thread_id: int) -> None:
        """Open a topic in the private chat."""
        self.chat.threads.add(thread_id)

    async def connect_bot(self, *, can_reply: bool = True) -> Business:
        """Let the bot follow the chats of this account, which is a business's."""
        business = Business(self._state, self, can_reply=can_reply)
        business.tell()
        return business

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

    async def add_bot(self, place: Place) -> None:
        """Invite the bot into a group, or into a channel, where bots are always in charge."""
        place.chat.refusal = None
        channel = place.chat.type == "channel"
        self._tell_membership(place.chat, "left", "administrator" if channel else "member")
        if not channel:
            self._say({}, chat=place.chat, service={"new_chat_members": [self._state.bot]})

    async def remove_bot(self, place: Place) -> None:
        """Throw the bot out of a group or channel."""
        description = f"Forbidden: bot was kicked from the {place.chat.type} chat"
        place.chat.refusal = Refusal(403, description)
        self._tell_membership(place.chat, "member", "kicked")

    async def promote_bot(self, group: Group) -> None:
        """Put the bot in charge of ``group``, and have Telegram tell it."""
        self._tell_membership(group.chat, "member", "administrator")

    def _upload(
        self, kind: str, data: bytes, fields: dict[str, Any], placement: Placement
    ) -> Message:
        size_bytes = placement.get("size_bytes")
        file = self._state.store(kind, data, fields, size_bytes=size_bytes)
        return self._say(placement, file=file)

    def _say(self, placement: Placement, **content: Any) -> Message:
        """Post a message and tell the bot of it, where the bot may hear it."""
        place = placement.get("chat")
        chat = place.chat if place else self.chat
        shown: dict[str, Any] = {
            "chat": chat,
            "sender": self.about,
            "reply_to": placement.get("reply_to"),
            "thread_id": placement.get("thread_id"),
            "caption": placement.get("caption", ""),
            "album": placement.get("album"),
        }
        if placement.get("anonymous"):
            shown |= {"sender": ANONYMOUS, "sender_chat": chat}
        shown |= content
        if shown["chat"].type == "channel":
            shown["sender_chat"] = shown["chat"]
        message = self._state.post(**shown)
        self._tell(message)
        return message

    def _tell(self, message: Message) -> None:
        """Tell the bot of ``message`` the way it hears of such, if it does."""
        chat, updates = message.chat, self._state.updates
        if chat.business:
            if chat.business.enabled:
                updates.put("business_message", message.to_dict())
        elif chat.type == "channel":
            updates.put("channel_post", message.to_dict())
        elif chat.members.get(self._state.bot["id"]) in ("left", "kicked"):
            if self._summoned(message):
                count = len(self._state.guests) + len(self._state.inline)
                message.guest_query_id = self._state.named(f"guest {chat.id}", count)
                self._state.guests[message.guest_query_id] = message
                updates.put("guest_message", message.to_dict())
        elif self._heard(message):
            updates.put("message", message.to_dict())

    def _heard(self, message: Message) -> bool:
        """Privacy mode: in groups a bot hears commands and replies to itself, unless set free.

        A mention of its name is not enough.
        """
        state, chat = self._state, message.chat
        free = state.abilities["can_read_all_group_messages"] or chat.in_charge(state.bot["id"])
        if chat.private or free or message.service:
            return True
        if message.reply_to and message.reply_to.from_bot:
            return True
        words = (message.text or message.caption).split()
        if not words or not words[0].startswith("/"):
            return False
        addressee = words[0].partition("@")[2]
        return addressee.lower() in ("", str(state.bot["username"]).lower())

    def _summoned(self, message: Message) -> bool:
        """Whether a message in a chat without the bot calls it in as a guest."""
        if not self._state.abilities["supports_guest_queries"]:
            return False
        if message.reply_to and message.reply_to.from_bot:
            return True
        words = (message.text or message.caption).lower().split()
        return f"@{self._state.bot['username']}".lower() in words

    def _tell_membership(self, chat: Chat, old: str, new: str) -> None:
        if not chat.private:
            chat.members[self._state.bot["id"]] = new
        who = str(self.about["first_name"])
        self._state.note(What.SERVICE, chat, who, text=f"bot: {old} → {new}")
        body = {
            "chat": chat.to_dict(),
            "from": self.about,
            "date": self._state.now,
            "old_chat_member": {"user": self._state.bot, "status": old},
            "new_chat_member": {"user": self._state.bot, "status": new},
        }
        self._state.updates.put("my_chat_member", body)


class Business:
    """The connection of a business account with the bot, which writes there in its name."""

    def __init__(self, state: State, owner: User, *, can_reply: bool) -> None:
        self._state = state
        self.owner = owner
        self.can_reply = can_reply
        self.enabled = True
        self.id = state.named(f"business {owner.id}", len(state.businesses))
        self.chats: dict[int, Chat] = {}
        """By the customer's id."""
        state.businesses[self.id] = self

    def chat_with(self, customer: User) -> BusinessChat:
        """The chat of the account with ``customer``."""
        chat = Chat(customer.id, "private", dict(customer.chat.names), business=self)
        return BusinessChat(self._state, self.chats.setdefault(customer.id, chat))

    async def disconnect(self) -> None:
        """End the connection."""
        self.enabled = False
        self.tell()

    def tell(self) -> None:
        """Tell the bot how the connection stands."""
        body = {
            "id": self.id,
            "user": self.owner.about,
            "user_chat_id": self.owner.id,
            "date": self._state.now,
            "rights": {"can_reply": True} if self.can_reply else {},
            "is_enabled": self.enabled,
        }
        self._state.updates.put("business_connection", body)
