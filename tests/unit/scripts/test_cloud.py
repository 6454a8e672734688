"""AWS's failures as sentences that say what to run."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pytest
from botocore import exceptions

from scripts.operators.cloud import Cloud, CloudRefusalError, fault, region_of
from shared.errors import OperatorError, TransientError
from tests.unit.scripts.world import REGION

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.scripts.world import World


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("ExpiredToken", "sign in again"),
        ("InvalidClientTokenId", "aws configure"),
        ("AccessDenied", "AWS denies sts:get_caller_identity"),
    ],
)
def test_a_refusal_says_what_to_do(world: World, code: str, said: str) -> None:
    """What stands in the table is a sentence."""
    world.account.refusals["sts"] = code
    with pytest.raises(OperatorError, match=said):
        world.cloud.call("sts", "get_caller_identity")


def test_an_unknown_refusal_keeps_its_code(world: World) -> None:
    """Callers tell what is missing from what is forbidden by it."""
    world.account.refusals["ssm"] = "ParameterNotFound"
    with pytest.raises(CloudRefusalError, match="ssm:get_parameter") as raised:
        world.cloud.call("ssm", "get_parameter", Name="/nothing")
    assert raised.value.code == "ParameterNotFound"


def test_no_credentials_is_a_sentence(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both for the SDK's clients and for our own."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(OperatorError, match="no AWS credentials"):
        world.cloud.call("sts", "get_caller_identity")
    with pytest.raises(OperatorError, match="no AWS credentials"):
        world.cloud.credentials()


def test_an_unknown_profile_is_a_sentence(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS_PROFILE with a typing error."""
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    with pytest.raises(OperatorError, match="AWS_PROFILE"):
        world.cloud.call("sts", "get_caller_identity")


@pytest.mark.usefixtures("world")
def test_no_network_may_pass() -> None:
    """Nothing listens there: trying again later may help."""
    cloud = Cloud(REGION, "http://127.0.0.1:1")
    with pytest.raises(TransientError, match="cannot be reached"):
        cloud.call("sts", "get_caller_identity")
    cloud.close()


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("region", "endpoint", "said"),
    [("no region!", "", "name of an AWS region"), (REGION, "nonsense", "--endpoint-url")],
)
def test_a_mistyped_option_is_a_sentence(region: str, endpoint: str, said: str) -> None:
    """A region or an address that cannot be one."""
    with pytest.raises(OperatorError, match=said):
        Cloud(region, endpoint).call("sts", "get_caller_identity")


def test_every_failure_of_the_sdk_has_a_sentence() -> None:
    """Whatever botocore may raise, known today or an heir of it, is mapped."""
    kinds: list[Any] = [
        kind
        for _, kind in inspect.getmembers(exceptions, inspect.isclass)
        if issubclass(kind, exceptions.BotoCoreError)
    ]
    assert len(kinds) > 50
    for kind in kinds:
        assert str(fault(kind.__new__(kind))).endswith((".", "`."))


def test_the_region_comes_from_the_nearest_place(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Option, samconfig.toml, environment, AWS profile; without any, what to run."""
    with pytest.raises(OperatorError, match="aws configure set region"):
        region_of("", "")
    (tmp_path / "no-config").write_text("[default]\nregion = eu-north-1\n")
    assert region_of("", "") == "eu-north-1"
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")
    assert region_of("", "") == "eu-west-3"
    monkeypatch.setenv("AWS_REGION", "eu-west-2")
    assert region_of("", "") == "eu-west-2"
    assert region_of("", "eu-west-1") == "eu-west-1"
    assert region_of(world.cloud.region, "eu-west-1") == REGION
