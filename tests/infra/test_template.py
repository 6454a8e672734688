"""What the template promises to the code, to operators and to users."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.session import Session

from scripts.cloudformation import PSEUDO_PARAMETERS, Stack, load
from shared.bot import ALLOWED_UPDATES, OPERATOR, SCOPES
from shared.settings import Settings
from shared.telemetry import NAMESPACE, Metric
from shared.texts import LOCALES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scripts.cloudformation import Template

STACK_NAME = PSEUDO_PARAMETERS["AWS::StackName"]
ROOT = Path(__file__).resolve().parents[2]
WORKERS = ("ProcessorFunction", "BulkProcessorFunction")
FUNCTIONS = ("WebhookFunction", *WORKERS)
# Settings that the template leaves alone, and why.
LEFT_ALONE = {
    "telegram_bot_token": "comes from SSM",
    "telegram_api_id": "comes from SSM",
    "telegram_api_hash": "comes from SSM",
    "telegram_sessions": "single machine; sessions come from SSM",
    "groq_api_key": "comes from SSM",
    "deepgram_api_key": "comes from SSM",
    "openai_api_key": "comes from SSM",
    "aws_region": "set by Lambda",
    "aws_endpoint_url": "for emulators",
    "database_path": "single machine",
    "workers": "single machine; Lambda runs one job at a time",
    "whisper_model": "the embedded engine is not deployed",
}


def _environment(stack: Stack, function: str) -> dict[str, Any]:
    variables: dict[str, Any] = stack.properties(function)["Environment"]["Variables"]
    return variables


def _alarms(stack: Stack) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from stack.each("CloudWatch::Alarm")


def _own_metrics(node: Any) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Name and dimensions of each metric of ours below ``node``, dashboards apart."""
    if isinstance(node, dict):
        if node.get("Namespace") == NAMESPACE:
            yield node["MetricName"], node["Dimensions"]
        for item in node.values():
            yield from _own_metrics(item)
    elif isinstance(node, list):
        for item in node:
            yield from _own_metrics(item)


def _dashboard_metrics(stack: Stack) -> list[list[Any]]:
    body = json.loads(stack.properties("Dashboard")["DashboardBody"])
    return [
        metric for widget in body["widgets"] for metric in widget["properties"].get("metrics", [])
    ]


def test_every_variable_is_a_setting(stack: Stack) -> None:
    """No function is given a variable that nobody reads."""
    known = {field.name.upper() for field in fields(Settings)} | {"MALLOC_ARENA_MAX"}  # glibc's
    for function in FUNCTIONS:
        assert set(_environment(stack, function)) <= known, function


def test_every_setting_is_given_or_left_alone_on_purpose(stack: Stack) -> None:
    """A setting is set for some function, or stands in the list of those with a reason."""
    given = {name for function in FUNCTIONS for name in _environment(stack, function)}
    missing = {field.name for field in fields(Settings) if field.name.upper() not in given}
    assert missing == set(LEFT_ALONE)


def test_defaults_of_parameters_are_those_of_the_settings(stack: Stack) -> None:
    """What an operator does not set is the same in the cloud as on a single machine."""
    ours = Settings()
    for function in FUNCTIONS:
        environ = {name: str(value) for name, value in _environment(stack, function).items()}
        theirs = Settings.from_environment(environ)
        stack_made = {name for name, value in environ.items() if value in stack.resources}
        for field in fields(Settings):
            name = field.name.upper()
            if name in environ and name not in stack_made and not environ[name].startswith("Web"):
                if field.name == "secrets_prefix":
                    continue
                assert getattr(theirs, field.name) == getattr(ours, field.name), name


def test_both_processors_are_the_same_but_for_their_size(stack: Stack) -> None:
    """A job behaves alike in either lane."""
    express, bulk = (dict(stack.properties(name)) for name in WORKERS)
    for differing in ("MemorySize", "Timeout", "LoggingConfig", "Description", "Code"):
        express.pop(differing, None)
        bulk.pop(differing, None)
    assert express == bulk


@pytest.mark.parametrize(
    ("package", "functions"), [("webhook", ["WebhookFunction"]), ("processor", WORKERS)]
)
def test_a_function_is_given_what_its_code_reads(
    stack: Stack, package: str, functions: Sequence[str]
) -> None:
    """No operator's choice reaches one function and is a default in the other that asks for it."""
    source = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "functions" / package).rglob("*.py")
    )
    known = {field.name for field in fields(Settings)}
    read = known & set(re.findall(r"settings\.(\w+)", source))
    assert read
    for function in functions:
        given = {name.lower() for name in _environment(stack, function)}
        assert read <= given | set(LEFT_ALONE), function


