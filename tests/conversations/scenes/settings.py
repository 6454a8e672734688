"""What people set, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.texts import say
from tests.conversations.pictures import take
from tests.conversations.stage import scene
from tests.conversations.voices import Dialogue
from tests.media.make import encode, phrases

if TYPE_CHECKING:
    from local.loopback.chats import Message
    from tests.doubles.bench import Bench

TALK = encode("ogg", "libopus", phrases(6.0))
LINES = (
    (0, "Hast du die Karten für Freitag?", "Do you have the tickets for Friday?"),
    (1, "Ja, zwei Plätze in der dritten Reihe.", "Yes, two seats in the third row."),
    (0, "Wunderbar, dann bis Freitag.", "Wonderful, see you on Friday."),
)


async def press(it: Bench, panel: Message, label: str) -> None:
    """Press the button, whatever mark stands before its label."""
    await it.user.press(panel, next(text for text in panel.button_texts if label in text))
    await it.answer()


@scene(lambda: Dialogue(LINES))
async def the_settings_panel(it: Bench) -> None:
    """The settings panel.

    Everything can be chosen by buttons; the panel is one message that changes.
    """
    await it.user.send_text("/settings")
    await it.answer()
    panel = it.user.chat.from_bot[-1]
    await press(it, panel, say("en", "button_language"))
    await press(it, panel, "Deutsch")
    await press(it, panel, say("en", "button_back"))
    await press(it, panel, say("en", "button_format"))
    await press(it, panel, "SRT")
    await press(it, panel, say("en", "button_back"))
    await press(it, panel, say("en", "button_timestamps"))
    take("settings", it.user.chat, title="The panel of settings, chosen by buttons")
    await it.user.send_voice(TALK, duration=6)
    await it.answer()


@scene(lambda: Dialogue(LINES))
async def settings_by_command(it: Bench) -> None:
    """Settings by command.

    The same for those who like to type; what cannot be understood is explained.
    """
    for command in (
        "/language",
        "/language klingon",
        "/language de",
        "/format text vtt",
        "/format pdf",
        "/hints Ada Lovelace, Kubernetes",
        "/hints",
        "/engine",
        "/engine siri",
    ):
        await it.user.send_text(command)
        await it.answer()


@scene(lambda: Dialogue(LINES))
async def who_speaks(it: Bench) -> None:
    """Who speaks.

    Where the engine can tell, the text and the files name the speakers.
    """
    await it.user.send_voice(TALK, duration=6, caption="speakers")
    await it.answer()
    answer = it.user.chat.from_bot[-1]
    take("speakers", it.user.chat, title="A conversation of two, told apart")
    await press(it, answer, "SRT")
    await press(it, answer, "VTT")


@scene(lambda: Dialogue(LINES))
async def translate_into_english(it: Bench) -> None:
    """Translation into English.

    A button below the answer, or the word in the caption; pressed twice, it comes once.
    """
    await it.user.send_voice(TALK, duration=6)
    await it.answer()
    answer = it.user.chat.from_bot[-1]
    await press(it, answer, say("en", "button_translate"))
    await press(it, answer, say("en", "button_translate"))
