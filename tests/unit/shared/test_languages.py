"""Codes of languages."""

from __future__ import annotations

import pytest

from shared.languages import ISO_639_1, language_code


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("de", "de"),
        ("DE", "de"),
        ("pt-BR", "pt"),
        ("zh_Hant", "zh"),
        ("yue", "yue"),
        ("haw", "haw"),
        ("auto", "auto"),
        ("deu", None),
        ("xx", None),
        ("", None),
        ("-", None),
        ("german", None),
    ],
)
def test_tag(tag: str, code: str | None) -> None:
    """A tag gives its language's code in lower case, and nothing when there is none."""
    assert language_code(tag) == code


def test_codes_are_two_letters() -> None:
    """ISO 639-1 has 183 codes of two letters, and our list no others."""
    assert len(ISO_639_1) == 183
    assert all(len(code) == 2 and code.isascii() and code.islower() for code in ISO_639_1)
