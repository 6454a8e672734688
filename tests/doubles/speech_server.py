"""What the loopback speech services have in common: scripted answers, scripted faults, a record.

Use one in the test's own loop::

    async with GroqServer() as groq:
        engine = GroqEngine(..., base_url=groq.base_url)

or, where the test has no loop or blocks it, in a thread of its own::

    with GroqServer().in_thread() as groq:
        ...

``server.script`` says what is heard in the bytes of a request; ``server.faults`` is a queue of
what goes wrong, one entry a request, before anything is looked at. ``server.seen`` lists the
requests that were answered in earnest, ``server.requests`` counts all.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any, Self

import av
from aiohttp import web
from aiohttp.test_utils import TestServer

from shared.transcripts import Segment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

SILENCE_PEAK = 64  # of 32 768: quieter than this nobody spoke
BODY_LIMIT_BYTES = 1 << 31


@dataclass(frozen=True, slots=True)
class Fault:
    """An answer given instead of the right one; ``body`` is JSON when it is a dict or list."""

    status: int
    body: Any = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def html(cls, status: int = 503) -> Self:
        """A page, as gateways in front of providers give."""
        return cls(status, "<html><body>unavailable</body></html>", {"Content-Type": "text/html"})


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection ends without an answer."""


@dataclass(frozen=True, slots=True)
class Stall:
    """No answer comes until the server closes or ``release`` is called: the client gives up."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as the server understood it; ``fields`` are the form's or the query's."""

    key: str
    fields: Mapping[str, str]
    file_name: str
    content_type: str
    sha256: str
    size_bytes: int
    duration_s: float


@dataclass(frozen=True, slots=True)
class Decoded:
    """What decoding a request's bytes gave."""

    duration_s: float
    peak: int


class Refused(Exception):  # noqa: N818  (an answer, not an error)
    """Raised by a check; carries the answer."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.status)
        self.fault = fault


def hello(data: bytes) -> Sequence[Segment]:
    """The script that hears "Hello there." wherever there is sound."""
    sound = decoded(data)
    return [Segment(0.0, sound.duration_s, "Hello there.")] if sound.peak > SILENCE_PEAK else []


def decoded(data: bytes) -> Decoded:
    """Decode the first audio track. Raise ValueError when there is none to decode."""
    try:
        with av.open(BytesIO(data), "r") as container:
            resampler = av.AudioResampler(format="s16", layout="mono", rate=16_000)
            frames = [
                resampled
                for frame in container.decode(audio=0)
                for resampled in resampler.resample(frame)
            ]
    except (av.FFmpegError, IndexError) as error:
        raise ValueError("not audio") from error
    samples = [frame.to_ndarray() for frame in frames]
    count = sum(block.size for block in samples)
    if not count:
        raise ValueError("no samples")
    return Decoded(count / 16_000, max(int(abs(block.astype("i4")).max()) for block in samples))


class SpeechServer:
    """A service on a free loopback port; children add routes and checks."""

    def __init__(
        self,
        script: Callable[[bytes], Sequence[Segment]] = hello,
        *,
        keys: Sequence[str] = ("test-key",),
        language: str = "en",
    ) -> None:
        self.script = script
        self.keys = list(keys)
        self.language = language
        """ISO code of what is spoken; each service says it in its own way."""
        self.faults: deque[Fault | Cut | Stall] = deque()
        self.seen: list[Seen] = []
        self.requests = 0
        self._release: asyncio.Event | None = None
        self._server: TestServer | None = None

    @property
    def base_url(self) -> str:
        """``http://127.0.0.1:port``, without a path."""
        assert self._server is not None, "enter the server first"
        return str(self._server.make_url("")).rstrip("/")

    async def __aenter__(self) -> Self:
        self._release = asyncio.Event()
        app = web.Application(client_max_size=BODY_LIMIT_BYTES, middlewares=[self._faulty])
        self.add_routes(app.router)
        self._server = TestServer(app, host="127.0.0.1")
        await self._server.start_server()
        return self

    async def __aexit__(self, *exc: object) -> None:
        self.release()
        assert self._server is not None
        await self._server.close()

    @contextmanager
    def in_thread(self) -> Iterator[Self]:
        """Serve from a thread with a loop of its own."""
        started, stop = threading.Event(), asyncio.Event()
        loop = asyncio.new_event_loop()

        async def serve() -> None:
            async with self:
                started.set()
                await stop.wait()

        thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
        thread.start()
        try:
            assert started.wait(10), "the server did not start"
            yield self
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join(10)
            loop.close()

    def release(self) -> None:
        """End every stall."""
        if self._release is not None:
            self._release.set()

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Say which paths there are."""
        raise NotImplementedError

    def unauthorised(self) -> Fault:
        """The service's answer to a wrong key."""
        raise NotImplementedError

    def undecodable(self) -> Fault:
        """The service's answer to bytes that are no audio."""
        raise NotImplementedError

    def key_of(self, request: web.Request, scheme: str) -> str:
        """The key in the Authorization header, if it is one of ours."""
        given, _, key = request.headers.get("Authorization", "").partition(" ")
        if given != scheme or key not in self.keys:
            raise Refused(self.unauthorised())
        return key

    async def hear(
        self, data: bytes, *, key: str, fields: Mapping[str, str], file_name: str, content_type: str
    ) -> tuple[Seen, Sequence[Segment]]:
        """Decode, note the request, and ask the script."""
        try:
            sound = await asyncio.to_thread(decoded, data)
        except ValueError:
            raise Refused(self.undecodable()) from None
        sha256 = hashlib.sha256(data).hexdigest()
        seen = Seen(key, fields, file_name, content_type, sha256, len(data), sound.duration_s)
        self.seen.append(seen)
        return seen, await asyncio.to_thread(self.script, data)

    @web.middleware
    async def _faulty(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.requests += 1
        fault = self.faults.popleft() if self.faults else None
        if isinstance(fault, Stall):
            assert self._release is not None
            await self._release.wait()
        if isinstance(fault, Stall | Cut):
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        if fault is not None:
            await request.read()
            return answer(fault)
        try:
            response: web.StreamResponse = await handler(request)
        except Refused as refused:
            return answer(refused.fault)
        return response


def answer(fault: Fault) -> web.Response:
    """The HTTP answer of ``fault``."""
    if isinstance(fault.body, dict | list):
        return web.json_response(fault.body, status=fault.status, headers=fault.headers)
    body = fault.body if isinstance(fault.body, bytes) else str(fault.body).encode()
    return web.Response(body=body, status=fault.status, headers=fault.headers)
