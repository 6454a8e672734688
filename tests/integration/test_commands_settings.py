"""The settings panel and the commands that do the same, from the update to what the chat shows."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from shared.errors import TransientError
from shared.ports import ChatPreferences
from shared.texts import say
from tests.doubles.bench import bench
from tests.doubles.engine import PASSES_EVERYTHING, ScriptedEngine
from tests.media.make import encode, tone

if TYPE_CHECKING:
    from pathlib import Path

    from local.loopback.chats import Message
    from local.loopback.groups import Group
    from local.loopback.people import User
    from tests.doubles.bench import Bench

NOTE = encode("ogg", "libopus", tone(1.0))
ONE = replace(PASSES_EVERYTHING, name="one", hints=True)
OTHER = replace(PASSES_EVERYTHING, name="other", speakers=True)
BOTH = replace(PASSES_EVERYTHING, speakers=True, hints=True, members=(ONE, OTHER))


def able() -> ScriptedEngine:
    """Two engines with all their arts."""
    return ScriptedEngine(profile=BOTH)


async def asked(it: Bench, command: str) -> Message:
    """The answer to a command."""
    await it.user.send_text(command)
    await it.answer()
    return it.user.chat.from_bot[-1]


async def asked_in(it: Bench, group: Group, command: str, user: User | None = None) -> Message:
    """The answer to a command in a group."""
    await (user or it.user).send_text(f"{command}", chat=group)
    await it.answer()
    return group.chat.from_bot[-1]


async def press(it: Bench, panel: Message, label: str, user: User | None = None) -> list[str]:
    """What the button answers when everything is done."""
    callback = await (user or it.user).press(panel, label)
    await it.answer()
    return callback.answers


def chosen(it: Bench) -> ChatPreferences:
    """The user's preferences."""
    return it.app.storage.preferences.get(it.user.id)


async def test_everything_is_chosen_on_one_message(tmp_path: Path) -> None:
    """The panel turns from screen to screen and shows each choice with a mark."""
    async with bench(tmp_path, able()) as it:
        panel = await asked(it, "/settings")
        assert await press(it, panel, say("en", "button_language")) == [""]
        assert await press(it, panel, "Deutsch") == [say("en", "saved")]
        assert "✓ Deutsch" in panel.button_texts
        await press(it, panel, "›")
        assert "日本語" in panel.button_texts
        await press(it, panel, say("en", "button_back"))
        await press(it, panel, say("en", "button_format"))
        await press(it, panel, "SRT")
        await press(it, panel, "✓ " + say("en", "format_text"))
        assert "✓ SRT" in panel.button_texts
        it.clock.advance(61)
        assert await press(it, panel, "✓ SRT") == [say("en", "format_last")]
        await press(it, panel, say("en", "button_back"))
        await press(it, panel, say("en", "button_timestamps"))
        await press(it, panel, say("en", "button_speakers"))
        assert "✓ " + say("en", "button_timestamps") in panel.button_texts
        await press(it, panel, say("en", "button_engine"))
        await press(it, panel, "other · one")
        expected = ChatPreferences("de", ("srt",), timestamps=True, speakers=True, engine="other")
        assert chosen(it) == expected
        assert it.user.chat.from_bot == [panel]


async def test_what_is_chosen_is_what_is_heard(tmp_path: Path) -> None:
    """The engine is told; the answer is what was asked for."""
    engine = able()
    async with bench(tmp_path, engine) as it:
        for command in ("/language de", "/format srt", "/hints Ada, GmbH", "/engine one"):
            await asked(it, command)
        await it.user.send_voice(NOTE, duration=1)
        await it.answer()
        assert engine.languages == ["de"]
        (told,) = engine.instructions
        assert (told.hints, told.engine) == (("Ada", "GmbH"), "one")
        assert it.user.chat.from_bot[-1].file_name == "transcript.srt"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("/language PT-br", ChatPreferences(language="pt")),
        ("/language auto", ChatPreferences(language="auto")),
        ("/format SRT,txt srt", ChatPreferences(formats=("txt", "srt"))),
        ("/engine other", ChatPreferences(engine="other")),
        ("/hints Ada Lovelace, GmbH", ChatPreferences(hints=("Ada Lovelace", "GmbH"))),
    ],
)
async def test_a_command_with_words_chooses_and_shows_its_screen(
    tmp_path: Path, command: str, expected: ChatPreferences
) -> None:
    """Nothing else changes, and the buttons go on from there."""
    async with bench(tmp_path, able()) as it:
        it.app.storage.preferences.put(it.user.id, ChatPreferences(timestamps=True))
        panel = await asked(it, command)
        assert chosen(it) == replace(expected, timestamps=True)
        assert say("en", "button_back") in panel.button_texts


