"""Understanding updates: what is asked, by whom, and where the answer goes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from shared.bot import ALLOWED_UPDATES
from shared.jobs import Action, Address, Job, MediaKind, Options, job_id
from tests.events.samples import (
    CUSTOMER,
    NEWS,
    PERSON,
    TEAM,
    document,
    grouped,
    guest,
    pressed,
    private,
    sample,
    voice,
)
from tests.unit.webhook.strategies import UPDATES
from webhook.fields import MalformedUpdateError
from webhook.requests import CallbackRequest, CommandRequest, Event, MediaRequest, Origin, Unusable
from webhook.updates import KINDS, understand

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


def test_member_in_his_channels_name_is_no_administrator() -> None:
    """Who writes in a group as his own channel counts as that channel, never as the group."""
    update = sample("anonymous")
    update["message"]["sender_chat"] = {"id": NEWS, "type": "channel"}
    assert media_request(update).origin.user == f"c{NEWS}"


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
        ("/hints  Ada,\nKubernetes", "hints", "Ada, Kubernetes"),
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


@pytest.mark.parametrize(
    "kind", ["edited_message", "edited_channel_post", "business_connection", "poll", "new"]
)
def test_other_kinds_of_update(kind: str) -> None:
    """Edits, new business connections and kinds we never asked for are not for us."""
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
    """A button that stands nowhere is not ours."""
    update = sample("callback")
    del update["callback_query"]["message"]
    assert problem(update) == "unknown_button"


def test_button_below_a_guests_answer() -> None:
    """It is told where buttons work; one of another time there is as unknown as anywhere."""
    assert problem(sample("guest_callback")) == "guest_button"
    update = sample("guest_callback")
    update["callback_query"]["data"] = "v0:old"
    assert problem(update) == "unknown_button"


def test_button_in_a_business_chat() -> None:
    """It is answered through the same connection."""
    request = understand(sample("business_callback"))
    assert isinstance(request, CallbackRequest)
    assert request.origin.address == Address(CUSTOMER, 33, business_id="biz-AbCdEf_0123")


@pytest.mark.parametrize(
    ("name", "origin", "chat_type"),
    [
        ("joined", Origin(Address(TEAM, private=False), f"u{PERSON}", "id"), "supergroup"),
        (
            "joined_channel",
            Origin(Address(NEWS, private=False), f"u{PERSON}", "id", channel=True),
            "channel",
        ),
    ],
)
def test_joining(name: str, origin: Origin, chat_type: str) -> None:
    """Being added to a group or a channel is noticed, with the language of who did it."""
    update = sample(name)
    identity = job_id("update", update["update_id"])
    assert understand(update) == Event(identity, origin, "joined", chat_type)


def test_migration() -> None:
    """A group that became a supergroup is noticed in the old one, with the new one's number."""
    request = understand(sample("migrated"))
    assert isinstance(request, Event)
    assert (request.name, request.argument) == ("migrated", str(TEAM))
    assert request.origin == Origin(Address(-999001, 34, private=False), "c-999001")


@pytest.mark.parametrize("draft_id", [4711, "4711"])
def test_stopped_generation(draft_id: object) -> None:
    """Stopping a draft names it, as a number or as text, and the person whose chat it is."""
    update = sample("stopped")
    update["stopped_message_generation"]["draft_id"] = draft_id
    request = understand(update)
    assert isinstance(request, Event)
    assert (request.name, request.argument) == ("stopped", "4711")
    assert request.origin == Origin(Address(PERSON, thread_id=77), f"u{PERSON}")


@pytest.mark.parametrize("name", ["joined", "migrated", "stopped"])
def test_events_become_commands_nobody_can_type(name: str) -> None:
    """An event's job is a command of its name; typed, the same name is a command like any other."""
    event = understand(sample(name))
    assert isinstance(event, Event)
    job = event.job(5.0)
    assert (job.action, job.command, job.argument) == (Action.COMMAND, name, event.argument)
    assert isinstance(understand(private(text=f"/{name}")), CommandRequest)


def test_every_kind_that_is_asked_for_is_read() -> None:
    """What the bot subscribes to is what it understands, but for new business connections."""
    assert set(ALLOWED_UPDATES) == {*KINDS, "business_connection"}


@pytest.mark.parametrize(
    ("before", "after", "chat_type"),
    [
        ("member", "administrator", "supergroup"),
        ("member", "left", "group"),
        ("kicked", "member", "private"),
        ("administrator", "left", "channel"),
        ("left", ["member"], "group"),
    ],
)
def test_other_changes_of_membership(before: str, after: object, chat_type: str) -> None:
    """Promotions, departures and unblocking call for no greeting."""
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
        {"update_id": 1, "stopped_message_generation": {"chat": {"id": 1}}},
        {"update_id": 1, "stopped_message_generation": {"chat": {}, "draft_id": 1}},
        {"update_id": 1, "stopped_message_generation": {"chat": {"id": 1}, "draft_id": "9" * 19}},
        {"update_id": 1, "stopped_message_generation": {"chat": {"id": 1}, "draft_id": "x"}},
        private(voice=voice(), business_connection_id="a b"),
        private(migrate_to_chat_id="x"),
        grouped(voice=voice(), sender_chat={"type": "channel"}),
        grouped(text="/transcribe", external_reply=[]),
        guest(guest_query_id=None),
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
    if isinstance(request, MediaRequest | CommandRequest | CallbackRequest | Event):
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
    longest = guest(
        guest_query_id="g" * 256,
        document=document(
            file_id="f" * 256,
            file_unique_id="u" * 256,
            file_name="\N{GRINNING FACE}" * 300 + ".mp3",
            mime_type="audio/" + "x" * 64,
            file_size=(1 << 63) - 1,
        ),
        caption="lang=haw text txt srt vtt json timestamps speakers=off translate engine=deepgram",
    )
    longest["guest_message"]["text"] = ""
    job = media_request(longest).job(1.0)
    assert len(job.options.formats) == 5
    assert len(job.to_json().encode()) < 2048
    for character in ("\x00", '"', "\N{GRINNING FACE}"):
        wordy = understand(private(text="/hints " + character * 4000))
        assert isinstance(wordy, CommandRequest)
        assert len(wordy.job(1.0).to_json().encode()) < 2048
