"""Every contract test runs once per edition of the storage.

The AWS edition runs on moto; the tests of races run once more on an emulator with threads of its
own, where ``TRANSCRIBER_EMULATOR_URL`` names one.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from local.loopback.bot_api import LoopbackBotApi
from shared.adapters.telegram import TelegramMessenger
from tests.contracts.aws_edition import AwsEdition
from tests.contracts.editions import Edition, SqliteEdition, race
from tests.doubles.aws_server import AwsServer
from tests.doubles.clock import ManualClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from local.loopback.people import User
    from shared.ports import JobStore, Messenger

TOKEN = "123456:AAE-loopback_token"  # of no bot
EMULATOR = pytest.param("emulator", marks=pytest.mark.emulator)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give every test its editions; the emulator is there for the races alone."""
    if "new_edition" in metafunc.fixturenames:
        races = race.__name__ in metafunc.function.__code__.co_names
        editions = ["sqlite", "aws", *([EMULATOR] if races else [])]
        metafunc.parametrize("new_edition", editions, indirect=True)


@pytest.fixture
def clock() -> ManualClock:
    """The time of everything in the test."""
    return ManualClock()


@pytest.fixture
def store(edition: Edition) -> JobStore:
    """An empty job store."""
    return edition.jobs()


@pytest.fixture
async def api(clock: ManualClock) -> AsyncIterator[LoopbackBotApi]:
    """A Telegram of our own."""
    async with LoopbackBotApi(TOKEN, clock=clock) as server:
        yield server


@pytest.fixture
async def messenger(api: LoopbackBotApi) -> AsyncIterator[Messenger]:
    """The implementation under test."""
    telegram = TelegramMessenger(TOKEN, api.base_url)
    yield telegram
    await telegram.close()


@pytest.fixture
async def user(api: LoopbackBotApi) -> User:
    """Somebody who has written to the bot."""
    somebody = api.user(7, "Ada")
    await somebody.send_text("/start")
    return somebody


@pytest.fixture(scope="module")
def aws_server() -> Iterator[AwsServer]:
    """An AWS account on loopback."""
    with AwsServer().running() as server:
        yield server


@pytest.fixture
def emulator_url() -> str:
    """Where the emulator answers; without one the test is skipped."""
    url = os.environ.get("TRANSCRIBER_EMULATOR_URL", "")
    if not url:
        pytest.skip("TRANSCRIBER_EMULATOR_URL names no AWS emulator")
    return url


@pytest.fixture
def new_edition(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, clock: ManualClock
) -> Iterator[Callable[[], Edition]]:
    """Make one more empty store; property tests need one per example."""
    made: list[Edition] = []
    make_edition = _maker(request, tmp_path_factory, clock)

    def make() -> Edition:
        edition = make_edition()
        made.append(edition)
        return edition

    yield make
    for edition in made:
        edition.close()


def _maker(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, clock: ManualClock
) -> Callable[[], Edition]:
    """What makes a store of the edition that is asked for."""
    match request.param:
        case "sqlite":
            return lambda: SqliteEdition(tmp_path_factory.mktemp("edition"), clock)
        case "aws":
            server: AwsServer = request.getfixturevalue("aws_server")
            server.clock = clock
            return lambda: AwsEdition(server.endpoint, clock)
        case _:
            url: str = request.getfixturevalue("emulator_url")
            return lambda: AwsEdition(url, clock)


@pytest.fixture
def edition(new_edition: Callable[[], Edition]) -> Edition:
    """An empty store."""
    return new_edition()
