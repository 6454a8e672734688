"""Each fault that linters pass is put into the template and must be found by our rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scripts.cloudformation import Stack
from scripts.lint_template import KEY, STACKS, lint
from scripts.template_rules import faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from scripts.cloudformation import Template


def _properties(template: Template, name: str) -> dict[str, Any]:
    properties: dict[str, Any] = template["Resources"][name]["Properties"]
    return properties


@pytest.mark.parametrize("parameters", STACKS)
def test_the_template_has_none_of_the_faults(
    template: Template, parameters: dict[str, Any]
) -> None:
    """The template passes every rule, with its defaults and with all that is optional."""
    assert faults(Stack.of(template, **parameters)) == []


def _shorten_visibility(template: Template) -> None:
    _properties(template, "ExpressQueue")["VisibilityTimeout"] = 299


def _too_much_memory(template: Template) -> None:
    _properties(template, "ProcessorFunction")["MemorySize"] = 10_241


def _snapstart_and_large_tmp(template: Template) -> None:
    _properties(template, "ProcessorFunction").update(
        SnapStart={"ApplyOn": "PublishedVersions"}, EphemeralStorage={"Size": 1024}
    )


def _both_ways_to_scale(template: Template) -> None:
    event = _properties(template, "ProcessorFunction")["Events"]["Jobs"]["Properties"]
    event["ProvisionedPollerConfig"] = {"MinimumPollers": 2}


def _conditional_deployment(template: Template) -> None:
    preference = _properties(template, "ProcessorFunction")["DeploymentPreference"]
    preference["Enabled"] = {"Fn::If": ["IsProd", True, False]}


def _broken_dashboard(template: Template) -> None:
    body = _properties(template, "Dashboard")["DashboardBody"]
    body["Fn::Sub"] = body["Fn::Sub"].replace("]}", "]", 1)


def _unknown_id_on_dashboard(template: Template) -> None:
    body = _properties(template, "Dashboard")["DashboardBody"]
    body["Fn::Sub"] = body["Fn::Sub"].replace('"id": "calls"', '"id": "called"')


def _unknown_id_in_alarm(template: Template) -> None:
    _properties(template, "ProviderErrorsAlarm")["Metrics"][1]["Id"] = "called"


def _two_figures(template: Template) -> None:
    _properties(template, "ProviderErrorsAlarm")["Metrics"][1]["ReturnData"] = True


def _no_receiving(template: Template) -> None:
    for statement in _properties(template, "ProcessorRole")["Policies"][0]["PolicyDocument"][
        "Statement"
    ]:
        if statement.get("Sid") == "Work":
            statement["Action"].remove("sqs:ReceiveMessage")


def _durable(template: Template) -> None:
    _properties(template, "BulkProcessorFunction")["DurableConfig"] = {"ExecutionTimeout": 3600}


def _no_delivery_to_apologise(template: Template) -> None:
    _properties(template, "BulkQueue")["RedrivePolicy"]["maxReceiveCount"] = 3


def _short_lived_dead_letters(template: Template) -> None:
    _properties(template, "DeadLetterQueue")["MessageRetentionPeriod"] = 86_400


def _role_for_everything(template: Template) -> None:
    statements = _properties(template, "WebhookRole")["Policies"][0]["PolicyDocument"]["Statement"]
    statements[1]["Resource"] = "*"


def _every_action(template: Template) -> None:
    statements = _properties(template, "WebhookRole")["Policies"][0]["PolicyDocument"]["Statement"]
    statements[1]["Action"] = "sqs:*"


def _role_left_to_sam(template: Template) -> None:
    del _properties(template, "ProcessorFunction")["Role"]


SEEDED: dict[str, tuple[Callable[[Template], None], str]] = {
    "visibility below timeout": (_shorten_visibility, "hides messages for 299 s"),
    "memory": (_too_much_memory, "10241 MB of memory"),
    "SnapStart with large /tmp": (_snapstart_and_large_tmp, "1024 MB of /tmp"),
    "two ways to scale": (_both_ways_to_scale, "ProvisionedPollerConfig"),
    "conditional canary": (_conditional_deployment, "DeploymentPreference.Enabled"),
    "dashboard no JSON": (_broken_dashboard, "is not JSON"),
    "unknown id on the dashboard": (_unknown_id_on_dashboard, "names calls"),
    "unknown id in an alarm": (_unknown_id_in_alarm, "names calls"),
    "two figures": (_two_figures, "exactly one metric must return data"),
    "may not receive": (_no_receiving, "may not sqs:ReceiveMessage"),
    "durable poller": (_durable, "DurableConfig"),
    "no apology": (_no_delivery_to_apologise, "delivers 3 times, not 4"),
    "dead letters die first": (_short_lived_dead_letters, "dead letters of"),
    "every resource": (_role_for_everything, "about every resource"),
    "every action": (_every_action, "wildcard of actions"),
    "SAM's own role": (_role_left_to_sam, "has managed policies"),
}


@pytest.mark.parametrize("name", SEEDED)
def test_a_seeded_fault_is_found(template: Template, name: str) -> None:
    """The rules report the fault."""
    seed, sentence = SEEDED[name]
    seed(template)
    assert any(sentence in fault for fault in faults(Stack.of(template)))


def test_both_encryptions_are_found_where_a_key_is_given(template: Template) -> None:
    """A queue that keeps SQS's encryption beside its own key is found with a key, not without."""
    _properties(template, "ExpressQueue")["SqsManagedSseEnabled"] = True
    assert faults(Stack.of(template)) == []
    assert any(
        "both KmsMasterKeyId" in fault for fault in faults(Stack.of(template, KmsKeyArn=KEY))
    )


def test_the_linter_sees_into_sams_resources(template: Template) -> None:
    """cfn-lint finds a misspelt attribute in a function's environment, which it overlooks in SAM."""
    variables = _properties(template, "ProcessorFunction")["Environment"]["Variables"]
    variables["STATE_TABLE"] = {"Fn::GetAtt": ["StateTable", "Nam"]}
    assert any(finding.startswith("E1010") for finding in lint(template))
