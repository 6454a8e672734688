"""Languages as engines name them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.engines.languages import (
    OTHER_CODES,
    WHISPER_CODES,
    WHISPER_LANGUAGES,
    iso_code,
    whisper_code,
)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("English", "en"),
        ("GERMAN", "de"),
        (" Haitian Creole ", "ht"),
        ("Castilian", "es"),
        ("en", "en"),
        ("en-US", "en"),
        ("zh_Hant_TW", "zh"),
        ("jw", "jv"),
        ("yue", "yue"),
        ("xx", "xx"),
        ("klingon", None),
        ("tlh", None),
        ("multi", None),
        ("", None),
        (None, None),
        (7, None),
    ],
)
def test_names_tags_and_codes_become_iso_codes(said: object, code: str | None) -> None:
    """Whatever form a language comes in, its code comes out, or None where it is none."""
    assert iso_code(said) == code


@given(st.sampled_from(sorted(WHISPER_LANGUAGES)))
def test_every_whisper_name_is_known_in_any_case(name: str) -> None:
    """Each name of the table is found capitalised, in capitals and small."""
    assert iso_code(name.title()) == iso_code(name.upper()) == WHISPER_LANGUAGES[name]


@given(st.text(max_size=12))
def test_no_text_breaks_the_lookup(text: str) -> None:
    """Any text gives None or a code that stays itself when looked up again."""
    code = iso_code(text)
    assert code is None or iso_code(code) == code


def test_a_language_whisper_lacks_is_left_to_detection() -> None:
    """Asking for an unknown language would be refused, so nothing is asked for."""
    assert whisper_code("xx") is None
    assert whisper_code(None) is None
    assert whisper_code("de") == "de"


def test_the_tables_cover_what_the_embedded_library_knows() -> None:
    """Every code the embedded engine may report has a name, and the reverse."""
    tokenizer = pytest.importorskip("faster_whisper.tokenizer")
    library = {OTHER_CODES.get(code, code) for code in tokenizer._LANGUAGE_CODES}
    assert library == WHISPER_CODES
