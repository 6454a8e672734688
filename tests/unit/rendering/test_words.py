"""Text comes apart into what a line never cuts."""

from __future__ import annotations

import pytest
from hypothesis import given

from processor.rendering.breaks import cells, words
from tests.unit.rendering.strategies import long_texts, without_space


def _words(text: str, limit: int = 42) -> list[str]:
    return [text[start:end] for start, end in words(text, limit)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It's 3.5 metres – not 4!", ["It's", "3.5", "metres", "–", "not", "4!"]),
        ("他说：“好的。”然后", ["他", "说：", "“好", "的。”", "然", "后"]),
        ("我用iPhone拍（照片）", ["我", "用", "iPhone", "拍", "（照", "片）"]),
        ("ラーメンをちょっと", ["ラー", "メ", "ン", "を", "ちょっ", "と"]),
        ("เด็กไปไหน", ["เด็", "ก", "ไป", "ไห", "น"]),
        ("น้ำดี", ["น้ำ", "ดี"]),
        ("안녕 하세요", ["안녕", "하세요"]),
        ("नमस्ते दुनिया।", ["नमस्ते", "दुनिया।"]),
        ("👨‍👩‍👧‍👦🇮🇩", ["👨‍👩‍👧‍👦🇮🇩"]),
    ],
)
def test_words_are_those_of_the_script(text: str, expected: list[str]) -> None:
    """Spaced words stay whole; where words run on, characters keep their marks and punctuation."""
    assert _words(text) == expected


def test_word_wider_than_a_line_is_cut_between_characters() -> None:
    """An endless word, or a row of emoji, comes in pieces that fit, no character cut."""
    assert _words("x" * 10 + "e\u0301" * 3, 12) == ["x" * 10 + "e\u0301" * 2, "e\u0301"]
    assert _words("👍🏽" * 5, 6) == ["👍🏽"] * 5


def test_endless_word_takes_no_endless_time() -> None:
    """What comes in one huge run is cut in a time that grows with its length alone."""
    assert len(_words("x" * 420_000)) == 10_000


@given(long_texts)
def test_any_text_comes_apart_without_loss(text: str) -> None:
    """The words in order are the text, each fits, and none has white space or begins with a mark."""
    found = _words(text, 20)
    assert "".join(found) == without_space(text)
    assert all(word and cells(word) <= 20 for word in found)
