"""What the emulator cannot do is dropped by name, and everything else is deployed as it is."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.cloudformation import Template, load, translate
from tests.e2e.cloud.adapter import adapt

PARAMETERS: dict[str, dict[str, str]] = {
    "dev": {"Architecture": "x86_64"},
    "prod": {"Architecture": "x86_64", "Stage": "prod", "GradualDeploy": "true"},
}
EXPRESSIONS = [
    "BulkMemoryAlarm",
    "CacheHitRateAlarm",
    "ExpressMemoryAlarm",
    "ProcessorErrorsAlarm",
    "ProviderErrorsAlarm",
    "QueueLengthAlarm",
    "SuccessRateAlarm",
    "WebhookErrorsAlarm",
    "WebhookMemoryAlarm",
    "WorkersBusyAlarm",
    "WorkersIdleAlarm",
]
DROPPED = {
    "dev": sorted([*EXPRESSIONS, "QueuesOverTlsOnly", "ServiceHealth", "SuccessObjective"]),
    "prod": sorted(
        [
            *EXPRESSIONS,
            "BulkProcessorFunctionDeploymentGroup",
            "ProcessorFunctionDeploymentGroup",
            "QueuesOverTlsOnly",
            "ServerlessDeploymentApplication",
            "ServiceHealth",
            "SuccessObjective",
            "WebhookFunctionDeploymentGroup",
        ]
    ),
}


@pytest.fixture(params=PARAMETERS)
def stage(request: pytest.FixtureRequest) -> str:
    """A stage of samconfig.toml."""
    name: str = request.param
    return name


@pytest.fixture
def translated(stage: str) -> Template:
    """The template as AWS would read it."""
    return translate(load(), PARAMETERS[stage])


def test_only_what_is_known_is_dropped(stage: str, translated: Template) -> None:
    """A new resource of a kind that the emulator lacks must be added here on purpose."""
    assert adapt(translated, PARAMETERS[stage]).dropped == DROPPED[stage]


def test_nothing_refers_to_what_is_gone(stage: str, translated: Template) -> None:
    """No Ref, GetAtt, Sub or DependsOn of the adapted template names a dropped resource."""
    template, dropped = adapt(translated, PARAMETERS[stage])
    text = str(template["Resources"])
    assert [name for name in dropped if f"'{name}'" in text or f"${{{name}" in text] == []


def test_all_else_is_untouched(stage: str, translated: Template) -> None:
    """Of what stays, only the API, numbers, one permission, CodeDeploy and the dashboard's links differ."""
    template, dropped = adapt(translated, PARAMETERS[stage])
    resources = template["Resources"]
    for name, before in translated["Resources"].items():
        if name in [*dropped, "Api", "Dashboard"]:
            continue
        expected = {key: item for key, item in before.items() if key != "UpdatePolicy"}
        changed = differences(expected, resources[name])
        if name == "ProcessorRole":
            changed = {change for change in changed if not change.endswith("'*')")}
        assert changed <= set(numbers(translated)), name
    assert {key: template[key] for key in template if key != "Resources"} == {
        key: translated[key] for key in translated if key != "Resources"
    }


def test_each_path_of_the_api_is_a_route_to_its_function(stage: str, translated: Template) -> None:
    """The OpenAPI body becomes what it stands for."""
    resources = adapt(translated, PARAMETERS[stage]).template["Resources"]
    routes = [r["Properties"] for r in resources.values() if r["Type"].endswith("V2::Route")]
    ways = [r["Properties"] for r in resources.values() if r["Type"].endswith("V2::Integration")]
    assert [route["RouteKey"] for route in routes] == ["POST /telegram/webhook"]
    assert len(ways) == 1
    assert "WebhookFunctionAliaslive" in str(ways[0]["IntegrationUri"])
    assert (ways[0]["TimeoutInMillis"], ways[0]["PayloadFormatVersion"]) == (9000, "2.0")
    assert "Body" not in resources["Api"]["Properties"]


def numbers(template: Template) -> list[str]:
    """The parameters that are numbers."""
    declared = template["Parameters"].items()
    return [name for name, parameter in declared if parameter["Type"] == "Number"]


def differences(before: Any, after: Any) -> set[str]:
    """The parameters in whose places ``after`` has something else; their names, or what else."""
    if before == after:
        return set()
    if isinstance(before, dict) and set(before) == {"Ref"} and isinstance(after, int):
        return {before["Ref"]}
    if isinstance(before, dict) and isinstance(after, dict) and set(before) == set(after):
        return set().union(*(differences(before[key], after[key]) for key in before))
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return set().union(*map(differences, before, after))
    return {repr((before, after))}
