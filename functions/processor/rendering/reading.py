"""A transcript as text for reading: paragraphs, made from pauses, speakers and sentences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from processor.rendering.breaks import SENTENCE_END
from processor.rendering.timeline import joint, spoken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.transcripts import Transcript

PAUSE_S = 2.0
FULL_SENTENCES = 5
FULL_CHARACTERS = 600  # a paragraph of either size ends with its sentence
OVERFULL_CHARACTERS = 1200  # some speech has no full stops: then it ends with the segment


class _Paragraph:
    """A paragraph as it grows."""

    def __init__(self) -> None:
        self.text = ""
        self.sentences = 0

    def add(self, piece: str, *, joined_by: str = "") -> None:
        self.text += (joined_by if self.text else "") + piece
        self.sentences += self._ends_a_sentence

    @property
    def _ends_a_sentence(self) -> bool:
        end = self.text.rstrip()
        return any(match.end() == len(end) for match in SENTENCE_END.finditer(end, len(end) - 4))

    @property
    def full(self) -> bool:
        size = len(self.text)
        enough = self.sentences >= FULL_SENTENCES or size >= FULL_CHARACTERS
        return (enough and self._ends_a_sentence) or size >= OVERFULL_CHARACTERS


def paragraphs(transcript: Transcript) -> str:
    """The whole text, paragraphs separated by an empty line.

    A new one begins after a pause, where another channel takes the word, and after a handful of
    sentences.
    """
    return "\n\n".join(_paragraphs(transcript))


def txt(transcript: Transcript) -> str:
    """A text file; empty when nothing was said."""
    text = paragraphs(transcript)
    return f"{text}\n" if text else ""


def _paragraphs(transcript: Transcript) -> Iterator[str]:
    paragraph, heard_until_s, speaking = _Paragraph(), -math.inf, None
    for segment in spoken(transcript):
        paused = segment.start_s - heard_until_s >= PAUSE_S
        if paragraph.text and (paused or segment.channel != speaking or paragraph.full):
            yield paragraph.text.rstrip()
            paragraph = _Paragraph()
        between = joint(paragraph.text, segment.text)
        for piece in _sentences(segment.text):
            if paragraph.text and paragraph.full:
                yield paragraph.text.rstrip()
                paragraph = _Paragraph()
            paragraph.add(piece, joined_by=between)
            between = ""  # a piece keeps the white space behind it
        heard_until_s = max(heard_until_s, segment.end_s)
        speaking = segment.channel
    if paragraph.text:
        yield paragraph.text.rstrip()


def _sentences(text: str) -> Iterator[str]:
    """``text`` cut behind its sentence ends, white space kept."""
    start = 0
    for match in SENTENCE_END.finditer(text):
        end = match.end() + (text[match.end() : match.end() + 1] == " ")
        yield text[start:end]
        start = end
    if start < len(text):
        yield text[start:]
