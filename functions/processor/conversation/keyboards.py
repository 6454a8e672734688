"""The buttons below status messages and answers.

A guest's chat has none of them: the bot hears of no press there. What it has is a way to the bot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from processor.rendering import FORMATS
from shared.ports import Button
from shared.texts import say
from shared.transcripts import TRANSLATE

if TYPE_CHECKING:
    from shared.jobs import Job
    from shared.ports import Keyboard
    from shared.transcripts import Transcript

SUMMARY_FROM = 600  # characters of text; less is read as fast as its summary
ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Offers:
    """What can be done with a finished transcript besides giving it in other forms."""

    translation: bool = False
    summary: bool = False


def one(job: Job, text: str, verb: str) -> Keyboard:
    """A single button labelled ``text`` that does ``verb`` to ``job``."""
    if job.address.guest_query_id is not None:
        return ()
    return ((_button(job.locale, text, verb, job),),)


def below_answer(locale: str, of: Job, transcript: Transcript, offers: Offers) -> Keyboard:
    """Every form of the transcript of ``of``, and what else can be made of it."""
    forms = tuple(_button(locale, f"button_{name}", name, of) for name in FORMATS)
    more = []
    english = of.options.task == TRANSLATE or transcript.language == ENGLISH
    if offers.translation and not english:
        more.append(_button(locale, "button_translate", "translate", of))
    if offers.summary and len(transcript.text) >= SUMMARY_FROM:
        more.append(_button(locale, "button_summary", "summary", of))
    return (forms, more) if more else (forms,)


def way_to_chat(locale: str, username: str, of: Job) -> Keyboard:
    """A link to the bot's private chat, which shows the whole transcript of ``of`` there."""
    url = f"https://t.me/{username}?start=show_{of.id}"
    return ((Button(say(locale, "button_chat"), url=url),),)


def _button(locale: str, text: str, verb: str, of: Job) -> Button:
    return Button(say(locale, text), f"v1:{verb}:{of.id}")
