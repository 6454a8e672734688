"""DynamoDB, SQS and SSM on loopback: moto behind HTTP, on the test's own clock.

moto is made for requests of the same process; here it answers any client that speaks HTTP. What it
does otherwise than AWS and our contracts depend on is put right:

- its queues live on a clock that can be set, and a message is visible at its moment, not after it;
- a receipt is good until the message is received again, not for ever;
- one request is answered after the other, as moto's own operations are not atomic.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from moto.core.botocore_stubber import BotocoreStubber
from moto.sqs import models as sqs
from requests import Request

from shared.adapters.aws.backoff import Backoff
from shared.adapters.aws.client import AwsClient
from shared.adapters.aws.signing import AwsCredentials
from tests.doubles.clock import ManualClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from shared.ports import Clock

REGION = "us-east-1"
CREDENTIALS = AwsCredentials("AKIDEXAMPLE", "secret", "token")
SERVICES = {"DynamoDB": "dynamodb", "AmazonSQS": "sqs", "AmazonSSM": "ssm"}


class AwsServer:
    """One account; ``clock`` is its time."""

    def __init__(self) -> None:
        self.clock: Clock = ManualClock()
        self._turn = threading.Lock()
        self._stubber = BotocoreStubber()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"  # connections are kept, as AWS keeps them
            disable_nagle_algorithm = True
            wbufsize = -1

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, headers, answer = owner.answer(dict(self.headers.items()), body)
                self.send_response(status)
                for name, value in headers.items():
                    if name.lower() not in {"content-length", "date", "server"}:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False
            request_queue_size = 128

        self._server = Server(("127.0.0.1", 0), Handler)

    @property
    def endpoint(self) -> str:
        """``http://127.0.0.1:port``."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, Any], bytes]:
        """What moto says to the request."""
        service = SERVICES[headers["X-Amz-Target"].split(".")[0].split("_")[0]]
        headers["Host"] = f"{service}.{REGION}.amazonaws.com"
        request = Request("POST", f"https://{headers['Host']}/", headers, data=body).prepare()
        with self._turn:
            response = self._stubber.process_prepared_request(request)
        assert response is not None
        status, answer_headers, text = response
        return status, answer_headers, text.encode() if isinstance(text, str) else text

    @contextmanager
    def running(self) -> Iterator[AwsServer]:
        """Serve, with moto put right."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sqs, "unix_time", self._seconds)
            patch.setattr(sqs, "unix_time_millis", self._milliseconds)
            patch.setattr(
                sqs.Message,
                "visible",
                property(lambda message: self._milliseconds() >= message.visible_at),
            )
            patch.setattr(
                sqs.Message,
                "had_receipt_handle",
                lambda message, receipt: message.receipt_handle == receipt,
            )
            thread.start()
            try:
                yield self
            finally:
                self._server.shutdown()
                self._server.server_close()
                thread.join()

    def _seconds(self) -> float:
        return self.clock.now()

    def _milliseconds(self) -> float:
        return self.clock.now() * 1000


class RecordingClient(AwsClient):
    """Remembers what was called.

    ``before`` holds, by operation, what happens just before its next calls, one entry a call: what
    another process does at that moment, or an error instead of the call.
    """

    def __init__(self, service: str, endpoint: str, clock: Clock) -> None:
        super().__init__(
            service,
            REGION,
            credentials=CREDENTIALS,
            clock=clock,
            backoff=Backoff(lambda _: None, tries=3, first_s=0.0, longest_s=0.0),
            endpoint=endpoint,
        )
        self.requests: list[tuple[str, Mapping[str, Any]]] = []
        self.before: dict[str, list[Callable[[], object]]] = {}

    @property
    def operations(self) -> list[str]:
        """The names of what was called."""
        return [operation for operation, _ in self.requests]

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to one operation."""
        self.requests.append((operation, request))
        if waiting := self.before.get(operation):
            waiting.pop(0)()
        return super().call(operation, request)


def create_table(client: AwsClient, name: str, *, sort_key: bool = False) -> str:
    """A new table as the template makes it; its name."""
    keys = ["pk", "sk"] if sort_key else ["pk"]
    client.call(
        "CreateTable",
        {
            "TableName": name,
            "AttributeDefinitions": [{"AttributeName": k, "AttributeType": "S"} for k in keys],
            "KeySchema": [
                {"AttributeName": key, "KeyType": kind}
                for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
            ],
            "BillingMode": "PAY_PER_REQUEST",
        },
    )
    return name


def create_queue(client: AwsClient, name: str, **attributes: str) -> str:
    """A new queue; its URL."""
    request = {"QueueName": name, "Attributes": {"MessageRetentionPeriod": "1209600", **attributes}}
    return str(client.call("CreateQueue", request)["QueueUrl"])


def queue_arn(client: AwsClient, url: str) -> str:
    """What redrive policies call a queue."""
    request = {"QueueUrl": url, "AttributeNames": ["QueueArn"]}
    return str(client.call("GetQueueAttributes", request)["Attributes"]["QueueArn"])
