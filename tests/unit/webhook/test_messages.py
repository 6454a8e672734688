"""What messages ask in groups, channels, business chats and where the bot is a guest."""

from __future__ import annotations

from typing import Any

import pytest

from shared.jobs import Address, MediaKind, Options, job_id
from tests.events.samples import (
    CUSTOMER,
    NEWS,
    PERSON,
    TEAM,
    business,
    document,
    grouped,
    guest,
    posted,
    private,
    sample,
    voice,
)
from webhook.requests import CommandRequest, MediaRequest, Request, Unusable
from webhook.updates import understand

BOT = "ExampleBot"
CONNECTION = "biz-AbCdEf_0123"


def request(update: object) -> Request | None:
    """What ``update`` asks."""
    return understand(update, username=BOT)


def media_request(update: object) -> MediaRequest:
    """The media request in ``update``."""
    found = request(update)
    assert isinstance(found, MediaRequest)
    return found


def problem(update: object) -> str:
    """The sentence ``update`` is answered with."""
    found = request(update)
    assert isinstance(found, Unusable)
    return found.problem


def reply_to(**fields: Any) -> dict[str, Any]:
    """The team's message 3 with ``fields``, as something to reply to."""
    return {"message_id": 3, "chat": {"id": TEAM, "type": "supergroup"}, **fields}


# Mentions in groups


def test_mention_in_a_reply_asks_for_the_media_replied_to() -> None:
    """The bot's name does what ``/transcribe`` does, options included."""
    found = media_request(sample("mention"))
    assert (found.media.kind, found.media.message_id) == (MediaKind.VOICE, 9)
    assert found.origin.address == Address(TEAM, 24, private=False)
    assert (found.asked, found.options) == (True, Options("de", ("srt",)))


@pytest.mark.parametrize("text", ["what does he say, @examplebot?", "@ExampleBot", "(@ExampleBot)"])
def test_mention_counts_with_and_without_mark(text: str) -> None:
    """Telegram's own mark of a mention is not needed, nor its place at the beginning."""
    assert media_request(grouped(text=text, reply_to_message=reply_to(voice=voice()))).asked


def test_mention_in_a_caption() -> None:
    """Media that names the bot is asked for; other media is not."""
    assert media_request(grouped(voice=voice(), caption="for @ExampleBot")).asked
    assert not media_request(grouped(voice=voice(), caption="for @OtherBot")).asked


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "nothing_to_transcribe"),
        ({"reply_to_message": reply_to(text="hello")}, "nothing_to_transcribe"),
        ({"reply_to_message": reply_to(document=document(file_name="a.pdf"))}, "not_media"),
    ],
)
def test_mention_of_nothing(fields: dict[str, Any], expected: str) -> None:
    """The name alone is answered; talk about the bot is left alone."""
    assert problem(grouped(text="@ExampleBot srt", **fields)) == expected
    assert request(grouped(text="have you tried @ExampleBot yet?", **fields)) is None


def test_mention_while_the_name_is_unknown() -> None:
    """A bot that does not know its name is never mentioned."""
    assert understand(sample("mention")) is None


def test_reply_to_media_of_another_chat() -> None:
    """A reply across chats brings the file along, but no message it could be fetched from."""
    found = media_request(sample("external_reply"))
    assert (found.media.file_unique_id, found.media.message_id) == ("AgAD00013", None)
    assert found.asked


def test_song() -> None:
    """Audio tagged as music is told from other audio; a lecture with a title alone is none."""
    assert media_request(sample("song")).song
    update = sample("song")
    del update["message"]["audio"]["performer"]
    assert not media_request(update).song
    assert not media_request(grouped(voice=voice(performer="a", title="b"))).song


def test_option_nobody_knows() -> None:
    """It is noted, for the answer if the media is wanted at all."""
    found = media_request(grouped(voice=voice(), caption="lang=xx"))
    assert (found.asked, found.problem) == (False, "caption_language")
    assert media_request(private(text="/transcribe lang=xx", voice=voice())).problem is not None


# Channels


def test_channel_post() -> None:
    """A post's media counts under the channel, and is not asked for by itself."""
    found = media_request(sample("channel_post"))
    assert found.origin.address == Address(NEWS, 27, private=False)
    assert (found.origin.user, found.origin.channel, found.asked) == (f"c{NEWS}", True, False)


