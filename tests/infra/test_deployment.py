"""Locked packages of the layers, environments of samconfig.toml, and building on the right Python."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from scripts import build_lambda
from scripts.bootstrap_uv import UnavailableError
from scripts.cloudformation import Stack, load
from scripts.export_layers import LAYERS, requirements
from tests.infra.artifact import ROOT

if TYPE_CHECKING:
    from pathlib import Path

STAGES = ("dev", "staging", "prod")


@pytest.fixture(scope="module")
def samconfig() -> dict[str, Any]:
    """What SAM is told."""
    return tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("layer", LAYERS)
def test_requirements_are_those_of_the_lock(layer: str) -> None:
    """`make lock` was run after the last change of uv.lock."""
    written = (ROOT / "layers" / layer / "requirements.txt").read_text(encoding="utf-8")
    assert written == requirements(layer)


def test_layers_hold_what_their_functions_need_and_no_more() -> None:
    """FFmpeg is alone in its layer, the webhook has Powertools, and boto3 is Lambda's own."""
    names = {
        layer: {line.split("==")[0] for line in requirements(layer).splitlines() if "==" in line}
        for layer in LAYERS
    }
    assert names["ffmpeg"] == {"av"}
    assert "aws-lambda-powertools" in names["webhook"]
    assert len(names["webhook"]) < 5
    assert {"groq", "python-telegram-bot", "requests", "telethon", "cryptg"} <= names["processor"]
    assert not names["processor"] & {"av", "boto3", "numpy", "faster-whisper"}


@pytest.mark.parametrize("stage", STAGES)
def test_each_stage_is_a_stack_of_its_own(samconfig: dict[str, Any], stage: str) -> None:
    """Stack, secrets and uploads of a stage are never another's, and its parameters exist."""
    config = samconfig[stage]
    shared, deploy = config["global"]["parameters"], config["deploy"]["parameters"]
    given = dict(pair.split("=") for pair in shared["parameter_overrides"].split())
    assert shared["stack_name"] == deploy["s3_prefix"] == f"telegram-transcriber-{stage}"
    assert given["Stage"] == stage
    assert given["SecretsPrefix"] == f"/telegram-transcriber/{stage}"
    assert deploy["resolve_s3"] is True
    assert deploy["capabilities"] == "CAPABILITY_IAM"
    assert f"stage={stage}" in deploy["tags"]
    assert config["build"]["parameters"]["template_file"] == "infra/template.yaml"
    assert set(given) <= set(load()["Parameters"])


def test_production_is_deployed_gradually(samconfig: dict[str, Any]) -> None:
    """In prod a new version gets a tenth of the work first, and the change set is shown."""
    shared = samconfig["prod"]["global"]["parameters"]
    given = dict(pair.split("=") for pair in shared["parameter_overrides"].split())
    assert list(Stack.of(load(), **given).each("CodeDeploy::DeploymentGroup"))
    assert samconfig["prod"]["deploy"]["parameters"]["confirm_changeset"] is True


def test_without_a_stage_it_is_dev(samconfig: dict[str, Any]) -> None:
    """A bare `sam build` and `sam deploy` touch the development stack alone."""
    assert samconfig["default"] == samconfig["dev"]


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 14)])
def test_other_pythons_are_refused(version: tuple[int, int]) -> None:
    """Bytecode of another version would be ignored; the message says what to install."""
    with pytest.raises(UnavailableError, match=r"needs Python 3\.13"):
        build_lambda.require_python(version)


def test_lambdas_python_is_that_of_the_template(stack: Stack) -> None:
    """The build script compiles for the runtime that the template asks for."""
    runtime = "python" + ".".join(map(str, build_lambda.PYTHON))
    for _, function in stack.each("Lambda::Function"):
        assert function["Runtime"] == runtime


def test_trimming_keeps_code_and_licences(tmp_path: Path) -> None:
    """Headers, stubs and tests go; modules, libraries and metadata stay."""
    kept = ("av/__init__.py", "av/core.abi3.so", "av-1.dist-info/METADATA", "av.libs/libx.so")
    gone = ("av/core.pyi", "av/core.pxd", "av/include/av.h", "av/tests/test_a.py", "bin/tool")
    for name in kept + gone:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    build_lambda.trim(tmp_path)
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == set(kept)
