"""What every Messenger does, whatever it speaks to the chat with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.adapters.telegram import TelegramMessenger
from shared.errors import (
    OperatorError,
    RateLimitedError,
    TransientError,
    UndeliverableError,
)
from shared.jobs import Address
from shared.ports import Button

if TYPE_CHECKING:
    from local.loopback.bot_api import LoopbackBotApi
    from local.loopback.people import User
    from local.loopback.record import Entry
    from shared.ports import Messenger

PLAIN = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=9)
KEYBOARD = (
    (Button("TXT", "txt:1"), Button("SRT", "srt:1")),
    (Button("Open", url="https://example.com/whole"),),
)


def quoted(entry: Entry) -> str:
    """What of a message is collapsed, cut out as Telegram counts."""
    (entity,) = entry.entities
    assert entity["type"] == "expandable_blockquote"
    units = entry.text.encode("utf-16-le")
    start, end = entity["offset"] * 2, (entity["offset"] + entity["length"]) * 2
    return units[start:end].decode("utf-16-le")


async def test_send_replies_with_rows_of_buttons(messenger: Messenger, user: User) -> None:
    """A message stands in the chat with its text, its buttons and what it answers."""
    asked = user.chat.messages[-1]

    message_id = await messenger.send(Address(user.id, asked.id), "Hello", KEYBOARD)

    message = user.chat.messages[-1]
    assert (message.id, message.text, message.reply_to) == (message_id, "Hello", asked)
    assert message.buttons == [
        [{"text": "TXT", "callback_data": "txt:1"}, {"text": "SRT", "callback_data": "srt:1"}],
        [{"text": "Open", "url": "https://example.com/whole"}],
    ]
    assert not message.silent


async def test_send_quietly(messenger: Messenger, user: User) -> None:
    """A quiet message or file makes no sound."""
    await messenger.send(Address(user.id), "Hush", quiet=True)
    await messenger.send_file(Address(user.id), "a.txt", b"text", "text/plain", quiet=True)
    await messenger.send_file(Address(user.id), "b.txt", b"text", "text/plain")

    assert [message.silent for message in user.chat.from_bot] == [True, True, False]


@given(before=PLAIN, folded=PLAIN, after=PLAIN)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
async def test_a_stretch_of_text_is_folded(
    messenger: Messenger, user: User, before: str, folded: str, after: str
) -> None:
    """The quote covers exactly the stretch, whatever characters stand before and in it."""
    text = f"Done: {before}{folded}{after}."
    start = len("Done: ") + len(before)

    sent = await messenger.send(Address(user.id), text, folded=(start, start + len(folded)))
    await messenger.edit(Address(user.id), sent, f"> {text}", folded=(start + 2, start + 3))

    written, edited = user.chat.log[-2:]
    assert quoted(written) == folded
    assert quoted(edited) == folded[0]


async def test_an_edit_that_only_unfolds_is_one(messenger: Messenger, user: User) -> None:
    """The same text without its quote is another content."""
    message_id = await messenger.send(Address(user.id), "Long story", folded=(0, 10))

    await messenger.edit(Address(user.id), message_id, "Long story")

    assert user.chat.messages[-1].entities == []


async def test_send_although_the_asking_message_is_gone(messenger: Messenger, user: User) -> None:
    """The answer arrives when the user has deleted what it answers."""
    asked = user.chat.messages[-1]
    await user.delete(asked)

    await messenger.send(Address(user.id, asked.id), "Here it is")

    assert user.chat.messages[-1].text == "Here it is"


async def test_plain_text_stays_plain(messenger: Messenger, user: User) -> None:
    """Signs that are markup elsewhere arrive as they are."""
    text = "<b>1 < 2</b> & *this* _too_ [x](y)"

    await messenger.send(Address(user.id), text)

    assert user.chat.messages[-1].text == text


async def test_the_longest_message_passes(messenger: Messenger, user: User) -> None:
    """4096 characters are one message."""
    await messenger.send(Address(user.id), "x" * 4096)

    assert len(user.chat.messages[-1].text) == 4096


async def test_edit_replaces_text_and_buttons(messenger: Messenger, user: User) -> None:
    """An edited message shows the new text and only the new buttons."""
    message_id = await messenger.send(Address(user.id), "Working", KEYBOARD)

    shown_id = await messenger.edit(Address(user.id), message_id, "Done")

    message = user.chat.messages[-1]
    assert (shown_id, message.id) == (message_id, message_id)
    assert (message.text, message.edits, message.buttons) == ("Done", ["Working"], [])


async def test_an_identical_edit_succeeds(messenger: Messenger, user: User) -> None:
    """Editing twice to the same changes nothing and is no error."""
    message_id = await messenger.send(Address(user.id), "Done", KEYBOARD)

    shown_id = await messenger.edit(Address(user.id), message_id, "Done", KEYBOARD)

    assert shown_id == message_id
    assert user.chat.messages[-1].edits == []


async def test_editing_a_deleted_message_sends_it_anew(messenger: Messenger, user: User) -> None:
    """The text of an edit is shown even when its message is gone; the new id comes back."""
    asked = user.chat.messages[-1]
    message_id = await messenger.send(Address(user.id), "Working")
    await user.delete(user.chat.messages[-1])

    shown_id = await messenger.edit(Address(user.id, asked.id), message_id, "Done", KEYBOARD)

    message = user.chat.messages[-1]
    assert shown_id == message.id != message_id
    assert (message.text, message.reply_to) == ("Done", asked)
    assert message.button_texts == ["TXT", "SRT", "Open"]


async def test_editing_what_cannot_be_edited_sends_it_anew(
    messenger: Messenger, user: User
) -> None:
    """A message that is not the bot's own is left alone."""
    shown_id = await messenger.edit(Address(user.id), user.chat.messages[0].id, "Done")

    assert [message.text for message in user.chat.messages] == ["/start", "Done"]
    assert shown_id == user.chat.messages[-1].id


