"""The Bot API's methods by name; names are taken in any case, as the real server does."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, NamedTuple

from local.loopback import drafts, guests, members, menus, messages, presence
from local.loopback.faults import Refusal, bad_request
from local.loopback.file_ids import FileId
from local.loopback.parameters import Parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from local.loopback.state import State
    from local.loopback.webhook import Webhook

LARGEST_DOWNLOAD_BYTES = 20 << 20
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)


class Said(NamedTuple):
    """A success that Telegram says a word about."""

    description: str


class Methods:
    """Carries calls out; ``call`` gives the result and what Telegram says beside it."""

    def __init__(self, state: State, webhook: Webhook) -> None:
        self._state = state
        self._webhook = webhook
        own = (
            self.get_me,
            self.get_updates,
            self.set_webhook,
            self.delete_webhook,
            self.get_webhook_info,
            self.get_file,
        )
        chat_methods = (
            messages.send_message,
            messages.send_document,
            messages.edit_message_text,
            messages.delete_message,
            drafts.send_message_draft,
            presence.send_chat_action,
            presence.set_message_reaction,
            presence.answer_callback_query,
            guests.answer_guest_query,
            members.get_chat_member,
            members.get_chat_administrators,
            menus.set_my_commands,
            menus.get_my_commands,
            menus.delete_my_commands,
        )
        self._by_name: dict[str, Callable[..., Any]] = {_plain(m): m for m in own}
        for method in chat_methods:
            self._by_name[_plain(method)] = lambda call, run=method: run(state, call)

    async def call(self, name: str, call: Parameters) -> tuple[Any, str | None]:
        """Carry out ``name``; raise Refusal where the real server would answer with an error."""
        method = self._by_name.get(name.lower())
        if method is None:
            raise Refusal(404, "Not Found: method not found")
        result = method(call)
        if inspect.isawaitable(result):
            result = await result
        return (True, result.description) if isinstance(result, Said) else (result, None)

    async def execute(self, method: dict[str, Any]) -> Any:
        """Carry out a method given as the JSON object of an HTTP answer."""
        values = {key: value for key, value in method.items() if key != "method"}
        result, _ = await self.call(method["method"], Parameters(values))
        return result

    def get_me(self, _call: Parameters) -> dict[str, Any]:
        """Who the bot is."""
        return {**self._state.bot, **self._state.abilities}

    async def get_updates(self, call: Parameters) -> list[dict[str, Any]]:
        """Poll; a webhook forbids it, and a newer poll ends an older one."""
        if self._webhook.url:
            raise Refusal(409, WEBHOOK_ACTIVE)
        allowed = _kinds(call)
        if allowed is not None:
            self._state.updates.allowed = allowed
        return await self._state.updates.poll(
            call.integer("offset"), call.integer("limit"), call.integer("timeout")
        )

    def set_webhook(self, call: Parameters) -> Said:
        """Deliver updates to a URL."""
        description = self._webhook.set(
            call.text("url").strip(),
            secret=call.text("secret_token"),
            max_connections=call.integer("max_connections"),
            allowed=_kinds(call),
            drop_pending=call.flag("drop_pending_updates"),
        )
        return Said(description)

    def delete_webhook(self, call: Parameters) -> Said:
        """Back to polling."""
        return Said(self._webhook.remove(drop_pending=call.flag("drop_pending_updates")))

    def get_webhook_info(self, _call: Parameters) -> dict[str, Any]:
        """Where updates go, and what went wrong with it last."""
        return self._webhook.info()

    def get_file(self, call: Parameters) -> dict[str, Any]:
        """Prepare a download; only up to 20 MiB."""
        file_id = call.text("file_id")
        if not file_id:
            raise bad_request("file_id not specified")
        try:
            file = self._state.find_file(file_id)
        except ValueError as error:
            raise bad_request("invalid file_id") from error
        if file is None:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        if file.size_bytes > LARGEST_DOWNLOAD_BYTES:
            raise bad_request("file is too big")
        return {
            "file_id": file_id,
            "file_unique_id": FileId.parse(file_id).unique_id,
            "file_size": file.size_bytes,
            "file_path": file.path,
        }


def _plain(method: Callable[..., Any]) -> str:
    return method.__name__.replace("_", "")


def _kinds(call: Parameters) -> Sequence[str] | None:
    kinds = call.structure("allowed_updates")
    return None if kinds is None else [str(kind) for kind in kinds]
