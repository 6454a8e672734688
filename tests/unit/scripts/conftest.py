"""A deployment on loopback, for the operators' commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.loaders import create_loader

from local.loopback.bot_api import LoopbackBotApi
from tests.unit.scripts.aws_account import AwsAccount
from tests.unit.scripts.world import TOKEN, World

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def aws_account() -> Iterator[AwsAccount]:
    """One account for all tests; each has names of its own."""
    with AwsAccount().running() as account:
        yield account


@pytest.fixture
def account(aws_account: AwsAccount) -> AwsAccount:
    """The account without what an earlier test told it."""
    aws_account.stacks.clear()
    aws_account.refusals.clear()
    aws_account.concurrency = 1000
    return aws_account


@pytest.fixture(scope="session", autouse=True)
def descriptions() -> Iterator[None]:
    """Let all SDK sessions share what they read of the services: every command makes a new one."""
    loader = create_loader()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.session.create_loader", lambda _=None: loader)
        yield


@pytest.fixture
def world(account: AwsAccount, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A stage with credentials, before anything is deployed."""
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-key-for-tests-only")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    made = World(account, tmp_path)
    yield made
    made.close()


@pytest.fixture
async def bot_api() -> AsyncIterator[LoopbackBotApi]:
    """Telegram."""
    async with LoopbackBotApi(TOKEN, allow_http=True) as api:
        yield api
