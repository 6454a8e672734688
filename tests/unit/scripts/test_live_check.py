"""The check with real keys, on loopback doubles of the providers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scripts import live_check
from shared.transcripts import Segment
from tests.doubles.deepgram_server import DeepgramServer
from tests.doubles.groq_server import GroqServer
from tests.doubles.openai_server import OpenAIServer
from tests.unit.scripts.world import TOKEN, command

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

    from local.loopback.bot_api import LoopbackBotApi

WORDS = Path("local/sample/note.txt").read_text(encoding="utf-8")
SIZE_BYTES = Path("local/sample/note.oga").stat().st_size
KEY = "a-key-for-tests"


def says(words: str) -> object:
    """A script that hears ``words`` in everything."""

    def script(_: bytes) -> Sequence[Segment]:
        return [Segment(0.0, 5.0, words)]

    return script


async def test_every_configured_provider_is_heard(capsys: pytest.CaptureFixture[str]) -> None:
    """The sample's own bytes reach each of them, and the words come back."""
    script = says(WORDS)
    async with (
        GroqServer(script, keys=(KEY,)) as groq,
        DeepgramServer(script, keys=(KEY,)) as deepgram,  # type: ignore[arg-type]
        OpenAIServer(script, keys=(KEY,)) as openai,
    ):
        environ = {
            "GROQ_API_KEY": KEY,
            "GROQ_BASE_URL": groq.base_url,
            "DEEPGRAM_API_KEY": KEY,
            "DEEPGRAM_BASE_URL": deepgram.base_url,
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": f"{openai.base_url}/v1",
        }
        assert await command(live_check.main, environ=environ) == 0
        for server in (groq, deepgram, openai):
            assert [seen.size_bytes for seen in server.seen] == [SIZE_BYTES]
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[:3]] == [
        ["✓", "groq"],
        ["✓", "deepgram"],
        ["✓", "openai"],
    ]
    assert "0% of the words wrong" in lines[0]
    assert lines[3].startswith("– telegram     skipped: TELEGRAM_BOT_TOKEN")


async def test_wrong_words_fail(capsys: pytest.CaptureFixture[str]) -> None:
    """A provider that answers something else is broken."""
    async with GroqServer(says("Nothing of the kind."), keys=(KEY,)) as groq:
        environ = {"GROQ_API_KEY": KEY, "GROQ_BASE_URL": groq.base_url}
        assert await command(live_check.main, environ=environ) == 1
    assert "✗ groq" in capsys.readouterr().out


async def test_each_key_is_tried_and_a_bad_one_is_found(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In use, a good key would hide it. No key is shown."""
    async with GroqServer(says(WORDS), keys=(KEY,)) as groq:
        environ = {"GROQ_API_KEY": f"{KEY},refused-key", "GROQ_BASE_URL": groq.base_url}
        assert await command(live_check.main, environ=environ) == 1
    said = capsys.readouterr().out
    assert "✓ groq " in said
    assert "✗ groq key 2" in said
    assert "refused-key" not in said


async def test_a_message_lives_and_dies_in_the_chat(
    bot_api: LoopbackBotApi, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sent, edited, deleted: nothing is left in the chat."""
    user = bot_api.user(7)
    await user.send_text("/start")
    environ = {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": bot_api.base_url,
        "LIVE_CHAT_ID": "7",
    }
    assert await command(live_check.main, environ=environ) == 0
    assert "✓ telegram     @ExampleBot sent, edited and deleted" in capsys.readouterr().out
    assert user.chat.from_bot == []
    assert bot_api.refused == []


async def test_without_a_chat_the_token_alone_is_tried(
    bot_api: LoopbackBotApi, capsys: pytest.CaptureFixture[str]
) -> None:
    """And what was left out is said."""
    environ = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": bot_api.base_url}
    assert await command(live_check.main, environ=environ) == 0
    said = capsys.readouterr().out
    assert "the token is @ExampleBot's" in said
    assert "messages skipped: LIVE_CHAT_ID is not set" in said


async def test_a_stranger_s_chat_and_a_wrong_token_fail(
    bot_api: LoopbackBotApi, capsys: pytest.CaptureFixture[str]
) -> None:
    """The bot cannot write first; the sentence says who must."""
    environ = {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": bot_api.base_url,
        "LIVE_CHAT_ID": "8",
    }
    assert await command(live_check.main, environ=environ) == 1
    assert "write /start to the bot" in capsys.readouterr().out
    other = "123456789:not-the-token-of-any-bot"
    assert await command(live_check.main, environ=environ | {"TELEGRAM_BOT_TOKEN": other}) == 1
    assert other not in capsys.readouterr().out
    assert await command(live_check.main, environ=environ | {"LIVE_CHAT_ID": "@me"}) == 1


async def test_nothing_configured_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    """A check that checked nothing must not pass."""
    assert await command(live_check.main, environ={}) == 1
    assert "Nothing was checked" in capsys.readouterr().err
