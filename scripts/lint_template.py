"""Lint infra/template.yaml where linters can see: ``python -m scripts.lint_template``.

cfn-lint is nearly blind to SAM's own resources, so it is given what SAM makes of them; what it does
not know at all, ``scripts.template_rules`` does. Both look at every kind of stack that we deploy.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import cfnlint.api

from scripts.cloudformation import REGION, Stack, Template, load
from scripts.template_rules import faults

KEY = f"arn:aws:kms:{REGION}:123456789012:key/example"
# The default, and what turns on everything that is optional.
STACKS: tuple[dict[str, Any], ...] = (
    {},
    {
        "Stage": "prod",
        "Architecture": "x86_64",
        "GradualDeploy": "true",
        "AlarmEmail": "operator@example.com",
        "KmsKeyArn": KEY,
        "WebhookReservedConcurrency": 5,
        "Tries": 5,
    },
)


def main() -> int:
    """Print every finding; fail when there is one."""
    logging.getLogger("samtranslator").setLevel(logging.ERROR)  # it talks of its own features
    findings = lint(load())
    sys.stdout.writelines(f"infra/template.yaml: {finding}\n" for finding in findings)
    return 1 if findings else 0


def lint(template: Template) -> list[str]:
    """What linter and rules find, each once."""
    found: dict[str, None] = {}
    for parameters in STACKS:
        stack = Stack.of(template, **parameters)
        found |= dict.fromkeys(linted(stack))
        found |= dict.fromkeys(faults(stack))
    return list(found)


def linted(stack: Stack) -> list[str]:
    """cfn-lint's findings on plain CloudFormation, warnings too."""
    matches = cfnlint.api.lint(json.dumps(stack.translated), regions=[REGION])
    return [
        f"{match.rule.id} {match.message} ({'/'.join(map(str, match.path or []))})"
        for match in matches
        if not (match.rule.id == UNUSED_PARAMETER and _used(stack.source, match.path[1]))
    ]


UNUSED_PARAMETER = "W2001"


def _used(source: Template, parameter: object) -> bool:
    """Whether the source refers to a parameter, which SAM may have resolved already."""
    return json.dumps({"Ref": parameter}) in json.dumps(source["Resources"])


if __name__ == "__main__":
    sys.exit(main())
