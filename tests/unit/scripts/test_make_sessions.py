"""Making sessions: how many, where, and what a refusal does."""

from __future__ import annotations

import stat
import sys
from typing import TYPE_CHECKING

import pytest
from telethon import errors

from scripts import make_sessions
from scripts.operators import sign_in
from shared.errors import OperatorError, RateLimitedError, TransientError
from tests.doubles.mtproto import API_HASH, API_ID, BOT_TOKEN, MtprotoServer
from tests.doubles.mtproto_faults import Refusal
from tests.unit.scripts.world import TOKEN, World, command

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ENVIRON = {
    "TELEGRAM_BOT_TOKEN": TOKEN,
    "TELEGRAM_API_ID": "12345",
    "TELEGRAM_API_HASH": "0123456789abcdef0123456789abcdef",
}


class Telegram:
    """Signs in as often as it is asked, or until ``refuse`` says otherwise."""

    def __init__(self, refuse: dict[int, Exception] | None = None) -> None:
        self.accounts: list[tuple[int, str, str]] = []
        self.pauses: list[float] = []
        self._refuse = refuse or {}

    def sign_in(self, api_id: int, api_hash: str, token: str) -> str:
        """A session nobody has seen before."""
        self.accounts.append((api_id, api_hash, token))
        if error := self._refuse.get(len(self.accounts)):
            raise error
        return f"1session{id(self)}x{len(self.accounts)}"

    async def command(self, *arguments: str) -> int:
        """The exit status of the command that signs in here."""
        return await command(
            make_sessions.main,
            *arguments,
            sign=self.sign_in,
            sleep=self.pauses.append,
            environ=ENVIRON,
        )


@pytest.fixture
def ready(world: World) -> World:
    """A stage with what a sign-in needs."""
    world.put(
        bot_token=TOKEN,
        telegram_api_id=ENVIRON["TELEGRAM_API_ID"],
        telegram_api_hash=ENVIRON["TELEGRAM_API_HASH"],
    )
    return world


def sessions(world: World) -> dict[str, str]:
    """What is stored, by name."""
    names = [name for name in world.deployment().secrets() if name.startswith("mtproto-session-")]
    return {name: world.value(name) for name in names}