async def test_send_file_keeps_name_type_and_bytes(messenger: Messenger, user: User) -> None:
    """A document arrives with its name, its MIME type and every byte, as a reply."""
    asked = user.chat.messages[-1]
    data = bytes(range(256)) * 40

    await messenger.send_file(
        Address(user.id, asked.id), "Gespräch.srt", data, "application/x-subrip"
    )

    message = user.chat.messages[-1]
    assert message.file is not None
    assert (message.document, message.reply_to) == (data, asked)
    assert message.file_name == "Gespräch.srt"
    assert message.file.fields["mime_type"] == "application/x-subrip"


async def test_a_pressed_button_is_answered(messenger: Messenger, user: User) -> None:
    """The spinner stops, with a word or without."""
    await messenger.send(Address(user.id), "Done", KEYBOARD)
    pressed = await user.press(user.chat.messages[-1], "SRT")

    await messenger.answer_callback(pressed.id)
    await messenger.answer_callback(pressed.id, "Here")

    assert pressed.answers == ["", "Here"]


async def test_answering_a_button_too_late_is_no_error(messenger: Messenger) -> None:
    """Nobody is harmed by an answer that nobody waits for."""
    await messenger.answer_callback("404")


async def test_topics_keep_their_answers(api: LoopbackBotApi, messenger: Messenger) -> None:
    """A message goes to the topic it is addressed to."""
    group = api.group("Team", forum=True)
    group.open_thread(42)

    await messenger.send(Address(group.id, thread_id=42, private=False), "In the topic")

    assert group.chat.messages[-1].thread_id == 42


async def test_the_general_topic_is_reached(api: LoopbackBotApi, messenger: Messenger) -> None:
    """Telegram knows the general topic as none, though updates call it 1."""
    group = api.group("Team", forum=True)

    await messenger.send(Address(group.id, thread_id=1, private=False), "In general")

    assert api.refused == []
    assert group.chat.messages[-1].thread_id is None


async def test_a_deleted_topic_does_not_swallow_the_answer(
    api: LoopbackBotApi, messenger: Messenger
) -> None:
    """Without its topic the answer goes to the group."""
    group = api.group("Team", forum=True)

    await messenger.send(Address(group.id, thread_id=42, private=False), "Anyway")
    await messenger.send_file(
        Address(group.id, thread_id=42, private=False), "a.txt", b"text", "text/plain"
    )

    assert [message.thread_id for message in group.chat.messages] == [None, None]


