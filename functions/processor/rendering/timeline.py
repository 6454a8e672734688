"""What was said, in the order of time, cleaned of all that would upset a reader or a format."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.transcripts import Segment, Transcript

# Scripts written without spaces between words; Hangul, though as wide, is written with them.
_UNSPACED = re.compile(
    "[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
)


def spoken(transcript: Transcript) -> Iterator[Segment]:
    """The segments that say something, sorted, one line of text each.

    Where several channels speak, a segment that takes the word begins with its channel: ``[2] Yes.``
    The number needs no translation, and counts from 1 as people do.
    """
    segments = sorted(transcript.segments, key=lambda segment: segment.start_s)
    several = len({segment.channel for segment in segments}) > 1
    speaking: int | None = None
    for segment in segments:
        text = one_line(segment.text)
        if not text:
            continue
        if several and segment.channel is not None and segment.channel != speaking:
            text = f"[{segment.channel + 1}] {text}"
        speaking = segment.channel
        yield replace(segment, text=text)


def one_line(text: str) -> str:
    """``text`` with every run of white space as one space and without control characters."""
    seen = (c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cs"))
    return " ".join("".join(seen).split())


def joint(left: str, right: str) -> str:
    """What stands between two pieces of speech: a space, except within Chinese or Japanese."""
    unspaced = _UNSPACED.match(left[-1:]) and _UNSPACED.match(right[:1])
    return "" if unspaced else " "