@pytest.mark.parametrize(
    ("command", "key", "figures"),
    [
        ("/language deu", "language_unknown", {}),
        ("/format exe", "format_unknown", {"formats": "text, txt, srt, vtt, json"}),
        ("/engine groq", "engine_unknown", {"engines": "auto, one, other"}),
        ("/hints ,", "hints_usage", {"limit": 10, "characters": 40}),
    ],
)
async def test_words_that_mean_nothing_are_answered_with_those_that_do(
    tmp_path: Path, command: str, key: str, figures: dict[str, object]
) -> None:
    """And nothing changes."""
    async with bench(tmp_path, able()) as it:
        assert (await asked(it, command)).text == say("en", key, **figures)
        assert chosen(it) == ChatPreferences()


@pytest.mark.parametrize("name", ["language", "format", "engine", "hints"])
async def test_a_command_alone_opens_its_screen(tmp_path: Path, name: str) -> None:
    """The same the panel shows."""
    async with bench(tmp_path, able()) as it:
        opened = await asked(it, f"/{name}")
        panel = await asked(it, "/settings")
        await press(it, panel, say("en", f"button_{name}"))
        assert (opened.text, opened.buttons) == (panel.text, panel.buttons)


async def test_the_rest_of_the_bot_is_reached_from_the_panel_too(tmp_path: Path) -> None:
    """History, work and privacy, each with a way back."""
    async with bench(tmp_path) as it:
        panel = await asked(it, "/settings")
        text = panel.text
        for name, told in (
            ("history", say("en", "history_empty")),
            ("status", say("en", "status_empty")),
            ("privacy", say("en", "privacy_forget")),
        ):
            assert await press(it, panel, say("en", f"button_{name}")) == [""]
            assert told in (panel.text or "")
            await press(it, panel, say("en", "button_back"))
            assert panel.text == text
        assert it.user.chat.from_bot == [panel]


async def test_forgetting_by_a_button_takes_two_presses(tmp_path: Path) -> None:
    """Nothing brings it back, so the first press only asks."""
    async with bench(tmp_path) as it:
        await asked(it, "/language de")
        await it.user.send_voice(NOTE, duration=1)
        await it.answer()
        panel = await asked(it, "/settings")
        await press(it, panel, say("en", "button_forget"))
        assert panel.text == say("en", "forget_screen")
        assert chosen(it).language == "de"
        await press(it, panel, say("en", "button_forget_now"))
        assert panel.text == say("en", "forgotten", count=1)
        assert panel.buttons == []
        assert chosen(it) == ChatPreferences()
        assert it.app.storage.history.recent("u7", 10) == []


async def test_terms_can_be_cleared(tmp_path: Path) -> None:
    """By the button below them."""
    async with bench(tmp_path, able()) as it:
        panel = await asked(it, "/hints Ada, GmbH")
        await press(it, panel, say("en", "button_hints_clear"))
        assert chosen(it) == ChatPreferences()
        assert say("en", "button_hints_clear") not in panel.button_texts


async def test_what_no_engine_can_says_what_the_operator_needs(tmp_path: Path) -> None:
    """Over the button; the panel stays."""
    async with bench(tmp_path) as it:
        panel = await asked(it, "/settings")
        answers = await press(it, panel, say("en", "button_speakers"))
        assert answers == [say("en", "speakers_unavailable")]
        assert (await asked(it, "/hints")).text == say("en", "hints_unavailable")
        assert chosen(it) == ChatPreferences()


