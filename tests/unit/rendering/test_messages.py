"""Long text becomes messages that fit, at places a reader would choose."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.rendering import messages, utf16_units
from processor.rendering.parts import MESSAGE_LIMIT
from tests.unit.rendering.strategies import long_texts, without_space


@given(text=st.text(), limit=st.integers(2, 40))
def test_any_text_is_kept_in_parts_that_fit(text: str, limit: int) -> None:
    """Whatever the text, every part fits and is not empty, and the parts are the text in order."""
    parts = messages(text, limit)
    at = 0
    for part in parts:
        assert 0 < utf16_units(part) <= limit
        assert part == part.strip()
        place = text.index(part, at)
        assert not text[at:place].strip()
        at = place + len(part)
    assert not text[at:].strip()


@given(text=long_texts, limit=st.integers(40, 300))
def test_real_scripts_never_break_inside_a_character(text: str, limit: int) -> None:
    """No part of text in real scripts begins with a mark, a joiner or half of a flag."""
    parts = messages(text, limit)
    assert without_space("".join(parts)) == without_space(text)
    for earlier, part in pairwise(parts):
        assert utf16_units(part) <= limit
        assert unicodedata.category(part[0]) not in ("Mn", "Me", "Mc")
        assert not 0x1F3FB <= ord(part[0]) <= 0x1F3FF
        assert part[0] != "\u200d"
        assert earlier[-1] != "\u200d"


@given(text=st.text())
def test_units_are_those_of_utf_16(text: str) -> None:
    """The count equals the length of the text in UTF-16."""
    assert utf16_units(text) == len(text.encode("utf-16-le")) // 2


def test_flags_stay_whole() -> None:
    """A row of flags is cut between flags, never through one."""
    parts = messages("🇮🇩" * 50, 10)
    assert all(part == "🇮🇩" * 2 for part in parts)


def test_family_moves_to_the_next_part_whole() -> None:
    """An emoji joined from several stays in one part where it fits into one."""
    family = "👨‍👩‍👧‍👦"
    assert messages("x" * 15 + family, 20) == ["x" * 15, family]


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("One two three.\n\nFour. Five six", 24, ["One two three.", "Four. Five six"]),
        ("One two three. Four five six", 24, ["One two three.", "Four five six"]),
        ("We go. I met Mr. Fox there", 16, ["We go. I met Mr.", "Fox there"]),
        ("We four go. I met Mr. Fox now", 21, ["We four go.", "I met Mr. Fox now"]),
        ("Nobody but you and I. But he", 26, ["Nobody but you and I.", "But he"]),
        ("It is 3.5 metres, not four", 22, ["It is 3.5 metres,", "not four"]),
        ("one two three four five", 15, ["one two three", "four five"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("今天很好。我们走吧！他们说好的", 12, ["今天很好。我们走吧！", "他们说好的"]),
        ("今天天气很好，我们走", 8, ["今天天气很好，", "我们走"]),
        ("今天天气真好，我", 6, ["今天天气真", "好，我"]),
        ("هل أنت بخير؟ نعم أنا بخير", 20, ["هل أنت بخير؟", "نعم أنا بخير"]),
        ("یہ ایک جملہ ہے۔ یہ دوسرا ہے", 22, ["یہ ایک جملہ ہے۔", "یہ دوسرا ہے"]),
        ("यह एक वाक्य है। यह दूसरा है", 22, ["यह एक वाक्य है।", "यह दूसरा है"]),
        ("He said “stop it!” Then he left", 24, ["He said “stop it!”", "Then he left"]),
        ("one two\nthree four five", 14, ["one two", "three four", "five"]),
    ],
)
def test_breaks_where_a_reader_would(text: str, limit: int, expected: list[str]) -> None:
    """Paragraph comes before line, sentence, clause, word and character, in every script."""
    assert messages(text, limit) == expected


def test_early_break_is_passed_over() -> None:
    """A sentence end near the beginning is no reason for a tiny message."""
    text = "Yes. " + "word " * 30
    assert len(messages(text, 100)[0]) > 50


def test_exact_fit_is_one_message() -> None:
    """4096 units are one message, one more makes two."""
    assert messages("😀" * (MESSAGE_LIMIT // 2)) == ["😀" * (MESSAGE_LIMIT // 2)]
    assert len(messages("a" + "😀" * (MESSAGE_LIMIT // 2))) == 2


@pytest.mark.parametrize("text", ["", " ", "\n\n \t"])
def test_blank_text_is_no_message(text: str) -> None:
    """White space alone makes no message."""
    assert messages(text) == []


def test_limit_too_small_for_any_character_is_refused() -> None:
    """A limit into which an emoji does not fit is a mistake of the caller."""
    with pytest.raises(ValueError, match="fit into 1"):
        messages("😀", 1)
