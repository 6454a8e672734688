"""The screens of the settings panel."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest

from processor.commands.choices import ANSWERS, BUTTONS, MODES, pressed
from processor.commands.deployment import Deployment
from processor.commands.languages import COMMON
from processor.commands.panel import ELSEWHERE, LANGUAGES_PER_PAGE, View, screen
from shared.audio import EngineProfile
from shared.errors import UserError
from shared.ports import Button, ChatPreferences
from shared.settings import Settings
from shared.texts import say

TWO = Deployment(
    engines={"groq": "turbo", "deepgram": "nova-3"}, speakers=True, translates=True, hints=True
)
ONE = Deployment(engines={"embedded": "base"})
PAGES = [f"language-{n}" for n in range(1, 1 + len(COMMON) // LANGUAGES_PER_PAGE)]
SCREENS = ["settings", "language", *PAGES, "format", "engine", "hints", "mode"]
MINE = View("en", private=True, chosen=ChatPreferences(), deployment=TWO)
OURS = replace(MINE, private=False)


def buttons(view: View, name: str) -> list[Button]:
    """Every button of a screen."""
    return [button for row in screen(view, name).keyboard for button in row]


def marked(view: View, name: str) -> list[str]:
    """What the marked buttons of a screen would set."""
    return [b.data for b in buttons(view, name) if b.text.startswith("✓ ")]


@pytest.mark.parametrize("name", SCREENS)
@pytest.mark.parametrize("view", [OURS, replace(OURS, deployment=ONE)], ids=["two", "one"])
def test_every_button_leads_somewhere(view: View, name: str) -> None:
    """Its data fits, and names a screen there is or a choice that can be made or is refused."""
    for button in buttons(view, name):
        version, verb, subject = button.data.split(":")
        assert version == "v1"
        assert len(button.data.encode()) <= 64
        if verb == "open":
            assert subject in ELSEWHERE or screen(view, subject).text
            continue
        item, _, value = subject.partition("-")
        assert (verb, item in BUTTONS) == ("set", True)
        with suppress(UserError):
            assert pressed(view.chosen, item, value, view.deployment) != view.chosen


@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_fits_its_message(name: str) -> None:
    """No row is empty, none has more than eight buttons, and the text is one message."""
    shown = screen(replace(OURS, chosen=ChatPreferences(hints=("x" * 40,) * 10)), name)
    assert all(0 < len(row) <= 8 for row in shown.keyboard)
    assert len(shown.text.encode("utf-16-le")) // 2 <= 4096


def test_twelve_languages_by_their_own_names_and_more_behind() -> None:
    """The first page has no way back, the last none onward; no language is left out."""
    seen = []
    for page in PAGES:
        sets = [b for b in buttons(MINE, page) if b.data.startswith("v1:set:language-")]
        assert sets[0].data == "v1:set:language-auto"
        assert len(sets) == 1 + 12
        seen += [b.text for b in sets[1:]]
    assert seen == list(COMMON.values())
    first, last = ([b.text for b in buttons(MINE, page)] for page in (PAGES[0], PAGES[-1]))
    assert ("‹" in first, "›" in first) == (False, True)
    assert ("‹" in last, "›" in last) == (True, False)


def test_the_panel_opens_at_the_page_of_the_language_chosen() -> None:
    """Where the mark is; a language of no page is named above the first."""
    swahili = replace(MINE, chosen=ChatPreferences(language="sw"))
    assert marked(swahili, "language") == ["v1:set:language-sw"]
    icelandic = replace(MINE, chosen=ChatPreferences(language="is"))
    assert marked(icelandic, "language") == []
    assert "Now: is." in screen(icelandic, "language").text


@pytest.mark.parametrize("page", ["language-0", "language-99", "language-"])
def test_a_page_there_is_not_is_the_nearest_one(page: str) -> None:
    """A button of another release turns to a page all the same."""
    assert buttons(MINE, page)


@pytest.mark.parametrize("name", ["colors", "", "settings2"])
def test_a_screen_of_another_release_is_unknown(name: str) -> None:
    """Which the caller says kindly."""
    with pytest.raises(KeyError):
        screen(MINE, name)


def test_what_nobody_chose_is_shown_as_it_is_in_force() -> None:
    """The operator's language in private; in a group each member's own, which marks nothing."""
    german = replace(TWO, language="de")
    assert marked(replace(MINE, deployment=german), "language") == ["v1:set:language-de"]
    assert marked(MINE, "language") == ["v1:set:language-auto"]
    assert marked(OURS, "language") == []
    assert say("en", "members_choice") in screen(OURS, "settings").text
    assert say("en", "members_choice") not in screen(MINE, "settings").text


def test_formats_engine_and_mode_bear_their_marks() -> None:
    """Several formats, one engine, one mode."""
    chosen = ChatPreferences(formats=("text", "srt"), engine="groq", mode="all")
    view = replace(OURS, chosen=chosen)
    assert marked(view, "format") == ["v1:set:format-text", "v1:set:format-srt"]
    assert marked(view, "engine") == ["v1:set:engine-groq"]
    assert marked(view, "mode") == ["v1:set:mode-all"]
    assert len(buttons(view, "format")) == len(ANSWERS) + 1
    assert len(buttons(view, "mode")) == len(MODES) + 1


def test_an_engine_that_is_gone_is_no_longer_shown_as_chosen() -> None:
    """Its operator took it away; automatic is in force."""
    view = replace(MINE, chosen=ChatPreferences(engine="openai"))
    assert marked(view, "engine") == ["v1:set:engine-auto"]


def test_with_one_engine_there_is_nothing_to_choose() -> None:
    """Neither on the panel nor on the screen the command opens."""
    alone = replace(MINE, deployment=ONE)
    assert "v1:open:engine" not in [b.data for b in buttons(alone, "settings")]
    assert [b.data for b in buttons(alone, "engine")] == ["v1:open:settings"]
    assert "embedded · base" in screen(alone, "engine").text


def test_a_switch_turns_round_what_it_shows() -> None:
    """Marked where it is on, and then switching off."""
    assert "v1:set:timestamps-on" in [b.data for b in buttons(MINE, "settings")]
    on = replace(MINE, chosen=ChatPreferences(timestamps=True, speakers=True))
    assert marked(on, "settings") == ["v1:set:timestamps-off", "v1:set:speakers-off"]


def test_only_groups_have_a_mode_and_a_lock() -> None:
    """They are no user's own business."""
    data = [b.data for b in buttons(MINE, "settings")]
    assert not [d for d in data if "mode" in d or "open-" in d]
    assert "v1:open:mode" in [b.data for b in buttons(OURS, "settings")]
    with pytest.raises(KeyError):
        screen(MINE, "mode")


