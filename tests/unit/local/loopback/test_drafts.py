"""Drafts come and go as Telegram's do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.loopback.record import What

if TYPE_CHECKING:
    from local.loopback.bot_api import LoopbackBotApi
    from local.loopback.people import User
    from tests.doubles.clock import ManualClock
    from tests.unit.local.loopback.caller import Caller


async def test_drafts_telegram_does_not_take(api: LoopbackBotApi, call: Caller, user: User) -> None:
    """Only private chats have them, each has a number, and they are no longer than messages."""
    group = api.group("Team")
    draft = {"chat_id": 7, "draft_id": 5, "text": "x"}

    in_group = await call.refused("sendMessageDraft", **draft | {"chat_id": group.id})
    assert in_group == "Bad Request: TEXTDRAFT_PEER_INVALID"
    unnumbered = await call.refused("sendMessageDraft", **draft | {"draft_id": 0})
    assert unnumbered == "Bad Request: RANDOM_ID_INVALID"
    long = await call.refused("sendMessageDraft", **draft | {"text": "x" * 4097})
    assert long == "Bad Request: message is too long"
    threaded = await call.refused("sendMessageDraft", **draft, message_thread_id=9)
    assert threaded == "Bad Request: message thread not found"
    await user.block()
    blocked = await call.refused("sendMessageDraft", **draft)
    assert blocked == "Forbidden: bot was blocked by the user"
    assert user.chat.drafts == []


async def test_a_draft_lasts_half_a_minute(call: Caller, user: User, clock: ManualClock) -> None:
    """Each write begins the time anew; an empty one looks like somebody who thinks."""
    await call("sendMessageDraft", chat_id=7, draft_id=5, text="")
    clock.advance(29)
    await call("sendMessageDraft", chat_id=7, draft_id=5, text="Hello")
    clock.advance(29)
    assert user.draft is not None
    assert user.draft.text == "Hello"
    clock.advance(1)
    assert user.draft is None
    assert [draft.text for draft in user.chat.drafts] == ["", "Hello"]


async def test_only_a_message_of_the_bot_ends_a_draft(call: Caller, user: User) -> None:
    """The user's messages, actions and edits leave it; it is no part of the history."""
    sent = await call("sendMessage", chat_id=7, text="Working")
    await call("sendMessageDraft", chat_id=7, draft_id=5, text="Hello")
    await user.send_text("hurry")
    await call("sendChatAction", chat_id=7, action="typing")
    await call("editMessageText", chat_id=7, message_id=sent["message_id"], text="Still working")
    assert user.draft is not None
    await call("sendMessage", chat_id=7, text="Hello there")
    assert user.draft is None
    assert [message.text for message in user.chat.from_bot] == ["Still working", "Hello there"]
    gone = [entry.text for entry in user.chat.log if entry.what is What.DRAFT_GONE]
    assert gone == ["Hello"]


async def test_the_stop_button_tells_the_bot_once(call: Caller, user: User) -> None:
    """Its number comes as text, without a user; the draft vanishes."""
    await call("sendMessageDraft", chat_id=7, draft_id=5, text="Hello", can_stop=True)
    await call.updates()
    await user.stop()

    (update,) = await call.updates()
    assert update == {"stopped_message_generation": {"chat": user.chat.to_dict(), "draft_id": "5"}}
    assert user.draft is None
    with pytest.raises(LookupError):
        await user.stop()


async def test_a_kept_draft_stays_without_its_button(call: Caller, user: User) -> None:
    """It is shown still, and can be stopped no more."""
    await call(
        "sendMessageDraft", chat_id=7, draft_id=5, text="Hello", can_stop=True, keep_on_stop=True
    )
    await user.stop()

    assert user.draft is not None
    with pytest.raises(LookupError):
        await user.stop()


async def test_a_draft_without_a_button_cannot_be_stopped(call: Caller, user: User) -> None:
    """A test that presses what is not there fails."""
    await call("sendMessageDraft", chat_id=7, draft_id=5, text="Hello")

    with pytest.raises(LookupError):
        await user.stop()
