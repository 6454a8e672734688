"""How much is too much, and how long a chunk should be."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

from shared.errors import UserError
from shared.texts import More, Span

if TYPE_CHECKING:
    from shared.audio import EngineProfile

MAX_DURATION_S = 12 * 3600.0  # a few bytes can decode to days of silence
SHORTEST_CHUNK_S = 40.0  # Whisper listens to half a minute at once: less takes no less time
FIRST_CHUNK_S = 60.0  # at most: its language is wanted soon
LONG_CHUNK_S = 300.0  # longer ones only where they have to be for the number of requests
LONG_SHARE = 1 / 12
LONGEST_CHUNK_S = 600.0
EARLY_S = 7.0  # before that a cut is made: it is looked for in the last seconds
SLACK_S = 5.0  # headers round
GROWTH = 1.5  # no chunk is longer than so many times what came before: the way out is never idle
SHORT_NOTE_S = 90.0  # up to here one request is the fastest way, whatever the engine would allow
CHUNKS = 16  # per file, and a few more: what twenty requests a minute allow
# Each chunk in relation to the next. Sending a second of sound takes 0.8 ms where the engine is near,
# recognising it 5 ms: a chunk this much longer than the one sent after it is answered together with it.
TAPER = 1.16
UNKNOWN_SHARE = 1 / 8  # of what came before, where nobody knows what is still to come


def too_long() -> UserError:
    """What is said of recordings beyond the limit."""
    return UserError("too_long", got=More(Span(MAX_DURATION_S)), limit=Span(MAX_DURATION_S))


def chunk_length_s(duration_s: float | None, profile: EngineProfile, start_s: float = 0.0) -> float:
    """How long the chunk that begins at ``start_s`` should be.

    The first is short. Those after it grow, and get shorter again towards the end, so that all
    answers come at about the same time; see Polychronopoulos and Kuck, "Guided self-scheduling". About
    ``CHUNKS`` make up a file. From the content alone, so that a second try cuts at the same places.
    An engine on this machine gains nothing from many.
    """
    if profile.takes_pcm or profile.uncut:
        return profile.max_chunk_s
    longest_s = max(LONG_CHUNK_S, (duration_s or 0.0) * LONG_SHARE)
    wanted_s = _wanted_s(duration_s or 0.0, start_s)
    return min(profile.max_chunk_s, LONGEST_CHUNK_S, longest_s, wanted_s)


def _wanted_s(duration_s: float, start_s: float) -> float:
    left_s = duration_s - start_s
    if left_s <= 0:  # no header, or one that promised less
        return max(FIRST_CHUNK_S, start_s * UNKNOWN_SHARE)
    shortest_s = max(SHORTEST_CHUNK_S, duration_s * (TAPER - 1) / (TAPER**CHUNKS - 1))
    # A geometric series of so many terms adds up to what is left: its first term.
    terms = round(log(1 + left_s * (TAPER - 1) / shortest_s, TAPER))
    if terms <= 1:
        return left_s + SLACK_S
    wanted_s = left_s * (1 - 1 / TAPER) / (1 - TAPER**-terms)
    return min(wanted_s, max(FIRST_CHUNK_S, shortest_s, start_s * GROWTH)) + EARLY_S
