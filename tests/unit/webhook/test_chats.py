"""What the bot does unasked and asked in groups, channels, business chats and as a guest."""

from __future__ import annotations

from typing import Any

import pytest

from shared.errors import OperatorError, TransientError
from shared.jobs import Lane
from shared.ports import ChatPreferences, Verdict, VerdictKind
from shared.telemetry import Metric
from shared.texts import say
from tests.events.samples import (
    CUSTOMER,
    NEWS,
    PERSON,
    TEAM,
    business,
    grouped,
    guest,
    posted,
    private,
    sample,
    voice,
)
from tests.unit.webhook.witnesses import Desk
from webhook.admission import QUEUE_WORTH_TELLING

LONG = voice(duration=7200)
CROWD = QUEUE_WORTH_TELLING + 1


def seen(chat_id: int, message_id: int) -> dict[str, Any]:
    """The sign below a message that its request was understood."""
    eyes = {"type": "emoji", "emoji": "👀"}
    place = {"chat_id": chat_id, "message_id": message_id}
    return {"method": "setMessageReaction", **place, "reaction": [eyes]}


# Groups


def test_group_media_alone_is_ignored_on_request() -> None:
    """By default a group's media is left alone, whatever is wrong with it, unless somebody asks."""
    desk = Desk()
    assert desk.consider(grouped(voice=voice())) is None
    assert desk.consider(grouped(voice=voice(file_size=0))) is None
    assert desk.consider(grouped(voice=voice(), caption="lang=xx")) is None
    assert desk.queue.jobs == []
    assert desk.metrics.counts[Metric.UPDATE_IGNORED] == 3


def test_group_media_is_taken_when_all_is() -> None:
    """In the mode ``all`` a group's media is transcribed; a look shows that it was understood."""
    desk = Desk(group_mode="all")
    assert desk.consider(grouped(voice=voice())) == seen(TEAM, 50)
    assert len(desk.queue.jobs) == 1


@pytest.mark.parametrize(("mode", "taken"), [("all", 1), ("on_request", 0), ("off", 0)])
@pytest.mark.parametrize("setting", ["all", "on_request"])
def test_groups_own_mode_comes_first(mode: str, taken: int, setting: str) -> None:
    """What a group chose counts, not what the operator set."""
    desk = Desk(group_mode=setting)
    desk.preferences.chosen[TEAM] = ChatPreferences(mode=mode)
    desk.consider(grouped(voice=voice()))
    assert len(desk.queue.jobs) == taken


@pytest.mark.parametrize("name", ["topic_caption", "reply", "anonymous", "mention"])
def test_group_media_on_request(name: str) -> None:
    """Asked in a caption, by a reply or by name, it is taken whoever asks and whatever the mode."""
    desk = Desk(telegram_bot_username="@EXAMPLEBOT")
    update = sample(name)
    assert desk.consider(update) == seen(TEAM, update["message"]["message_id"])
    assert desk.job.media is not None
    assert desk.preferences.asked == []


def test_message_without_number_is_taken_without_sign() -> None:
    """Where there is no message to react to, nothing is shown."""
    desk = Desk()
    assert desk.consider(grouped(voice=voice(), caption="/transcribe", message_id=0)) is None
    assert len(desk.queue.jobs) == 1


def test_songs_are_skipped_unasked() -> None:
    """Music in a group is nothing to read, unless somebody asks; in private everything is asked."""
    desk = Desk(group_mode="all", telegram_bot_username="ExampleBot")
    song = sample("song")
    assert desk.consider(song) is None
    assert (desk.queue.jobs, desk.preferences.asked) == ([], [])
    song["message"]["caption"] = "@ExampleBot"
    assert desk.consider(song) is not None
    assert desk.consider(private(2, audio=song["message"]["audio"])) is not None
    assert len(desk.queue.jobs) == 2


