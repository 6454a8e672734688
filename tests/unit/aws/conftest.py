"""An AWS account on loopback, and clients that remember what they called."""

from __future__ import annotations

from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Protocol

import pytest

from shared.adapters.aws.backoff import Backoff
from shared.adapters.aws.client import AwsClient, Timeouts
from shared.adapters.aws.dynamo_table import DynamoTable
from shared.adapters.aws.signing import AwsCredentials
from tests.doubles.aws_server import AwsServer, RecordingClient, create_table
from tests.doubles.clock import ManualClock
from tests.unit.aws.scripted_service import ScriptedService

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def running_server() -> Iterator[AwsServer]:
    """One for a module."""
    with AwsServer().running() as server:
        yield server


@pytest.fixture
def clock() -> ManualClock:
    """The time of everything in the test."""
    return ManualClock()


@pytest.fixture
def aws_server(running_server: AwsServer, clock: ManualClock) -> AwsServer:
    """The account, on the test's clock."""
    running_server.clock = clock
    return running_server


@pytest.fixture
def dynamodb(aws_server: AwsServer, clock: ManualClock) -> Iterator[RecordingClient]:
    """A client of DynamoDB."""
    with closing(RecordingClient("dynamodb", aws_server.endpoint, clock)) as client:
        yield client


@pytest.fixture
def sqs(aws_server: AwsServer, clock: ManualClock) -> Iterator[RecordingClient]:
    """A client of SQS."""
    with closing(RecordingClient("sqs", aws_server.endpoint, clock)) as client:
        yield client


@pytest.fixture
def ssm(aws_server: AwsServer, clock: ManualClock) -> Iterator[RecordingClient]:
    """A client of SSM."""
    with closing(RecordingClient("ssm", aws_server.endpoint, clock)) as client:
        yield client


@pytest.fixture
def state(dynamodb: RecordingClient, request: pytest.FixtureRequest) -> DynamoTable:
    """An empty table with ``pk`` alone; what making it took is not on record."""
    name = create_table(dynamodb, f"state-{abs(hash(request.node.nodeid))}")
    dynamodb.requests.clear()
    return DynamoTable(dynamodb, name)


@pytest.fixture
def others_state(
    state: DynamoTable, aws_server: AwsServer, clock: ManualClock
) -> Iterator[DynamoTable]:
    """The same table as another process has it; its calls are not on record."""
    with closing(RecordingClient("dynamodb", aws_server.endpoint, clock)) as client:
        yield DynamoTable(client, state._name)


@pytest.fixture
def cache(dynamodb: RecordingClient, request: pytest.FixtureRequest) -> DynamoTable:
    """An empty table with ``pk`` and ``sk``; what making it took is not on record."""
    name = create_table(dynamodb, f"cache-{abs(hash(request.node.nodeid))}", sort_key=True)
    dynamodb.requests.clear()
    return DynamoTable(dynamodb, name)


@pytest.fixture
def service() -> Iterator[ScriptedService]:
    """For what moto never does: it answers what it is told to, else ``{}``."""
    with ScriptedService().running() as running:
        yield running


class Connect(Protocol):
    """Makes a client that tries three times and notes its pauses instead of making them."""

    def __call__(
        self, endpoint: str, *, service: str = "dynamodb", pauses: list[float] | None = None
    ) -> AwsClient:
        """A client of ``endpoint``."""
        ...


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Clients that are closed in the end."""
    with ExitStack() as clients:

        def make(
            endpoint: str, *, service: str = "dynamodb", pauses: list[float] | None = None
        ) -> AwsClient:
            pause = ([] if pauses is None else pauses).append
            client = AwsClient(
                service,
                "eu-central-1",
                credentials=AwsCredentials("AKIDEXAMPLE", "very-secret", "session"),
                clock=ManualClock(),
                backoff=Backoff(pause, tries=3, first_s=0.1, longest_s=1.0, chance=lambda: 1.0),
                endpoint=endpoint,
                timeouts=Timeouts(connect_s=2.0, answer_s=2.0),
            )
            return clients.enter_context(closing(client))

        yield make
