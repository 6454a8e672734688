"""Understanding updates: what is asked, by whom, and where the answer goes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from shared.jobs import Action, Address, Job, MediaKind, Options, job_id
from tests.events.samples import (
    PERSON,
    TEAM,
    document,
    grouped,
    pressed,
    private,
    sample,
    voice,
)
from tests.unit.webhook.strategies import UPDATES
from webhook.fields import MalformedUpdateError
from webhook.updates import (
    CallbackRequest,
    CommandRequest,
    Joined,
    MediaRequest,
    Origin,
    Unusable,
    understand,
)

BOT = "ExampleBot"


def media_request(update: object) -> MediaRequest:
    """The media request in ``update``."""
    request = understand(update, username=BOT)
    assert isinstance(request, MediaRequest)
    return request


def sent_by(sender: object) -> dict[str, Any]:
    """A private message from ``sender``."""
    update = private(text="hello")
    update["message"]["from"] = sender
    return update


def problem(update: object) -> str:
    """The sentence ``update`` is answered with."""
    request = understand(update, username=BOT)
    assert isinstance(request, Unusable)
    return request.problem


def test_private_voice_note() -> None:
    """A voice note asks for its transcript, answered as a reply in the sender's language."""
    request = media_request(sample("voice"))
    assert request.origin == Origin(Address(PERSON, 11), f"u{PERSON}", "id")
    assert request.id == job_id(PERSON, 11, "AgAD00001")
    assert (request.options, request.asked) == (Options(), False)


def test_same_update_twice_is_the_same_request() -> None:
    """Understanding has no memory and no clock: a redelivery gives an equal request."""
    assert understand(sample("reply")) == understand(sample("reply"))


def test_caption_names_language_and_file() -> None:
    """``lang=DE /srt`` in a caption become options of this one request."""
    assert media_request(sample("audio")).options == Options("de", ("srt",))


@pytest.mark.parametrize(
    ("caption", "options"),
    [
        ("/SRT /txt", Options(None, ("txt", "srt"))),
        ("lang=deu srt", Options()),
        ("xlang=de lang=", Options()),
        ("lang=de lang=fr", Options("fr")),
        ("see http://example.org/srt", Options()),
        (17, Options()),
    ],
)
def test_caption_options(caption: object, options: Options) -> None:
    """Only whole words count, in any case; the last language wins."""
    assert media_request(private(voice=voice(), caption=caption)).options == options


def test_topic_is_kept() -> None:
    """A request in a forum topic is answered in that topic."""
    request = media_request(sample("topic_caption"))
    assert request.origin.address == Address(TEAM, 18, thread_id=77, private=False)
    assert (request.asked, request.options.language) == (True, "fr")


@pytest.mark.parametrize(
    "fields",
    [
        {"message_thread_id": 1, "is_topic_message": True},
        {"message_thread_id": 77},
        {"message_thread_id": "77", "is_topic_message": True},
        {"message_thread_id": 77, "is_topic_message": "yes"},
    ],
)
def test_no_thread_outside_topics(fields: dict[str, Any]) -> None:
    """The general topic and mere reply threads are not addressed by number."""
    assert media_request(grouped(voice=voice(), **fields)).origin.address.thread_id is None


def test_reply_asks_for_the_media_replied_to() -> None:
    """``/transcribe`` as a reply takes the other message's media and is itself answered."""
    request = media_request(sample("reply"))
    assert (request.media.kind, request.media.message_id) == (MediaKind.VOICE, 9)
    assert request.origin.address == Address(TEAM, 19, private=False)
    assert request.origin.user == f"u{PERSON}"
    assert request.id == job_id(TEAM, 19, "AgAD00010")
    assert (request.asked, request.options.formats) == (True, ("txt",))


@pytest.mark.parametrize(
    ("replied", "expected"),
    [
        ({"text": "no media"}, "nothing_to_transcribe"),
        ({"document": document(mime_type="application/pdf")}, "not_media"),
        (sample("animation")["message"], "no_sound"),
    ],
)
def test_reply_to_what_has_no_speech(replied: dict[str, Any], expected: str) -> None:
    """``/transcribe`` is answered even in a group when there is nothing to transcribe."""
    reply = {"message_id": 3, "chat": {"id": TEAM, "type": "supergroup"}, **replied}
    assert problem(grouped(text="/transcribe", reply_to_message=reply)) == expected


def test_transcribe_alone() -> None:
    """``/transcribe`` without a reply is told how to use it."""
    assert problem(private(text="/transcribe@ExampleBot")) == "nothing_to_transcribe"


