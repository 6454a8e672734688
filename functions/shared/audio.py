"""The border between the media path and the speech engines: a chunk, and what an engine takes."""

from __future__ import annotations

from dataclasses import dataclass

SAMPLE_RATE_HZ = 16_000  # every engine we know works at this rate inside
SAMPLE_BYTES = 2  # signed 16-bit little endian
PCM = "pcm"


@dataclass(frozen=True, slots=True)
class Audio:
    """One chunk for one request.

    ``container`` is a file extension without dot (``ogg``, ``m4a``, ``flac`` …) when ``data`` is a
    file, or ``PCM`` when it is raw mono s16le samples at ``SAMPLE_RATE_HZ``.
    """

    data: bytes
    container: str
    start_s: float = 0.0
    """Where the chunk begins in the media."""
    duration_s: float | None = None
    """None for original bytes that nobody has decoded."""
    channel: int | None = None
    overlap_s: float = 0.0
    """Seconds at the end that the next chunk repeats (the next of the same channel)."""


@dataclass(frozen=True, slots=True)
class EngineProfile:
    """What an engine is called and what it takes. A chunk must satisfy every limit."""

    name: str
    model: str
    containers: frozenset[str]
    """File extensions it takes as they are; chunks made by us are FLAC, or PCM."""
    codecs: frozenset[str]
    """FFmpeg codec names (with prefix match on ``pcm_``) it decodes inside those containers."""
    max_bytes: int
    max_chunk_s: float
    speakers: bool = False
    """Can tell who speaks."""
    translates: bool = False
    """Can translate into English."""
    hints: bool = False
    """Takes names and terms that may be said."""
    takes_pcm: bool = False
    """Wants decoded samples instead of files: then nothing is ever passed through."""
    hedge: bool = True
    """Whether a second request beside a slow one may be faster: not where both share a CPU."""
