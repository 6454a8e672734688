"""A small signed client of the AWS JSON services, made of the standard library alone.

It exists because the webhook's cold start pays for what it imports: this costs some 50 ms where
the vendor's SDK costs 200.
"""

from __future__ import annotations

import json
import ssl
from collections import deque
from functools import lru_cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from shared.adapters.aws.failures import failure
from shared.adapters.aws.signing import sign
from shared.errors import OperatorError, TransientError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.adapters.aws.backoff import Backoff
    from shared.adapters.aws.signing import AwsCredentials
    from shared.ports import Clock

IDLE_CONNECTIONS = 16
OK = 200


class Protocol(NamedTuple):
    """How a service wants to be spoken to."""

    target: str
    version: str


PROTOCOLS = {
    "dynamodb": Protocol("DynamoDB_20120810", "1.0"),
    "sqs": Protocol("AmazonSQS", "1.0"),
    "ssm": Protocol("AmazonSSM", "1.1"),
}


class Timeouts(NamedTuple):
    """For making a connection, and for each answer on it."""

    connect_s: float = 2.0
    answer_s: float = 5.0


class AwsClient:
    """Calls one service in one region; its connections are kept and shared by all threads.

    What failed without a verdict (connection, throttling, 5xx) is tried again as ``backoff`` says,
    and is a TransientError after that. Every refusal is a RefusedError.
    """

    def __init__(
        self,
        service: str,
        region: str,
        *,
        credentials: AwsCredentials,
        clock: Clock,
        backoff: Backoff,
        endpoint: str = "",
        timeouts: Timeouts = Timeouts(),  # noqa: B008  # immutable
    ) -> None:
        self._service = service
        self._region = region
        self._protocol = PROTOCOLS[service]
        self._credentials = credentials
        self._clock = clock
        self._backoff = backoff
        self._timeouts = timeouts
        address = urlsplit(endpoint or _public_endpoint(service, region))
        self._secure = address.scheme == "https"
        self._host = address.netloc
        self._idle: deque[HTTPConnection] = deque(maxlen=IDLE_CONNECTIONS)

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to one operation."""
        where = f"{self._service} {operation}"
        body = json.dumps(request, separators=(",", ":")).encode()
        problem: TransientError | None = None
        for _ in self._backoff.rounds():
            try:
                status, answer = self._exchange(operation, body)
                if status == OK:
                    parsed: dict[str, Any] = json.loads(answer) if answer else {}
                    return parsed
            except ssl.SSLCertVerificationError as error:
                raise OperatorError(f"{where}: the server's certificate is not trusted") from error
            except (OSError, HTTPException, ValueError) as error:
                problem = TransientError(f"{where}: no answer ({type(error).__name__})")
                problem.__cause__ = error
                continue
            refused = failure(where, status, answer)
            if not isinstance(refused, TransientError):
                raise refused
            problem = refused
        raise problem or TransientError(where)

    def close(self) -> None:
        """Close the connections that are not in use; harmless when done before."""
        while self._idle:
            self._idle.pop().close()

    def _exchange(self, operation: str, body: bytes) -> tuple[int, bytes]:
        """One request and its answer. A kept connection that turns out dead is replaced at once."""
        try:
            kept = self._idle.pop()
        except IndexError:
            return self._send(self._connection(), operation, body)
        try:
            return self._send(kept, operation, body)
        except (OSError, HTTPException):
            self.close()  # what slept as long is as dead: a frozen environment loses all at once
            return self._send(self._connection(), operation, body)

    def _send(self, connection: HTTPConnection, operation: str, body: bytes) -> tuple[int, bytes]:
        headers = sign(
            {
                "Host": self._host,
                "Content-Type": f"application/x-amz-json-{self._protocol.version}",
                "X-Amz-Target": f"{self._protocol.target}.{operation}",
            },
            body,
            credentials=self._credentials,
            region=self._region,
            service=self._service,
            now=self._clock.now(),
        )
        try:
            fresh = connection.sock is None
            if fresh:
                connection.connect()
                connection.sock.settimeout(self._timeouts.answer_s)
            connection.request("POST", "/", body, headers)
            response = connection.getresponse()
            answer = response.read()
        except BaseException:
            connection.close()
            raise
        self._keep(connection)
        return response.status, answer

    def _keep(self, connection: HTTPConnection) -> None:
        """For the next call, unless the server has ended it or there are enough."""
        if connection.sock is None or len(self._idle) >= IDLE_CONNECTIONS:
            connection.close()
        else:
            self._idle.append(connection)

    def _connection(self) -> HTTPConnection:
        timeout_s = self._timeouts.connect_s
        if self._secure:
            return HTTPSConnection(self._host, timeout=timeout_s, context=_tls())
        return HTTPConnection(self._host, timeout=timeout_s)


def _public_endpoint(service: str, region: str) -> str:
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"https://{service}.{region}.{suffix}"


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """Loading the certificates takes tens of milliseconds: once, and not before the first call."""
    return ssl.create_default_context()