def test_media_of_the_message_itself_comes_first() -> None:
    """A voice note sent as a reply to another is itself what is transcribed."""
    reply = {"message_id": 3, "chat": {"id": PERSON}, "voice": voice(file_unique_id="other")}
    request = media_request(private(voice=voice(), reply_to_message=reply))
    assert (request.media.file_unique_id, request.media.message_id) == ("AgADvoice", None)


def test_anonymous_administrator_counts_as_the_chat() -> None:
    """On behalf of a chat, the stand-in sender is not the user whose limits count."""
    request = media_request(sample("anonymous"))
    assert (request.origin.user, request.origin.locale) == (f"c{TEAM}", "en")


def test_absent_sender_counts_as_the_chat() -> None:
    """A message without ``from`` is served under the chat's limits."""
    update = grouped(voice=voice())
    del update["message"]["from"]
    assert media_request(update).origin.user == f"c{TEAM}"


def test_other_bots_are_not_answered() -> None:
    """Two bots must never start a conversation."""
    update = private(text="hello")
    update["message"]["from"]["is_bot"] = True
    assert understand(update) is None


def test_message_id_zero_names_no_message() -> None:
    """Nothing is replied to, and two such messages with one file are two jobs."""
    first = media_request(private(1, voice=voice(), message_id=0))
    second = media_request(private(2, voice=voice(), message_id=0))
    assert first.origin.address.message_id is None
    assert first.id != second.id


@pytest.mark.parametrize(
    ("words", "name", "argument"),
    [
        ("/language de", "language", "de"),
        ("/START@examplebot deep-link", "start", "deep-link"),
        ("/files  txt\nsrt", "files", "txt srt"),
        ("/frobnicate", "frobnicate", ""),
    ],
)
def test_command(words: str, name: str, argument: str) -> None:
    """A command is its name in lower case and the words behind it."""
    request = understand(grouped(9, text=words), username=BOT)
    assert isinstance(request, CommandRequest)
    assert (request.name, request.argument) == (name, argument)
    assert request.id == job_id("update", 9)


@pytest.mark.parametrize("words", ["/help@OtherBot", "/transcribe@OtherBot"])
def test_command_to_another_bot(words: str) -> None:
    """In a group, a command addressed to another bot is not ours, nor is media with it."""
    assert understand(grouped(text=words), username=BOT) is None
    if "transcribe" in words:
        assert understand(grouped(caption=words, voice=voice()), username=BOT) is None


def test_command_to_anyone_while_the_name_is_unknown() -> None:
    """Without a configured name, commands addressed to any bot are taken."""
    assert isinstance(understand(grouped(text="/help@OtherBot")), CommandRequest)


def test_private_command_is_ours_whatever_its_address() -> None:
    """In a private chat there is nobody else to ask."""
    assert isinstance(understand(private(text="/help@Old"), username=BOT), CommandRequest)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"text": "hello"}, "hint"),
        ({"text": "/ not a command"}, "hint"),
        ({"photo": [{"file_id": "x"}], "caption": "look"}, "hint"),
        ({"sticker": {}}, "hint"),
        ({"live_photo": {}}, "hint"),
        ({"paid_media": {}}, "hint"),
        ({"document": document(file_name="a.pdf")}, "not_media"),
        ({"animation": {}, "document": document(mime_type="video/mp4")}, "no_sound"),
    ],
)
def test_private_message_we_cannot_use(fields: dict[str, Any], expected: str) -> None:
    """A person writing in private always gets an answer; in a group the same is ignored."""
    assert problem(private(**fields)) == expected
    assert understand(grouped(**fields)) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"pinned_message": {}},
        {"new_chat_title": "x"},
        {"photo": [], "media_group_id": "5"},
        {},
    ],
)
def test_private_message_that_wants_no_answer(fields: dict[str, Any]) -> None:
    """Service messages and the photos of an album cause no hint."""
    assert understand(private(**fields)) is None


@pytest.mark.parametrize("kind", ["channel_post", "edited_message", "inline_query", "poll", "new"])
def test_other_kinds_of_update(kind: str) -> None:
    """Edits, channel posts and kinds we never asked for are not for us."""
    assert understand({"update_id": 1, kind: private(voice=voice())["message"]}) is None


@pytest.mark.parametrize("chat_type", ["channel", "sender", None, ["private"]])
def test_other_kinds_of_chat(chat_type: object) -> None:
    """Messages outside private chats and groups are not for us."""
    assert understand(private(voice=voice(), chat={"id": 1, "type": chat_type})) is None


@pytest.mark.parametrize(
    ("name", "verb", "message_id"), [("callback", "srt", 23), ("callback_inaccessible", "txt", 3)]
)
def test_button(name: str, verb: str, message_id: int) -> None:
    """A button names what to do with which job, also below a message too old to be read."""
    update = sample(name)
    request = understand(update)
    assert isinstance(request, CallbackRequest)
    assert (request.verb, request.subject) == (verb, "0123456789abcdef0123")
    pressed_id = update["callback_query"]["id"]
    assert request.origin == Origin(Address(PERSON, message_id), f"u{PERSON}", "id", pressed_id)


