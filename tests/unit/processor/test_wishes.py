"""Whose word counts: the request's, the chat's, the user's, the operator's, in this order."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from processor.wishes import Wish, Wishes
from shared.errors import UserError
from shared.jobs import Action, Address, Job, Options
from shared.ports import ChatPreferences, Preferences
from shared.transcripts import TRANSLATE, Instructions
from tests.doubles.engine import PASSES_EVERYTHING, ScriptedEngine

USER, GROUP = 7, -100
ABLE = replace(PASSES_EVERYTHING, speakers=True, translates=True, hints=True)


class Chosen(dict[int, ChatPreferences]):
    """What each chat chose."""

    def get(self, chat_id: int) -> ChatPreferences:  # type: ignore[override]  # the port's
        """The choices, or none."""
        return self.setdefault(chat_id, ChatPreferences())


def job(options: Options = Options(), chat_id: int = USER, user: str = "u7") -> Job:  # noqa: B008 - a frozen value
    """A request from there."""
    return Job("id", Action.TRANSCRIBE, user, Address(chat_id), "en", 0.0, options=options)


def wishes(
    chosen: dict[int, ChatPreferences] | None = None,
    *,
    able: bool = True,
    language: str | None = None,
) -> Wishes:
    """With these choices, and an engine that can everything or nothing special."""
    engine = ScriptedEngine(profile=ABLE if able else PASSES_EVERYTHING)
    return Wishes(cast("Preferences", Chosen(chosen or {})), engine, language)


async def test_who_chose_nothing_gets_the_text() -> None:
    """In the language that is heard, plain."""
    wish = await wishes().of(job())
    assert (wish.language, wish.instructions, wish.formats) == (None, Instructions(), ("text",))
    assert wish.text
    assert wish.files == ()
    assert not wish.look.timestamps
    assert wish.look.name(2) == "Speaker 2"


@pytest.mark.parametrize(
    ("asked", "group", "own", "setting", "expected"),
    [
        ("pt", "de", "fr", "id", "pt"),
        (None, "de", "fr", "id", "de"),
        (None, None, "fr", "id", "fr"),
        (None, None, None, "id", "id"),
        ("auto", "de", "fr", "id", None),
        (None, "auto", "fr", "id", None),
        (None, None, None, None, None),
    ],
)
async def test_the_nearest_word_on_the_language_counts(
    asked: str | None, group: str | None, own: str | None, setting: str | None, expected: str | None
) -> None:
    """Detection is a choice like others."""
    chosen = {GROUP: ChatPreferences(language=group), USER: ChatPreferences(language=own)}
    wish = await wishes(chosen, language=setting).of(job(Options(language=asked), GROUP))
    assert wish.language == expected


async def test_a_wish_no_is_a_word_too() -> None:
    """What the group turned off, the user's own choice does not turn on; a caption does."""
    chosen = {
        GROUP: ChatPreferences(timestamps=False, speakers=False),
        USER: ChatPreferences(timestamps=True, speakers=True),
    }
    wish = await wishes(chosen).of(job(chat_id=GROUP))
    assert (wish.look.timestamps, wish.instructions.speakers) == (False, False)
    asked = Options(timestamps=True, speakers=True)
    wish = await wishes(chosen).of(job(asked, GROUP))
    assert (wish.look.timestamps, wish.instructions.speakers) == (True, True)


async def test_one_who_speaks_for_a_channel_has_no_choices_of_his_own() -> None:
    """There is no private chat with a channel."""
    chosen = Chosen({GROUP: ChatPreferences(language="de")})
    it = Wishes(cast("Preferences", chosen), ScriptedEngine(), None)
    assert (await it.of(job(chat_id=GROUP, user=f"c{GROUP}"))).language == "de"
    assert list(chosen) == [GROUP]


async def test_what_no_engine_can_is_left_out() -> None:
    """It would only keep the same transcript under several names."""
    chosen = {USER: ChatPreferences(speakers=True, hints=("Foo",))}
    wish = await wishes(chosen, able=False).of(job())
    assert wish == replace(await wishes(able=False).of(job()))
    able = (await wishes(chosen).of(job())).instructions
    assert (able.speakers, able.hints) == (True, ("Foo",))


async def test_a_translation_needs_an_engine_that_can() -> None:
    """Else it is refused with its sentence."""
    asked = job(Options(task=TRANSLATE))
    assert (await wishes().of(asked)).instructions.task == TRANSLATE
    with pytest.raises(UserError, match="no_translation"):
        await wishes(able=False).of(asked)


async def test_forms_nobody_knows_any_more_are_passed_over() -> None:
    """Down to the text, if none is left; one named twice comes once."""
    chosen = {USER: ChatPreferences(formats=("docx", "srt", "srt"))}
    assert (await wishes(chosen).of(job())).files == ("srt",)
    assert not (await wishes(chosen).of(job())).text
    assert (await wishes({USER: ChatPreferences(formats=("docx",))}).of(job())).text


@pytest.mark.parametrize(("engine", "kept"), [("auto", None), ("groq", "groq"), (None, None)])
async def test_an_engine_is_pinned_by_its_name(engine: str | None, kept: str | None) -> None:
    """``auto`` pins none."""
    wish = await wishes().of(job(Options(engine=engine)))
    assert wish.instructions.engine == kept


def test_only_what_changes_the_hearing_changes_the_recipe() -> None:
    """Forms and times are of the reading."""
    plain = Wish(language="de")
    read = replace(plain, formats=("srt",), look=replace(plain.look, timestamps=True))
    heard = replace(plain, instructions=Instructions(speakers=True))
    assert plain.recipe(ABLE) == read.recipe(ABLE) != heard.recipe(ABLE)
