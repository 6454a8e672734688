"""The ports of what is kept: transcripts, choices, history, statistics.

The promises of ``shared.ports.work`` are theirs too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shared.transcripts import Transcript, TranscriptKey


class TranscriptCache(Protocol):
    """Transcripts by content and recipe, and the short cut from Telegram's file identity."""

    def content_of(self, file_unique_id: str) -> str | None:
        """The SHA-256 (hex) of the file's bytes if it was seen before."""
        ...

    def link(self, file_unique_id: str, content: str) -> None:
        """Remember the file's content hash."""
        ...

    def get(self, key: str) -> Transcript | None:
        """The transcript stored under ``str(TranscriptKey)``."""
        ...

    def put(self, key: TranscriptKey, transcript: Transcript) -> None:
        """Store for the configured days."""
        ...

    def delete(self, key: str) -> None:
        """Remove now; harmless when absent."""
        ...


@dataclass(frozen=True, slots=True)
class ChatPreferences:
    """What a chat has chosen; None where it chose nothing."""

    language: str | None = None
    """ISO 639-1, or ``auto``."""
    formats: tuple[str, ...] | None = None
    """What an answer consists of: ``text`` and names of ``processor.rendering.FORMATS``."""
    timestamps: bool | None = None
    speakers: bool | None = None
    engine: str | None = None
    """An engine's name, or ``auto``."""
    hints: tuple[str, ...] = ()
    """Names and terms that are often said, at most ten."""
    mode: str | None = None
    """What a group or channel is served: ``all``, ``on_request`` or ``off``."""
    open_to_all: bool | None = None
    """Whether every member of a group may change these, not its administrators alone."""

    def over(self, other: ChatPreferences) -> ChatPreferences:
        """These choices, and those of ``other`` where nothing was chosen here."""
        return replace(other, **dict(self._chosen()))

    def to_json(self) -> str:
        """Compact JSON of what was chosen; ``from_json`` gives the same back."""
        return json.dumps(dict(self._chosen()), separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what ``to_json`` wrote, by this or another version: unknown choices are left out."""
        known = {item.name for item in fields(cls)}
        chosen: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in json.loads(text).items()
            if name in known
        }
        return cls(**chosen)

    def _chosen(self) -> Iterator[tuple[str, Any]]:
        """The fields that hold a choice, by name."""
        for item in fields(self):
            value = getattr(self, item.name)
            if value != item.default:
                yield item.name, value


class Preferences(Protocol):
    """A chat's choices; those of a private chat are its user's."""

    def get(self, chat_id: int) -> ChatPreferences:
        """The choices, or the defaults."""
        ...

    def put(self, chat_id: int, preferences: ChatPreferences) -> None:
        """Replace them."""
        ...

    def delete(self, chat_id: int) -> None:
        """Back to the defaults."""
        ...


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One finished transcription of a user; no text, no file name."""

    job_id: str
    chat_id: int
    transcript_key: str
    finished_at: float
    duration_s: float


class History(Protocol):
    """What a user had transcribed, newest first, for as long as transcripts are kept."""

    def add(self, user: str, entry: HistoryEntry) -> None:
        """Record it; the same job again replaces its entry."""
        ...

    def recent(self, user: str, limit: int) -> Sequence[HistoryEntry]:
        """The newest ``limit`` entries."""
        ...

    def clear(self, user: str) -> Sequence[HistoryEntry]:
        """Forget all of them and return what was forgotten."""
        ...


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened in a while; sums, apart from ``users``."""

    users: int = 0
    """Different users who asked for anything; one who comes on two days counts on both."""
    succeeded: int = 0
    failed: int = 0
    refused: int = 0
    cached: int = 0
    """Of those that succeeded: answered without recognition."""
    audio_s: float = 0.0
    cost_usd: float = 0.0
    """What the speech providers take for it at list prices."""


class Statistics(Protocol):
    """Sums by calendar day (UTC), kept as long as transcripts are. No text, no names."""

    def add(self, user: str, figures: Figures) -> None:
        """Add ``figures`` to today's; ``users`` is counted from ``user``, whatever it says."""
        ...

    def since(self, days: int) -> Figures:
        """The sum of today and the ``days - 1`` days before."""
        ...
