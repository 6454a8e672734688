"""What users read is complete in every language and fits where Telegram shows it."""

from __future__ import annotations

from string import Formatter

import pytest

from processor.rendering import utf16_units
from shared.texts import DEFAULT_LOCALE, TEXTS, locale_of, say, size, span

LONG_FIGURE = "x" * 40
CALLBACK_ANSWERS = (
    "expired",
    "retry_started",
    "retry_refused",
    "unknown_button",
    "too_fast",
    "crowded",
)
EVERY_SENTENCE = [(locale, key) for locale, sentences in TEXTS.items() for key in sentences]


def _placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def _filled(locale: str, key: str) -> str:
    return say(locale, key, **dict.fromkeys(_placeholders(TEXTS[locale][key]), LONG_FIGURE))


@pytest.mark.parametrize("locale", TEXTS)
def test_every_language_has_every_sentence(locale: str) -> None:
    """No language lacks a sentence or has one that nobody else has."""
    assert TEXTS[locale].keys() == TEXTS[DEFAULT_LOCALE].keys()


@pytest.mark.parametrize(("locale", "key"), EVERY_SENTENCE)
def test_placeholders_are_the_same_in_all_languages(locale: str, key: str) -> None:
    """A translation is filled with the same figures."""
    assert _placeholders(TEXTS[locale][key]) == _placeholders(TEXTS[DEFAULT_LOCALE][key])


@pytest.mark.parametrize(("locale", "key"), EVERY_SENTENCE)
def test_every_sentence_is_one_message(locale: str, key: str) -> None:
    """Filled in, no sentence is empty, padded, or longer than a message."""
    sentence = _filled(locale, key)
    assert sentence == sentence.strip()
    assert 0 < utf16_units(sentence) <= 4096


@pytest.mark.parametrize(
    ("locale", "key"), [item for item in EVERY_SENTENCE if item[1].startswith("button_")]
)
def test_button_texts_are_short(locale: str, key: str) -> None:
    """A button shows 64 characters at most."""
    assert len(say(locale, key)) <= 64


@pytest.mark.parametrize("locale", TEXTS)
@pytest.mark.parametrize("key", CALLBACK_ANSWERS)
def test_answers_to_buttons_fit(locale: str, key: str) -> None:
    """What a pressed button answers has 200 characters at most."""
    assert len(_filled(locale, key)) <= 200


@pytest.mark.parametrize(
    ("language_code", "locale"),
    [
        ("id", "id"),
        ("id-ID", "id"),
        ("ID_id", "id"),
        ("en-GB", "en"),
        ("fi", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_language_follows_the_client(language_code: str | None, locale: str) -> None:
    """The client's language tag chooses the language, English where we do not speak it."""
    assert locale_of(language_code) == locale


def test_unknown_language_is_answered_in_english() -> None:
    """A locale from an older version still gets a sentence."""
    assert say("xx", "hint") == say("en", "hint")


@pytest.mark.parametrize(
    ("size_bytes", "shown"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (20 << 20, "20.0 MiB"),
        (2 << 30, "2.00 GiB"),
    ],
)
def test_sizes_read_well(size_bytes: int, shown: str) -> None:
    """Sizes are told in binary units."""
    assert size(size_bytes) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.25, "0.2 s"), (10, "0:10"), (750, "12:30"), (3723, "1:02:03")]
)
def test_lengths_read_well(seconds: float, shown: str) -> None:
    """Lengths are told as minutes and seconds, with hours where there are any."""
    assert span(seconds) == shown
