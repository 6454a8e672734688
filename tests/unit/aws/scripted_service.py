"""A loopback service that gives the answers it is told to, and remembers the requests."""

from __future__ import annotations

import json
import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from ssl import SSLContext


@dataclass(frozen=True, slots=True)
class Answer:
    """``body`` as JSON, or as it is where it is bytes; ``last`` ends the connection after it."""

    status: int = 200
    body: Any = None
    last: bool = False


@dataclass(frozen=True, slots=True)
class HangUp:
    """The connection ends without an answer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: which connection it came on, and what it said."""

    connection: int
    headers: Mapping[str, str]
    body: bytes


class ScriptedService:
    """Answers ``{}`` once the script is over."""

    def __init__(self, *script: Answer | HangUp, tls: SSLContext | None = None) -> None:
        self.script = deque(script)
        self.asked: list[Asked] = []
        self._connections = 0
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def setup(self) -> None:
                super().setup()
                owner._connections += 1
                self.number = owner._connections

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                owner.asked.append(Asked(self.number, dict(self.headers.items()), body))
                step = owner.script.popleft() if owner.script else Answer()
                if isinstance(step, HangUp):
                    self.close_connection = True
                    return
                raw = isinstance(step.body, bytes)
                text = step.body if raw else json.dumps(step.body or {}).encode()
                self.send_response(step.status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)
                self.close_connection = step.last

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

        self._server = Server(("127.0.0.1", 0), Handler)
        self._scheme = "https" if tls else "http"
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)

    @property
    def endpoint(self) -> str:
        """``http://127.0.0.1:port``, or ``https`` where it was given a certificate."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_address[1]}"

    @contextmanager
    def running(self) -> Iterator[ScriptedService]:
        """Serve until the block ends."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()
