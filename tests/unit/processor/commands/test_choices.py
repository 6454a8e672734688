"""What people choose, by buttons or in words, and what it does to their preferences."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.commands.choices import (
    ANSWERS,
    BUTTONS,
    HINT_CHARACTERS,
    HINTS_LIMIT,
    engine,
    formats,
    hints,
    language,
    pressed,
)
from processor.commands.deployment import Deployment
from processor.commands.languages import COMMON, language_name, spoken_language
from shared.errors import UserError
from shared.ports import ChatPreferences

NOBODY = ChatPreferences()
TWO = Deployment(
    engines={"groq": "turbo", "deepgram": "nova-3"}, speakers=True, translates=True, hints=True
)
ONE = Deployment(engines={"embedded": "base"})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("de", "de"),
        ("DE", "de"),
        ("pt-BR", "pt"),
        ("zh_Hans", "zh"),
        ("german", "de"),
        ("Deutsch", "de"),
        (" bahasa  Indonesia ", "id"),
        ("中文", "zh"),
        ("haitian creole", "ht"),
        ("yue", "yue"),
        ("auto", "auto"),
        ("deu", None),
        ("xx", None),
        ("12", None),
        ("d é", None),
        ("", None),
    ],
)
def test_a_language_is_known_by_code_and_by_name(text: str, code: str | None) -> None:
    """In English or in the language itself, with a region or without."""
    assert spoken_language(text) == code


def test_every_language_on_the_panel_is_one_we_take() -> None:
    """By its code, and by what the panel calls it."""
    for code, name in COMMON.items():
        assert spoken_language(code) == spoken_language(name) == code
        assert language_name(code) == name


def test_a_language_that_is_none_says_how_to_name_one() -> None:
    """The choice is refused, nothing changes."""
    with pytest.raises(UserError, match="language_unknown"):
        language(NOBODY, "klingonish", TWO)


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("srt", ("srt",)),
        ("SRT, txt srt", ("txt", "srt")),
        (".srt+.vtt", ("srt", "vtt")),
        ("json text", ("text", "json")),
    ],
)
def test_formats_are_taken_for_what_they_mean(text: str, chosen: tuple[str, ...]) -> None:
    """Commas, dots and repeats do not matter; the order is that of the answer."""
    assert formats(NOBODY, text, TWO).formats == chosen


@pytest.mark.parametrize("text", ["exe", "txt exe", ", ,", "none"])
def test_formats_that_are_none_say_which_there_are(text: str) -> None:
    """One that is unknown spoils the rest, so that nothing else than asked for is chosen."""
    with pytest.raises(UserError) as refused:
        formats(NOBODY, text, TWO)
    assert refused.value.figures == {"formats": "text, txt, srt, vtt, json"}


@given(st.lists(st.sampled_from(ANSWERS)))
def test_toggling_formats_never_leaves_an_empty_answer(presses: list[str]) -> None:
    """Each press adds or takes away; the last one that is left stays."""
    chosen = NOBODY
    for name in presses:
        before = set(chosen.formats or ("text",))
        if before == {name}:
            with pytest.raises(UserError, match="format_last"):
                pressed(chosen, "format", name, TWO)
            continue
        chosen = pressed(chosen, "format", name, TWO)
        assert set(chosen.formats or ()) == before ^ {name}


def test_an_engine_is_one_that_is_configured() -> None:
    """Or ours to choose."""
    assert engine(NOBODY, "Deepgram", TWO).engine == "deepgram"
    assert engine(NOBODY, "auto", TWO).engine == "auto"
    with pytest.raises(UserError) as refused:
        engine(NOBODY, "openai", TWO)
    assert refused.value.figures == {"engines": "auto, groq, deepgram"}


def test_terms_are_separated_by_the_commas_of_any_script() -> None:
    """Repeats count once, whatever their case; the last spelling stays."""
    chosen = hints(NOBODY, "Ada  Lovelace, Kubernetes،  GmbH、日本; kubernetes,, ", TWO)
    assert chosen.hints == ("Ada Lovelace", "kubernetes", "GmbH", "日本")


@pytest.mark.parametrize(
    "text", [",", ", ".join(f"term {n}" for n in range(HINTS_LIMIT + 1)), "x" * 41]
)
def test_terms_beyond_the_limits_are_refused(text: str) -> None:
    """None at all, more than ten, or a longer one than forty characters."""
    with pytest.raises(UserError) as refused:
        hints(NOBODY, text, TWO)
    assert refused.value.problem == "hints_usage"
    assert refused.value.figures == {"limit": HINTS_LIMIT, "characters": HINT_CHARACTERS}


@given(st.text(max_size=500))
def test_terms_keep_to_the_limits_whatever_is_sent(text: str) -> None:
    """At most ten of at most forty visible characters, each on one line, or a refusal."""
    try:
        chosen = hints(NOBODY, text, TWO)
    except UserError:
        return
    assert 0 < len(chosen.hints) <= HINTS_LIMIT
    for term in chosen.hints:
        assert 0 < len(term) <= HINT_CHARACTERS
        assert term == " ".join(term.split())
        assert term.isprintable() or all(ord(c) >= 32 for c in term)
    assert ChatPreferences.from_json(chosen.to_json()) == chosen


def test_what_no_engine_can_is_refused_with_what_is_needed() -> None:
    """Speakers can always be switched off again."""
    with pytest.raises(UserError, match="speakers_unavailable"):
        pressed(NOBODY, "speakers", "on", ONE)
    with pytest.raises(UserError, match="hints_unavailable"):
        hints(NOBODY, "Ada", ONE)
    assert pressed(ChatPreferences(speakers=True), "speakers", "off", ONE).speakers is False


@pytest.mark.parametrize(
    ("item", "value", "changed"),
    [
        ("language", "de", ChatPreferences(language="de")),
        ("language", "auto", ChatPreferences(language="auto")),
        ("timestamps", "on", ChatPreferences(timestamps=True)),
        ("timestamps", "off", ChatPreferences(timestamps=False)),
        ("speakers", "on", ChatPreferences(speakers=True)),
        ("engine", "groq", ChatPreferences(engine="groq")),
        ("mode", "all", ChatPreferences(mode="all")),
        ("open", "on", ChatPreferences(open_to_all=True)),
        ("hints", "clear", ChatPreferences()),
    ],
)
def test_a_button_changes_its_own_choice_alone(
    item: str, value: str, changed: ChatPreferences
) -> None:
    """Everything else stays as it was."""
    assert pressed(NOBODY, item, value, TWO) == changed
    before = ChatPreferences(formats=("srt",))
    assert pressed(before, item, value, TWO) == changed.over(before)


@given(st.sampled_from([*BUTTONS, "color"]), st.text(max_size=20))
def test_a_button_of_another_release_is_known_as_such(item: str, value: str) -> None:
    """Whatever its data says, there is a change, a refusal, or the mark of an unknown one."""
    with suppress(UserError, KeyError):
        assert pressed(NOBODY, item, value, TWO).hints == ()
