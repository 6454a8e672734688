"""The loopback Bot API refuses what the real one refuses, in the same words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from telegram import Update

from local.loopback.bot_api import LoopbackBotApi
from local.loopback.events import EventKind
from tests.doubles.clock import ManualClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from local.loopback.people import User

TOKEN = "123456:AAE-loopback_token"
LIMIT_BYTES = 20 << 20
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup "
    "are exactly the same as a current content and reply markup of the message"
)
TEXT_BUTTON = (
    "Bad Request: can't parse inline keyboard button: "
    "Text buttons are unallowed in the inline keyboard"
)
TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


class Caller:
    """Calls methods over plain HTTP and keeps what came back."""

    def __init__(self, http: httpx.AsyncClient, base_url: str) -> None:
        self.http = http
        self.base_url = base_url

    async def __call__(self, method: str, **parameters: Any) -> Any:
        """The result of a call that succeeds."""
        answer = await self.http.post(f"{self.base_url}/bot{TOKEN}/{method}", json=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    async def refused(self, method: str, **parameters: Any) -> str:
        """The description of a refusal, whose status is its error code."""
        answer = await self.http.post(f"{self.base_url}/bot{TOKEN}/{method}", json=parameters)
        body = answer.json()
        assert body["ok"] is False
        assert body["error_code"] == answer.status_code
        return str(body["description"])


@pytest.fixture
def clock() -> ManualClock:
    """Time stands still unless told."""
    return ManualClock()


@pytest.fixture
async def api(clock: ManualClock) -> AsyncIterator[LoopbackBotApi]:
    """The double."""
    async with LoopbackBotApi(TOKEN, clock=clock) as server:
        yield server


@pytest.fixture
async def call(api: LoopbackBotApi) -> AsyncIterator[Caller]:
    """A client of it."""
    async with httpx.AsyncClient() as http:
        yield Caller(http, api.base_url)


@pytest.fixture
async def user(api: LoopbackBotApi) -> User:
    """Somebody who has written to the bot."""
    somebody = api.user(7, "Ada")
    await somebody.send_text("/start")
    return somebody


async def test_tokens(call: Caller) -> None:
    """A wrong token is unauthorized, a malformed one not found."""
    wrong = await call.http.get(f"{call.base_url}/bot123456:wrong/getMe")
    malformed = await call.http.get(f"{call.base_url}/botnonsense/getMe")

    assert (wrong.status_code, wrong.json()["description"]) == (401, "Unauthorized")
    assert (malformed.status_code, malformed.json()["description"]) == (404, "Not Found")


async def test_methods_are_known_in_any_case(call: Caller) -> None:
    """The spelling of a method's letters does not matter, its name does."""
    assert await call("getMe") == await call("GETME")
    assert await call.refused("getNothing") == "Not Found: method not found"


async def test_parameters_in_every_form(call: Caller, user: User) -> None:
    """Query, form, multipart and JSON mean the same; objects may come as text."""
    url = f"{call.base_url}/bot{TOKEN}/sendMessage"
    markup = {"inline_keyboard": [[{"text": "TXT", "callback_data": "1"}]]}
    values = {"chat_id": "7", "text": "ä", "reply_markup": json.dumps(markup)}

    await call.http.get(url, params=values)
    await call.http.post(url, data=values)
    await call.http.post(url, files={key: (None, value) for key, value in values.items()})
    await call.http.post(url, json={**values, "chat_id": 7, "reply_markup": markup})

    shown = [(message.text, message.button_texts) for message in user.chat.from_bot]
    assert shown == [("ä", ["TXT"])] * 4