def test_the_webhook_may_do_exactly_what_admission_asks_for(stack: Stack) -> None:
    """Count, read a chat's preferences, look at the long queue and send; nothing is taken away."""
    statements = stack.properties("WebhookRole")["Policies"][0]["PolicyDocument"]["Statement"]
    allowed = {
        (action, resource)
        for statement in statements
        for action in _listed(statement["Action"])
        for resource in _listed(statement["Resource"])
    }
    assert allowed == {
        ("logs:CreateLogStream", "WebhookLogs.Arn"),
        ("logs:PutLogEvents", "WebhookLogs.Arn"),
        ("sqs:SendMessage", "ExpressQueue.Arn"),
        ("sqs:SendMessage", "BulkQueue.Arn"),
        ("sqs:GetQueueAttributes", "BulkQueue.Arn"),
        ("dynamodb:GetItem", "StateTable.Arn"),
        ("dynamodb:BatchGetItem", "StateTable.Arn"),
        ("dynamodb:PutItem", "StateTable.Arn"),
        ("dynamodb:UpdateItem", "StateTable.Arn"),
    }


def test_the_webhook_can_read_no_secret_and_no_transcript(stack: Stack) -> None:
    """The front door's role reaches two queues and the table of limits, nothing else."""
    role = stack.properties("WebhookRole")
    statements = role["Policies"][0]["PolicyDocument"]["Statement"]
    actions = {action for s in statements for action in _listed(s["Action"])}
    resources = {resource for s in statements for resource in _listed(s["Resource"])}
    assert resources == {"WebhookLogs.Arn", "ExpressQueue.Arn", "BulkQueue.Arn", "StateTable.Arn"}
    assert not {action for action in actions if action.startswith(("ssm:", "kms:"))}
    assert "sqs:ReceiveMessage" not in actions


@pytest.mark.parametrize("service", ["dynamodb", "sqs", "ssm"])
def test_the_processor_may_do_exactly_what_its_adapters_ask_for(stack: Stack, service: str) -> None:
    """Every operation that the AWS adapters call is allowed, and none besides."""
    operations = set(Session().get_service_model(service).operation_names)
    source = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "functions" / "shared" / "adapters" / "aws").glob("*.py")
    )
    called = operations & set(re.findall(r'"(\w+)"', source))
    called -= {"TransactWriteItems"}  # allowed by what it consists of
    statements = stack.properties("ProcessorRole")["Policies"][0]["PolicyDocument"]["Statement"]
    allowed = {action for s in statements for action in _listed(s["Action"])}
    assert {f"{service}:{name}" for name in called} == {
        action for action in allowed if action.startswith(f"{service}:")
    }


def test_alarms_and_objective_name_metrics_that_exist(template: Template) -> None:
    """Every metric of ours is one of the code's, with the code's one dimension."""
    stack = Stack.of(template, Stage="prod")
    found = list(_own_metrics(stack.resources))
    assert found
    for name, dimensions in found:
        assert name in set(Metric)
        assert dimensions == [{"Name": "service", "Value": STACK_NAME}]


def test_the_dashboard_shows_every_metric(stack: Stack) -> None:
    """Each metric of the code is on the dashboard, and no other under its namespace."""
    ours = [metric for metric in _dashboard_metrics(stack) if metric[0] == NAMESPACE]
    assert {metric[1] for metric in ours} == set(Metric)
    assert all(metric[2:4] == ["service", STACK_NAME] for metric in ours)


def test_the_dashboard_shows_every_alarm(stack: Stack) -> None:
    """The first row holds all alarms."""
    body = json.loads(stack.properties("Dashboard")["DashboardBody"])
    assert set(body["widgets"][0]["properties"]["alarms"]) == {
        f"{name}.Arn" for name, _ in _alarms(stack)
    }


def test_figures_from_logs_are_made_where_they_are_used(stack: Stack) -> None:
    """Each figure under the stack's own namespace comes from one of its log filters."""
    namespace = f"{NAMESPACE}/transcriber"
    made = {
        transformation["MetricName"]
        for _, log_filter in stack.each("Logs::MetricFilter")
        for transformation in log_filter["MetricTransformations"]
        if transformation["MetricNamespace"] == namespace
    }
    shown = {metric[1] for metric in _dashboard_metrics(stack) if metric[0] == namespace}
    alarmed = {
        metric["MetricStat"]["Metric"]["MetricName"]
        for _, alarm in _alarms(stack)
        for metric in alarm.get("Metrics", [])
        if metric.get("MetricStat", {}).get("Metric", {}).get("Namespace") == namespace
    }
    assert made == shown | alarmed


# Figure that must not be passed, by alarm.
LIMITS = {
    "ProcessingTimeAlarm": 20,
    "QueueLengthAlarm": 50,
    "QueueAgeAlarm": 120,
    "CacheHitRateAlarm": 100 - 35,  # of misses
    "ProviderErrorsAlarm": 5,
    "SuccessRateAlarm": 100 - 98,  # of failures
    "WorkersBusyAlarm": 80,
    "WorkersIdleAlarm": 60,
    "WebhookMemoryAlarm": 80,
    "ExpressMemoryAlarm": 80,
    "BulkMemoryAlarm": 80,
    "DeadLettersAlarm": 0,
    "OperatorFaultAlarm": 0,
    "SessionsRetiredAlarm": 0,
    "WebhookErrorsAlarm": 0,
    "ApiErrorsAlarm": 0,
    "ProcessorErrorsAlarm": 0,
    "AttemptFailuresAlarm": 2,
}