async def test_one_session_for_each_bulk_worker_is_stored_encrypted(
    ready: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Signed in one after the other with pauses, by the stored account; none is shown."""
    telegram = Telegram()
    assert await telegram.command(*ready.options, "--pause", "3") == 0
    stored = sessions(ready)
    assert list(stored) == [f"mtproto-session-0{number}" for number in range(1, 5)]
    assert len(set(stored.values())) == 4
    assert telegram.accounts[0] == (12345, ENVIRON["TELEGRAM_API_HASH"], TOKEN)
    assert telegram.pauses == [3.0, 3.0, 3.0]
    types = {secret.type for secret in ready.deployment().secrets().values()}
    assert types == {"SecureString"}
    said = capsys.readouterr().out
    assert not [session for session in stored.values() if session in said]


async def test_sessions_that_exist_are_kept(ready: World) -> None:
    """Only what is missing is signed in."""
    await Telegram().command(*ready.options, "--count", "2")
    before = sessions(ready)
    again = Telegram()
    assert await again.command(*ready.options, "--count", "3") == 0
    assert len(again.accounts) == 1
    assert sessions(ready).items() > before.items()
    assert await again.command(*ready.options, "--count", "3") == 0
    assert len(again.accounts) == 1


async def test_replaced_sessions_get_names_that_were_never_used(ready: World) -> None:
    """A session that was retired as broken keeps its name retired."""
    await Telegram().command(*ready.options, "--count", "2")
    assert await Telegram().command(*ready.options, "--count", "2", "--replace") == 0
    assert list(sessions(ready)) == ["mtproto-session-03", "mtproto-session-04"]


async def test_a_flood_stops_at_once_and_keeps_what_was_made(
    ready: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """The operator is told how long to wait; nothing is tried again."""
    flood = RateLimitedError("pause", retry_after_s=2838.0)
    telegram = Telegram({2: flood})
    assert await telegram.command(*ready.options) == 1
    assert len(telegram.accounts) == 2
    assert list(sessions(ready)) == ["mtproto-session-01"]
    said = capsys.readouterr().err
    assert "47:18" in said
    assert "1 of 4" in said


async def test_a_failed_replacement_loses_no_old_session(ready: World) -> None:
    """The old ones go when all new ones are there."""
    await Telegram().command(*ready.options, "--count", "2")
    before = sessions(ready)
    telegram = Telegram({2: TransientError("Telegram cannot be reached.")})
    assert await telegram.command(*ready.options, "--count", "2", "--replace") == 1
    assert sessions(ready).items() > before.items()


async def test_missing_secrets_and_senseless_numbers_are_sentences(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is signed in before everything is there."""
    telegram = Telegram()
    assert await telegram.command(*world.options) == 1
    assert "make secrets STAGE=dev" in capsys.readouterr().err
    world.put(bot_token=TOKEN, telegram_api_id="no number", telegram_api_hash="x")
    assert await telegram.command(*world.options) == 1
    world.put(telegram_api_id="1")
    assert await telegram.command(*world.options, "--count", "33") == 1
    assert await telegram.command(*world.options, "--count", "0") == 1
    assert not telegram.accounts


async def test_without_the_cipher_nothing_is_signed_in(
    ready: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Downloads would be a hundred times slower, and nobody would know why."""
    monkeypatch.setitem(sys.modules, "cryptg", None)
    telegram = Telegram()
    assert await telegram.command(*ready.options) == 1
    assert "cryptg is missing: run `uv sync --group mtproto`" in capsys.readouterr().err
    assert not telegram.accounts


async def test_a_local_file_is_private_and_grows(tmp_path: Path) -> None:
    """One session a line, readable by its owner alone even where it was open before."""
    file = tmp_path / "data" / "sessions.txt"
    file.parent.mkdir()
    file.write_text("1old\n")
    file.chmod(0o644)
    assert await Telegram().command("--local", str(file), "--count", "3") == 0
    lines = file.read_text().splitlines()
    assert lines[0] == "1old"
    assert len(set(lines)) == 3
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert await Telegram().command("--local", str(file), "--replace") == 0
    assert len(file.read_text().splitlines()) == 2
    assert not set(lines) & set(file.read_text().splitlines())
    assert [path.name for path in file.parent.iterdir()] == ["sessions.txt"]


async def test_a_local_file_needs_no_aws_but_an_account(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is missing is named; a place that cannot be written too."""
    status = await command(
        make_sessions.main, "--local", str(tmp_path / "s"), sign=Telegram().sign_in, environ={}
    )
    assert status == 1
    assert "TELEGRAM_API_ID" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert await Telegram().command("--local", str(tmp_path / "file" / "below")) == 1
    assert "name another file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (errors.FloodWaitError(None, 30), RateLimitedError, "pause"),
        (errors.AccessTokenInvalidError(None), OperatorError, "does not know the bot token"),
        (errors.ApiIdInvalidError(None), OperatorError, "do not belong together"),
        (errors.AuthKeyDuplicatedError(None), OperatorError, "AuthKeyDuplicatedError"),
        (ConnectionResetError(), TransientError, "cannot be reached"),
        (TimeoutError(), TransientError, "cannot be reached"),
    ],
)
def test_what_a_failed_sign_in_means(error: Exception, kind: type[Exception], said: str) -> None:
    """Telegram's refusals and the network's failures are told apart."""
    translated = sign_in.translated(error)
    assert type(translated) is kind
    assert said in str(translated)


@pytest.fixture
def redirected(monkeypatch: pytest.MonkeyPatch) -> Callable[[MtprotoServer], None]:
    """Makes a server on loopback the one that new sessions begin at."""

    def redirect(server: MtprotoServer) -> None:
        host, port = server.address
        base = "telethon.client.telegrambaseclient"
        monkeypatch.setattr(f"{base}.DEFAULT_IPV4_IP", host)
        monkeypatch.setattr(f"{base}.DEFAULT_PORT", port)
        monkeypatch.setattr(f"{base}.DEFAULT_DC_ID", server.home)

    return redirect


async def test_a_real_sign_in_gives_a_session(
    redirected: Callable[[MtprotoServer], None],
) -> None:
    """Over MTProto itself: a new key, the bot signed in, and a string that holds both."""
    async with MtprotoServer() as server:
        redirected(server)
        session = await command(lambda _: sign_in.sign_in(API_ID, API_HASH, BOT_TOKEN))  # type: ignore[arg-type,return-value]
        assert str(session).startswith("1")
        assert server.sign_ins == 1


async def test_a_real_flood_is_told_and_not_waited_for(
    redirected: Callable[[MtprotoServer], None],
) -> None:
    """Telethon would sleep through a short one by itself."""
    from telethon.tl.functions.auth import ImportBotAuthorizationRequest  # noqa: PLC0415

    async with MtprotoServer() as server:
        redirected(server)
        server.plan(Refusal(420, "FLOOD_WAIT_3"), kind=ImportBotAuthorizationRequest)
        with pytest.raises(RateLimitedError) as raised:
            await command(lambda _: sign_in.sign_in(API_ID, API_HASH, BOT_TOKEN))  # type: ignore[arg-type,return-value]
        assert raised.value.retry_after_s == 3.0
        assert server.sign_ins == 0