@pytest.mark.parametrize(
    ("parameters", "description"),
    [
        ({"text": "x"}, "Bad Request: chat_id is empty"),
        ({"chat_id": 8, "text": "x"}, "Bad Request: chat not found"),
        ({"chat_id": 7}, "Bad Request: message text is empty"),
        ({"chat_id": 7, "text": " \n"}, "Bad Request: message text is empty"),
        ({"chat_id": 7, "text": "😀" * 4097}, "Bad Request: message is too long"),
        (
            {"chat_id": 7, "text": "x", "parse_mode": "HTML"},
            "Bad Request: unsupported parse_mode",
        ),
        (
            {"chat_id": 7, "text": "x", "reply_parameters": {"message_id": 99}},
            "Bad Request: message to be replied not found",
        ),
        (
            {"chat_id": 7, "text": "x", "message_thread_id": 1},
            "Bad Request: message thread not found",
        ),
        (
            {
                "chat_id": 7,
                "text": "x",
                "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "ä" * 33}]]},
            },
            "Bad Request: BUTTON_DATA_INVALID",
        ),
        (
            {"chat_id": 7, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a"}]]}},
            TEXT_BUTTON,
        ),
    ],
)
async def test_messages_telegram_does_not_take(
    call: Caller, user: User, parameters: dict[str, Any], description: str
) -> None:
    """Each broken condition of sendMessage has its sentence, and nothing is sent."""
    assert await call.refused("sendMessage", **parameters) == description
    assert user.chat.from_bot == []


async def test_lengths_count_code_points(call: Caller, user: User) -> None:
    """4096 characters beyond the basic plane are one message; 64 bytes are a button's data."""
    button = {"text": "a", "callback_data": "ä" * 32}

    await call(
        "sendMessage",
        chat_id=7,
        text="😀" * 4096,
        reply_markup={"inline_keyboard": [[button]]},
    )

    assert len(user.chat.messages[-1].text) == 4096


async def test_edits_telegram_does_not_take(call: Caller, user: User) -> None:
    """Missing, foreign and unchanged messages are not edited."""
    sent = await call("sendMessage", chat_id=7, text="Done")
    message_id = sent["message_id"]

    edit = {"chat_id": 7, "text": "Done"}
    assert await call.refused("editMessageText", message_id=message_id, **edit) == NOT_MODIFIED
    missing = await call.refused("editMessageText", message_id=99, **edit)
    assert missing == "Bad Request: message to edit not found"
    foreign = await call.refused("editMessageText", message_id=user.chat.messages[0].id, **edit)
    assert foreign == "Bad Request: message can't be edited"


async def test_an_edit_of_the_buttons_alone_is_one(call: Caller, user: User) -> None:
    """The same text with other buttons is a change."""
    sent = await call("sendMessage", chat_id=7, text="Done")
    markup = {"inline_keyboard": [[{"text": "TXT", "callback_data": "1"}]]}

    edited = await call(
        "editMessageText",
        chat_id=7,
        message_id=sent["message_id"],
        text="Done",
        reply_markup=markup,
    )

    assert edited["reply_markup"] == markup
    assert user.chat.messages[-1].button_texts == ["TXT"]


async def test_deleting(call: Caller, user: User, clock: ManualClock) -> None:
    """A message is deleted once and only within two days."""
    old = await call("sendMessage", chat_id=7, text="old")
    clock.advance(48 * 3600 + 1)
    new = await call("sendMessage", chat_id=7, text="new")

    await call("deleteMessage", chat_id=7, message_id=new["message_id"])

    again = await call.refused("deleteMessage", chat_id=7, message_id=new["message_id"])
    assert again == "Bad Request: message to delete not found"
    too_late = await call.refused("deleteMessage", chat_id=7, message_id=old["message_id"])
    assert too_late == "Bad Request: message can't be deleted"
    assert [message.text for message in user.chat.messages] == ["/start", "old"]


async def test_documents(call: Caller, user: User) -> None:
    """A document is an upload with bytes in it, or the id of one that is there."""
    url = f"{call.base_url}/bot{TOKEN}/sendDocument"
    empty = await call.http.post(url, data={"chat_id": 7}, files={"document": ("a.txt", b"")})
    assert empty.json()["description"] == "Bad Request: file must be non-empty"
    none = await call.refused("sendDocument", chat_id=7)
    assert none == "Bad Request: there is no document in the request"
    long = await call.refused("sendDocument", chat_id=7, document="x", caption="x" * 1025)
    assert long == "Bad Request: message caption is too long"

    files = {"f": ("a.txt", b"text", "text/plain")}
    data = {"chat_id": 7, "document": "attach://f", "caption": "Here"}
    sent = (await call.http.post(url, data=data, files=files)).json()["result"]
    again = await call("sendDocument", chat_id=7, document=sent["document"]["file_id"])

    assert sent["document"]["mime_type"] == "text/plain"
    assert again["document"]["file_unique_id"] == sent["document"]["file_unique_id"]
    assert [message.document for message in user.chat.from_bot] == [b"text", b"text"]


async def test_uploads_over_50_mb_are_refused(call: Caller, user: User) -> None:
    """The server reads no more than it takes."""
    files = {"document": ("a.bin", bytes(52 << 20))}

    answer = await call.http.post(
        f"{call.base_url}/bot{TOKEN}/sendDocument", data={"chat_id": 7}, files=files
    )

    assert answer.status_code == 413
    assert answer.json()["description"] == "Request Entity Too Large"


async def test_buttons_pressed(call: Caller, user: User, api: LoopbackBotApi) -> None:
    """A press makes an update with the message, or its remains when it was deleted."""
    markup = {"inline_keyboard": [[{"text": "TXT", "callback_data": "txt:1"}]]}
    await call("sendMessage", chat_id=7, text="Done", reply_markup=markup)
    message = user.chat.messages[-1]
    pressed = await user.press(message, "TXT")
    await call("deleteMessage", chat_id=7, message_id=message.id)
    await user.press(message, "TXT")

    first, second = [update["callback_query"] for update in await call("getUpdates", offset=10_001)]

    assert (first["id"], first["data"]) == (pressed.id, "txt:1")
    assert first["message"]["text"] == "Done"
    assert second["message"] == {
        "message_id": message.id,
        "chat": message.chat.to_dict(),
        "date": 0,
    }
    assert await call.refused("answerCallbackQuery", callback_query_id="1") == TOO_OLD
    await call("answerCallbackQuery", callback_query_id=pressed.id, text="Here")
    assert pressed.answers == ["Here"]


async def test_files(call: Caller, user: User) -> None:
    """A file is given out up to 20 971 520 bytes; other ids have their refusals."""
    message = await user.send_document(bytes(LIMIT_BYTES), name="a.bin")
    larger = await user.send_video(b"", duration=60, size_bytes=LIMIT_BYTES + 1)

    file = await call("getFile", file_id=message.file_id)
    answer = await call.http.get(f"{call.base_url}/file/bot{TOKEN}/{file['file_path']}")

    assert (file["file_size"], file["file_path"]) == (LIMIT_BYTES, "documents/file_0.bin")
    assert file["file_unique_id"] == message.file_unique_id
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert len(answer.content) == LIMIT_BYTES
    too_big = await call.refused("getFile", file_id=larger.file_id)
    assert too_big == "Bad Request: file is too big"
    invalid = await call.refused("getFile", file_id="nonsense")
    assert invalid == "Bad Request: invalid file_id"
    foreign = await call.refused(
        "getFile",
        file_id="AwACAgIAAxkBAAMZaH0B7-V-PDH1yOfWfSeFRopP0JMAArp7AALBAAHoSz7P4u-cU53vNgQ",
    )
    assert foreign == "Bad Request: wrong file_id or the file is temporarily unavailable"
    missing = await call.http.get(f"{call.base_url}/file/bot{TOKEN}/voice/file_9.oga")
    assert missing.json() == {"ok": False, "error_code": 404, "description": "Not Found"}


async def test_identity_of_files(user: User) -> None:
    """Forwarding keeps the unique id, uploading the same bytes again does not."""
    first = await user.send_voice(b"voice", duration=1)
    forwarded = await user.forward(first)
    again = await user.send_voice(b"voice", duration=1)

    assert forwarded.file_unique_id == first.file_unique_id != again.file_unique_id
    assert forwarded.file_id != first.file_id


async def test_media_have_their_own_fields(call: Caller, user: User) -> None:
    """Each kind says what Telegram says of it, and no more."""
    await user.send_voice(b"v", duration=1)
    await user.send_audio(b"au", duration=2, name="a.mp3")
    await user.send_video(b"vid", duration=3)
    await user.send_video_note(b"note", duration=4)
    await user.send_document(b"docum", name="a.m4a", caption="/srt lang=de")
    await user.send_animation(b"animat", duration=5)

    messages = [update["message"] for update in await call("getUpdates", offset=10_001)]

    kinds = ["voice", "audio", "video", "video_note", "document", "animation"]
    assert [message[kind]["file_size"] for message, kind in zip(messages, kinds, strict=True)] == [
        *range(1, 7)
    ]
    assert messages[1]["audio"]["file_name"] == "a.mp3"
    assert not {"mime_type", "file_name"} & messages[3]["video_note"].keys()
    assert "duration" not in messages[4]["document"]
    assert messages[4]["caption_entities"] == [{"type": "bot_command", "offset": 0, "length": 4}]
    assert messages[5]["document"] == messages[5]["animation"]


async def test_updates_are_what_the_library_expects(
    api: LoopbackBotApi, call: Caller, user: User
) -> None:
    """Every kind of update is read by python-telegram-bot without anything left over."""
    group = api.group("Team", forum=True)
    group.open_thread(42)
    voice = await user.send_voice(b"v", duration=1)
    await user.forward(voice)
    await user.send_animation(b"a", duration=5)
    await user.send_video(b"v", duration=5, chat=group, thread_id=42, caption="/transcribe")
    await user.add_bot(group)
    markup = {"inline_keyboard": [[{"text": "TXT", "callback_data": "1"}]]}
    await call("sendMessage", chat_id=7, text="Done", reply_markup=markup)
    await user.press(user.chat.messages[-1], "TXT")

    updates = [Update.de_json(update) for update in await call("getUpdates")]

    assert len(updates) == 8
    for update in updates:
        shown = update.effective_message
        assert update.effective_chat is not None
        assert not update.api_kwargs
        assert shown is None or not shown.api_kwargs
    assert [update.callback_query.data for update in updates if update.callback_query] == ["1"]


async def test_reactions_actions_and_commands(
    api: LoopbackBotApi, call: Caller, user: User
) -> None:
    """They are kept where valid and refused where not."""
    asked = user.chat.messages[0]
    eyes = [{"type": "emoji", "emoji": "👀"}]
    await call("setMessageReaction", chat_id=7, message_id=asked.id, reaction=eyes)
    await call("sendChatAction", chat_id=7, action="typing")
    menu = [{"command": "help", "description": "What I can do"}]
    await call("setMyCommands", commands=menu, language_code="de")

    assert (asked.reactions, user.chat.actions) == (["👀"], ["typing"])
    assert api.state.commands == {("default", "de"): menu}
    nonsense = await call.refused("sendChatAction", chat_id=7, action="dancing")
    assert nonsense == "Bad Request: wrong parameter action in request"
    bad = [{"command": "Help!", "description": "x"}]
    assert await call.refused("setMyCommands", commands=bad) == "Bad Request: BOT_COMMAND_INVALID"
    two = [{"type": "emoji", "emoji": "👀"}] * 2
    refused = await call.refused("setMessageReaction", chat_id=7, message_id=asked.id, reaction=two)
    assert refused == "Bad Request: REACTION_INVALID"


async def test_chats_that_shut_the_bot_out(api: LoopbackBotApi, call: Caller, user: User) -> None:
    """Each way of being shut out has its sentence; a new group id is told."""
    group, upgraded = api.group("Team"), api.group("Old", type="group")
    await user.remove_bot(group)
    supergroup = upgraded.migrate()
    stranger = api.user(8)

    kicked = await call.refused("sendMessage", chat_id=group.id, text="x")
    assert kicked == "Forbidden: bot was kicked from the supergroup chat"
    silent = await call.refused("sendMessage", chat_id=stranger.id, text="x")
    assert silent == "Forbidden: bot can't initiate conversation with a user"
    await user.block()
    blocked = await call.refused("sendMessage", chat_id=7, text="x")
    assert blocked == "Forbidden: bot was blocked by the user"
    answer = await call.http.post(
        f"{call.base_url}/bot{TOKEN}/sendMessage", json={"chat_id": upgraded.id, "text": "x"}
    )
    assert answer.status_code == 400
    assert answer.json()["parameters"] == {"migrate_to_chat_id": supergroup.id}
    await user.unblock()
    await call("sendMessage", chat_id=7, text="back")
    assert user.chat.messages[-1].text == "back"


async def test_privacy_in_groups(api: LoopbackBotApi, call: Caller, user: User) -> None:
    """A bot in privacy mode hears commands to it and replies to it, nothing else."""
    group = api.group("Team")
    voice = await user.send_voice(b"voice", duration=1, chat=group)
    await user.send_text("/transcribe@OtherBot", chat=group)
    await user.send_text("/transcribe@ExampleBot", chat=group, reply_to=voice)
    await call("sendMessage", chat_id=group.id, text="Done")
    await user.reply(group.chat.messages[-1], "thanks")

    heard = [update["message"] for update in await call("getUpdates", offset=10_001)]

    assert [message["text"] for message in heard] == ["/transcribe@ExampleBot", "thanks"]
    assert heard[0]["reply_to_message"]["voice"]["file_id"] == voice.file_id


async def test_events_tell_what_the_bot_did(api: LoopbackBotApi, call: Caller, user: User) -> None:
    """A stream hears everything from its opening to the server's end, in order."""
    events = api.events()
    markup = {"inline_keyboard": [[{"text": "TXT", "callback_data": "1"}]]}
    sent = await call("sendMessage", chat_id=7, text="Working", reply_markup=markup)
    pressed = await user.press(user.chat.messages[-1], "TXT")
    await call("answerCallbackQuery", callback_query_id=pressed.id, text="Soon")
    await call("editMessageText", chat_id=7, message_id=sent["message_id"], text="Done")
    api.state.events.close()

    heard = [(event.kind, event.text) async for event in events]

    assert heard == [
        (EventKind.SENT, "Working"),
        (EventKind.CALLBACK_ANSWER, "Soon"),
        (EventKind.EDITED, "Done"),
    ]


async def test_ordered_faults_are_used_up(api: LoopbackBotApi, call: Caller, user: User) -> None:
    """A fault strikes as often as ordered, with its parameters, and executes nothing."""
    api.fail_next("sendMessage", 429, "Too Many Requests: retry after 7", {"retry_after": 7})
    url = f"{call.base_url}/bot{TOKEN}/sendMessage"

    answer = await call.http.post(url, json={"chat_id": 7, "text": "x"})

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert user.chat.from_bot == []
    api.drop_next("sendMessage", executed=False)
    with pytest.raises(httpx.RemoteProtocolError):
        await call.http.post(url, json={"chat_id": 7, "text": "lost"})
    api.drop_next("sendMessage", executed=True)
    with pytest.raises(httpx.RemoteProtocolError):
        await call.http.post(url, json={"chat_id": 7, "text": "done"})
    assert [message.text for message in user.chat.from_bot] == ["done"]
