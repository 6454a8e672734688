"""A transcript as text for reading: paragraphs, made from pauses, speakers and sentences."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from heapq import merge
from typing import TYPE_CHECKING

from processor.rendering.breaks import SENTENCE_END, cells, skip_space
from processor.rendering.direction import directed
from processor.rendering.look import Look
from processor.rendering.timeline import joint, spoken
from processor.rendering.timing import Timing
from shared.texts import moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processor.rendering.timeline import Utterance
    from shared.transcripts import Transcript

PAUSE_S = 2.0
LONG_PAUSE_S = 4.0  # ends a paragraph even within a sentence
FULL_SENTENCES = 5
FULL_CELLS = 600  # a paragraph of either size ends with its sentence
OVERFULL_CELLS = 1200  # some speech has no full stops: then it ends with the segment
PLAIN = Look()


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence, or as much of one as its segment holds."""

    text: str
    start_s: float
    end_s: float
    voice: int | None
    missing: bool

    @property
    def ended(self) -> bool:
        return any(m.end() == len(self.text) for m in SENTENCE_END.finditer(self.text))


class _Paragraph:
    """A paragraph as it grows."""

    def __init__(self, first: _Sentence) -> None:
        self.text, self.first, self.last = first.text, first, first
        self._heard_until_s = first.end_s
        self._sentences, self._cells = int(first.ended), cells(first.text)

    def goes_on_with(self, sentence: _Sentence) -> bool:
        """Whether ``sentence`` belongs to it."""
        last = self.last
        same = (sentence.voice, sentence.missing) == (last.voice, False)
        pause_s = sentence.start_s - self._heard_until_s
        return same and not self._full and pause_s < (PAUSE_S if last.ended else LONG_PAUSE_S)

    def add(self, sentence: _Sentence) -> None:
        """Append ``sentence``."""
        self.text += joint(self.text, sentence.text) + sentence.text
        self.last = sentence
        self._heard_until_s = max(self._heard_until_s, sentence.end_s)
        self._sentences += sentence.ended
        self._cells += cells(sentence.text)

    @property
    def _full(self) -> bool:
        enough = self._sentences >= FULL_SENTENCES or self._cells >= FULL_CELLS
        return (enough and self.last.ended) or self._cells >= OVERFULL_CELLS


def paragraphs(transcript: Transcript, look: Look = PLAIN) -> str:
    """The whole text, paragraphs separated by an empty line.

    A new one begins after a pause, where another voice takes the word, and after a handful of
    sentences.
    """
    return "\n\n".join(_shown(transcript, look))


def txt(transcript: Transcript, look: Look = PLAIN) -> str:
    """A text file; empty when nothing was said."""
    text = paragraphs(transcript, look)
    return f"{text}\n" if text else ""


def _shown(transcript: Transcript, look: Look) -> Iterator[str]:
    """Each paragraph with its time, and with its speaker where that is another one."""
    speaking = None
    for paragraph in _paragraphs(transcript):
        first = paragraph.first
        timed = look.timestamps and not first.missing  # which says itself when it was
        time = f"[{moment(math.floor(first.start_s))}]" if timed else ""
        label = look.label(first.voice) if first.voice != speaking else ""
        line = " ".join(filter(None, (time, label, paragraph.text)))
        yield directed(line, paragraph.text)
        speaking = first.voice


def _paragraphs(transcript: Transcript) -> Iterator[_Paragraph]:
    paragraph = None
    for sentence in _conversation(transcript):
        if paragraph is not None and paragraph.goes_on_with(sentence):
            paragraph.add(sentence)
            continue
        if paragraph is not None:
            yield paragraph
        paragraph = _Paragraph(sentence)
    if paragraph is not None:
        yield paragraph


def _conversation(transcript: Transcript) -> Iterator[_Sentence]:
    """All voices' sentences by their beginnings, each voice's own in the order of its segments."""
    voices: defaultdict[int | None, list[_Sentence]] = defaultdict(list)
    for utterance in spoken(transcript):
        said = voices[utterance.voice]
        said.extend(_sentences(utterance, said[-1].start_s if said else 0.0))
    return merge(*voices.values(), key=lambda sentence: sentence.start_s)


def _sentences(utterance: Utterance, clock_s: float) -> Iterator[_Sentence]:
    """The utterance cut behind its sentence ends; none begins before ``clock_s``."""
    segment = utterance.segment
    text, timing, start = segment.text, Timing(segment), 0
    for end in dict.fromkeys((*(m.end() for m in SENTENCE_END.finditer(text)), len(text))):
        following = skip_space(text, end)
        start_s = max(clock_s, timing.start(start))
        end_s = max(start_s, timing.end(end, following))
        yield _Sentence(text[start:end], start_s, end_s, utterance.voice, segment.missing)
        start = following
