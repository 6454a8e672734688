"""Storing, listing and deleting secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scripts import put_secrets
from tests.unit.scripts.world import REGION, TOKEN, command

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.loopback.bot_api import LoopbackBotApi
    from tests.unit.scripts.world import World

NOWHERE = ("--telegram-api-url", "http://127.0.0.1:1")
KEY = "gsk_0123456789"
OTHER_KEY = "gsk_another_one"


def answers(**given: str) -> Callable[[str], str]:
    """Types what is given for a secret, and Enter for all others."""
    return lambda question: given.get(question.partition(" ")[0].replace("-", "_"), "")


def never(question: str) -> str:
    """Nobody is to be asked."""
    raise AssertionError(question)


async def put(world: World, *arguments: str, **injected: Any) -> int:
    """The exit status of the command; nobody is asked unless a test says so."""
    told = {"ask": never, "confirm": never, "environ": {}} | injected
    return await command(put_secrets.main, *world.options, *arguments, **told)


async def test_what_is_typed_is_stored_encrypted_and_never_shown(
    world: World, bot_api: LoopbackBotApi, capsys: pytest.CaptureFixture[str]
) -> None:
    """The token is tried at Telegram first; what is left empty is not stored."""
    ask = answers(bot_token=f" {TOKEN} ", groq_api_key=f"{KEY}, {OTHER_KEY}")
    assert await put(world, "--telegram-api-url", bot_api.base_url, ask=ask) == 0
    assert world.value("bot-token") == TOKEN
    assert world.value("groq-api-key") == f"{KEY}, {OTHER_KEY}"
    known = world.deployment().secrets()
    assert {name: secret.type for name, secret in known.items()} == {
        "bot-token": "SecureString",
        "groq-api-key": "SecureString",
    }
    said = "".join(capsys.readouterr())
    assert "@ExampleBot" in said
    assert "within 5 minutes" in said
    assert TOKEN not in said
    assert KEY not in said


async def test_a_token_that_telegram_refuses_stops_everything(
    world: World, bot_api: LoopbackBotApi, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not even the good key beside it is stored."""
    environ = {"TELEGRAM_BOT_TOKEN": "123456789:not-the-token-of-any-bot", "GROQ_API_KEY": KEY}
    telegram = ("--telegram-api-url", bot_api.base_url)
    assert await put(world, "--from-env", *telegram, environ=environ) == 1
    assert "does not know this bot token" in capsys.readouterr().err
    assert world.deployment().secrets() == {}


async def test_without_telegram_the_token_is_stored_unchecked(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Behind a firewall the command must still work; it says so."""
    assert await put(world, "--from-env", *NOWHERE, environ={"TELEGRAM_BOT_TOKEN": TOKEN}) == 0
    assert world.value("bot-token") == TOKEN
    assert "not checked" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("TELEGRAM_BOT_TOKEN", "123456789"),
        ("TELEGRAM_BOT_TOKEN", "123456789:with a blank in it, no less"),
        ("GROQ_API_KEY", "two words"),
        ("GROQ_API_KEY", "schlüssel-schlüssel"),
        ("DEEPGRAM_API_KEY", "good-enough-key,,"),
        ("TELEGRAM_API_ID", "12a"),
        ("TELEGRAM_API_HASH", "short"),
    ],
)
async def test_what_cannot_be_right_is_not_stored(
    world: World, variable: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The shape is checked before anything is written, and the value is not repeated."""
    assert await put(world, "--from-env", environ={variable: value}) == 1
    said = capsys.readouterr().err
    assert "does not look like one" in said
    assert value not in said
    assert world.deployment().secrets() == {}


async def test_overwriting_is_asked_for(world: World) -> None:
    """No leaves the old value, yes replaces it, --yes does not ask."""
    world.put(groq_api_key=KEY)
    other = {"GROQ_API_KEY": OTHER_KEY}
    assert await put(world, "--from-env", environ=other, confirm=lambda _: "n") == 0
    assert world.value("groq-api-key") == KEY
    assert await put(world, "--from-env", environ=other, confirm=lambda _: "y") == 0
    assert world.value("groq-api-key") == OTHER_KEY
    assert await put(world, "--from-env", "--yes", environ={"GROQ_API_KEY": KEY}) == 0
    assert world.value("groq-api-key") == KEY


async def test_without_a_terminal_the_options_are_named(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a pipeline nobody can be asked."""

    def end_of_file(_: str) -> str:
        raise EOFError

    world.put(groq_api_key=KEY)
    assert await put(world, ask=end_of_file) == 1
    environ = {"GROQ_API_KEY": OTHER_KEY}
    assert await put(world, "--from-env", environ=environ, confirm=end_of_file) == 1
    assert capsys.readouterr().err.count("--yes") == 2
    assert world.value("groq-api-key") == KEY


async def test_nothing_given_is_an_error(world: World) -> None:
    """An empty environment is a mistake, not a wish."""
    assert await put(world, "--from-env") == 1


async def test_the_list_shows_names_and_dates_alone(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Values are not even fetched; what is not encrypted is pointed at."""
    world.put(bot_token=TOKEN)
    name = f"{world.prefix}/groq-api-key"
    world.cloud.call("ssm", "put_parameter", Name=name, Value=KEY, Type="String")
    assert await put(world, "--list") == 0
    said = capsys.readouterr().out
    assert "bot-token" in said
    assert "(String: not encrypted)" in said
    assert TOKEN not in said
    assert KEY not in said


async def test_deleting_is_asked_for(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """And what is not there is said to be so."""
    world.put(groq_api_key=KEY)
    assert await put(world, "--delete", "groq-api-key", confirm=lambda _: "") == 0
    assert "groq-api-key" in world.deployment().secrets()
    assert await put(world, "--delete", "groq-api-key", "--yes") == 0
    assert world.deployment().secrets() == {}
    assert await put(world, "--delete", "groq-api-key", "--yes") == 1
    assert "nothing is deleted" in capsys.readouterr().err


async def test_the_stage_s_own_key_encrypts(world: World) -> None:
    """Where samconfig.toml gives a KMS key, secrets are encrypted with it."""
    arn = world.cloud.call("kms", "create_key")["KeyMetadata"]["Arn"]
    assert REGION in arn
    text = world.config.read_text().replace("Stage=dev", f"Stage=dev KmsKeyArn={arn}")
    world.config.write_text(text)
    assert await put(world, "--from-env", environ={"GROQ_API_KEY": KEY}) == 0
    wanted = [{"Key": "Path", "Option": "OneLevel", "Values": [world.prefix]}]
    listed = world.cloud.call("ssm", "describe_parameters", ParameterFilters=wanted)
    (mine,) = listed["Parameters"]
    assert mine["KeyId"] == arn
