"""What an answer consists of: messages for the chat, then files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from processor.conversation.keyboards import Offers, below_answer, way_to_chat
from processor.rendering import DOUBTFUL_SHARE, doubtful, messages, paragraphs, utf16_units
from processor.rendering.parts import MESSAGE_LIMIT
from shared.texts import Span, say
from shared.transcripts import TRANSLATE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processor.wishes import Wish
    from shared.jobs import Job
    from shared.ports import Keyboard, Stretch
    from shared.transcripts import Transcript

PARTS_LIMIT = 4  # an answer of more messages than this comes as its beginning and a file
FOLDED_FROM = 700  # characters, about a screen of a phone: longer text is folded up
BLANK_LINE = "\n\n"


@dataclass(frozen=True, slots=True)
class Part:
    """One message of an answer."""

    text: str
    folded: Stretch | None = None
    keyboard: Keyboard = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The messages, at least one, and the names of the formats that follow as files."""

    parts: tuple[Part, ...]
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """A transcript and how it is to be read: ``of`` is the job that made it, ``locale`` the reader's."""

    of: Job
    transcript: Transcript
    wish: Wish
    locale: str
    offers: Offers = Offers()  # noqa: RUF009 - a frozen value

    @cached_property
    def head(self) -> str:
        """What stands above the text, with the blank line between."""
        translated = self.of.options.task == TRANSLATE
        return say(self.locale, "translation") + BLANK_LINE if translated else ""

    @cached_property
    def text(self) -> str:
        """The transcript in paragraphs; empty where nobody spoke."""
        return paragraphs(self.transcript, self.wish.look)

    @cached_property
    def notices(self) -> str:
        """What the reader must know of the transcript."""
        return _stacked(*_notices(self.locale, self.transcript))


def answer(reading: Reading) -> Answer:
    """The answer in a chat the bot is in."""
    transcript, wish = reading.transcript, reading.wish
    if not reading.text:
        return Answer((Part(_stacked(say(reading.locale, "no_speech"), reading.notices)),))
    if wish.text:
        parts, files = _told(reading), wish.files
        if len(parts) > PARTS_LIMIT:
            note = say(reading.locale, "text_in_file", pages=len(parts))
            parts, files = [_beginning(reading, note)], ("txt", *wish.files)
    else:
        done = say(reading.locale, "done_files", count=len(wish.files))
        parts, files = [Part(_stacked(reading.head + done, reading.notices))], wish.files
    keyboard = below_answer(reading.locale, reading.of, transcript, reading.offers)
    parts[-1] = replace(parts[-1], keyboard=keyboard)
    return Answer(tuple(parts), tuple(dict.fromkeys(files)))


def guest_answer(reading: Reading, username: str) -> Answer:
    """The one message a guest may write, with a way to the whole text; no files can follow it."""
    if not reading.text:
        return answer(reading)
    parts = _told(reading)
    part = parts[0] if len(parts) == 1 else _beginning(reading, say(reading.locale, "continued"))
    return Answer((replace(part, keyboard=way_to_chat(reading.locale, username, reading.of)),))


def _told(reading: Reading) -> list[Part]:
    """The whole text in messages; what the reader must know stands below the last, unfolded."""
    first, *further = messages(reading.text, MESSAGE_LIMIT - utf16_units(reading.head))
    *parts, last = [_part(reading.head, first), *(_part("", text) for text in further)]
    noted = replace(last, text=_stacked(last.text, reading.notices))
    if utf16_units(noted.text) <= MESSAGE_LIMIT:
        return [*parts, noted]
    return [*parts, last, Part(reading.notices)]


def _beginning(reading: Reading, note: str) -> Part:
    """As much of the text as fits into one message together with ``note``."""
    foot = _stacked(note, reading.notices)
    room = MESSAGE_LIMIT - utf16_units(reading.head + BLANK_LINE + foot)
    part = _part(reading.head, messages(reading.text, room)[0])
    return replace(part, text=_stacked(part.text, foot))


def _part(head: str, text: str) -> Part:
    start, end = len(head), len(head + text)
    return Part(head + text, (start, end) if len(text) > FOLDED_FROM else None)


def _stacked(*blocks: str) -> str:
    return BLANK_LINE.join(filter(None, blocks))


def _notices(locale: str, transcript: Transcript) -> Iterator[str]:
    """A file that ended before its header said, parts not heard, words not trusted."""
    if transcript.cut_short and transcript.declared_s is not None:
        got, declared = Span(transcript.duration_s), Span(transcript.declared_s)
        yield say(locale, "cut_short", got=got, declared=declared)
    missing_s = sum(s.end_s - s.start_s for s in transcript.segments if s.missing)
    if missing_s > 0:
        yield say(locale, "gaps", time=Span(missing_s))
    if doubtful(transcript) >= DOUBTFUL_SHARE:
        yield say(locale, "doubtful")
