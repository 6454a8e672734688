"""Groups, topics and channels tell the bot what Telegram tells it, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram import Update

from local.loopback.record import What

if TYPE_CHECKING:
    from local.loopback.bot_api import LoopbackBotApi
    from local.loopback.people import User
    from tests.unit.local.loopback.caller import Caller


async def test_a_mention_is_not_heard_in_privacy_mode(
    api: LoopbackBotApi, call: Caller, user: User
) -> None:
    """Only commands and replies to the bot reach it, unless it is in charge or set free."""
    group = api.group("Team")
    await call.updates()
    await user.send_text("@ExampleBot what is this?", chat=group)
    await user.send_voice(b"voice", duration=1, chat=group)
    assert await call.updates() == []
    await user.send_text("/transcribe", chat=group)
    assert len(await call.updates()) == 1
    group.promote_bot()
    await user.send_voice(b"voice", duration=1, chat=group)
    assert len(await call.updates()) == 1


async def test_a_bot_without_privacy_mode_hears_everything(
    api: LoopbackBotApi, call: Caller, user: User
) -> None:
    """And getMe says so."""
    api.state.abilities["can_read_all_group_messages"] = True
    group = api.group("Team")
    await call.updates()
    await user.send_voice(b"voice", duration=1, chat=group)

    assert len(await call.updates()) == 1
    assert (await call("getMe"))["can_read_all_group_messages"]


async def test_members_and_their_rank(api: LoopbackBotApi, call: Caller, user: User) -> None:
    """Who has written is a member; the people in charge are listed with the bot among them."""
    group, owner = api.group("Team"), api.user(8, "Bob")
    group.promote(owner, "creator")
    await user.send_text("hello", chat=group)
    await user.promote_bot(group)

    async def status(user_id: int) -> str:
        member = await call("getChatMember", chat_id=group.id, user_id=user_id)
        return str(member["status"])

    api.user(9)
    assert [await status(number) for number in (7, 8, 9, 123456)] == [
        "member",
        "creator",
        "left",
        "administrator",
    ]
    nobody = await call.refused("getChatMember", chat_id=group.id, user_id=404)
    assert nobody == "Bad Request: invalid user_id specified"
    listed = await call("getChatAdministrators", chat_id=group.id)
    assert [(item["user"]["id"], item["status"]) for item in listed] == [
        (123456, "administrator"),
        (8, "creator"),
    ]
    assert await call.refused("getChatAdministrators", chat_id=7)


async def test_anonymous_administrators_write_as_the_group(
    api: LoopbackBotApi, call: Caller, user: User
) -> None:
    """The bot sees Telegram's own account and the group as the sender."""
    group = api.group("Team")
    await call.updates()
    message = await user.send_text("/settings", chat=group, anonymous=True)

    (update,) = await call.updates()
    assert update["message"]["from"]["username"] == "GroupAnonymousBot"
    assert update["message"]["sender_chat"]["id"] == group.id
    assert not message.from_bot
    assert message.author == "Team"


async def test_topics_open_close_and_vanish(api: LoopbackBotApi, call: Caller, user: User) -> None:
    """A closed topic takes nothing, a deleted one is not found."""
    group = api.group("Team", forum=True)
    group.open_thread(42)
    asked = await user.send_text("/help", chat=group, thread_id=42)
    answer = await call(
        "sendMessage", chat_id=group.id, text="x", reply_parameters={"message_id": asked.id}
    )
    assert answer["message_thread_id"] == 42
    here = {"chat_id": group.id, "message_thread_id": 42, "text": "x"}
    group.close_thread(42)
    assert await call.refused("sendMessage", **here) == "Bad Request: TOPIC_CLOSED"
    group.open_thread(42)
    await call("sendMessage", **here)
    group.delete_thread(42)
    assert await call.refused("sendMessage", **here) == "Bad Request: message thread not found"