def test_privacy_mode_is_explained_where_it_hides_what_was_chosen() -> None:
    """Everything is to be transcribed, but the bot sees nothing."""
    everything = replace(
        OURS, chosen=ChatPreferences(mode="all"), hidden=True, username="ExampleBot"
    )
    warning = say("en", "mode_hidden", username="ExampleBot")
    assert warning in screen(everything, "mode").text
    assert warning not in screen(replace(everything, hidden=False), "mode").text
    assert warning not in screen(replace(everything, chosen=ChatPreferences()), "mode").text


def test_terms_are_listed_and_can_be_cleared() -> None:
    """Where there are any."""
    view = replace(MINE, chosen=ChatPreferences(hints=("Ada Lovelace", "GmbH")))
    assert "• Ada Lovelace\n• GmbH" in screen(view, "hints").text
    assert "v1:set:hints-clear" in [b.data for b in buttons(view, "hints")]
    assert "v1:set:hints-clear" not in [b.data for b in buttons(MINE, "hints")]


def test_a_deployment_is_what_settings_and_engines_say() -> None:
    """Operators by their ids, engines by their own names, one alone or several together."""
    groq = EngineProfile("groq", "turbo", frozenset(), frozenset(), 1, 1.0, hints=True)
    settings = Settings(admin_user_ids="7, 8", speech_language="de", group_mode="all")
    alone = Deployment.of(settings, groq)
    assert alone.engines == {"groq": "turbo"}
    assert alone.admins == {"u7", "u8"}
    assert (alone.language, alone.group_mode, alone.region) == ("de", "all", None)
    other = replace(groq, name="deepgram", model="nova-3", speakers=True)
    both = Deployment.of(
        Settings(state_table="state", aws_region="eu-central-1"),
        replace(groq, name="groq+deepgram", members=(groq, other)),
    )
    assert both.engines == {"groq": "turbo", "deepgram": "nova-3"}
    assert (both.admins, both.region) == (frozenset(), "eu-central-1")
