"""An operator's day: the commands as they are typed, each a process of its own, one after another."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scripts.operators import sign_in
from shared.jobs import Action, Address, Job
from tests.unit.scripts.conftest import account, aws_account, bot_api, descriptions, world
from tests.unit.scripts.world import SECRETS, TOKEN, front_door

if TYPE_CHECKING:
    from local.loopback.bot_api import LoopbackBotApi
    from tests.unit.scripts.world import World

__all__ = ["account", "aws_account", "bot_api", "descriptions", "world"]

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = (
    "put_secrets",
    "make_sessions",
    "webhook",
    "redrive",
    "doctor",
    "tail_job",
    "live_check",
)
NEW_KEY = "gsk_a-rotated-key-for-tests"
DEAD = Job(
    id="0123456789abcdef0123",
    action=Action.COMMAND,
    user="u7",
    address=Address(7),
    locale="en",
    accepted_at=1_700_000_000.0,
    command="help",
)


async def typed(name: str, *arguments: str, **variables: str) -> tuple[int, str]:
    """Exit status and everything printed by ``python -m scripts.NAME``."""
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", f"scripts.{name}", *arguments],
        cwd=ROOT,
        env=os.environ | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


async def test_a_day_with_a_deployment(world: World, bot_api: LoopbackBotApi) -> None:
    """Rotate a key, register the webhook, find it well, send dead letters back; no secret shows."""
    with front_door(world.folder) as url:
        world.deploy(webhook_url=url, telegram_url=bot_api.base_url)
        world.kill(DEAD)
        steps = [
            ("put_secrets", "--from-env", "--yes"),
            ("webhook", "set"),
            ("webhook", "info"),
            ("doctor",),
            ("redrive",),
        ]
        said = ""
        for name, *arguments in steps:
            keys = {"GROQ_API_KEY": NEW_KEY, "TELEGRAM_BOT_TOKEN": TOKEN}
            status, text = await typed(name, *arguments, *world.options, **keys)
            assert status == 0, text
            said += text
    assert world.value("groq-api-key") == NEW_KEY
    assert bot_api.webhook.url == url
    assert "0 broken, 1 to look at" in said
    assert "! queues       dead letters: 1" in said
    assert DEAD.id in said
    assert not [value for value in (*SECRETS.values(), NEW_KEY) if value in said]


@pytest.mark.parametrize("name", COMMANDS)
async def test_help_shows_an_example(name: str) -> None:
    """Without credentials, without a network, at once."""
    status, said = await typed(name, "--help")
    assert status == 0
    assert f"python -m scripts.{name}" in said.partition("examples:")[2]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("put_secrets", ["--list"]),
        ("make_sessions", []),
        ("webhook", ["info"]),
        ("redrive", []),
        ("doctor", []),
        ("tail_job", [DEAD.id]),
    ],
)
async def test_without_credentials_a_sentence_is_all_there_is(
    world: World, monkeypatch: pytest.MonkeyPatch, name: str, arguments: list[str]
) -> None:
    """Status 1, what to run, and no traceback."""
    sign_in.require_cipher()  # else its own sentence would come first
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    status, said = await typed(name, *arguments, *world.options)
    assert status == 1
    assert "aws configure" in said
    assert "Traceback" not in said
    assert len(said.splitlines()) <= 3
