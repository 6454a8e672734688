"""What every Messenger does beside plain chats' messages: drafts, reactions, guests, businesses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.errors import RateLimitedError, UndeliverableError
from shared.jobs import Address
from shared.ports import Button

if TYPE_CHECKING:
    from local.loopback.bot_api import LoopbackBotApi
    from local.loopback.people import User
    from shared.ports import Messenger
    from tests.doubles.clock import ManualClock

KEYBOARD = ((Button("TXT", "txt:1"),),)


async def test_a_draft_grows_until_the_message_comes(messenger: Messenger, user: User) -> None:
    """The text being written is seen, can be stopped, and makes way for the bot's next message."""
    to = Address(user.id, user.chat.messages[-1].id)

    assert await messenger.draft(to, 5, "The quick")
    assert await messenger.draft(to, 5, "The quick brown")
    shown = user.draft
    await messenger.send(to, "The quick brown fox")

    assert shown is not None
    assert (shown.id, shown.text, shown.can_stop) == (5, "The quick brown", True)
    assert [draft.text for draft in user.chat.drafts] == ["The quick", "The quick brown"]
    assert user.draft is None


async def test_drafts_are_for_private_chats_alone(
    api: LoopbackBotApi, messenger: Messenger, user: User
) -> None:
    """Elsewhere the answer is no, Telegram is not asked, and private chats have them still."""
    group = api.group("Team")

    assert not await messenger.draft(Address(group.id, private=False), 5, "text")
    assert not await messenger.draft(Address(user.id, business_id="1"), 5, "text")
    assert not await messenger.draft(Address(user.id, guest_query_id="1"), 5, "text")
    assert api.refused == []
    assert await messenger.draft(Address(user.id), 5, "text")


@pytest.mark.parametrize("status", [400, 404])
async def test_a_server_without_drafts_is_asked_no_more(
    api: LoopbackBotApi, messenger: Messenger, user: User, status: int
) -> None:
    """Refused with the Stop button and without it, a draft is never tried again."""
    api.fail_next("sendMessageDraft", status, "Not Found: method not found", times=2)

    assert not await messenger.draft(Address(user.id), 5, "text")
    assert not await messenger.draft(Address(user.id), 5, "text")

    assert len(api.refused) == 2
    assert user.chat.drafts == []


async def test_a_server_that_knows_no_stop_button_shows_drafts_without(
    api: LoopbackBotApi, messenger: Messenger, user: User
) -> None:
    """Only the button is left out, from then on."""
    api.fail_next("sendMessageDraft", 400, "Bad Request: can_stop is unknown")

    assert await messenger.draft(Address(user.id), 5, "one")
    assert await messenger.draft(Address(user.id), 5, "two")

    assert len(api.refused) == 1
    assert [(draft.text, draft.can_stop) for draft in user.chat.drafts] == [
        ("one", False),
        ("two", False),
    ]


async def test_a_draft_in_a_topic_that_is_gone_is_refused_alone(
    messenger: Messenger, user: User
) -> None:
    """One deleted topic takes drafts from nobody else."""
    user.open_thread(42)

    assert not await messenger.draft(Address(user.id, thread_id=41), 5, "text")
    assert await messenger.draft(Address(user.id, thread_id=42), 5, "text")

    assert [draft.thread_id for draft in user.chat.drafts] == [42]


async def test_a_draft_that_is_too_much_now_says_how_long_to_wait(
    api: LoopbackBotApi, messenger: Messenger, user: User
) -> None:
    """Flood control is no sign that there are no drafts."""
    api.fail_next(
        "sendMessageDraft", 429, "Too Many Requests: retry after 7", {"retry_after": 7}, times=1
    )

    with pytest.raises(RateLimitedError):
        await messenger.draft(Address(user.id), 5, "text")

    assert await messenger.draft(Address(user.id), 5, "text")


async def test_a_reaction_is_put_on_the_message(messenger: Messenger, user: User) -> None:
    """It shows on what the address names; another replaces it."""
    asked = user.chat.messages[-1]

    await messenger.react(Address(user.id, asked.id), "👀")
    await messenger.react(Address(user.id, asked.id), "👌")

    assert asked.reactions == ["👌"]


async def test_a_reaction_that_is_not_allowed_does_nothing(
    api: LoopbackBotApi, messenger: Messenger, user: User
) -> None:
    """Forbidden, unknown or without a message: no error, no reaction."""
    group = api.group("Team")
    group.forbid_reactions()
    asked = await user.send_text("/transcribe", chat=group)

    await messenger.react(Address(group.id, asked.id, private=False), "👀")
    await messenger.react(Address(group.id, private=False), "👀")
    await messenger.react(Address(user.id, user.chat.messages[0].id), "🧨")
    await user.block()
    await messenger.react(Address(user.id, user.chat.messages[0].id), "👀")

    assert asked.reactions == user.chat.messages[0].reactions == []


async def test_who_is_in_charge(api: LoopbackBotApi, messenger: Messenger, user: User) -> None:
    """Owner and administrators are; members, strangers and people nobody knows are not."""
    group, owner, member = api.group("Team"), api.user(8), api.user(9)
    group.promote(owner, "creator")
    group.promote(user)
    await member.send_text("hello", chat=group)

    answers = [await messenger.is_admin(group.id, some) for some in (8, 7, 9, 10)]

    assert answers == [True, True, False, False]
    group.demote(user)
    assert not await messenger.is_admin(group.id, user.id)