def test_preferences_down() -> None:
    """While nobody knows a group's mode its media is left alone, and what is asked for is taken."""
    desk = Desk(group_mode="all")
    desk.preferences.error = TransientError("busy")
    assert desk.consider(grouped(voice=voice())) is None
    assert desk.queue.jobs == []
    assert desk.metrics.counts[Metric.PREFERENCES_UNAVAILABLE] == 1
    assert desk.consider(sample("reply")) is not None


def test_group_commands_of_others_are_ignored() -> None:
    """Commands for other bots, and commands nobody knows, cause no answer in a group."""
    desk = Desk(telegram_bot_username="ExampleBot")
    assert desk.consider(grouped(text="/help@OtherBot")) is None
    assert desk.consider(grouped(text="/frobnicate")) is None
    assert desk.metrics.counts[Metric.UPDATE_IGNORED] == 2


def test_name_learned_after_the_start() -> None:
    """A bot that learns its name only when it is connected is mentioned from then on."""
    desk = Desk()
    assert desk.consider(sample("mention")) is None
    desk.admission.username = "ExampleBot"
    assert desk.consider(sample("mention")) is not None


def test_answers_in_groups_are_quiet() -> None:
    """A sentence in a group sounds no notification; one in private does."""
    loud = Desk().consider(private(text="/transcribe"))
    quiet = Desk().consider(grouped(text="/transcribe"))
    assert loud is not None
    assert quiet is not None
    assert (loud.get("disable_notification"), quiet["disable_notification"]) == (None, True)


# Channels


def test_channels_are_off() -> None:
    """A channel's posts are left alone until it opts in, whatever groups do; commands are heard."""
    desk = Desk(group_mode="all", telegram_bot_username="ExampleBot")
    assert desk.consider(sample("channel_post")) is None
    assert desk.queue.jobs == []
    desk.consider(sample("channel_command"))
    assert (desk.job.command, desk.job.address.chat_id) == ("settings", NEWS)


def test_channel_that_opted_in() -> None:
    """Then its media is transcribed, podcasts with a title included."""
    desk = Desk()
    desk.preferences.chosen[NEWS] = ChatPreferences(mode="all")
    assert desk.consider(sample("channel_post")) == seen(NEWS, 27)
    desk.consider(posted(audio=sample("song")["message"]["audio"]))
    assert len(desk.queue.jobs) == 2


# Business chats


def test_business_request_shows_typing_through_the_connection() -> None:
    """The customer sees the owner typing."""
    assert Desk().consider(sample("business_voice")) == {
        "method": "sendChatAction",
        "chat_id": CUSTOMER,
        "business_connection_id": "biz-AbCdEf_0123",
        "action": "typing",
    }


def test_business_refusal_goes_through_the_connection() -> None:
    """What is said in a business chat is said in the owner's name."""
    reply = Desk().consider(business(voice=voice(file_size=0)))
    assert reply is not None
    assert (reply["chat_id"], reply["business_connection_id"]) == (CUSTOMER, "biz-AbCdEf_0123")


def test_new_business_connection_asks_for_nothing() -> None:
    """It is counted and forgotten."""
    desk = Desk()
    assert desk.consider(sample("business_connection")) is None
    assert desk.metrics.counts[Metric.UPDATE_IGNORED] == 1


# Guest


def test_guest_is_answered_once() -> None:
    """Nothing is said before the one answer that a guest query can have."""
    desk = Desk(counts_cheaply=True)
    desk.queue.length = CROWD
    assert desk.consider(sample("guest_reply")) is None
    assert desk.job.address.guest_query_id == "880000000000000001"


@pytest.mark.parametrize(
    ("fields", "key"), [({}, "guest_usage"), ({"voice": voice(file_size=0)}, "empty_file")]
)
def test_guest_refusal_answers_the_query(fields: dict[str, Any], key: str) -> None:
    """A refusal is the answer to the query, not a message to a chat we are not in."""
    text = say("id", key)
    assert Desk().consider(guest(**fields)) == {
        "method": "answerGuestQuery",
        "guest_query_id": "880000000000000002",
        "result": {
            "type": "article",
            "id": "1",
            "title": text[:64],
            "input_message_content": {"message_text": text},
        },
    }


