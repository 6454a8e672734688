"""Write ``.env.example`` from the settings: ``python -m scripts.env_example > .env.example``."""

from __future__ import annotations

import sys
from dataclasses import fields
from typing import Any

from shared.settings import Settings

# The setting that each group begins with.
HEADINGS = {
    "telegram_bot_token": "Telegram",
    "speech_engine": "Speech engines",
    "speech_language": "Chats",
    "user_tasks": "Limits",
    "tries": "Work and retention",
    "database_path": "Single machine",
    "service_name": "AWS",
}
INTRODUCTION = """\
# Settings of Telegram Transcriber, each with its default. Copy this file to .env and remove the #
# in front of what you change; with nothing set, `make run` gives the demonstration.
"""


def env_example() -> str:
    """The file's text: every setting in the order of its definition, nothing else."""
    lines = [INTRODUCTION]
    for setting in fields(Settings):
        if setting.name in HEADINGS:
            lines.append(f"\n# --- {HEADINGS[setting.name]} ---\n")
        lines.append(f"\n# {setting.metadata['doc']}\n")
        lines.append(f"#{setting.name.upper()}={_as_typed(setting.default)}\n")
    return "".join(lines)


def _as_typed(value: Any) -> str:
    """A default the way a person writes it into the file."""
    if isinstance(value, tuple):
        return ",".join(map(_as_typed, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    sys.stdout.write(env_example())
