"""What somebody wants of his file: what the request says, over what was chosen before.

The request's own options stand over the choices of its group or channel, these over the user's own,
and those over the settings.
"""

from __future__ import annotations

from asyncio import to_thread
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from processor.rendering import FORMATS, Look
from processor.rendering import PLAIN as PLAIN_LOOK
from shared.errors import UserError
from shared.ports import PLAIN, ChatPreferences
from shared.texts import say
from shared.transcripts import Instructions, Recipe

if TYPE_CHECKING:
    from shared.audio import EngineProfile
    from shared.jobs import Job
    from shared.ports import Engine, Preferences

AUTO = "auto"
TEXT = "text"
DEFAULT_FORMATS = (TEXT,)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be heard, and what the answer consists of."""

    language: str | None = None
    """ISO 639-1; None to detect it."""
    instructions: Instructions = PLAIN
    formats: tuple[str, ...] = DEFAULT_FORMATS
    """``text``, and names of ``processor.rendering.FORMATS``."""
    look: Look = PLAIN_LOOK

    @property
    def text(self) -> bool:
        """Whether the text is to stand in the chat."""
        return TEXT in self.formats

    @property
    def files(self) -> tuple[str, ...]:
        """The formats that are to come as files."""
        return tuple(name for name in self.formats if name != TEXT)

    def recipe(self, profile: EngineProfile) -> Recipe:
        """What decides the transcript, where an engine of ``profile`` makes it."""
        return Recipe(profile.name, profile.model, self.language, self.instructions)


class Wishes:
    """Knows what everybody has chosen, and what can be done."""

    def __init__(self, preferences: Preferences, engine: Engine, language: str | None) -> None:
        self._preferences = preferences
        self._engine = engine
        self._language = language

    async def of(self, job: Job) -> Wish:
        """What ``job`` is to bring. Raise UserError where no engine can translate."""
        chosen, asked = await self.chosen(job), job.options
        language = asked.language or chosen.language or self._language
        engine = asked.engine or chosen.engine
        speakers = asked.speakers if asked.speakers is not None else chosen.speakers
        timestamps = asked.timestamps if asked.timestamps is not None else chosen.timestamps
        instructions = Instructions(
            task=asked.task,
            speakers=bool(speakers),
            hints=chosen.hints,
            engine=None if engine == AUTO else engine,
        )
        return Wish(
            language=None if language == AUTO else language,
            instructions=self._possible(instructions),
            formats=_known(asked.formats) or _known(chosen.formats or ()) or DEFAULT_FORMATS,
            look=look_of(job.locale, timestamps=bool(timestamps)),
        )

    async def chosen(self, job: Job) -> ChatPreferences:
        """What was chosen before: by the chat, and where that left it open, by the user."""
        own = _private_chat(job.user)
        chats = dict.fromkeys((job.address.chat_id, *(() if own is None else (own,))))
        chosen = ChatPreferences()
        for chat in chats:
            chosen = chosen.over(await to_thread(self._preferences.get, chat))
        return chosen

    def profile(self, instructions: Instructions) -> EngineProfile:
        """Of the engine that would follow ``instructions``."""
        return self._engine.profile.following(instructions)

    def _possible(self, wanted: Instructions) -> Instructions:
        """What the engine can follow of ``wanted``: the rest would only split the cache."""
        if not self._engine.profile.able(wanted):
            raise UserError("no_translation")
        profile = self.profile(wanted)
        return replace(
            wanted,
            speakers=wanted.speakers and profile.speakers,
            hints=wanted.hints if profile.hints else (),
        )


def look_of(locale: str, *, timestamps: bool) -> Look:
    """How a transcript looks to who reads ``locale``."""
    return Look(timestamps=timestamps, speaker=say(locale, "speaker", number="{number}"))


def _known(formats: tuple[str, ...]) -> tuple[str, ...]:
    """Without what this version of the bot has not (yet, or any more)."""
    return tuple(name for name in dict.fromkeys(formats) if name == TEXT or name in FORMATS)


def _private_chat(user: str) -> int | None:
    """The private chat of a person; None for a group or channel that asks in its own name."""
    number = user[1:]
    return int(number) if user.startswith("u") and number.isdecimal() else None