async def test_who_is_in_charge_where_members_are_hidden(
    api: LoopbackBotApi, messenger: Messenger, user: User
) -> None:
    """Telegram may name none but the people in charge, which is enough."""
    group = api.group("Team")
    group.promote(user)
    api.fail_next("getChatMember", 400, "Bad Request: CHAT_ADMIN_REQUIRED", times=2)

    assert await messenger.is_admin(group.id, user.id)
    assert not await messenger.is_admin(group.id, 10)


async def test_who_is_in_charge_of_an_upgraded_group(
    api: LoopbackBotApi, messenger: Messenger, user: User
) -> None:
    """The question follows the group to its new id."""
    group = api.group("Team", type="group")
    group.promote(user)
    group.migrate()

    assert await messenger.is_admin(group.id, user.id)


async def test_charge_of_a_chat_out_of_reach(
    api: LoopbackBotApi, messenger: Messenger, user: User
) -> None:
    """Where the bot was thrown out the chat cannot be reached; that is not a no."""
    group = api.group("Team")
    await user.remove_bot(group)

    with pytest.raises(UndeliverableError):
        await messenger.is_admin(group.id, user.id)


async def test_what_reaches_the_bot_unasked(api: LoopbackBotApi, messenger: Messenger) -> None:
    """In privacy mode nothing does, unless the bot is in charge."""
    group = api.group("Team")

    assert not await messenger.sees_all(group.id)
    group.promote_bot()
    assert await messenger.sees_all(group.id)


async def test_what_reaches_a_bot_without_privacy_mode(
    api: LoopbackBotApi, messenger: Messenger
) -> None:
    """Everything does, in every group."""
    api.state.abilities["can_read_all_group_messages"] = True

    assert await messenger.sees_all(api.group("Team").id)


async def test_the_bots_name_is_asked_once(api: LoopbackBotApi, messenger: Messenger) -> None:
    """It does not change while the process lives."""
    assert await messenger.username() == "ExampleBot"
    api.fail_next("getMe", 500, "Internal Server Error")

    assert await messenger.username() == "ExampleBot"


async def test_a_guest_is_answered_once_and_the_answer_edited(
    api: LoopbackBotApi, messenger: Messenger, user: User
) -> None:
    """The one message to a guest is edited by the text that names it; a second cannot be sent."""
    group = api.foreign_group("Elsewhere")
    asked = await user.send_text("@ExampleBot please", chat=group)
    to = Address(group.id, asked.id, private=False, guest_query_id=asked.guest_query_id)

    sent = await messenger.send(to, "Working on it", KEYBOARD)
    edited = await messenger.edit(to, sent, "Here it is", folded=(0, 4))
    again = await messenger.edit(to, sent, "Here it is", folded=(0, 4))

    assert isinstance(sent, str)
    assert sent == edited == again
    (answer,) = group.chat.from_bot
    assert (answer.text, answer.edits, answer.reply_to) == ("Here it is", ["Working on it"], asked)
    assert not answer.previews
    assert answer.buttons == []
    with pytest.raises(UndeliverableError):
        await messenger.send(to, "And another")
    with pytest.raises(UndeliverableError):
        await messenger.send_file(to, "a.txt", b"text", "text/plain")


async def test_a_guests_answer_that_is_gone_cannot_be_sent_anew(
    api: LoopbackBotApi, messenger: Messenger, user: User
) -> None:
    """Nothing can replace it, as the bot is no member there."""
    group = api.foreign_group("Elsewhere")
    asked = await user.send_text("@ExampleBot please", chat=group)
    to = Address(group.id, private=False, guest_query_id=asked.guest_query_id)
    sent = await messenger.send(to, "Working on it")
    await user.delete(group.chat.from_bot[0])

    with pytest.raises(UndeliverableError):
        await messenger.edit(to, sent, "Here it is")


async def test_a_businesss_customer_is_answered_in_its_name(
    api: LoopbackBotApi, messenger: Messenger, user: User
) -> None:
    """Messages, edits and files go to the chat of owner and customer, not to the bot's own."""
    business = await api.user(8, "Shop").connect_bot()
    chat = business.chat_with(user)
    asked = await user.send_voice(b"voice", duration=3, chat=chat)
    to = Address(user.id, asked.id, business_id=business.id)

    sent = await messenger.send(to, "Working on it")
    await messenger.edit(to, sent, "Here it is")
    await messenger.send_file(to, "a.txt", b"text", "text/plain")
    await messenger.react(to, "👀")

    assert [message.text for message in chat.chat.from_bot] == ["Here it is", ""]
    assert chat.chat.from_bot[0].reply_to == asked
    assert user.chat.from_bot == []
    assert asked.reactions == []


async def test_a_business_that_left_cannot_be_reached(
    api: LoopbackBotApi, messenger: Messenger, user: User, clock: ManualClock
) -> None:
    """Disconnected, not allowed to write, or silent for a day: all the same to us."""
    owner = api.user(8, "Shop")
    left, mute, old = [
        await owner.connect_bot(can_reply=can_reply) for can_reply in (True, False, True)
    ]
    for business in (left, mute, old):
        await user.send_text("hello", chat=business.chat_with(user))
    await left.disconnect()
    clock.advance(24 * 3600 + 1)
    await user.send_text("hello", chat=mute.chat_with(user))

    for business in (left, mute, old):
        with pytest.raises(UndeliverableError):
            await messenger.send(Address(user.id, business_id=business.id), "Hello")
