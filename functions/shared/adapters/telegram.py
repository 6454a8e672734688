"""What a chat sees, over the Bot API by python-telegram-bot.

The library is imported at the first call: it costs a quarter of a second, which a process that
never writes to a chat should not pay. Methods are named in lower case, which the server takes as
well; the library then leaves their answers as they came, so that nothing it does not know is lost.
"""

from __future__ import annotations

import logging
import os
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from shared.errors import (
    OperatorError,
    RateLimitedError,
    TranscriberError,
    TransientError,
    UndeliverableError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from telegram import Bot
    from telegram.error import TelegramError

    from shared.jobs import Address
    from shared.ports import Button

DEFAULT_BASE_URL = "https://api.telegram.org"
ALLOWED_UPDATES = ("message", "callback_query", "my_chat_member")
CONNECTIONS = 32
CONNECT_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 20.0
UPLOAD_TIMEOUT_S = 60.0
POOL_TIMEOUT_S = 10.0
POLL_GRACE_S = 10.0  # how much longer than a long poll its answer may take
GENERAL_TOPIC = 1  # a forum's general topic is addressed by no thread at all
DETOURS = 3  # to the new chat, without the thread, without the reply
LONGEST_DESCRIPTION = 120
# Their records hold URLs with the token (httpx) or what users wrote (telegram), or answers that
# could not be read. Errors are raised, so nothing is lost by not hearing of them twice.
QUIET_LOGGERS = {
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "telegram": logging.CRITICAL,
}


class _NotModifiedError(OperatorError):
    """The message shows this already."""


class _NotEditableError(OperatorError):
    """There is no such message to edit any more."""


class _NoSuchThreadError(OperatorError):
    """The topic is gone."""


class _NoReplyTargetError(OperatorError):
    """The message to be replied to is gone."""


class _CallbackTooOldError(OperatorError):
    """Nobody waits for this answer any more."""


class _MigratedError(UndeliverableError):
    """The group is a supergroup now."""

    def __init__(self, chat_id: int) -> None:
        super().__init__("the group has become a supergroup")
        self.chat_id = chat_id


# What a refusal means, by a part of its description in lower case; the first that fits counts.
REFUSALS: tuple[tuple[str, type[TranscriberError], str], ...] = (
    ("message is not modified", _NotModifiedError, "the message shows this already"),
    ("message to edit not found", _NotEditableError, "the message to edit is gone"),
    ("message can't be edited", _NotEditableError, "the message cannot be edited"),
    ("message thread not found", _NoSuchThreadError, "the topic is gone"),
    ("message to be replied not found", _NoReplyTargetError, "the message to reply to is gone"),
    ("query is too old", _CallbackTooOldError, "the pressed button waits no longer"),
    ("chat not found", UndeliverableError, "the chat does not exist"),
    ("bot was blocked", UndeliverableError, "the user blocked the bot"),
    ("user is deactivated", UndeliverableError, "the user's account is gone"),
    ("bot was kicked", UndeliverableError, "the bot was thrown out of the chat"),
    ("bot is not a member", UndeliverableError, "the bot is not in the chat"),
    ("can't initiate conversation", UndeliverableError, "the user never wrote to the bot"),
    ("not enough rights", UndeliverableError, "the bot may not write in the chat"),
    ("have no rights", UndeliverableError, "the bot may not write in the chat"),
    ("topic_closed", UndeliverableError, "the topic is closed"),
    ("request entity too large", OperatorError, "Telegram takes no upload of this size"),
)

# What is left, by the name of the library's exception or, failing that, of its nearest ancestor.
KINDS: dict[str, tuple[type[TranscriberError], str]] = {
    "Forbidden": (UndeliverableError, "Telegram forbids writing to the chat"),
    "BadRequest": (OperatorError, "Telegram refused the request: {description}"),
    "InvalidToken": (OperatorError, "Telegram refused the bot token or knows no such method"),
    "EndPointNotFound": (OperatorError, "Telegram knows no such method"),
    "Conflict": (OperatorError, "another instance is polling, or a webhook is set"),
    "PassportDecryptionError": (OperatorError, "Telegram Passport is not for this bot"),
    "TimedOut": (TransientError, "Telegram did not answer in time"),
    "NetworkError": (TransientError, "Telegram cannot be reached or has a fault"),
    "TelegramError": (TransientError, "Telegram gave an answer that cannot be read"),
}


class TelegramMessenger:
    """Messenger over the Bot API, and what polling needs besides. Use it in one event loop."""

    def __init__(self, token: str, base_url: str = DEFAULT_BASE_URL) -> None:
        self._token = token
        self._base_url = base_url.rstrip("/")
        self._bot: Bot | None = None

    async def send(
        self, to: Address, text: str, buttons: Sequence[Button] = (), *, quiet: bool = False
    ) -> int:
        """Send a message, as a reply where ``to`` names one; return its id."""
        content = {"text": text, **_presentation(buttons)}
        if quiet:
            content["disable_notification"] = True
        message = await self._deliver("sendMessage", to, content)
        return int(message["message_id"])

    async def edit(
        self, to: Address, message_id: int, text: str, buttons: Sequence[Button] = ()
    ) -> int:
        """Replace the bot's own message; return the id of the one that shows the text now."""
        method = {
            "method": "editMessageText",
            "chat_id": to.chat_id,
            "message_id": message_id,
            "text": text,
            **_presentation(buttons),
        }
        try:
            await self.call(method)
        except _NotModifiedError:
            return message_id
        except _NotEditableError:
            return await self.send(to, text, buttons)
        except _MigratedError as moved:
            # Messages kept no id in the move, so there is nothing left to edit.
            return await self.send(
                replace(to, chat_id=moved.chat_id, message_id=None), text, buttons
            )
        return message_id

    async def send_file(self, to: Address, name: str, data: bytes, mime_type: str) -> None:
        """Send a document."""
        from telegram import InputFile  # noqa: PLC0415 - a quarter of a second, see above

        document = InputFile(data, filename=name)
        document.mimetype = mime_type
        await self._deliver("sendDocument", to, {"document": document})

    async def answer_callback(self, callback_id: str, text: str = "") -> None:
        """Stop the button's spinner, showing ``text``; too late is no error."""
        method = {"method": "answerCallbackQuery", "callback_query_id": callback_id}
        try:
            await self.call(method | ({"text": text} if text else {}))
        except _CallbackTooOldError:
            return

    async def call(self, method: Mapping[str, Any]) -> Any:
        """Carry out ``{"method": "sendMessage", …}`` and return its result."""
        return await self._request(**method)

    async def get_me(self) -> dict[str, Any]:
        """Who the bot is."""
        me: dict[str, Any] = await self._request("getMe")
        return me

    async def remove_webhook(self) -> bool:
        """Make way for polling, keeping the updates that wait; tell whether a webhook was set."""
        info = await self._request("getWebhookInfo")
        if not info.get("url"):
            return False
        await self._request("deleteWebhook", drop_pending_updates=False)
        return True

    async def updates(self, offset: int, timeout_s: float) -> list[dict[str, Any]]:
        """Updates from number ``offset`` on, as they came; wait ``timeout_s`` for the first."""
        updates: list[dict[str, Any]] = await self._request(
            "getUpdates",
            read_timeout=timeout_s + POLL_GRACE_S,
            offset=offset,
            timeout=int(timeout_s),
            allowed_updates=list(ALLOWED_UPDATES),
        )
        return updates

    async def set_commands(
        self, commands: Sequence[tuple[str, str]], language: str | None = None
    ) -> None:
        """Set the menu, pairs of name and description, for users of ``language`` or for all."""
        menu = [{"command": name, "description": text} for name, text in commands]
        await self._request("setMyCommands", commands=menu, language_code=language)

    async def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        bot, self._bot = self._bot, None
        if bot is not None:
            await bot.request.shutdown()

    async def _deliver(
        self, method: str, to: Address, content: dict[str, Any], detours: int = DETOURS
    ) -> Any:
        """Send to ``to``, once more by another way for each thing that is no longer there."""
        try:
            return await self._request(method, **_place(to), **content)
        except (_MigratedError, _NoSuchThreadError, _NoReplyTargetError) as error:
            if not detours:
                raise
            nearer = _way_around(to, error)
        return await self._deliver(method, nearer, content, detours - 1)

    async def _request(
        self, method: str, *, read_timeout: float = READ_TIMEOUT_S, **parameters: Any
    ) -> Any:
        bot = self._connected()
        from telegram.error import TelegramError  # noqa: PLC0415 - imported by now

        given = {key: value for key, value in parameters.items() if value is not None}
        try:
            return await bot.do_api_request(
                method.lower(), api_kwargs=given, read_timeout=read_timeout
            )
        except TelegramError as error:
            raise translated(error) from error

    def _connected(self) -> Bot:
        if self._bot is None:
            self._bot = _connect(self._token, self._base_url)
        return self._bot


def translated(error: TelegramError) -> TranscriberError:
    """What ``error`` means for us: its own figures first, then its words, then its kind."""
    from telegram.error import ChatMigrated, RetryAfter  # noqa: PLC0415 - see above

    if isinstance(error, RetryAfter):
        return RateLimitedError(
            "Telegram asked for less", retry_after_s=_seconds(error.retry_after)
        )
    if isinstance(error, ChatMigrated):
        return _MigratedError(error.new_chat_id)
    description = error.message.lower()
    for part, refusal, meaning in REFUSALS:
        if part in description:
            return refusal(meaning)
    names = (ancestor.__name__ for ancestor in type(error).__mro__)
    kind, meaning = next(KINDS[name] for name in names if name in KINDS)
    return kind(meaning.format(description=_quotable(error.message)))


def _connect(token: str, base_url: str) -> Bot:
    from telegram import Bot  # noqa: PLC0415 - a quarter of a second, see above
    from telegram.error import InvalidToken  # noqa: PLC0415 - the same
    from telegram.request import HTTPXRequest  # noqa: PLC0415 - the same

    quiet_vendors()
    # The library's own switch to durations as timedelta; without it every 429 raises a warning.
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    request = HTTPXRequest(
        connection_pool_size=CONNECTIONS,
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=READ_TIMEOUT_S,
        write_timeout=READ_TIMEOUT_S,
        media_write_timeout=UPLOAD_TIMEOUT_S,
        pool_timeout=POOL_TIMEOUT_S,
    )
    try:
        return Bot(token, base_url=f"{base_url}/bot", request=request, get_updates_request=request)
    except InvalidToken as error:
        raise OperatorError("there is no bot token") from error


def quiet_vendors() -> None:
    """Keep the libraries under us from logging the token and what users write."""
    for name, level in QUIET_LOGGERS.items():
        logging.getLogger(name).setLevel(level)


def _presentation(buttons: Sequence[Button]) -> dict[str, Any]:
    """No link previews, and the buttons as one row."""
    shown: dict[str, Any] = {"link_preview_options": {"is_disabled": True}}
    if buttons:
        row = [{"text": button.text, "callback_data": button.data} for button in buttons]
        shown["reply_markup"] = {"inline_keyboard": [row]}
    return shown


def _place(to: Address) -> dict[str, Any]:
    place: dict[str, Any] = {"chat_id": to.chat_id}
    if to.thread_id != GENERAL_TOPIC:
        place["message_thread_id"] = to.thread_id
    if to.message_id is not None:
        place["reply_parameters"] = {
            "message_id": to.message_id,
            "allow_sending_without_reply": True,
        }
    return place


def _way_around(to: Address, error: TranscriberError) -> Address:
    if isinstance(error, _MigratedError):
        return replace(to, chat_id=error.chat_id, message_id=None)
    if isinstance(error, _NoSuchThreadError):
        return replace(to, thread_id=None)
    return replace(to, message_id=None)


def _seconds(retry_after: int | timedelta) -> float:
    """The library is on its way from whole seconds to timedelta."""
    if isinstance(retry_after, timedelta):
        return retry_after.total_seconds()
    return float(retry_after)


def _quotable(description: str) -> str:
    """A description without what it may quote of the request."""
    return description.partition('"')[0][:LONGEST_DESCRIPTION].strip()
