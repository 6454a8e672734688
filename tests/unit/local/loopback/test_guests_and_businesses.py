"""Chats where the bot writes as a guest or in somebody's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local.loopback.presence import QUERY_TOO_OLD

if TYPE_CHECKING:
    from local.loopback.bot_api import LoopbackBotApi
    from local.loopback.people import User
    from tests.doubles.clock import ManualClock
    from tests.unit.local.loopback.caller import Caller

MARKUP = {"inline_keyboard": [[{"text": "TXT", "callback_data": "1"}]]}


def article(**changes: Any) -> dict[str, Any]:
    """A result that is taken."""
    result = {
        "type": "article",
        "id": "1",
        "title": "Answer",
        "input_message_content": {"message_text": "Hello"},
        "reply_markup": MARKUP,
    }
    return {**result, **changes}


async def test_a_guest_is_heard_when_it_names_the_bot(
    api: LoopbackBotApi, call: Caller, user: User
) -> None:
    """Nothing else of the chat reaches it, and it may not write there by itself."""
    group = api.foreign_group("Elsewhere")
    await call.updates()
    voice = await user.send_voice(b"voice", duration=1, chat=group)
    await user.send_text("/transcribe", chat=group)
    asked = await user.send_text("@examplebot please", chat=group, reply_to=voice)

    (update,) = await call.updates()
    heard = update["guest_message"]
    assert heard["guest_query_id"] == asked.guest_query_id
    assert heard["reply_to_message"]["voice"]["duration"] == 1
    refusal = await call.refused("sendMessage", chat_id=group.id, text="x")
    assert refusal == "Forbidden: bot is not a member of the supergroup chat"


async def test_a_bot_without_guest_mode_hears_no_guests(
    api: LoopbackBotApi, call: Caller, user: User
) -> None:
    """The owner may leave it off."""
    api.state.abilities["supports_guest_queries"] = False
    await call.updates()
    await user.send_text("@ExampleBot please", chat=api.foreign_group("Elsewhere"))

    assert await call.updates() == []
    assert not (await call("getMe"))["supports_guest_queries"]


async def test_a_guest_is_answered_once(api: LoopbackBotApi, call: Caller, user: User) -> None:
    """The answer is edited by its own id, which a pressed button brings along."""
    group = api.foreign_group("Elsewhere")
    asked = await user.send_text("@ExampleBot please", chat=group)
    query = {"guest_query_id": asked.guest_query_id}
    sent = await call("answerGuestQuery", **query, result=article())
    again = await call.refused("answerGuestQuery", **query, result=article())
    await call.updates()
    (answer,) = group.chat.from_bot
    await user.press(answer, "TXT")
    edited = await call("editMessageText", **sent, text="Bye")

    assert again == f"Bad Request: {QUERY_TOO_OLD}"
    (update,) = await call.updates()
    assert update["callback_query"]["inline_message_id"] == sent["inline_message_id"]
    assert "message" not in update["callback_query"]
    assert edited is True
    assert (answer.text, answer.edits, answer.reply_to) == ("Bye", ["Hello"], asked)
    same = await call.refused("editMessageText", **sent, text="Bye")
    assert "message is not modified" in same
    unknown = await call.refused("editMessageText", inline_message_id="x", text="Bye")
    assert unknown == "Bad Request: MESSAGE_ID_INVALID"
    await user.reply(answer, "once more")
    assert "guest_message" in (await call.updates())[0]


@pytest.mark.parametrize(
    "result",
    [
        article(type="photo"),
        article(id=""),
        article(id="x" * 65),
        article(title=" "),
        article(input_message_content=None),
        article(input_message_content={"message_text": ""}),
        article(input_message_content={"message_text": "x" * 4097}),
        article(reply_markup={"inline_keyboard": [[{"text": "a"}]]}),
        None,
    ],
)
async def test_results_telegram_does_not_take(
    api: LoopbackBotApi, call: Caller, user: User, result: Any
) -> None:
    """A refused answer leaves the question open."""
    group = api.foreign_group("Elsewhere")
    asked = await user.send_text("@ExampleBot please", chat=group)
    query = {"guest_query_id": asked.guest_query_id}

    await call.refused("answerGuestQuery", **query, result=result)

    assert group.chat.from_bot == []
    await call("answerGuestQuery", **query, result=article())


async def test_a_business_is_connected_heard_and_left(
    api: LoopbackBotApi, call: Caller, user: User
) -> None:
    """Both sides of its chats are heard while the connection lasts."""
    owner = api.user(8, "Shop")
    await call.updates()
    business = await owner.connect_bot()
    chat = business.chat_with(user)
    await user.send_voice(b"voice", duration=1, chat=chat)
    await owner.send_text("One moment", chat=chat)
    await business.disconnect()
    await user.send_text("hello?", chat=chat)

    connected, first, second, left = [next(iter(u.values())) for u in await call.updates()]
    assert (connected["id"], connected["is_enabled"]) == (business.id, True)
    assert connected["rights"] == {"can_reply": True}
    assert first["business_connection_id"] == second["business_connection_id"] == business.id
    assert (first["from"]["id"], second["from"]["id"]) == (7, 8)
    assert first["chat"]["id"] == second["chat"]["id"] == 7
    assert left["is_enabled"] is False


async def test_the_bot_writes_in_the_owners_name(
    api: LoopbackBotApi, call: Caller, user: User
) -> None:
    """In the business's chat it is the owner who is shown; the bot's own chat is another."""
    business = await api.user(8, "Shop").connect_bot()
    chat = business.chat_with(user)
    await user.send_text("hello", chat=chat)
    place = {"chat_id": 7, "business_connection_id": business.id}

    sent = await call("sendMessage", **place, text="Hello")
    await call("editMessageText", **place, message_id=sent["message_id"], text="Hello there")
    await call("sendChatAction", **place, action="typing")

    assert (sent["from"]["id"], sent["sender_business_bot"]["username"]) == (8, "ExampleBot")
    assert sent["business_connection_id"] == business.id
    assert [message.text for message in chat.chat.from_bot] == ["Hello there"]
    assert user.chat.from_bot == []
    drafted = await call.refused("sendMessageDraft", **place, draft_id=1, text="x")
    assert drafted == "Bad Request: TEXTDRAFT_PEER_INVALID"


async def test_businesses_that_take_nothing(
    api: LoopbackBotApi, call: Caller, user: User, clock: ManualClock
) -> None:
    """Unknown or ended connections, unknown chats, no right to reply, a customer silent too long."""
    owner = api.user(8, "Shop")
    mute, business = await owner.connect_bot(can_reply=False), await owner.connect_bot()
    for each in (mute, business):
        await user.send_text("hello", chat=each.chat_with(user))

    async def refusal(connection: str, chat_id: int = 7) -> str:
        place = {"business_connection_id": connection, "chat_id": chat_id}
        return await call.refused("sendMessage", **place, text="x")

    assert await refusal("404") == "Bad Request: business connection not found"
    assert await refusal(business.id, 99) == "Bad Request: chat not found"
    assert await refusal(mute.id) == "Bad Request: BUSINESS_CONNECTION_NOT_ALLOWED"
    clock.advance(24 * 3600 + 1)
    assert await refusal(business.id) == "Bad Request: BUSINESS_PEER_USAGE_MISSING"
    await business.disconnect()
    assert await refusal(business.id) == "Bad Request: business connection not found"
