"""A long text as several messages."""

from __future__ import annotations

from processor.rendering.breaks import split, utf16_units

MESSAGE_LIMIT = 4096  # UTF-16 units; safe whether a server counts those or code points
WIDEST_CHARACTER = 2


def messages(text: str, limit: int = MESSAGE_LIMIT) -> list[str]:
    """Cut ``text`` into messages of at most ``limit`` UTF-16 units, at paragraphs, sentences, words.

    No message is empty or begins inside a visible character; only white space at the joins is lost.
    """
    if limit < WIDEST_CHARACTER:
        raise ValueError(f"no character is sure to fit into {limit} units")
    return list(split(text, limit, utf16_units))
