"""The example of the configuration says what the settings say."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from scripts.env_example import HEADINGS, env_example
from shared.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def test_file_is_what_the_settings_generate() -> None:
    """The committed file equals the generated one; `make env-example` mends a difference."""
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == env_example()


def test_every_setting_stands_in_it_once_and_in_order() -> None:
    """The variables are the settings' names in capitals, nothing else."""
    lines = [
        line for line in env_example().splitlines() if line.startswith("#") and line[1:2].isupper()
    ]
    names = [line[1:].split("=")[0] for line in lines]
    assert names == [setting.name.upper() for setting in fields(Settings)]


def test_what_it_shows_are_the_defaults() -> None:
    """With every line uncommented, the settings are those of an empty environment."""
    lines = [line[1:] for line in env_example().splitlines() if line[1:2].isupper()]
    environ = dict(line.split("=", 1) for line in lines)
    assert Settings.from_environment(environ) == Settings.from_environment({})


def test_every_group_begins_with_a_setting() -> None:
    """No heading is lost when a setting is renamed."""
    assert set(HEADINGS) <= {setting.name for setting in fields(Settings)}
