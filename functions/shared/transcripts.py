"""A transcript and its parts: plain values, times in seconds from the start of the media."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import Self

SCHEMA_VERSION = 1  # part of the cache key: raise it when a stored transcript changes meaning


@dataclass(frozen=True, slots=True)
class Word:
    """One word as the engine heard it."""

    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of speech, as long as the engine chose to make it; ``text`` is stripped."""

    start_s: float
    end_s: float
    text: str
    words: tuple[Word, ...] = ()
    channel: int | None = None
    """Which audio channel it was heard on, where channels were transcribed apart."""
    no_speech_prob: float | None = None
    avg_logprob: float | None = None
    """Mean logarithm of the engine's confidence in its words; 0 is certain."""
    speaker: int | None = None
    """Who speaks, from 0 in the order of first words, where the engine was asked to tell."""
    missing: bool = False
    """Stands for a part that could not be heard; ``text`` says so."""

    def shifted(self, offset_s: float, *, channel: int | None = None) -> Segment:
        """The same segment ``offset_s`` later, heard on ``channel``."""
        return replace(
            self,
            start_s=self.start_s + offset_s,
            end_s=self.end_s + offset_s,
            words=tuple(Word(w.start_s + offset_s, w.end_s + offset_s, w.text) for w in self.words),
            channel=self.channel if channel is None else channel,
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where in its recording a chunk lies, and as what it was sent."""

    container: str
    start_s: float
    duration_s: float | None
    overlap_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Recognition:
    """What an engine heard in one chunk. No speech is an empty tuple, not an error."""

    segments: tuple[Segment, ...]
    language: str | None
    """ISO 639-1 code, None when the engine did not say."""
    duration_s: float | None = None
    """Seconds of audio the engine processed, when it says so."""
    cost_usd: float = 0.0
    """What the provider takes for it at list prices."""
    place: Place | None = None
    """Of the chunk, where later tries may leave it out."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """The whole answer for one piece of content, in the order of time."""

    segments: tuple[Segment, ...]
    language: str | None
    duration_s: float
    """Seconds of media covered: decoded or processed, not claimed by a header."""
    declared_s: float | None = None
    """What the file's header claims, where that is known."""
    complete: bool = True
    """False where a segment stands for a part that could not be heard."""

    @property
    def text(self) -> str:
        """All words, segments joined by a space."""
        return " ".join(segment.text for segment in self.segments if segment.text)

    @property
    def cut_short(self) -> bool:
        """Whether the file ended clearly before the length its header claims."""
        if self.declared_s is None:
            return False
        missing_s = self.declared_s - self.duration_s
        return missing_s > max(CUT_SHORT_S, CUT_SHORT_SHARE * self.declared_s)

    def to_json(self) -> str:
        """Compact JSON for storage; ``from_json`` gives the same transcript back."""
        return json.dumps(asdict(self), separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what ``to_json`` wrote."""
        raw = json.loads(text)
        segments = tuple(
            Segment(**{**item, "words": tuple(Word(**word) for word in item["words"])})
            for item in raw.pop("segments")
        )
        return cls(segments=segments, **raw)


CUT_SHORT_S = 2.0  # headers round; less than this is not worth a warning
CUT_SHORT_SHARE = 0.05


TRANSCRIBE, TRANSLATE = "transcribe", "translate"


@dataclass(frozen=True, slots=True)
class Instructions:
    """What an engine is told beside the language: everything of a wish that changes what it hears."""

    task: str = TRANSCRIBE
    """``transcribe``, or ``translate`` into English."""
    speakers: bool = False
    """Tell who speaks."""
    hints: tuple[str, ...] = ()
    """Names and terms that may be said."""
    engine: str | None = None
    """The one engine to use, by its profile's name; None leaves the choice to the pool."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything but the bytes that decides a transcript; part of the cache key."""

    engine: str
    model: str
    language: str | None = None
    instructions: Instructions = Instructions()
    schema: int = SCHEMA_VERSION

    def __str__(self) -> str:
        """The key's part; what is not asked for leaves no trace in it, hints leave their hash."""
        told = self.instructions
        parts = [self.engine, self.model, self.language or "auto", told.task, str(self.schema)]
        if told.speakers:
            parts.append("speakers")
        if told.hints:
            parts.append(hashlib.sha256("\x1f".join(told.hints).encode()).hexdigest()[:16])
        return "|".join(parts)


@dataclass(frozen=True, slots=True)
class TranscriptKey:
    """What a stored transcript is found by. ``content`` is the SHA-256 of the bytes, in hex."""

    content: str
    recipe: Recipe

    def __str__(self) -> str:
        return f"{self.content}|{self.recipe}"