def test_alarms_go_off_at_the_promised_figures(stack: Stack) -> None:
    """Each alarm has its limit, and goes off above it; idle workers below."""
    assert {name: alarm["Threshold"] for name, alarm in _alarms(stack)} == LIMITS
    for name, alarm in _alarms(stack):
        below = name == "WorkersIdleAlarm"
        wanted = "LessThanThreshold" if below else "GreaterThanThreshold"
        assert alarm["ComparisonOperator"] == wanted, name


def test_every_alarm_mails_and_says_where_to_read_on(stack: Stack) -> None:
    """An alarm at night says what is wrong and names the runbook's section."""
    for name, alarm in _alarms(stack):
        assert alarm["AlarmActions"] == ["Alerts"], name
        assert re.search(r"Runbook: docs/operations\.md, [A-Z]", alarm["AlarmDescription"]), name


def _named_in(node: Any) -> Iterator[str]:
    """Parameters and attributes that a piece of the template refers to."""
    if isinstance(node, dict):
        for key, item in node.items():
            if key == "Ref":
                yield item
            elif key == "Fn::GetAtt":
                yield item if isinstance(item, str) else ".".join(item)
            elif key == "Fn::Sub":
                yield from re.findall(r"\$\{([\w.]+)\}", item)
            else:
                yield from _named_in(item)
    elif isinstance(node, list):
        for item in node:
            yield from _named_in(item)


def test_every_setting_makes_a_new_version_when_it_changes(template: Template) -> None:
    """Whatever a function is configured with counts for the digest, and nothing else does.

    A value that were missing would never reach the version behind the alias.
    """
    values = set(_named_in(template["Resources"]["Settings"]["Properties"]["Values"]))
    configured = set()
    for function in FUNCTIONS:
        properties = template["Resources"][function]["Properties"]
        for key in ("Environment", "MemorySize", "Timeout", "Handler"):
            configured |= set(_named_in(properties.get(key)))
    custom = {name for name in configured if name.startswith("WebhookSecret.")}
    assert values == custom | (configured & set(template["Parameters"]))


def test_the_digest_replaces_the_version(stack: Stack) -> None:
    """It stands in the descriptions of functions and versions: Lambda publishes only what differs."""
    versions = dict(stack.each("Lambda::Version"))
    assert len(versions) == len(FUNCTIONS)
    for version in versions.values():
        function = stack.properties(version["FunctionName"])
        assert "Settings.Digest" in version["Description"]
        assert "Settings.Digest" in function["Description"]


def test_what_the_bot_offers_reaches_telegram_with_the_next_deployment(stack: Stack) -> None:
    """Other updates, menus or languages change the registration: it is made anew only then."""
    offer = json.dumps([ALLOWED_UPDATES, SCOPES, OPERATOR, sorted(LOCALES)])
    digest = hashlib.sha256(offer.encode()).hexdigest()[:12]
    assert stack.properties("WebhookRegistration")["Offer"] == digest, "write it into the template"


def test_new_packages_make_a_new_version(template: Template) -> None:
    """A changed layer alone gives its function another version."""

    def version() -> str:
        return next(
            name
            for name, version in Stack.of(template).each("Lambda::Version")
            if version["FunctionName"] == "WebhookFunction"
        )

    before = version()
    template["Resources"]["WebhookLayer"]["Properties"]["Description"] = "other packages"
    assert version() != before


def test_gradual_deployment_is_off_unless_asked_for(template: Template) -> None:
    """Only with GradualDeploy do functions get a deployment group with alarms."""
    assert not list(Stack.of(template).each("CodeDeploy::DeploymentGroup"))
    groups = list(Stack.of(template, GradualDeploy="true").each("CodeDeploy::DeploymentGroup"))
    assert len(groups) == len(FUNCTIONS)
    for _, group in groups:
        assert group["AlarmConfiguration"]["Alarms"]


def test_every_parameter_is_explained_and_grouped(template: Template) -> None:
    """An operator finds each parameter with a default, a description and a place."""
    groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    grouped = [name for group in groups for name in group["Parameters"]]
    assert sorted(grouped) == sorted(template["Parameters"])
    for name, parameter in template["Parameters"].items():
        assert parameter["Description"].endswith("."), name
        assert "Default" in parameter, name


def test_everything_the_architecture_decides_follows_the_parameter() -> None:
    """With x86_64 no function and no layer stays arm64."""
    stack = Stack.of(load(), Architecture="x86_64")
    for _, function in stack.each("Lambda::Function"):
        assert function["Architectures"] == ["x86_64"]
    for _, layer in stack.each("Lambda::LayerVersion"):
        assert layer["CompatibleArchitectures"] == ["x86_64"]


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
