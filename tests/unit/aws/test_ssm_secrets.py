"""Credentials from SSM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from shared.adapters.aws.ssm import SsmSecrets
from shared.errors import OperatorError, TransientError
from shared.ports import Credentials
from tests.doubles.clock import ManualClock
from tests.unit.aws.scripted_service import Answer

if TYPE_CHECKING:
    from tests.doubles.aws_server import RecordingClient
    from tests.unit.aws.conftest import Connect
    from tests.unit.aws.scripted_service import ScriptedService


@pytest.fixture
def prefix() -> str:
    """A path nobody has used."""
    return f"/telegram-transcriber/{uuid4().hex}"


def put(ssm: RecordingClient, name: str, value: str) -> None:
    """Store an encrypted parameter, as the operators' command does."""
    request = {"Name": name, "Value": value, "Type": "SecureString", "Overwrite": True}
    ssm.call("PutParameter", request)


def test_every_parameter_under_the_path_is_read(
    ssm: RecordingClient, clock: ManualClock, prefix: str
) -> None:
    """In one call; several keys of a provider are separated by commas."""
    put(ssm, f"{prefix}/bot-token", "123:abc")
    put(ssm, f"{prefix}/groq-api-key", "gsk-1, gsk-2,")
    put(ssm, f"{prefix}/deepgram-api-key", "dg-1")
    put(ssm, f"{prefix}/openai-api-key", "sk-1")
    put(ssm, f"{prefix}-other/bot-token", "999:other")
    ssm.requests.clear()
    secrets = SsmSecrets(ssm, f"{prefix}/", clock)
    assert secrets.credentials() == Credentials("123:abc", ("gsk-1", "gsk-2"), ("dg-1",), "sk-1")
    assert ssm.operations == ["GetParametersByPath"]


def test_the_bot_token_alone_is_enough(
    ssm: RecordingClient, clock: ManualClock, prefix: str
) -> None:
    """Which engine is used, and so which key is needed, the settings say."""
    put(ssm, f"{prefix}/bot-token", "123:abc")
    assert SsmSecrets(ssm, prefix, clock).credentials() == Credentials("123:abc")


def test_many_parameters_come_page_by_page(
    ssm: RecordingClient, clock: ManualClock, prefix: str
) -> None:
    """Strangers under the same path hide nothing."""
    for number in range(12):
        put(ssm, f"{prefix}/a-{number:02}", "x")
    put(ssm, f"{prefix}/bot-token", "123:abc")
    assert SsmSecrets(ssm, prefix, clock).credentials().bot_token == "123:abc"


def test_a_rotated_key_is_in_use_after_five_minutes(
    ssm: RecordingClient, clock: ManualClock, prefix: str
) -> None:
    """Until then nothing is called."""
    put(ssm, f"{prefix}/bot-token", "old")
    secrets = SsmSecrets(ssm, prefix, clock)
    secrets.credentials()
    put(ssm, f"{prefix}/bot-token", "new")
    ssm.requests.clear()
    clock.advance(299.75)
    assert secrets.credentials().bot_token == "old"
    assert ssm.operations == []
    clock.advance(0.25)
    assert secrets.credentials().bot_token == "new"


@pytest.mark.parametrize("present", [[], ["groq-api-key"]])
def test_a_missing_token_says_what_to_do(
    ssm: RecordingClient, clock: ManualClock, prefix: str, present: list[str]
) -> None:
    """One sentence with the parameter's name and the command that writes it."""
    for name in present:
        put(ssm, f"{prefix}/{name}", "gsk-secret")
    with pytest.raises(OperatorError, match=f"SSM has no {prefix}/bot-token; run `make secrets`"):
        SsmSecrets(ssm, prefix, clock).credentials()


def test_a_missing_prefix_says_what_to_do(ssm: RecordingClient, clock: ManualClock) -> None:
    """Nothing is called with an empty path, which would read everything."""
    with pytest.raises(OperatorError, match="SECRETS_PREFIX is not set"):
        SsmSecrets(ssm, "", clock).credentials()
    assert ssm.operations == []


def parameters(**values: str) -> Answer:
    """SSM's answer."""
    listed: list[dict[str, Any]] = [{"Name": f"/p/{n}", "Value": v} for n, v in values.items()]
    return Answer(body={"Parameters": listed})


TOKEN = {"bot-token": "123:abc"}


def test_known_values_serve_while_ssm_does_not_answer(
    connect: Connect, service: ScriptedService
) -> None:
    """They are kept beyond their five minutes, and SSM is asked again after a while."""
    clock = ManualClock()
    secrets = SsmSecrets(connect(service.endpoint, service="ssm"), "/p", clock)
    service.script.append(parameters(**TOKEN))
    secrets.credentials()
    clock.advance(300)
    service.script.extend([Answer(503)] * 3)
    assert secrets.credentials().bot_token == "123:abc"
    asked = len(service.asked)
    assert secrets.credentials().bot_token == "123:abc"
    assert len(service.asked) == asked
    clock.advance(15)
    service.script.append(parameters(**{"bot-token": "456:def"}))
    assert secrets.credentials().bot_token == "456:def"


def test_without_known_values_the_trouble_is_transient(
    connect: Connect, service: ScriptedService
) -> None:
    """The queue brings the job back."""
    service.script.extend([Answer(503)] * 3)
    with pytest.raises(TransientError):
        SsmSecrets(connect(service.endpoint, service="ssm"), "/p", ManualClock()).credentials()


def test_a_permission_that_was_taken_away_is_not_papered_over(
    connect: Connect, service: ScriptedService
) -> None:
    """The operator is called although there are known values."""
    clock = ManualClock()
    secrets = SsmSecrets(connect(service.endpoint, service="ssm"), "/p", clock)
    service.script.extend([parameters(**TOKEN), Answer(400, {"__type": "AccessDeniedException"})])
    secrets.credentials()
    clock.advance(300)
    with pytest.raises(OperatorError, match="the role lacks this permission"):
        secrets.credentials()