@pytest.mark.parametrize(
    "data",
    [None, 5, "", "v1:srt", "v2:srt:abc", "v1:srt:a b", "v1::abc", "v1:srt:abc\n", "v1:srt:"],
)
def test_button_that_is_not_ours(data: object) -> None:
    """A button with any other data still waits for its answer."""
    request = understand(pressed(data))
    assert isinstance(request, Unusable)
    assert (request.problem, request.origin.callback_id) == ("unknown_button", "770000000000000001")


def test_button_without_message() -> None:
    """A button below an inline message, which we never send, is not ours."""
    update = sample("callback")
    del update["callback_query"]["message"]
    assert problem(update) == "unknown_button"


def test_joining_a_group() -> None:
    """Being added to a group is noticed, with the language of who did it."""
    assert understand(sample("joined")) == Joined(
        Origin(Address(TEAM, private=False), f"u{PERSON}", "id")
    )


@pytest.mark.parametrize(
    ("before", "after", "chat_type"),
    [
        ("member", "administrator", "supergroup"),
        ("member", "left", "group"),
        ("kicked", "member", "private"),
        ("left", "administrator", "channel"),
        ("left", ["member"], "group"),
    ],
)
def test_other_changes_of_membership(before: str, after: object, chat_type: str) -> None:
    """Promotions, departures, unblocking and channels call for no greeting."""
    update = sample("joined")
    change = update["my_chat_member"]
    change["old_chat_member"]["status"] = before
    change["new_chat_member"]["status"] = after
    change["chat"]["type"] = chat_type
    assert understand(update) is None


@pytest.mark.parametrize(
    "update",
    [
        None,
        [],
        {},
        {"update_id": "1"},
        {"update_id": True},
        {"update_id": 1, "message": []},
        private(chat=None),
        private(chat={"id": 1.5, "type": "private"}),
        private(message_id=None),
        sent_by("me"),
        sent_by({"id": 1 << 64}),
        private(voice=[]),
        private(text="/transcribe", reply_to_message="x"),
        pressed("v1:srt:a", id=7),
        pressed("v1:srt:a", **{"from": None}),
        pressed("v1:srt:a", message=None),
        {"update_id": 1, "my_chat_member": {}},
    ],
)
def test_malformed_update(update: object) -> None:
    """What lacks Telegram's guarantees is refused as malformed."""
    with pytest.raises(MalformedUpdateError):
        understand(update)


@settings(max_examples=500)
@given(update=UPDATES)
def test_any_json_is_understood_or_refused(update: object) -> None:
    """Whatever the JSON, nothing but MalformedUpdateError is raised; jobs are small and exact."""
    try:
        request = understand(update, username=BOT)
    except MalformedUpdateError:
        return
    if isinstance(request, MediaRequest | CommandRequest | CallbackRequest):
        text = request.job(1.0).to_json()
        assert Job.from_json(text) == request.job(1.0)
        assert len(text.encode()) < 2048


def test_jobs_carry_what_was_asked() -> None:
    """Each request becomes a job with its own action and particulars."""
    media = media_request(sample("reply")).job(5.0)
    assert (media.action, media.accepted_at) == (Action.TRANSCRIBE, 5.0)
    assert (media.media, media.options) == (
        media_request(sample("reply")).media,
        Options(None, ("txt",)),
    )
    command = understand(sample("command"))
    assert isinstance(command, CommandRequest)
    job = command.job(5.0)
    assert (job.action, job.command, job.argument) == (Action.COMMAND, "language", "de")
    button = understand(sample("callback"))
    assert isinstance(button, CallbackRequest)
    job = button.job(5.0)
    assert (job.action, job.command, job.argument) == (
        Action.CALLBACK,
        "srt",
        "0123456789abcdef0123",
    )
    assert job.callback_id == "770000000000000001"


def test_longest_request_is_a_small_job() -> None:
    """A job stays below 2 kB with the longest of everything, escaped characters included."""
    longest = private(
        document=document(
            file_id="f" * 256,
            file_unique_id="u" * 256,
            file_name="\N{GRINNING FACE}" * 300 + ".mp3",
            mime_type="audio/" + "x" * 64,
            file_size=(1 << 63) - 1,
        ),
        caption="lang=de /txt /srt",
    )
    assert len(media_request(longest).job(1.0).to_json().encode()) < 2048
    wordy = understand(private(text="/language " + "\x00" * 4000))
    assert isinstance(wordy, CommandRequest)
    assert len(wordy.job(1.0).to_json().encode()) < 2048
