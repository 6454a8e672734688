"""The words around media: options for one file, commands, mentions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.jobs import Options
from webhook.captions import FORMATS, NAMES, mentions, read

BOT = "examplebot"


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("", Options()),
        ("/SRT /txt", Options(formats=("txt", "srt"))),
        ("SRT", Options(formats=("srt",))),
        ("lang=id srt", Options("id", ("srt",))),
        ("lang=id, srt.", Options("id", ("srt",))),
        ("json;text vtt", Options(formats=("text", "vtt", "json"))),
        ("LANGUAGE=De", Options("de")),
        ("lang=pt-BR", Options("pt")),
        ("lang=yue", Options("yue")),
        ("lang=auto", Options("auto")),
        ("lang=de lang=fr", Options("fr")),
        ("timestamps", Options(timestamps=True)),
        ("/speakers timestamps=off", Options(timestamps=False, speakers=True)),
        ("engine=Deepgram", Options(engine="deepgram")),
        ("engine=auto", Options(engine="auto")),
        ("translate", Options(task="translate")),
        ("/transcribe@ExampleBot srt", Options(formats=("srt",))),
        ("@ExampleBot: srt", Options(formats=("srt",))),
        ("/transcribe /translate@ExampleBot", Options(task="translate")),
    ],
)
def test_nothing_but_options(text: str, options: Options) -> None:
    """Alone, options are taken with or without a slash, in any case and order."""
    caption = read(text, BOT)
    assert (caption.options, caption.alone, caption.problem) == (options, True, None)


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("for the notes lang=DE /srt", Options("de", ("srt",))),
        ("my notes on json and srt", Options()),
        ("please translate the speakers", Options()),
        ("see http://example.org/srt", Options()),
        ("xlang=de lang=", Options()),
        ("lang=xx please", Options()),
        ("timestamps=perhaps", Options()),
        ("/srt@OtherBot", Options()),
        ("engine=none of the above", Options()),
        ("keep engine=groq", Options(engine="groq")),
        ("text me", Options()),
    ],
)
def test_options_among_other_words(text: str, options: Options) -> None:
    """In an ordinary caption only what looks like an option is one, and nothing is complained of."""
    caption = read(text, BOT)
    assert (caption.options, caption.alone, caption.problem) == (options, False, None)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("lang=xx", "caption_language"),
        ("lang=deu srt", "caption_language"),
        ("/transcribe language=", "caption_language"),
        ("lang=german", "caption_language"),
        ("engine=whisper", "caption_engine"),
        ("lang=de engine=", "caption_engine"),
    ],
)
def test_values_nobody_knows(text: str, problem: str) -> None:
    """Where there is nothing but options, one that means nothing is complained of."""
    assert read(text, BOT).problem == problem


@given(st.text(max_size=200), st.sampled_from(["", BOT]))
def test_any_text_is_read(text: str, username: str) -> None:
    """Whatever the words, options hold only what we know."""
    caption = read(text, username)
    assert set(caption.options.formats) <= set(FORMATS)
    assert caption.options.language is None or len(caption.options.language) <= 4
    assert isinstance(mentions(text, username), bool)


@given(st.lists(st.sampled_from(sorted(NAMES)), unique=True), st.sampled_from(["{}", "/{}"]))
def test_order_and_slashes_do_not_matter(names: list[str], form: str) -> None:
    """Any options, in any order, ask for the same as in any other."""
    text = " ".join(form.format(name) for name in names)
    backwards = " ".join(reversed(names))
    assert read(text, BOT) == read(backwards, BOT)


@pytest.mark.parametrize(
    ("text", "mentioned"),
    [
        ("@ExampleBot", True),
        ("what does he say, @EXAMPLEBOT?", True),
        ("(@examplebot)", True),
        ("@ExampleBot2", False),
        ("@Example", False),
        ("me@ExampleBot", False),
        ("ExampleBot", False),
        ("@@ExampleBot", False),
        ("", False),
    ],
)
def test_mention(text: str, mentioned: bool) -> None:  # noqa: FBT001 - a column of the table
    """The bot's whole name with its sign, in any case and anywhere, as long as it is known."""
    assert mentions(text, BOT) is mentioned
    assert not mentions(text, "")
