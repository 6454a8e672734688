"""The signed client: what it sends, what it tries again, and what its errors say."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from shared.adapters.aws.backoff import Backoff
from shared.adapters.aws.client import _public_endpoint
from shared.adapters.aws.failures import RefusedError
from shared.errors import OperatorError, TransientError
from tests.unit.aws.scripted_service import Answer, HangUp, ScriptedService

if TYPE_CHECKING:
    from tests.unit.aws.conftest import Connect


@pytest.mark.parametrize(
    ("name", "target", "version"),
    [
        ("dynamodb", "DynamoDB_20120810.GetItem", "1.0"),
        ("sqs", "AmazonSQS.GetItem", "1.0"),
        ("ssm", "AmazonSSM.GetItem", "1.1"),
    ],
)
def test_each_service_is_spoken_to_in_its_protocol(
    connect: Connect, service: ScriptedService, name: str, target: str, version: str
) -> None:
    """Operation and protocol version are in the headers, the request is JSON, all is signed."""
    service.script.append(Answer(body={"Item": 1}))
    assert connect(service.endpoint, service=name).call("GetItem", {"Key": "k"}) == {"Item": 1}
    (asked,) = service.asked
    assert json.loads(asked.body) == {"Key": "k"}
    assert asked.headers["X-Amz-Target"] == target
    assert asked.headers["Content-Type"] == f"application/x-amz-json-{version}"
    assert asked.headers["X-Amz-Date"] == "20231114T221320Z"
    assert asked.headers["X-Amz-Security-Token"] == "session"
    assert f"/20231114/eu-central-1/{name}/aws4_request" in asked.headers["Authorization"]


def test_a_connection_is_kept_for_the_next_call(connect: Connect, service: ScriptedService) -> None:
    """Three calls one after the other need one connection."""
    client = connect(service.endpoint)
    for _ in range(3):
        client.call("GetItem", {})
    assert [asked.connection for asked in service.asked] == [1, 1, 1]
    client.close()
    client.call("GetItem", {})
    assert service.asked[-1].connection == 2


def test_a_connection_the_server_ended_is_replaced(
    connect: Connect, service: ScriptedService
) -> None:
    """A kept connection that is dead costs neither a try nor a pause."""
    pauses: list[float] = []
    client = connect(service.endpoint, pauses=pauses)
    service.script.extend([Answer(last=True), Answer(body={"n": 2})])
    client.call("GetItem", {})
    assert client.call("GetItem", {}) == {"n": 2}
    assert pauses == []
    assert service.asked[-1].connection == 2


def test_threads_do_not_share_a_connection_at_the_same_time(
    connect: Connect, service: ScriptedService
) -> None:
    """Every thread gets the answer to its own request."""
    client = connect(service.endpoint)
    service.script.extend(Answer(body={"n": n}) for n in range(40))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.call("GetItem", {})["n"], range(40)))
    assert sorted(answers) == list(range(40))


THROTTLED = Answer(400, {"__type": "com.amazonaws.dynamodb.v20120810#ThrottlingException"})


@pytest.mark.parametrize(
    "trouble",
    [
        THROTTLED,
        Answer(400, {"__type": "com.amazon.coral.availability#RequestThrottled"}),
        Answer(500, {"__type": "InternalServerError"}),
        Answer(503, b"<html>busy</html>"),
        Answer(200, b"not json"),
        HangUp(),
    ],
)
def test_a_passing_trouble_is_tried_again(
    connect: Connect, service: ScriptedService, trouble: Answer | HangUp
) -> None:
    """Twice no verdict, with growing pauses, then the answer."""
    pauses: list[float] = []
    service.script.extend([trouble, trouble, Answer(body={"n": 3})])
    assert connect(service.endpoint, pauses=pauses).call("GetItem", {}) == {"n": 3}
    assert pauses == [0.1, 0.2]
    assert len(service.asked) == 3


@pytest.mark.parametrize("trouble", [THROTTLED, Answer(500), HangUp()])
def test_a_lasting_trouble_is_transient(
    connect: Connect, service: ScriptedService, trouble: Answer | HangUp
) -> None:
    """After three tries the caller decides; the error names service and operation."""
    service.script.extend([trouble] * 9)
    with pytest.raises(TransientError, match=r"^dynamodb GetItem: ") as caught:
        connect(service.endpoint).call("GetItem", {"Key": "a-private-key"})
    assert "private" not in str(caught.value)
    assert len(service.asked) == 3


def test_nobody_listening_is_transient(connect: Connect) -> None:
    """A refused connection is tried again, too."""
    with ScriptedService().running() as service:
        endpoint = service.endpoint
    pauses: list[float] = []
    with pytest.raises(TransientError, match="no answer"):
        connect(endpoint, pauses=pauses).call("GetItem", {})
    assert len(pauses) == 2


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("AccessDeniedException", "the role lacks this permission"),
        ("com.amazonaws.dynamodb.v20120810#ResourceNotFoundException", "no such table"),
        ("com.amazon.coral.service#UnrecognizedClientException", "not known to AWS"),
        ("com.amazon.coral.validate#ValidationException", r"refused \(ValidationException\)"),
        ("com.amazonaws.sqs#QueueDoesNotExist", "no such queue"),
        ("AWS.SimpleQueueService.NonExistentQueue", "no such queue"),
        ("ParameterNotFound:http://internal.amazon.com/coral/", r"\(ParameterNotFound\)"),
        ("SomethingNew", r"refused \(SomethingNew\)"),
    ],
)
def test_a_refusal_is_for_the_operator(
    connect: Connect, service: ScriptedService, kind: str, says: str
) -> None:
    """It is not tried again, names what is wrong, and quotes nothing that was sent or answered."""
    service.script.append(Answer(400, {"__type": kind, "message": "Value a-private-key is wrong"}))
    with pytest.raises(OperatorError, match=says) as caught:
        connect(service.endpoint).call("GetItem", {"Key": "a-private-key"})
    assert "private" not in str(caught.value)
    assert str(caught.value).startswith("dynamodb GetItem: ")
    assert len(service.asked) == 1


def test_a_refusal_without_a_name_is_told_by_its_status(
    connect: Connect, service: ScriptedService
) -> None:
    """A page of a proxy is no reason to fail differently."""
    service.script.append(Answer(403, b"<html>no</html>"))
    with pytest.raises(RefusedError, match=r"\(403\)"):
        connect(service.endpoint).call("GetItem", {})


def test_services_are_found_by_region() -> None:
    """China has a domain of its own."""
    assert _public_endpoint("sqs", "eu-central-1") == "https://sqs.eu-central-1.amazonaws.com"
    assert _public_endpoint("ssm", "cn-north-1") == "https://ssm.cn-north-1.amazonaws.com.cn"


def test_pauses_double_up_to_a_bound_and_are_random_below_it() -> None:
    """The bound doubles to its limit; the pause is a share of it."""
    pauses: list[float] = []
    chances = iter([1.0, 0.5, 1.0, 0.25])
    backoff = Backoff(
        pauses.append, tries=5, first_s=1.0, longest_s=3.0, chance=lambda: next(chances)
    )
    assert list(backoff.rounds()) == [0, 1, 2, 3, 4]
    assert pauses == [1.0, 1.0, 3.0, 0.75]


FORBIDDEN = (
    "boto3",
    "botocore",
    "urllib3",
    "requests",
    "httpx",
    "asyncio",
    "aws_lambda_powertools",
)


def test_importing_the_edition_loads_no_sdk() -> None:
    """The webhook's cold start pays for the standard library alone, and for no TLS context yet."""
    program = (
        "import sys, shared.adapters.aws as aws; from shared.adapters.aws.client import _tls;"
        f"print([name for name in {FORBIDDEN!r} if name in sys.modules],"
        " _tls.cache_info().currsize)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[] 0"