async def test_an_upgraded_group_gets_its_answer(api: LoopbackBotApi, messenger: Messenger) -> None:
    """What was meant for the old group arrives in the supergroup, though its ids are others."""
    user, group = api.user(7), api.group("Team", type="group")
    asked = await user.send_text("/transcribe", chat=group)
    message_id = await messenger.send(Address(group.id, asked.id, private=False), "Working")
    supergroup = group.migrate()
    to = Address(group.id, asked.id, private=False)

    await messenger.send(to, "Sent")
    shown_id = await messenger.edit(to, message_id, "Edited")

    assert [message.text for message in supergroup.chat.from_bot] == ["Sent", "Edited"]
    assert shown_id == supergroup.chat.messages[-1].id


async def test_a_user_who_blocked_the_bot_is_undeliverable(
    messenger: Messenger, user: User
) -> None:
    """Every way of writing says that the chat cannot be reached."""
    message_id = await messenger.send(Address(user.id), "Working")
    await user.block()
    to = Address(user.id)

    with pytest.raises(UndeliverableError):
        await messenger.send(to, "Hello")
    with pytest.raises(UndeliverableError):
        await messenger.edit(to, message_id, "Hello")
    with pytest.raises(UndeliverableError):
        await messenger.send_file(to, "a.txt", b"text", "text/plain")


async def test_chats_out_of_reach_are_undeliverable(
    api: LoopbackBotApi, messenger: Messenger, user: User
) -> None:
    """So are unknown chats, groups without the bot, strangers and deleted accounts."""
    group = api.group("Team")
    await user.remove_bot(group)
    await user.leave_telegram()
    stranger = api.user(8)

    for chat_id in (999, group.id, user.id, stranger.id):
        with pytest.raises(UndeliverableError):
            await messenger.send(Address(chat_id), "Hello")


async def test_flood_control_says_how_long(
    api: LoopbackBotApi, messenger: Messenger, user: User
) -> None:
    """The wait that Telegram asks for is passed on, and the message was not sent."""
    api.fail_next(
        "sendMessage", 429, "Too Many Requests: retry after 7", {"retry_after": 7}, times=1
    )

    with pytest.raises(RateLimitedError) as refused:
        await messenger.send(Address(user.id), "Hello")

    assert refused.value.retry_after_s == 7
    assert user.chat.from_bot == []


async def test_faults_of_the_network_are_transient(
    api: LoopbackBotApi, messenger: Messenger, user: User
) -> None:
    """Error pages, server faults and broken connections may pass."""
    api.html_next("sendMessage", 502)
    api.fail_next("sendMessage", 500, "Internal Server Error")
    api.drop_next("sendMessage", executed=False)
    for _ in range(3):
        with pytest.raises(TransientError):
            await messenger.send(Address(user.id), "Hello")

    await messenger.send(Address(user.id), "Hello")

    assert [message.text for message in user.chat.from_bot] == ["Hello"]


async def test_a_lost_answer_is_transient_and_sends_nothing_twice(
    api: LoopbackBotApi, messenger: Messenger, user: User
) -> None:
    """When the answer is lost, the Messenger does not send again by itself."""
    api.drop_next("sendMessage", executed=True)

    with pytest.raises(TransientError):
        await messenger.send(Address(user.id), "Hello")

    assert [message.text for message in user.chat.from_bot] == ["Hello"]


async def test_a_wrong_token_is_the_operators(api: LoopbackBotApi) -> None:
    """Wrong, malformed and missing tokens are for the operator."""
    for token in ("123456:AAE-another_token", "nonsense", ""):
        telegram = TelegramMessenger(token, api.base_url)
        with pytest.raises(OperatorError):
            await telegram.send(Address(7), "Hello")
        await telegram.close()


async def test_a_request_telegram_cannot_take_is_the_operators(
    messenger: Messenger, user: User
) -> None:
    """A message longer than allowed is our own fault."""
    with pytest.raises(OperatorError):
        await messenger.send(Address(user.id), "x" * 4097)
    with pytest.raises(OperatorError):
        await messenger.send(Address(user.id), "Done", [[Button("TXT", "x" * 65)]])
