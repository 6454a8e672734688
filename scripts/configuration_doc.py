"""Write the tables of all settings: ``python -m scripts.configuration_doc > docs/configuration.md``."""

from __future__ import annotations

import sys
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from scripts.cloudformation import load
from scripts.env_example import HEADINGS, env_example
from shared.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from dataclasses import Field

    from scripts.cloudformation import Template

INTRODUCTION = """\
# Configuration

Written by `make configuration` from `functions/shared/settings.py` and `infra/template.yaml`.

A **setting** is a variable of the environment. A single machine reads them from `.env` too, and
[.env.example](../.env.example) has them all with their defaults. On AWS the last column says where
a setting comes from: a parameter of the template, a secret, or the stack itself; where it is empty
the default holds. Empty variables count as unset. A number that is none, or that is not positive,
stops the program with a sentence that says which.

**Secrets** on AWS are SecureStrings in SSM under `SecretsPrefix`, written by `make secrets`. They
are never parameters of the stack, and a new value is in use within five minutes, without a
deployment. Several keys of a provider, separated by commas, are used in turn.
"""
PARAMETERS = """
# Parameters of the stack

Put what you change into `parameter_overrides` of your stage in
[samconfig.toml](../samconfig.toml), then `make deploy STAGE=…`.
"""


def configuration_doc() -> str:
    """The document's text."""
    template = load()
    return "".join(
        [INTRODUCTION, *_settings(sources_on_aws(template)), PARAMETERS, *_parameters(template)]
    )


def sources_on_aws(template: Template) -> dict[str, str]:
    """Where each variable of the functions comes from: a parameter, or the stack itself."""
    found: dict[str, str] = {}
    for resource in template["Resources"].values():
        environment = resource.get("Properties", {}).get("Environment", {})
        for variable, value in environment.get("Variables", {}).items():
            named = str(value.get("Ref")) if isinstance(value, dict) else ""
            found[variable] = named if named in template["Parameters"] else "the stack"
    return found


def _settings(sources: dict[str, str]) -> Iterator[str]:
    defaults = dict(
        line[1:].split("=", 1) for line in env_example().splitlines() if line[1:2].isupper()
    )
    rows: list[Sequence[str]] = []
    for setting in fields(Settings):
        if setting.name in HEADINGS:
            yield from _table(("variable", "default", "meaning", "on AWS"), rows)
            yield f"\n## {HEADINGS[setting.name]}\n\n"
            rows = []
        name = setting.name.upper()
        on_aws = "secret" if setting.metadata["secret"] else sources.get(name, "")
        rows.append((f"`{name}`", _code(defaults[name]), _meaning(setting), on_aws))
    yield from _table(("variable", "default", "meaning", "on AWS"), rows)


def _meaning(setting: Field[Any]) -> str:
    """The setting's own words, and its choices where these do not name them."""
    doc: str = setting.metadata["doc"]
    choices = setting.metadata["choices"]
    return doc if all(choice in doc for choice in choices) else f"{doc} {_listed(choices)}."


def _parameters(template: Template) -> Iterator[str]:
    groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    for group in groups:
        yield f"\n## {group['Label']['default']}\n\n"
        declared = [(name, template["Parameters"][name]) for name in group["Parameters"]]
        rows = [
            (f"`{name}`", _code(item.get("Default", "")), _allowed(item), item["Description"])
            for name, item in declared
        ]
        yield from _table(("parameter", "default", "allowed", "meaning"), rows)


def _allowed(parameter: dict[str, Any]) -> str:
    """What CloudFormation accepts."""
    if "AllowedValues" in parameter:
        return _listed(parameter["AllowedValues"])
    if "AllowedPattern" in parameter:
        return _code(parameter["AllowedPattern"])
    least, most = parameter.get("MinValue"), parameter.get("MaxValue")
    if least is None:
        return "number" if parameter["Type"] == "Number" else "text"
    return f"{least} or more" if most is None else f"{least} to {most}"


def _listed(values: Sequence[object]) -> str:
    return ", ".join(_code(value) for value in values)


def _code(value: object) -> str:
    """As code; nothing for the empty text."""
    return f"`{value}`" if value != "" else ""


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows with headings; nothing without rows."""
    if rows:
        for row in (headings, ["---"] * len(headings), *rows):
            yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |\n"


if __name__ == "__main__":
    sys.stdout.write(configuration_doc())
