"""The Messenger over the Bot API, and what polling and setting up need besides."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from shared.adapters.telegram import payloads
from shared.adapters.telegram.connection import DEFAULT_BASE_URL, Connection
from shared.adapters.telegram.failures import (
    MigratedError,
    NoReplyTargetError,
    NoSuchThreadError,
    NotEditableError,
    NotModifiedError,
    QueryTooOldError,
)
from shared.bot import ALLOWED_UPDATES
from shared.errors import OperatorError, UndeliverableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.bot import Menu
    from shared.jobs import Address
    from shared.ports import Keyboard
    from shared.ports.network import MessageId, Stretch

POLL_GRACE_S = 10.0  # how much longer than a long poll its answer may take
DETOURS = 3  # to the new chat, without the thread, without the reply
IN_CHARGE = ("creator", "administrator")


class TelegramMessenger:
    """Messenger over the Bot API. Use it in one event loop."""

    def __init__(self, token: str, base_url: str = DEFAULT_BASE_URL) -> None:
        self._connection = Connection(token, base_url)
        self._me: dict[str, Any] = {}
        self._drafts = True
        self._stoppable = True

    # Messages

    async def send(
        self,
        to: Address,
        text: str,
        keyboard: Keyboard = (),
        *,
        quiet: bool = False,
        folded: Stretch | None = None,
    ) -> MessageId:
        """Send a message, as a reply where ``to`` names one; return its id."""
        content = payloads.content(text, keyboard, folded)
        if to.guest_query_id:
            return await self._answer_guest(to.guest_query_id, content)
        message = await self._deliver("sendMessage", to, {**content, **_sound(quiet=quiet)})
        return int(message["message_id"])

    async def edit(
        self,
        to: Address,
        message_id: MessageId,
        text: str,
        keyboard: Keyboard = (),
        *,
        folded: Stretch | None = None,
    ) -> MessageId:
        """Replace the bot's own message; return the id of the one that shows the text now."""
        content = payloads.content(text, keyboard, folded)
        try:
            await self._connection.call("editMessageText", **_message(to, message_id), **content)
        except NotModifiedError:
            return message_id
        except (NotEditableError, MigratedError) as gone:
            if isinstance(message_id, str):
                raise UndeliverableError("the guest's message is gone") from gone
            # Messages keep no id when a group becomes a supergroup: nothing is left to edit.
            moved = isinstance(gone, MigratedError)
            return await self.send(
                payloads.way_around(to, gone) if moved else to, text, keyboard, folded=folded
            )
        return message_id

    async def send_file(
        self, to: Address, name: str, data: bytes, mime_type: str, *, quiet: bool = False
    ) -> None:
        """Send a document; a guest cannot be sent one."""
        if to.guest_query_id:
            raise UndeliverableError("the bot is no member of the chat and may upload nothing")
        from telegram import InputFile  # noqa: PLC0415 - a quarter of a second, see Connection

        document = InputFile(data, filename=name)
        document.mimetype = mime_type
        await self._deliver("sendDocument", to, {"document": document, **_sound(quiet=quiet)})

    async def draft(self, to: Address, draft_id: int, text: str) -> bool:
        """Show ``text`` as being written; False where this chat or this server has no drafts."""
        if not (self._drafts and to.private) or to.business_id or to.guest_query_id:
            return False
        shown = {**payloads.place(replace(to, message_id=None)), "draft_id": draft_id, "text": text}
        try:
            await self._show_draft(shown)
        except NoSuchThreadError:
            return False
        except OperatorError:
            self._drafts = False
        return self._drafts

    async def _show_draft(self, shown: dict[str, Any]) -> None:
        """With a Stop button, which came half a year later than drafts, where the server has it."""
        if self._stoppable:
            try:
                await self._connection.call("sendMessageDraft", **shown, can_stop=True)
            except NoSuchThreadError:
                raise
            except OperatorError:
                self._stoppable = False
            else:
                return
        await self._connection.call("sendMessageDraft", **shown)

    async def react(self, to: Address, emoji: str) -> None:
        """Put a reaction on the message ``to`` names; where that is not allowed nothing happens."""
        if to.message_id is None or to.business_id or to.guest_query_id:
            return
        reaction = [{"type": "emoji", "emoji": emoji}]
        try:
            await self._connection.call(
                "setMessageReaction",
                chat_id=to.chat_id,
                message_id=to.message_id,
                reaction=reaction,
            )
        except (OperatorError, UndeliverableError):
            return

    async def answer_callback(self, callback_id: str, text: str = "") -> None:
        """Stop the button's spinner, showing ``text``; too late is no error."""
        try:
            await self._connection.call(
                "answerCallbackQuery", callback_query_id=callback_id, text=text or None
            )
        except QueryTooOldError:
            return

    # Who is who

    async def is_admin(self, chat_id: int, user_id: int) -> bool:
        """Whether the user is an administrator or the owner of the group."""
        try:
            return await self._in_charge(chat_id, user_id)
        except MigratedError as moved:
            return await self._in_charge(moved.chat_id, user_id)

    async def _in_charge(self, chat_id: int, user_id: int) -> bool:
        """Telegram promises a bot that is no administrator itself only the list of those in charge."""
        call = self._connection.call
        try:
            member = await call("getChatMember", chat_id=chat_id, user_id=user_id)
        except OperatorError:
            listed = await call("getChatAdministrators", chat_id=chat_id)
            return any(each["user"]["id"] == user_id for each in listed)
        return member["status"] in IN_CHARGE

    async def sees_all(self, chat_id: int) -> bool:
        """Whether the group's messages reach the bot unasked: no privacy mode, or it is an admin."""
        me = await self._known()
        if me.get("can_read_all_group_messages"):
            return True
        return await self.is_admin(chat_id, int(me["id"]))

    async def username(self) -> str:
        """The bot's name without @."""
        return str((await self._known())["username"])

    async def get_me(self) -> dict[str, Any]:
        """Who the bot is, by Telegram's word of now."""
        self._me = await self._connection.call("getMe")
        return self._me

    async def _known(self) -> dict[str, Any]:
        return self._me or await self.get_me()

    # Polling and setting up

    async def call(self, method: Mapping[str, Any]) -> Any:
        """Carry out ``{"method": "sendMessage", …}`` and return its result."""
        return await self._connection.call(**method)

    async def remove_webhook(self) -> bool:
        """Make way for polling, keeping the updates that wait; tell whether a webhook was set."""
        info = await self._connection.call("getWebhookInfo")
        if not info.get("url"):
            return False
        await self._connection.call("deleteWebhook", drop_pending_updates=False)
        return True

    async def updates(self, offset: int, timeout_s: float) -> list[dict[str, Any]]:
        """Updates from number ``offset`` on, as they came; wait ``timeout_s`` for the first."""
        updates: list[dict[str, Any]] = await self._connection.call(
            "getUpdates",
            read_timeout=timeout_s + POLL_GRACE_S,
            offset=offset,
            timeout=int(timeout_s),
            allowed_updates=list(ALLOWED_UPDATES),
        )
        return updates

    async def set_menu(self, menu: Menu) -> None:
        """Have Telegram offer ``menu`` from now on."""
        await self._connection.call("setMyCommands", **menu.parameters())

    async def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        await self._connection.close()

    async def _answer_guest(self, query_id: str, content: dict[str, Any]) -> str:
        sent = await self._connection.call(
            "answerGuestQuery", guest_query_id=query_id, result=payloads.article(content)
        )
        return str(sent["inline_message_id"])

    async def _deliver(
        self, method: str, to: Address, content: dict[str, Any], detours: int = DETOURS
    ) -> Any:
        """Send to ``to``, once more by another way for each thing that is no longer there."""
        try:
            return await self._connection.call(method, **payloads.place(to), **content)
        except (MigratedError, NoSuchThreadError, NoReplyTargetError) as error:
            if not detours:
                raise
            nearer = payloads.way_around(to, error)
        return await self._deliver(method, nearer, content, detours - 1)


def _message(to: Address, message_id: MessageId) -> dict[str, Any]:
    """How an edit names its message: by its chat, or, a guest's, by itself."""
    if isinstance(message_id, str):
        return {"inline_message_id": message_id}
    return {**payloads.chat(to), "message_id": message_id}


def _sound(*, quiet: bool) -> dict[str, bool]:
    return {"disable_notification": True} if quiet else {}
