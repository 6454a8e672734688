"""What the operator reads exists: runbooks for alarms, commands, parameters, links."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from scripts.cloudformation import load

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
OPERATIONS = (DOCS / "operations.md").read_text(encoding="utf-8")
TEXTS = {
    path.name: path.read_text(encoding="utf-8")
    for path in (DOCS / "operations.md", DOCS / "privacy.md", ROOT / "benchmarks" / "README.md")
}
RUNBOOKS = dict(
    re.findall(r"^### (.+)\n((?:(?!^#).*\n)*)", OPERATIONS.split("## Runbooks")[1], re.MULTILINE)
)
ALARM_TYPES = {"AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"}
RUNBOOK = re.compile(r"Runbook: docs/operations\.md, ([^.]+)\.")


def alarms() -> dict[str, dict[str, Any]]:
    """The template's alarms."""
    return {
        name: resource["Properties"]
        for name, resource in load()["Resources"].items()
        if resource["Type"] in ALARM_TYPES
    }


@pytest.mark.parametrize("alarm", alarms())
def test_an_alarms_runbook_exists_and_names_the_alarm(alarm: str) -> None:
    """The section that the alarm's description sends its reader to is about this alarm."""
    (heading,) = RUNBOOK.findall(alarms()[alarm]["AlarmDescription"])
    assert f"`{alarm}`" in RUNBOOKS[heading]


def test_no_runbook_is_without_an_alarm() -> None:
    """A renamed or removed alarm does not leave its section behind."""
    named = {RUNBOOK.findall(alarm["AlarmDescription"])[0] for alarm in alarms().values()}
    assert set(RUNBOOKS) == named


@pytest.mark.parametrize("name", TEXTS)
def test_every_make_target_and_module_exists(name: str) -> None:
    """A command that is shown can be run."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z][a-z-]*)[` \n]", code_of(TEXTS[name]))) <= targets
    for module in re.findall(r"python -m ([\w.]+)", TEXTS[name]):
        assert ROOT.joinpath(*module.split(".")).with_suffix(".py").is_file(), module


@pytest.mark.parametrize("name", TEXTS)
def test_every_parameter_exists(name: str) -> None:
    """A capitalised name in code is a parameter, resource, output or metric of the template."""
    template = load()
    known = {*template["Parameters"], *template["Resources"], *template["Outputs"]}
    text = (ROOT / "infra" / "template.yaml").read_text(encoding="utf-8")
    for word in re.findall(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)+)`", TEXTS[name]):
        assert word in known or f"MetricName: {word}" in text or f'"{word}"' in text, word


@pytest.mark.parametrize("name", TEXTS)
def test_every_link_leads_somewhere(name: str) -> None:
    """To a file of the repository, and to a heading that it has."""
    here = DOCS if (DOCS / name).is_file() else ROOT / "benchmarks"
    for path, anchor in re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)", TEXTS[name]):
        target = here / path if path else here / name
        assert target.exists(), path
        if anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {heading.lower().replace(" ", "-") for heading in headings}, anchor


def test_the_privacy_page_names_the_periods_that_hold() -> None:
    """Retention, logs and dead letters, as settings and template have them."""
    template, text = load(), TEXTS["privacy.md"]
    parameters, resources = template["Parameters"], template["Resources"]
    dead_s = resources["DeadLetterQueue"]["Properties"]["MessageRetentionPeriod"]
    for days in (
        parameters["RetentionDays"]["Default"],
        parameters["LogRetentionDays"]["Default"],
        dead_s // 86_400,
    ):
        assert f"{days} days" in text


def code_of(text: str) -> str:
    """What is set as code, a line each."""
    blocks = re.findall(r"```\w*\n(.*?)```", text, re.DOTALL)
    return "\n".join([*re.findall(r"`[^`\n]+`", text), *blocks])
