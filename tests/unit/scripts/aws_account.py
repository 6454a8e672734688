"""An AWS account on loopback for any SDK: moto behind HTTP, and what moto lacks by hand.

CloudFormation's two questions and Lambda's account limits are answered from what a test puts into
``stacks`` and ``concurrency``; every other request goes to moto, whose backends it shares.
"""

from __future__ import annotations

import json
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from moto.core.botocore_stubber import BotocoreStubber
from requests import Request

if TYPE_CHECKING:
    from collections.abc import Iterator

SCOPE = re.compile(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/aws4_request")
NOT_PASSED_ON = {"content-length", "date", "server", "transfer-encoding"}
XMLNS = "http://cloudformation.amazonaws.com/doc/2010-05-15/"

Answer = tuple[int, dict[str, Any], bytes]


@dataclass(slots=True)
class StackDouble:
    """A stack as CloudFormation would describe it."""

    status: str = "UPDATE_COMPLETE"
    outputs: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    resources: dict[str, str] = field(default_factory=dict)


class AwsAccount:
    """Listens while ``running``; ``refusals`` maps an operation's service to an error code."""

    def __init__(self) -> None:
        self.stacks: dict[str, StackDouble] = {}
        self.refusals: dict[str, str] = {}
        self.concurrency = 1000
        self._turn = threading.Lock()
        self._stubber = BotocoreStubber()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                with owner._turn:
                    status, headers, text = owner.answer(
                        self.command, self.path, dict(self.headers.items()), body
                    )
                self.send_response(status)
                for name, value in headers.items():
                    if name.lower() not in NOT_PASSED_ON:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - the library's names

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

        self._server = Server(("127.0.0.1", 0), Handler)

    @property
    def endpoint(self) -> str:
        """``http://127.0.0.1:port``."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @contextmanager
    def running(self) -> Iterator[AwsAccount]:
        """Serve from a thread."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """What the service that the signature names says to the request."""
        scope = SCOPE.search(headers["Authorization"])
        assert scope is not None, "the request is not signed"
        region, service = scope.groups()
        if service in self.refusals:
            return self._refused(service, headers)
        if service == "cloudformation":
            return self._cloudformation(parse_qs(body.decode()))
        if path.endswith("/account-settings"):
            limit = {"UnreservedConcurrentExecutions": self.concurrency}
            return 200, {}, json.dumps({"AccountLimit": limit, "AccountUsage": {}}).encode()
        headers["Host"] = f"{service}.{region}.amazonaws.com"
        url = f"https://{headers['Host']}{path}"
        request = Request(method, url, headers, data=body).prepare()
        response = self._stubber.process_prepared_request(request)
        assert response is not None, f"moto knows no {service}"
        status, answer_headers, text = response
        return status, answer_headers, text.encode() if isinstance(text, str) else text

    def _refused(self, service: str, headers: dict[str, str]) -> Answer:
        code = self.refusals[service]
        if "X-Amz-Target" in headers:
            return 400, {}, json.dumps({"__type": code, "message": "no"}).encode()
        return 403, {}, _error(code, "no")

    def _cloudformation(self, query: dict[str, list[str]]) -> Answer:
        name, action = query["StackName"][0], query["Action"][0]
        stack = self.stacks.get(name)
        if stack is None:
            return 400, {}, _error("ValidationError", f"Stack with id {name} does not exist")
        if action == "DescribeStackResources":
            inner = _members(
                "StackResources",
                [
                    {"LogicalResourceId": logical, "PhysicalResourceId": physical}
                    for logical, physical in stack.resources.items()
                ],
            )
        else:
            outputs = [{"OutputKey": k, "OutputValue": v} for k, v in stack.outputs.items()]
            parameters = [
                {"ParameterKey": k, "ParameterValue": v} for k, v in stack.parameters.items()
            ]
            inner = (
                f"<Stacks><member><StackName>{name}</StackName>"
                f"<StackStatus>{stack.status}</StackStatus>"
                f"{_members('Outputs', outputs)}{_members('Parameters', parameters)}"
                "</member></Stacks>"
            )
        text = (
            f'<{action}Response xmlns="{XMLNS}"><{action}Result>{inner}</{action}Result>'
            f"</{action}Response>"
        )
        return 200, {"Content-Type": "text/xml"}, text.encode()


def _members(name: str, items: list[dict[str, str]]) -> str:
    members = "".join(
        "<member>" + "".join(f"<{k}>{escape(v)}</{k}>" for k, v in item.items()) + "</member>"
        for item in items
    )
    return f"<{name}>{members}</{name}>"


def _error(code: str, message: str) -> bytes:
    return (
        f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error>"
        "</ErrorResponse>"
    ).encode()
