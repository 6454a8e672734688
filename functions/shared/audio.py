"""The border between the media path and the speech engines: a chunk, and what an engine takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING

from shared.transcripts import TRANSLATE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.transcripts import Instructions

SAMPLE_RATE_HZ = 16_000  # every engine we know works at this rate inside
SAMPLE_BYTES = 2  # signed 16-bit little endian
PCM = "pcm"
# Who is who is known within one request only, so a recording is cut as seldom as memory allows.
UNCUT_S = 3 * 3600.0
UNCUT_BYTES = 64 << 20


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
    times_real_time: float | None = None
    """How fast it is said to be: then a late answer is told without experience."""
    uncut: bool = False
    """A cut costs more than it gains: chunks as long as they may be."""
    members: tuple[EngineProfile, ...] = ()
    """The engines behind it, where it is several."""

    def able(self, instructions: Instructions) -> tuple[EngineProfile, ...]:
        """Which engines can follow ``instructions``; none where nobody can.

        An engine that is named but not there restricts nothing; nor does the wish to know who
        speaks where no engine can tell.
        """
        engines = self.members or (self,)
        named = tuple(engine for engine in engines if engine.name == instructions.engine)
        engines = named or engines
        if instructions.task == TRANSLATE:
            engines = tuple(engine for engine in engines if engine.translates)
        telling = tuple(engine for engine in engines if engine.speakers)
        return telling if instructions.speakers and telling else engines

    def following(self, instructions: Instructions) -> EngineProfile:
        """The profile for requests with ``instructions``: of the engines that can follow them."""
        able = self.able(instructions)
        if not able:
            return self
        profile = common(able) if self.members else able[0]
        if instructions.speakers and profile.speakers:
            bytes_ = min(profile.max_bytes, UNCUT_BYTES)
            profile = replace(profile, max_chunk_s=UNCUT_S, max_bytes=bytes_, uncut=True)
        return profile


def common(profiles: Sequence[EngineProfile]) -> EngineProfile:
    """What every one of them takes: a chunk is cut before it is known which engine gets it.

    What one of them can, all together can. Nobody need hedge above several, which do so themselves.
    """
    if len({profile.takes_pcm for profile in profiles}) != 1:
        raise ValueError("engines that take samples and engines that take files share no chunk")
    return EngineProfile(
        name="+".join(profile.name for profile in profiles),
        model="+".join(profile.model for profile in profiles),
        containers=reduce(frozenset.__and__, (profile.containers for profile in profiles)),
        codecs=reduce(frozenset.__and__, (profile.codecs for profile in profiles)),
        max_bytes=min(profile.max_bytes for profile in profiles),
        max_chunk_s=min(profile.max_chunk_s for profile in profiles),
        speakers=any(profile.speakers for profile in profiles),
        translates=any(profile.translates for profile in profiles),
        hints=any(profile.hints for profile in profiles),
        takes_pcm=profiles[0].takes_pcm,
        hedge=False,
        members=tuple(profiles),
    )
