"""Reactions and chat actions have their conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from telegram.constants import ChatAction, ReactionEmoji

from local.loopback.presence import ACTIONS, REACTIONS

if TYPE_CHECKING:
    from local.loopback.bot_api import LoopbackBotApi
    from local.loopback.people import User
    from tests.unit.local.loopback.caller import Caller


def test_the_lists_are_telegrams() -> None:
    """Every reaction and every action that the Bot API knows, and no other."""
    assert set(REACTIONS.split()) == {str(emoji.value) for emoji in ReactionEmoji}
    assert set(ACTIONS.split()) == {str(action.value) for action in ChatAction}


async def test_a_reaction_is_one_known_emoji_or_none(call: Caller, user: User) -> None:
    """It replaces the former one; an empty list takes it off."""
    asked = user.chat.messages[0]
    to = {"chat_id": 7, "message_id": asked.id}
    await call("setMessageReaction", **to, reaction=[{"type": "emoji", "emoji": "👀"}])
    assert asked.reactions == ["👀"]
    await call("setMessageReaction", **to, reaction=[])
    assert asked.reactions == []
    for wrong in ("🧨", "x", ""):
        reaction = [{"type": "emoji", "emoji": wrong}]
        refusal = await call.refused("setMessageReaction", **to, reaction=reaction)
        assert refusal == "Bad Request: REACTION_INVALID"
    paid = await call.refused("setMessageReaction", **to, reaction=[{"type": "paid"}])
    assert paid == "Bad Request: REACTION_INVALID"
    missing = await call.refused("setMessageReaction", chat_id=7, message_id=99, reaction=[])
    assert missing == "Bad Request: message to react not found"
    assert [entry.text for entry in user.chat.log[-2:]] == ["👀", ""]


async def test_a_group_may_forbid_reactions(api: LoopbackBotApi, call: Caller, user: User) -> None:
    """Then even the known ones are refused."""
    group = api.group("Team")
    asked = await user.send_text("/transcribe", chat=group)
    to = {"chat_id": group.id, "message_id": asked.id}
    eyes = [{"type": "emoji", "emoji": "👀"}]
    await call("setMessageReaction", **to, reaction=eyes)
    group.forbid_reactions()

    assert await call.refused("setMessageReaction", **to, reaction=eyes)


@pytest.mark.usefixtures("user")
async def test_channels_show_no_actions(api: LoopbackBotApi, call: Caller) -> None:
    """Nobody is seen typing in a channel."""
    channel = api.channel("News")

    await call("sendMessage", chat_id=channel.id, text="News")
    assert await call.refused("sendChatAction", chat_id=channel.id, action="typing")
    await call("sendChatAction", chat_id=7, action="typing")
    assert channel.chat.actions == []
