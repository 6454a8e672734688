"""How much is too much, and how long a chunk should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.errors import UserError
from shared.texts import span

if TYPE_CHECKING:
    from shared.audio import EngineProfile

MAX_DURATION_S = 12 * 3600.0  # a few bytes can decode to days of silence
SHORTEST_CHUNK_S = 60.0  # shorter ones gain nothing, and every cut is a risk
LONGEST_CHUNK_S = 600.0
SHORT_NOTE_S = 90.0  # up to here one request is the fastest way, whatever the engine would allow
CHUNKS = 16  # per file: most of what twenty requests a minute allow


def too_long() -> UserError:
    """What is said of recordings beyond the limit."""
    return UserError("too_long", got=f"> {span(MAX_DURATION_S)}", limit=span(MAX_DURATION_S))


def chunk_length_s(
    duration_s: float | None, profile: EngineProfile, *, chunks: int = CHUNKS
) -> float:
    """How long the chunks of a recording should be, so that about ``chunks`` work side by side.

    From the content alone, so that a second try cuts at the same places. An engine on this machine
    gains nothing from many.
    """
    if profile.takes_pcm:
        return profile.max_chunk_s
    wanted_s = (duration_s or 0.0) / chunks
    return min(profile.max_chunk_s, max(SHORTEST_CHUNK_S, min(wanted_s, LONGEST_CHUNK_S)))