def test_guest_over_the_limit_is_told() -> None:
    """Limits are told as everywhere."""
    desk = Desk()
    desk.limiter.verdict = Verdict(VerdictKind.CROWDED, 3.0)
    reply = desk.consider(sample("guest_reply"))
    assert reply is not None
    assert reply["method"] == "answerGuestQuery"


def test_button_below_a_guests_answer_is_answered() -> None:
    """The spinner stops, and says where buttons work."""
    reply = Desk().consider(sample("guest_callback"))
    assert reply is not None
    assert (reply["method"], reply["text"]) == ("answerCallbackQuery", say("id", "guest_button"))


# Options


@pytest.mark.parametrize("key", ["caption_language", "caption_engine"])
def test_option_nobody_knows_is_refused(key: str) -> None:
    """Where the caption is nothing but options, a wrong one is told instead of guessed about."""
    desk = Desk()
    caption = {"caption_language": "lang=xx", "caption_engine": "engine=none"}[key]
    reply = desk.consider(private(voice=voice(), caption=caption))
    assert reply is not None
    assert reply["text"] == say("en", key, engines="auto, groq, deepgram, openai, embedded")
    assert desk.queue.jobs == []


# The place in the queue


def test_long_media_behind_others_learns_its_place() -> None:
    """Instead of a sign there is a sentence with the place, in the same thread, once."""
    desk = Desk()
    desk.queue.length = CROWD
    update = private(voice=LONG, message_thread_id=77, is_topic_message=True)
    assert desk.consider(update) == {
        "method": "sendMessage",
        "chat_id": PERSON,
        "message_thread_id": 77,
        "text": say("en", "queued", count=CROWD),
        "reply_parameters": {"message_id": 50, "allow_sending_without_reply": True},
    }
    assert desk.consider(update) is None


def test_short_queue_is_not_worth_telling() -> None:
    """Behind a few, the sign is enough."""
    desk = Desk()
    desk.queue.length = QUEUE_WORTH_TELLING
    reply = desk.consider(private(voice=LONG))
    assert reply is not None
    assert reply["method"] == "sendChatAction"


@pytest.mark.parametrize("error", [TransientError("busy"), OperatorError("gone")])
def test_queue_that_cannot_count(error: Exception) -> None:
    """A job in the queue is not less there because nobody can say how many are before it."""
    desk = Desk()
    desk.queue.length_error = error
    reply = desk.consider(private(voice=LONG))
    assert reply is not None
    assert (reply["method"], len(desk.queue.jobs)) == ("sendChatAction", 1)


@pytest.mark.parametrize(("cheap", "asked"), [(False, []), (True, [Lane.EXPRESS])])
def test_voice_note_costs_no_question(cheap: bool, asked: list[Lane]) -> None:  # noqa: FBT001 - a column
    """A private voice note asks neither for choices nor, where that is a call, for its place."""
    desk = Desk(counts_cheaply=cheap)
    desk.queue.length = CROWD
    reply = desk.consider(sample("voice"))
    assert reply is not None
    assert reply["method"] == ("sendMessage" if cheap else "sendChatAction")
    assert (desk.preferences.asked, desk.queue.asked) == ([], asked)


def test_unasked_media_in_groups_is_told_no_place() -> None:
    """Who did not ask is not spoken to."""
    desk = Desk(group_mode="all", counts_cheaply=True)
    desk.queue.length = CROWD
    assert desk.consider(grouped(voice=LONG)) == seen(TEAM, 50)
    reply = desk.consider(grouped(2, message_id=51, voice=LONG, caption="/transcribe"))
    assert reply is not None
    assert reply["text"] == say("en", "queued", count=CROWD)