async def test_quick_presses_all_count(tmp_path: Path) -> None:
    """Several workers take them at once, and the panel ends up showing all of them."""
    async with bench(tmp_path) as it:
        panel = await asked(it, "/format")
        for label in ("TXT", "SRT", "VTT", "JSON"):
            await it.user.press(panel, label)
        await it.admit()
        await asyncio.gather(*map(it.process, it.receive()))
        assert chosen(it).formats == ("text", "txt", "srt", "vtt", "json")
        assert panel.button_texts[:5] == [
            "✓ " + label for label in (say("en", "format_text"), "TXT", "SRT", "VTT", "JSON")
        ]


async def test_a_press_that_is_repeated_toggles_once(tmp_path: Path) -> None:
    """The choice was stored, then Telegram did not answer: the next try shows it, no more."""
    async with bench(tmp_path) as it:
        panel = await asked(it, "/format")
        await it.user.press(panel, "SRT")
        it.sabotage.order(TransientError("busy"), "messenger.edit")
        await it.admit()
        await it.work()
        it.sabotage.revive()
        assert chosen(it).formats == ("text", "srt")
        await it.work_until_quiet()
        assert chosen(it).formats == ("text", "srt")
        assert "✓ SRT" in panel.button_texts


async def test_in_a_group_only_administrators_choose(tmp_path: Path) -> None:
    """Everyone may look; who may not choose is told so, over the button or in the chat."""
    async with bench(tmp_path) as it:
        group, member = it.api.group("Friends"), it.api.user(8, "Bob")
        group.promote(it.user)
        panel = await asked_in(it, group, "/settings@ExampleBot", member)
        label = say("en", "button_timestamps")
        assert await press(it, panel, label, member) == [say("en", "admins_only")]
        refusal = await asked_in(it, group, "/language@ExampleBot de", member)
        assert refusal.text == say("en", "admins_only")
        assert it.app.storage.preferences.get(group.id) == ChatPreferences()
        assert await press(it, panel, label) == [say("en", "saved")]
        await asked_in(it, group, "/language@ExampleBot de")
        expected = ChatPreferences(language="de", timestamps=True)
        assert it.app.storage.preferences.get(group.id) == expected


async def test_administrators_can_let_everyone_choose(tmp_path: Path) -> None:
    """All but this very choice."""
    async with bench(tmp_path) as it:
        group, member = it.api.group("Friends"), it.api.user(8, "Bob")
        group.promote(it.user)
        panel = await asked_in(it, group, "/settings@ExampleBot")
        lock = say("en", "button_open")
        assert await press(it, panel, lock, member) == [say("en", "admins_only")]
        assert await press(it, panel, lock) == [say("en", "saved")]
        assert await press(it, panel, say("en", "button_timestamps"), member) == [
            say("en", "saved")
        ]
        assert await press(it, panel, "✓ " + lock, member) == [say("en", "admins_only")]


async def test_who_writes_in_the_groups_name_is_an_administrator(tmp_path: Path) -> None:
    """Anonymous administrators have no other name."""
    async with bench(tmp_path) as it:
        group = it.api.group("Friends")
        group.promote(it.user)
        await it.user.send_text("/language@ExampleBot de", chat=group, anonymous=True)
        await it.answer()
        assert it.app.storage.preferences.get(group.id) == ChatPreferences(language="de")


async def test_a_group_is_told_that_privacy_mode_hides_what_it_chose(tmp_path: Path) -> None:
    """Everything is to be transcribed, and nothing is seen, until the bot is an administrator."""
    async with bench(tmp_path) as it:
        group = it.api.group("Friends")
        group.promote(it.user)
        panel = await asked_in(it, group, "/settings@ExampleBot")
        await press(it, panel, say("en", "button_mode"))
        await press(it, panel, say("en", "mode_all"))
        warning = say("en", "mode_hidden", username="ExampleBot")
        assert warning in (panel.text or "")
        assert it.app.storage.preferences.get(group.id) == ChatPreferences(mode="all")
        group.promote_bot()
        await press(it, panel, say("en", "mode_off"))
        await press(it, panel, say("en", "mode_all"))
        assert warning not in (panel.text or "")