def test_command_in_a_channel() -> None:
    """Administrators command by posting; other bots' commands and plain posts are not for us."""
    found = request(sample("channel_command"))
    assert isinstance(found, CommandRequest)
    assert (found.name, found.origin.user) == ("settings", f"c{NEWS}")
    assert request(posted(text="/settings@OtherBot")) is None
    assert request(posted(text="news of the day")) is None


def test_request_in_a_channel() -> None:
    """``/transcribe`` below a post's media asks for it."""
    found = media_request(posted(text="/transcribe", reply_to_message=reply_to(voice=voice())))
    assert (found.asked, found.media.message_id) == (True, 3)


def test_channel_posts_are_in_channels() -> None:
    """A post in anything else is none, nor is a channel's message that is no post."""
    assert request(posted(voice=voice(), chat={"id": TEAM, "type": "supergroup"})) is None
    assert request(private(voice=voice(), chat={"id": NEWS, "type": "channel"})) is None


# Business chats


def test_business_message() -> None:
    """A customer's voice note is answered through the connection, in the customer's language."""
    found = media_request(sample("business_voice"))
    assert found.origin.address == Address(CUSTOMER, 29, business_id=CONNECTION)
    assert (found.origin.user, found.origin.locale) == (f"u{CUSTOMER}", "en")


def test_business_chats_have_numbers_of_their_own() -> None:
    """The same chat, message and file with and without connection are two requests."""
    update = sample("business_voice")["business_message"]
    del update["business_connection_id"]
    there, here = sample("business_voice"), {"update_id": 1, "message": update}
    assert media_request(there).id != media_request(here).id
    assert media_request(here).id == job_id(CUSTOMER, 29, "AgAD00016")


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "hello"},
        {"text": "/help"},
        {"text": "/settings@ExampleBot"},
        {"document": document(file_name="offer.pdf")},
        {"animation": {}},
        {"text": "ask @ExampleBot"},
    ],
)
def test_business_talk_is_not_ours(fields: dict[str, Any]) -> None:
    """Where we speak in the owner's name, words and other files get no answer from us."""
    assert request(business(**fields)) is None


@pytest.mark.parametrize("text", ["/transcribe", "@ExampleBot"])
def test_business_request(text: str) -> None:
    """Asked as anywhere, the media replied to is taken, and nothing to take is said."""
    reply = {"message_id": 3, "chat": {"id": CUSTOMER, "type": "private"}, "voice": voice()}
    found = media_request(business(text=text, reply_to_message=reply))
    assert (found.media.message_id, found.origin.address.business_id) == (3, CONNECTION)
    assert problem(business(text=text)) == "nothing_to_transcribe"


def test_what_a_bot_says_for_the_owner() -> None:
    """Our own messages in the owner's name, and other bots', are no requests."""
    assert request(sample("business_own")) is None


# Guest


def test_guest_reply() -> None:
    """Called below a voice note in a foreign chat, the bot takes it and answers the query."""
    found = media_request(sample("guest_reply"))
    assert found.origin.address == Address(5550003, 31, guest_query_id="880000000000000001")
    assert (found.origin.user, found.asked) == (f"u{PERSON}", True)
    assert (found.media.file_unique_id, found.options) == ("AgAD00018", Options(None, ("srt",)))
    assert found.id == job_id("guest", "880000000000000001", "AgAD00018")


def test_guest_media() -> None:
    """Media in the calling message itself comes first."""
    reply = reply_to(voice=voice(file_unique_id="other"))
    update = guest(voice=voice(), caption="@ExampleBot lang=fr", text=None, reply_to_message=reply)
    found = media_request(update)
    assert (found.media.file_unique_id, found.options.language) == ("AgADvoice", "fr")


def test_guest_without_media() -> None:
    """Called for nothing we can use, the bot says how it is called."""
    assert problem(sample("guest_text")) == "guest_usage"
    reply = reply_to(document=document(file_name="a.pdf"))
    assert problem(guest(reply_to_message=reply)) == "not_media"


def test_bots_call_nobody() -> None:
    """A guest's own words, or another bot's, are no call."""
    update = sample("guest_reply")
    update["guest_message"]["from"]["is_bot"] = True
    assert request(update) is None
