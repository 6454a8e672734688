"""Make the translated template one that MiniStack 1.5.33 can deploy, and change nothing else.

What it cannot do, and what is done about it:

- of an HTTP API's OpenAPI body it makes no routes: each path becomes an Integration and a Route;
- a Number parameter stays text: where a resource takes a number, the number is written in;
- CompositeAlarm, alarms on expressions, CodeDeploy and objectives are unknown to it: they are
  dropped, and the dashboard names them instead of referring to them. ``adapt`` lists them;
- it enforces roles, but has no TLS: the policy that demands it of queues is dropped too;
- it takes GetParametersByPath for a call on all parameters: the role may make that call on all.
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scripts.cloudformation import Template

UNKNOWN_TYPES = (
    "AWS::ApplicationSignals::ServiceLevelObjective",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::CodeDeploy::Application",
    "AWS::CodeDeploy::DeploymentGroup",
)
WITHOUT_TLS = "AWS::SQS::QueuePolicy"
BY_PATH = "ssm:GetParametersByPath"
TEXT = ("Environment",)  # whose values are text, numbers too
INTEGRATION = "x-amazon-apigateway-integration"


class Adapted(NamedTuple):
    """The template for the emulator, and the names of the resources that it lacks."""

    template: Template
    dropped: list[str]


def adapt(translated: Template, parameters: Mapping[str, str]) -> Adapted:
    """``translated`` for the emulator; ``parameters`` are those of the deployment."""
    template = deepcopy(translated)
    resources = template["Resources"]
    dropped = sorted(name for name, resource in resources.items() if _unknown(resource))
    for name in dropped:
        del resources[name]
    numbers = _numbers(template, parameters)
    for name, resource in list(resources.items()):
        resource.pop("UpdatePolicy", None)  # CodeDeploy's
        if resource["Type"] == "AWS::ApiGatewayV2::Api":
            resources.update(_routes(name, resource["Properties"]))
        if "Properties" in resource and not resource["Type"].startswith("Custom::"):  # given text
            resource["Properties"] = _with_numbers(resource["Properties"], numbers)
        if resource["Type"] == "AWS::IAM::Role":
            _widen(resource["Properties"])
        if resource["Type"] == "AWS::CloudWatch::Dashboard":
            resource["Properties"]["DashboardBody"] = _named(resource["Properties"], dropped)
    return Adapted(template, dropped)


def _unknown(resource: dict[str, Any]) -> bool:
    expression = (
        resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in resource["Properties"]
    )
    return expression or resource["Type"] in (*UNKNOWN_TYPES, WITHOUT_TLS)


def _widen(role: dict[str, Any]) -> None:
    """Let the role list parameters by path, whatever the path."""
    for policy in role.get("Policies", ()):
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement.get("Action") == BY_PATH:
                statement["Resource"] = "*"


def _named(dashboard: dict[str, Any], dropped: list[str]) -> dict[str, str]:
    """The dashboard's body with the names of ``dropped`` where it refers to them."""
    reference = re.compile(rf"\$\{{({'|'.join(dropped)})(\.\w+)?\}}")
    return {"Fn::Sub": reference.sub(r"\1", dashboard["DashboardBody"]["Fn::Sub"])}


def _numbers(template: Template, parameters: Mapping[str, str]) -> dict[str, int]:
    return {
        name: int(parameters.get(name, declared["Default"]))
        for name, declared in template["Parameters"].items()
        if declared["Type"] == "Number"
    }


def _with_numbers(node: Any, numbers: Mapping[str, int]) -> Any:
    """``node`` with the numbers in place of references to them; functions are left alone."""
    if isinstance(node, list):
        return [_with_numbers(item, numbers) for item in node]
    if not isinstance(node, dict):
        return node
    if set(node) == {"Ref"}:
        return numbers.get(node["Ref"], node)
    return {
        key: item
        if key in TEXT or (key.startswith("Fn::") and key != "Fn::If")
        else _with_numbers(item, numbers)
        for key, item in node.items()
    }


def _routes(api: str, properties: dict[str, Any]) -> dict[str, Any]:
    """What the body of ``api`` says, as resources; the body goes."""
    made: dict[str, Any] = {}
    body = properties.pop("Body")
    properties.update(Name=body["info"]["title"], ProtocolType="HTTP")
    properties.pop("FailOnWarnings", None)  # of the body
    for number, (path, methods) in enumerate(sorted(body["paths"].items())):
        for method, operation in sorted(methods.items()):
            given = operation[INTEGRATION]
            name = f"{api}{method.title()}{number}"
            made[f"{name}Integration"] = {
                "Type": "AWS::ApiGatewayV2::Integration",
                "Properties": {
                    "ApiId": {"Ref": api},
                    "IntegrationType": given["type"].upper(),
                    "IntegrationMethod": given["httpMethod"],
                    "IntegrationUri": given["uri"],
                    "PayloadFormatVersion": given["payloadFormatVersion"],
                    "TimeoutInMillis": given["timeoutInMillis"],
                },
            }
            made[f"{name}Route"] = {
                "Type": "AWS::ApiGatewayV2::Route",
                "Properties": {
                    "ApiId": {"Ref": api},
                    "RouteKey": f"{method.upper()} {path}",
                    "Target": {"Fn::Sub": f"integrations/${{{name}Integration}}"},
                },
            }
    return made
