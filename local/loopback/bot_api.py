"""A Bot API server on this machine, as strict as the real one, with simulated users.

    async with LoopbackBotApi("123456:token") as api:
        user = api.user(1, "Ada")
        await user.send_voice(data, duration=3)   # the bot gets an update
        user.chat.messages                        # what the chat shows now

It listens on 127.0.0.1 alone. Nothing is written to disk.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self

from aiohttp import web

from local.loopback import menus
from local.loopback.chats import Chat
from local.loopback.faults import Drop, Faults, HtmlPage, Refusal, Truncate
from local.loopback.groups import Channel, ForeignGroup, Group
from local.loopback.methods import Methods
from local.loopback.parameters import LARGEST_REQUEST_BYTES, read_parameters
from local.loopback.people import User
from local.loopback.state import State
from local.loopback.updates import Updates
from local.loopback.webhook import Webhook
from shared.adapters.clock import SystemClock

if TYPE_CHECKING:
    from types import TracebackType

    from local.loopback.events import EventStream
    from shared.ports import Clock

DOWNLOAD = "download"  # the name under which faults of the file endpoint are ordered
CLOSING = "Conflict: terminated by the server's end"


class LoopbackBotApi:
    """The server and the people on its other side; enter it to have it listen.

    ``allow_http`` lets a webhook be plain HTTP on any port, ``hears_all`` turns the bot's privacy
    mode in groups off, ``paced`` refuses a second setWebhook within a second.
    """

    def __init__(
        self,
        token: str,
        *,
        username: str = "ExampleBot",
        clock: Clock | None = None,
        allow_http: bool = False,
        hears_all: bool = False,
        paced: bool = False,
    ) -> None:
        clock = clock or SystemClock()
        self._token = token
        self._updates = Updates(clock)
        self._faults = Faults()
        self._groups = 0
        self.state = State(token, username, clock, self._updates)
        self.state.abilities["can_read_all_group_messages"] = hears_all
        self.webhook = Webhook(
            self._updates, clock, self.execute, allow_http=allow_http, paced=paced
        )
        self._methods = Methods(self.state, self.webhook)
        self._runner: web.AppRunner | None = None
        self.refused: list[tuple[str, Refusal]] = []
        """Methods and what they were refused with, oldest first."""
        self.base_url = ""
        """``http://127.0.0.1:PORT`` once it listens."""

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=LARGEST_REQUEST_BYTES)
        app.router.add_route("*", r"/bot{token:[^/]+}/{method}", self._answer)
        app.router.add_get(r"/file/bot{token:[^/]+}/{path:.+}", self._download)
        # No access log: every path holds the token.
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.base_url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._updates.interrupt(CLOSING)
        self.state.events.close()
        await self.webhook.close()
        if self._runner:
            await self._runner.cleanup()

    # The other side of the chat

    def user(self, user_id: int, first_name: str = "Test", language_code: str = "en") -> User:
        """Somebody with a Telegram account. The bot cannot write first."""
        about = {"id": user_id, "is_bot": False, "first_name": first_name}
        if language_code:
            about["language_code"] = language_code
        return User(self.state, about)

    def group(self, title: str, *, type: str = "supergroup", forum: bool = False) -> Group:  # noqa: A002 - the Bot API's word
        """A group that the bot is a member of; ``type`` is ``group`` or ``supergroup``."""
        return Group(self.state, self._open(title, type, forum=forum))

    def channel(self, title: str) -> Channel:
        """A channel that the bot administers."""
        return Channel(self.state, self._open(title, "channel", status="administrator"))

    def foreign_group(self, title: str) -> ForeignGroup:
        """A supergroup that the bot is no member of: people there may ask it as a guest."""
        return ForeignGroup(self.state, self._open(title, "supergroup", status="left"))

    def _open(self, title: str, kind: str, *, forum: bool = False, status: str = "member") -> Chat:
        self._groups += 1
        chat_id = -self._groups if kind == "group" else self.state.new_supergroup_id()
        chat = Chat(chat_id, kind, {"title": title}, forum=forum)
        chat.members[self.state.bot["id"]] = status
        return self.state.open_chat(chat)

    def chat(self, chat_id: int) -> Chat:
        """What the chat with this id shows."""
        return self.state.chats[chat_id]

    def menu(self, user: User, place: Group | None = None) -> list[dict[str, str]]:
        """The commands Telegram offers ``user`` there; in the private chat by default."""
        chat = place.chat if place else user.chat
        return menus.shown(self.state, chat, user.id, user.about.get("language_code", ""))

    def events(self) -> EventStream:
        """What the bot does from now on, for ``async for``; ends when the server closes."""
        return self.state.events.open()

    @property
    def pending_updates(self) -> int:
        """How many updates the bot has not taken yet."""
        return len(self._updates.waiting())

    async def until_polled(self) -> None:
        """Return when the bot waits for its next update, having taken all there was."""
        await self._updates.polled.wait()

    async def execute(self, method: dict[str, Any]) -> Any:
        """Carry out ``{"method": "sendMessage", …}`` as if an HTTP answer had held it."""
        return await self._methods.execute(method)

    # Faults

    def fail_next(
        self,
        method: str,
        status: int,
        description: str,
        parameters: dict[str, Any] | None = None,
        times: int = 1,
    ) -> None:
        """Refuse the next calls of ``method`` without executing them."""
        self._faults.order(method, Refusal(status, description, parameters), times)

    def html_next(self, method: str, status: int = 502, times: int = 1) -> None:
        """Answer the next calls with a proxy's error page; ``download`` names the file endpoint."""
        self._faults.order(method, HtmlPage(status), times)

    def drop_next(self, method: str, *, executed: bool, times: int = 1) -> None:
        """Break the connection before an answer, having executed the call or not."""
        self._faults.order(method, Drop(executed), times)

    def truncate_next_download(self, keep_bytes: int, *, cleanly: bool = False) -> None:
        """End the next download after ``keep_bytes``: breaking off, or as if that were all."""
        self._faults.order(DOWNLOAD, Truncate(keep_bytes, cleanly))

    # HTTP

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        try:
            self._authenticate(request)
            call = await read_parameters(request)
            fault = self._faults.take(method)
            if isinstance(fault, Refusal):
                raise fault
            if isinstance(fault, HtmlPage):
                return _page(fault)
            if isinstance(fault, Drop) and not fault.executed:
                return _hang_up(request)
            result, said = await self._methods.call(method, call)
        except Refusal as refusal:
            self.refused.append((method, refusal))
            return _refused(refusal)
        if fault is not None:
            return _hang_up(request)
        return web.json_response(
            {"ok": True, "result": result, **({"description": said} if said else {})}
        )

    async def _download(self, request: web.Request) -> web.StreamResponse:
        try:
            self._authenticate(request)
            fault = self._faults.take(DOWNLOAD)
            file = self.state.file_at(request.match_info["path"])
        except Refusal as refusal:
            return _refused(refusal)
        if isinstance(fault, Refusal):
            return _refused(fault)
        if file is None:
            return _refused(Refusal(404, "Not Found"))
        if isinstance(fault, HtmlPage):
            return _page(fault)
        if isinstance(fault, Drop):
            return _hang_up(request)
        answer = web.StreamResponse(headers={"Content-Type": "application/octet-stream"})
        answer.content_length, data = file.size_bytes, file.data
        if fault is not None:
            data = data[: fault.keep_bytes]
            answer.content_length = len(data) if fault.cleanly else file.size_bytes
        await answer.prepare(request)
        await answer.write(data)
        return answer if len(data) == answer.content_length else _hang_up(request)

    def _authenticate(self, request: web.Request) -> None:
        token = request.match_info["token"]
        if not re.fullmatch(r"\d+:[\w-]+", token, re.ASCII):
            raise Refusal(404, "Not Found")
        if token != self._token:
            raise Refusal(401, "Unauthorized")


def _refused(refusal: Refusal) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": refusal.code}
    body["description"] = refusal.description
    headers = {}
    if refusal.parameters:
        body["parameters"] = refusal.parameters
        if "retry_after" in refusal.parameters:
            headers["Retry-After"] = str(refusal.parameters["retry_after"])
    return web.json_response(body, status=refusal.code, headers=headers)


def _page(fault: HtmlPage) -> web.Response:
    text = "<html><head><title>Bad Gateway</title></head><body>nginx</body></html>"
    return web.Response(status=fault.status, text=text, content_type="text/html")


def _hang_up(request: web.Request) -> web.Response:
    """Break the connection; what is returned reaches nobody."""
    if request.transport:
        request.transport.abort()
    return web.Response()
