"""Engines as the media path sees them."""

from __future__ import annotations

from shared.audio import EngineProfile
from shared.jobs import Media, MediaKind

DECODING = EngineProfile(
    "strict", "m", frozenset(), frozenset(), max_bytes=25_000_000, max_chunk_s=600.0
)
"""Takes nothing as it is: gets FLAC."""

EMBEDDED = EngineProfile(
    "embedded", "m", frozenset(), frozenset(), 1 << 30, max_chunk_s=300.0, takes_pcm=True
)
"""Wants samples."""

HOSTED = EngineProfile(
    "hosted",
    "m",
    containers=frozenset({"ogg", "mp3", "m4a", "mp4", "wav", "flac", "webm"}),
    codecs=frozenset({"opus", "vorbis", "mp3", "aac", "flac", "pcm_"}),
    max_bytes=25_000_000,
    max_chunk_s=600.0,
)
"""Takes the usual files."""


def media(*, duration_s: float | None = None) -> Media:
    """Return what Telegram says of a document, with the length where it is given."""
    return Media(MediaKind.DOCUMENT, "file", "unique", duration_s=duration_s)
