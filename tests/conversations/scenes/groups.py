"""Groups, channels, businesses, guests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.texts import say
from tests.conversations.pictures import take
from tests.conversations.stage import NOTE, scene
from tests.doubles.engine import ScriptedEngine

if TYPE_CHECKING:
    from tests.doubles.bench import Bench


def cancelled() -> ScriptedEngine:
    """Always the same news."""
    return ScriptedEngine("The match on Sunday is cancelled.")


@scene(cancelled)
async def a_group(it: Bench) -> None:
    """A group.

    The bot says what it can see, transcribes on request and answers quietly. Not everybody may
    change its settings.
    """
    bob = it.api.user(8, "Bob")
    group = it.api.group("Football")
    group.promote(it.user, "creator")
    await it.user.add_bot(group)
    await it.answer()
    note = await bob.send_voice(NOTE, duration=1, chat=group)
    await it.answer()
    await it.user.reply(note, "/transcribe@ExampleBot")
    await it.answer()
    take("group", group.chat, title="A group asks for the text of a voice note", last=3)
    await bob.send_text("/settings@ExampleBot", chat=group)
    await it.answer()
    panel = group.chat.from_bot[-1]
    for who, label in (
        (bob, say("en", "button_mode")),
        (bob, say("en", "mode_all")),
        (it.user, say("en", "mode_all")),
    ):
        await who.press(panel, next(text for text in panel.button_texts if label in text))
        await it.answer()
    group.promote_bot()
    await bob.send_voice(NOTE, duration=1, chat=group)
    await it.answer()


@scene(cancelled)
async def a_forum_topic(it: Bench) -> None:
    """A topic of a forum.

    The answer stands in the topic where it was asked for, though the bot is only mentioned.
    """
    group = it.api.group("Club", forum=True)
    group.promote_bot()
    group.open_thread(42)
    note = await it.user.send_voice(NOTE, duration=1, chat=group, thread_id=42)
    await it.user.reply(note, "@ExampleBot")
    await it.answer()


@scene(cancelled)
async def an_album(it: Bench) -> None:
    """An album.

    Several files at once: each has a status message of its own, which becomes its answer.
    """
    for number in range(2):
        await it.user.send_audio(
            NOTE, duration=1, name=f"part {number + 1}.ogg", mime_type="audio/ogg", album="A1"
        )
    await it.answer()


@scene(cancelled)
async def a_group_moves(it: Bench) -> None:
    """A group becomes a supergroup.

    What it had chosen goes with it.
    """
    group = it.api.group("Football", type="group")
    group.promote(it.user, "creator")
    await it.user.send_text("/language@ExampleBot de", chat=group)
    await it.answer()
    moved = group.migrate()
    await it.answer()
    await it.user.send_text("/settings@ExampleBot", chat=moved)
    await it.answer()


@scene(cancelled)
async def a_channel(it: Bench) -> None:
    """A channel.

    Nothing is transcribed there until its administrators choose so.
    """
    channel = it.api.channel("News")
    channel.chat.members[it.user.id] = "creator"
    await it.user.add_bot(channel)
    await it.answer()
    await it.user.send_voice(NOTE, duration=1, chat=channel)
    await it.answer()
    await it.user.send_text("/settings", chat=channel)
    await it.answer()
    panel = channel.chat.from_bot[-1]
    for label in (say("en", "button_mode"), say("en", "mode_all")):
        await it.user.press(panel, next(text for text in panel.button_texts if label in text))
        await it.answer()
    await it.user.send_voice(NOTE, duration=1, chat=channel)
    await it.answer()


@scene(cancelled)
async def a_business_chat(it: Bench) -> None:
    """The chat of a business.

    The bot answers in the name of the account that connected it.
    """
    customer = it.api.user(9, "Carol")
    business = await it.user.connect_bot()
    chat = business.chat_with(customer)
    await it.answer()
    await customer.send_voice(NOTE, duration=1, chat=chat)
    await it.answer()


@scene(cancelled)
async def guest_mode(it: Bench) -> None:
    """A guest.

    Mentioned in a group it is no member of, the bot may write one message.
    """
    group = it.api.foreign_group("Family")
    note = await it.user.send_voice(NOTE, duration=1, chat=group)
    await it.user.reply(note, "@ExampleBot")
    await it.answer()
    await it.user.send_text("@ExampleBot hello", chat=group)
    await it.answer()
