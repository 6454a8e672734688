"""What the bot says when it comes into a group or channel, and what survives a move."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.ports import ChatPreferences
from shared.texts import say
from tests.doubles.bench import bench

if TYPE_CHECKING:
    from pathlib import Path


async def test_a_group_is_greeted_with_what_the_bot_sees_there(tmp_path: Path) -> None:
    """Under privacy mode that is little, and how to change it is said; a button opens settings."""
    async with bench(tmp_path) as it:
        group = it.api.group("Friends")
        await it.user.add_bot(group)
        await it.answer()
        (hello,) = group.chat.from_bot
        assert (hello.text or "").split("\n\n") == [
            say("en", "group_hello", username="ExampleBot"),
            say("en", "group_hidden", username="ExampleBot"),
        ]
        group.promote(it.user)
        await it.user.press(hello, say("en", "button_settings"))
        await it.answer()
        assert (hello.text or "").startswith(say("en", "settings_group"))


async def test_a_group_where_the_bot_sees_everything_is_told_so(tmp_path: Path) -> None:
    """And that it acts only when asked."""
    async with bench(tmp_path) as it:
        group = it.api.group("Friends")
        group.promote_bot()
        await it.user.add_bot(group)
        group.promote_bot()
        await it.answer()
        (hello,) = group.chat.from_bot
        assert say("en", "group_seen") in (hello.text or "")


async def test_a_channel_stays_silent_until_its_administrators_choose(tmp_path: Path) -> None:
    """The panel shows so from the start."""
    async with bench(tmp_path) as it:
        channel = it.api.channel("News")
        await it.user.add_bot(channel)
        await it.answer()
        (hello,) = channel.chat.from_bot
        assert hello.text == say("en", "channel_hello")
        assert it.app.storage.preferences.get(channel.id) == ChatPreferences(mode="off")


async def test_coming_back_to_a_channel_changes_no_choice(tmp_path: Path) -> None:
    """What its administrators chose before still counts."""
    async with bench(tmp_path) as it:
        channel = it.api.channel("News")
        it.app.storage.preferences.put(channel.id, ChatPreferences(mode="all"))
        await it.user.add_bot(channel)
        await it.answer()
        assert it.app.storage.preferences.get(channel.id) == ChatPreferences(mode="all")


async def test_choices_follow_a_group_that_becomes_a_supergroup(tmp_path: Path) -> None:
    """To its new number; nothing is said, and nothing is left at the old one."""
    async with bench(tmp_path) as it:
        group = it.api.group("Friends", type="group")
        it.app.storage.preferences.put(group.id, ChatPreferences(language="de", mode="all"))
        moved = group.migrate()
        await it.answer()
        kept = it.app.storage.preferences
        assert kept.get(moved.id) == ChatPreferences(language="de", mode="all")
        assert kept.get(group.id) == ChatPreferences()
        assert [message.text for message in moved.chat.from_bot if message.text] == []


async def test_a_move_overwrites_nothing_that_was_chosen_since(tmp_path: Path) -> None:
    """The update may come late, after somebody chose in the new group."""
    async with bench(tmp_path) as it:
        group = it.api.group("Friends", type="group")
        it.app.storage.preferences.put(group.id, ChatPreferences(language="de"))
        moved = group.migrate()
        it.app.storage.preferences.put(moved.id, ChatPreferences(language="fr"))
        await it.answer()
        assert it.app.storage.preferences.get(moved.id) == ChatPreferences(language="fr")
