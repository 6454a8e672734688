"""The documentation of the configuration says what settings and template say."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from scripts.cloudformation import load
from scripts.configuration_doc import configuration_doc, sources_on_aws
from shared.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)


def test_file_is_what_settings_and_template_generate() -> None:
    """The committed file equals the generated one; `make configuration` mends a difference."""
    committed = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert committed == configuration_doc()


def test_every_setting_and_every_parameter_stands_in_it_once() -> None:
    """All of them, and nothing else."""
    names = ROW.findall(configuration_doc())
    settings = [setting.name.upper() for setting in fields(Settings)]
    assert names[: len(settings)] == settings
    assert sorted(names[len(settings) :]) == sorted(load()["Parameters"])


def test_a_setting_names_where_it_comes_from_on_aws() -> None:
    """A parameter by its name, a resource as the stack's own, a secret as a secret."""
    sources = sources_on_aws(load())
    assert sources["USER_TASKS"] == "UserTasks"
    assert sources["STATE_TABLE"] == "the stack"
    assert "GROQ_API_KEY" not in sources
    (row,) = re.findall(r"^\| `GROQ_API_KEY` .*$", configuration_doc(), re.MULTILINE)
    assert row.endswith("| secret |")


def test_every_table_has_as_many_cells_in_every_row() -> None:
    """A bar inside a cell is escaped, as in the pattern of the KMS key."""
    widths = {
        len(re.findall(r"(?<!\\)\|", line))
        for line in configuration_doc().splitlines()
        if line.startswith("|")
    }
    assert widths == {5}
    assert r"^$\|^arn" in configuration_doc()
