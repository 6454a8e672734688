"""A transcript and its parts: plain values, times in seconds from the start of the media."""

from __future__ import annotations

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
class Recognition:
    """What an engine heard in one chunk. No speech is an empty tuple, not an error."""

    segments: tuple[Segment, ...]
    language: str | None
    """ISO 639-1 code, None when the engine did not say."""
    duration_s: float | None = None
    """Seconds of audio the engine processed, when it says so."""


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


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything but the bytes that decides a transcript; part of the cache key."""

    engine: str
    model: str
    language: str | None = None
    task: str = "transcribe"
    schema: int = SCHEMA_VERSION

    def __str__(self) -> str:
        return "|".join(
            (self.engine, self.model, self.language or "auto", self.task, str(self.schema))
        )


@dataclass(frozen=True, slots=True)
class TranscriptKey:
    """What a stored transcript is found by. ``content`` is the SHA-256 of the bytes, in hex."""

    content: str
    recipe: Recipe

    def __str__(self) -> str:
        return f"{self.content}|{self.recipe}"