async def test_channels_name_no_author(api: LoopbackBotApi, call: Caller, user: User) -> None:
    """What people write in a channel are its posts; so are the bot's, which stay its own."""
    channel = api.channel("News")
    await call.updates()
    post = await user.send_voice(b"voice", duration=1, chat=channel)
    answer = await call(
        "sendMessage", chat_id=channel.id, text="x", reply_parameters={"message_id": post.id}
    )
    await call("editMessageText", chat_id=channel.id, message_id=answer["message_id"], text="y")

    (update,) = await call.updates()
    heard = update["channel_post"]
    assert "from" not in heard
    assert "from" not in answer
    assert heard["sender_chat"] == heard["chat"] == channel.chat.to_dict()
    assert [message.text for message in channel.chat.from_bot] == ["y"]
    foreign = {"chat_id": channel.id, "message_id": post.id, "text": "z"}
    assert await call.refused("editMessageText", **foreign)


async def test_coming_and_going_is_told(api: LoopbackBotApi, call: Caller, user: User) -> None:
    """Into a group as a member with a service message, into a channel as an administrator."""
    group, channel = api.foreign_group("Team"), api.channel("News")
    await call.updates()
    await user.add_bot(group)
    await user.add_bot(channel)
    await user.remove_bot(group)

    updates = await call.updates()
    told = [update["my_chat_member"] for update in updates if "my_chat_member" in update]
    assert [item["new_chat_member"]["status"] for item in told] == [
        "member",
        "administrator",
        "kicked",
    ]
    (service,) = [update["message"] for update in updates if "message" in update]
    assert service["new_chat_members"][0]["username"] == "ExampleBot"
    await user.send_text("/transcribe", chat=group)
    assert await call.updates() == []
    refusal = await call.refused("sendMessage", chat_id=group.id, text="x")
    assert refusal == "Forbidden: bot was kicked from the supergroup chat"


async def test_an_upgrade_is_told_on_both_sides(
    api: LoopbackBotApi, call: Caller, user: User
) -> None:
    """The old group names the new one and the other way round; members keep their rank."""
    group = api.group("Team", type="group")
    group.promote(user)
    await call.updates()
    moved = group.migrate()

    old, new = [update["message"] for update in await call.updates()]
    assert (old["chat"]["id"], old["migrate_to_chat_id"]) == (group.id, moved.id)
    assert (new["chat"]["id"], new["migrate_from_chat_id"]) == (moved.id, group.id)
    member = await call("getChatMember", chat_id=moved.id, user_id=user.id)
    assert member["status"] == "administrator"
    assert moved.chat.from_bot == []
    assert [entry.what for entry in moved.chat.log] == [What.SERVICE]


async def test_albums_are_messages_with_one_name(call: Caller, user: User) -> None:
    """Each file of an album is an update of its own; the album's name joins them."""
    await call.updates()
    for data in (b"one", b"two"):
        await user.send_audio(data, duration=1, album="13000")

    updates = await call.updates()
    assert [update["message"]["media_group_id"] for update in updates] == ["13000", "13000"]


async def test_updates_are_what_the_library_expects(
    api: LoopbackBotApi, call: Caller, user: User
) -> None:
    """Posts, businesses and guests are read by python-telegram-bot without anything left over."""
    await call.updates()
    await user.send_text("hello", chat=api.channel("News"))
    business = await api.user(8).connect_bot()
    await user.send_text("hello", chat=business.chat_with(user))
    await user.send_text("@ExampleBot hello", chat=api.foreign_group("Elsewhere"))
    await user.send_text("/help", chat=api.group("Team"), anonymous=True)

    raw = await call.updates()
    updates = [Update.de_json({"update_id": 1, **update}) for update in raw]

    assert [next(iter(update)) for update in raw] == [
        "channel_post",
        "business_connection",
        "business_message",
        "guest_message",
        "message",
    ]
    assert not any(update.api_kwargs for update in updates)
    shown = [update.effective_message for update in updates]
    assert not any(message.api_kwargs for message in shown if message)
