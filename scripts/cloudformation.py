"""Read the template as CloudFormation will: SAM translated, parameters and conditions resolved.

Of what only exists after deployment a name stays: ``ExpressQueue`` for a Ref, ``ExpressQueue.Arn``
for a GetAtt.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

TEMPLATE = Path(__file__).resolve().parent.parent / "infra" / "template.yaml"
REGION = "eu-central-1"  # any: the translator wants one
PSEUDO_PARAMETERS = {
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::StackName": "transcriber",
}
NO_VALUE = object()
PLAIN_FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "Fn::And": all,
    "Fn::Equals": lambda given: str(given[0]) == str(given[1]),
    "Fn::GetAtt": lambda given: given if isinstance(given, str) else ".".join(map(str, given)),
    "Fn::Join": lambda given: str(given[0]).join(map(str, given[1])),
    "Fn::Not": lambda given: not given[0],
    "Fn::Or": any,
}

Template = dict[str, Any]


def load(path: Path = TEMPLATE) -> Template:
    """The template as it is written."""
    template: Template = yaml_parse(path.read_text(encoding="utf-8"))
    return template


def translate(template: Template, parameters: Mapping[str, Any] | None = None) -> Template:
    """Plain CloudFormation, as AWS makes it of a SAM template. Raise for what SAM refuses."""
    packaged = deepcopy(template)
    _pretend_uploaded(packaged)
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name=REGION))
    translated: Template = translator.translate(packaged, _parameters(template, parameters))
    return translated


@dataclass(frozen=True)
class Stack:
    """What a deployment with ``parameters`` would create."""

    source: Template
    translated: Template
    parameters: dict[str, Any]
    resources: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, source: Template, **parameters: Any) -> Stack:
        """Translate and resolve ``source``."""
        translated = translate(source, parameters)
        values = {**PSEUDO_PARAMETERS, **_parameters(source, parameters)}
        resolver = _Resolver(translated, values)
        return cls(source, translated, values, resolver.resources())

    def each(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Names and properties of all resources of a type, ``AWS::`` left out."""
        for name, resource in self.resources.items():
            if resource["Type"] == f"AWS::{kind}":
                yield name, resource.get("Properties", {})

    def properties(self, name: str) -> dict[str, Any]:
        """One resource's properties."""
        properties: dict[str, Any] = self.resources[name].get("Properties", {})
        return properties

    def function_of(self, mapping: dict[str, Any]) -> str:
        """The function behind an event source mapping, through an alias or not."""
        target = str(mapping["FunctionName"])
        if self.resources[target]["Type"] == "AWS::Lambda::Alias":
            target = str(self.properties(target)["FunctionName"])
        return target


def _parameters(template: Template, given: Mapping[str, Any] | None) -> dict[str, Any]:
    """The defaults, and ``given`` instead."""
    declared = template.get("Parameters", {})
    return {name: item["Default"] for name, item in declared.items() if "Default" in item} | dict(
        given or {}
    )


def _pretend_uploaded(template: Template) -> None:
    """Put S3 addresses in place of local folders, as `sam deploy` does before it translates."""
    code = template.get("Globals", {}).get("Function", {})
    if "CodeUri" in code:
        code["CodeUri"] = "s3://bucket/code"
    for resource in template["Resources"].values():
        for key in ("CodeUri", "ContentUri"):
            if key in resource.get("Properties", {}):
                resource["Properties"][key] = f"s3://bucket/{key}"


class _Resolver:
    """Evaluates intrinsic functions for one set of parameters."""

    def __init__(self, template: Template, values: Mapping[str, Any]) -> None:
        self._template = template
        self._values = values

    def resources(self) -> dict[str, dict[str, Any]]:
        """Every resource whose condition holds, resolved."""
        resolved = {}
        for name, resource in self._template["Resources"].items():
            if "Condition" not in resource or self._condition(resource["Condition"]):
                resolved[name] = self._value(resource)
        return resolved

    def _condition(self, name: str) -> bool:
        return bool(self._value(self._template["Conditions"][name]))

    def _value(self, node: Any) -> Any:
        if isinstance(node, list):
            return [item for item in map(self._value, node) if item is not NO_VALUE]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            [(function, argument)] = node.items()
            if function in ("Ref", "Condition") or function.startswith("Fn::"):
                return self._call(function, argument)
        pairs = ((key, self._value(item)) for key, item in node.items())
        return {key: item for key, item in pairs if item is not NO_VALUE}

    def _call(self, function: str, argument: Any) -> Any:
        match function:
            case "Ref":
                return NO_VALUE if argument == "AWS::NoValue" else self._named(argument)
            case "Condition":
                return self._condition(argument)
            case "Fn::If":
                return self._value(argument[1 if self._condition(argument[0]) else 2])
            case "Fn::Sub":
                return self._substituted(argument)
            case "Fn::FindInMap":
                table, first, second = self._value(argument)
                return self._template["Mappings"][table][str(first)][second]
            case _:
                return PLAIN_FUNCTIONS[function](self._value(argument))

    def _named(self, name: str) -> Any:
        return self._values.get(name, name)

    def _substituted(self, argument: Any) -> str:
        text, local = (argument, {}) if isinstance(argument, str) else argument
        local = {name: self._value(item) for name, item in local.items()}
        return re.sub(r"\$\{([^}!]+)\}", lambda m: str(local.get(m[1], self._named(m[1]))), text)
