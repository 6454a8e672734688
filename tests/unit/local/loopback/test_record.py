"""A chat can be written down as a document from its log alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.loopback.record import What

if TYPE_CHECKING:
    from local.loopback.people import User
    from tests.doubles.clock import ManualClock
    from tests.unit.local.loopback.caller import Caller


async def test_everything_seen_is_written_down_in_order(
    call: Caller, user: User, clock: ManualClock
) -> None:
    """Who did what, and how it looked then, though the messages look otherwise now."""
    asked = user.chat.messages[0]
    markup = {"inline_keyboard": [[{"text": "TXT", "callback_data": "1"}]]}
    await call("sendChatAction", chat_id=7, action="typing")
    await call("sendMessage", chat_id=7, text="Done", reply_markup=markup)
    answer = user.chat.messages[-1]
    pressed = await user.press(answer, "TXT")
    await call("answerCallbackQuery", callback_query_id=pressed.id, text="Here")
    clock.advance(1)
    await call("editMessageText", chat_id=7, message_id=answer.id, text="Bye")
    await call("sendMessageDraft", chat_id=7, draft_id=3, text="Wri", can_stop=True)
    await user.stop()
    await user.delete(asked)

    log = user.chat.log
    assert [(entry.who, entry.what, entry.text) for entry in log] == [
        ("Ada", What.WROTE, "/start"),
        ("ExampleBot", What.ACTION, "typing"),
        ("ExampleBot", What.WROTE, "Done"),
        ("Ada", What.PRESSED, "TXT"),
        ("ExampleBot", What.ANSWERED, "Here"),
        ("ExampleBot", What.EDITED, "Bye"),
        ("ExampleBot", What.DRAFTED, "Wri"),
        ("Ada", What.STOPPED, "Wri"),
        ("ExampleBot", What.DRAFT_GONE, "Wri"),
        ("Ada", What.DELETED, "/start"),
    ]
    wrote, edited = log[2], log[5]
    assert wrote.message is edited.message is answer
    assert [button["text"] for row in wrote.buttons for button in row] == ["TXT"]
    assert edited.buttons == ()
    assert edited.at - wrote.at == 1
    assert [entry.draft_id for entry in log if entry.draft_id] == [3, 3, 3]


async def test_files_are_found_through_their_message(user: User) -> None:
    """A document shows its name and caption."""
    await user.send_document(b"bytes", name="talk.mp3", caption="/srt")

    entry = user.chat.log[-1]
    assert entry.text == "/srt"
    assert entry.message is not None
    assert (entry.message.file_name, entry.message.document) == ("talk.mp3", b"bytes")
