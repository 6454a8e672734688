"""What is shipped runs with what is shipped, starts from bytecode, and fits."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scripts.cloudformation import REGION, Stack, load
from tests.doubles.aws_server import AwsServer, RecordingClient, create_queue, create_table
from tests.events.gateway import gateway_event
from tests.events.samples import sample
from tests.infra.artifact import LAYERS, ROOT, Artifact, make, offline

if TYPE_CHECKING:
    from collections.abc import Iterator

# The file systems on which a wheel for Lambda can be imported, and Lambda's names for them.
ARCHITECTURES = {"x86_64": "x86_64", "aarch64": "arm64"}
UNZIPPED_LIMIT_BYTES = 250 * 1024 * 1024
WEBHOOK_BUDGET_BYTES = 16 * 1024 * 1024
HEAVY = {"telegram", "telethon", "groq", "requests", "httpx", "av", "boto3", "botocore", "sqlite3"}
SECRET = "a-secret-token"
# Needs the embedded speech engine, which is not deployed.
NOT_DEPLOYED = ("processor.engines.embedded", "processor.engines.model", "shared.adapters.sqlite")


def _python() -> str:
    """Lambda's own version of Python, the only one whose bytecode it reads."""
    if sys.version_info[:2] == (3, 13):
        return sys.executable
    found = subprocess.run(
        ["/bin/sh", str(ROOT / "scripts" / "find_python.sh")],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    if not found.endswith("3.13"):
        pytest.skip("Lambda runs Python 3.13, and none is here to build and import with")
    return found


@pytest.fixture(scope="session")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Artifact:
    """Every function and layer for this machine's architecture, built by SAM's Makefiles."""
    architecture = ARCHITECTURES.get(platform.machine())
    if sys.platform != "linux" or architecture is None:
        pytest.skip("wheels for Lambda can be imported on Linux alone")
    built = Artifact(tmp_path_factory.mktemp("build"), _python())
    for function, layers in LAYERS.items():
        parts = [(ROOT / "functions", function)]
        parts += [(ROOT / "layers" / architecture, layer) for layer in layers]
        for folder, part in parts:
            if not (built.folder / part).exists():
                done = make(folder / "Makefile", part, built.folder, built.python)
                if done.returncode and "offline" in done.stderr + done.stdout:
                    pytest.skip("packages for Lambda are not in uv's cache: run make build once")
                assert done.returncode == 0, done.stderr
    return built


def test_layers_are_those_of_the_template() -> None:
    """These tests give each function the layers that the template gives it."""
    resources = load()["Resources"]
    assert {
        name: tuple(layer["Ref"] for layer in resource["Properties"].get("Layers", ()))
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Serverless::Function"
    } == LAYERS


@pytest.mark.parametrize("function", LAYERS)
def test_each_handler_can_be_imported_with_its_layers_alone(
    artifact: Artifact, function: str
) -> None:
    """The template's handler is there, and everything it imports."""
    handler = Stack.of(load()).properties(function)["Handler"]
    module, _, name = handler.rpartition(".")
    report = artifact.run(function, f"import {module}; result = callable({module}.{name})")
    assert report["result"] is True


def test_every_module_of_the_processor_finds_its_packages(artifact: Artifact) -> None:
    """What is imported late, at the first job that needs it, is shipped as well."""
    modules = [
        ".".join(path.relative_to(artifact.folder / "ProcessorFunction").with_suffix("").parts)
        for package in ("processor", "shared", "composition")
        for path in (artifact.folder / "ProcessorFunction" / package).rglob("*.py")
    ]
    wanted = [
        module.removesuffix(".__init__")
        for module in modules
        if not module.startswith(NOT_DEPLOYED)
    ]
    late = ("groq", "telegram", "telethon", "cryptg", "requests", "av")
    program = f"import importlib\nfor m in {[*wanted, *late]!r}: importlib.import_module(m)"
    report = artifact.run("ProcessorFunction", program)
    assert set(wanted) <= set(report["modules"])


@pytest.mark.parametrize("function", ["WebhookFunction", "ProcessorFunction"])
def test_modules_are_read_from_bytecode(artifact: Artifact, function: str) -> None:
    """Nothing is compiled at a cold start: the bytecode beside each module is taken as it is."""
    handler = "webhook.handler" if function == "WebhookFunction" else "processor.handler, groq"
    report = artifact.run(function, f"import {handler}, shared.adapters.powertools")
    # anyio reads its own source, to learn what it offers; nothing of it is run.
    compiled = [name for name in report["compiled"] if not name.endswith("/anyio/__init__.py")]
    assert compiled == []
    without = [
        source
        for folder in artifact.path_of(function)
        for source in Path(folder).rglob("*.py")
        if not list((source.parent / "__pycache__").glob(f"{source.stem}.cpython-313.pyc"))
    ]
    assert without == []


def test_a_module_without_bytecode_would_be_noticed(artifact: Artifact) -> None:
    """The check before this one can fail: a module compiled at import is reported."""
    program = "import importlib.machinery as m\nm.SourceFileLoader.get_code = (\n"
    program += "    lambda self, name: self.source_to_code(self.get_data(self.path), self.path))\n"
    report = artifact.run("WebhookFunction", program + "import webhook.handler")
    assert str(artifact.folder / "WebhookFunction/webhook/handler.py") in report["compiled"]


def test_importing_the_webhook_is_light(artifact: Artifact) -> None:
    """The front door starts without any of the engine room's libraries."""
    report = artifact.run("WebhookFunction", "import webhook.handler")
    assert _heavy(report) == set()


def test_answering_a_request_stays_light(
    artifact: Artifact, aws: tuple[AwsServer, RecordingClient, RecordingClient]
) -> None:
    """A voice note goes into the queue, and still none of the heavy libraries is loaded."""
    server, dynamodb, sqs = aws
    queues = [create_queue(sqs, name) for name in ("artifact-express", "artifact-bulk")]
    event = gateway_event(json.dumps(sample("voice")).encode(), secret=SECRET)
    report = artifact.run(
        "WebhookFunction",
        f"import webhook.handler\nresult = webhook.handler.handle({event!r}, None)",
        {
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_ENDPOINT_URL": server.endpoint,
            "STATE_TABLE": create_table(dynamodb, "artifact-state"),
            "EXPRESS_QUEUE_URL": queues[0],
            "BULK_QUEUE_URL": queues[1],
            "WEBHOOK_SECRET_SHA256": hashlib.sha256(SECRET.encode()).hexdigest(),
        },
    )
    assert report["result"]["statusCode"] == 200
    received = sqs.call("ReceiveMessage", {"QueueUrl": queues[0]})["Messages"]
    assert json.loads(received[0]["Body"])["action"] == "transcribe"
    assert _heavy(report) == set()


@pytest.mark.parametrize("function", LAYERS)
def test_code_and_layers_fit_into_lambda(artifact: Artifact, function: str) -> None:
    """Unzipped, code and layers of a function stay below Lambda's limit, the webhook far below."""
    size_bytes = artifact.size_bytes((function, *LAYERS[function]))
    processor = "ProcessorLayer" in LAYERS[function]
    assert size_bytes < (UNZIPPED_LIMIT_BYTES if processor else WEBHOOK_BUDGET_BYTES)


def test_licences_are_shipped(artifact: Artifact) -> None:
    """Every package of a layer brings its metadata, and with it the terms it is given under."""
    for layer in ("WebhookLayer", "ProcessorLayer", "FfmpegLayer"):
        packages = artifact.folder / layer / "python"
        assert list(packages.glob("*.dist-info/METADATA"))
    assert list((artifact.folder / "FfmpegLayer" / "python").glob("av-*.dist-info/licenses/*"))


def test_sam_builds_the_same(artifact: Artifact, tmp_path: Path) -> None:
    """`sam build` finds template, Makefiles and architecture, and makes the same artifacts."""
    sam = ROOT / ".tools" / "sam" / "bin" / "sam"
    if not sam.exists():
        pytest.skip("the SAM CLI is not installed: make build installs it")
    folder = tmp_path / "build"
    architecture = ARCHITECTURES[platform.machine()]
    done = subprocess.run(
        [
            *(str(sam), "build", "--build-dir", str(folder)),
            *("--parameter-overrides", f"Architecture={architecture}"),
        ],
        cwd=ROOT,
        env=offline(artifact.python) | {"SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": REGION},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for part in {*LAYERS, *(layer for layers in LAYERS.values() for layer in layers)}:
        assert _files(folder / part) == _files(artifact.folder / part), part
    again = replace(artifact, folder=folder)
    assert again.run("WebhookFunction", "import webhook.handler")["compiled"] == []


@pytest.fixture
def aws() -> Iterator[tuple[AwsServer, RecordingClient, RecordingClient]]:
    """DynamoDB and SQS on loopback, and our own clients of them."""
    with AwsServer().running() as server:
        dynamodb, sqs = (
            RecordingClient(service, server.endpoint, server.clock)
            for service in ("dynamodb", "sqs")
        )
        with closing(dynamodb), closing(sqs):
            yield server, dynamodb, sqs


def _heavy(report: dict[str, Any]) -> set[str]:
    return HEAVY & {module.partition(".")[0] for module in report["modules"]}


def _files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
