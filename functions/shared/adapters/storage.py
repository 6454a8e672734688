"""What an edition's storage consists of, whichever technology is behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.ports import (
        AudioBudget,
        History,
        JobQueue,
        JobStore,
        Leases,
        Preferences,
        RateLimiter,
        Statistics,
        TranscriptCache,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """Every storage port of one edition, opened together and closed together."""

    queue: JobQueue
    limiter: RateLimiter
    jobs: JobStore
    cache: TranscriptCache
    preferences: Preferences
    history: History
    statistics: Statistics
    leases: Leases
    budget: AudioBudget
    close: Callable[[], None]
    """Let go of files and connections."""
    release_orphans: Callable[[], int]
    """Call at the start of the only worker: what an earlier one held is free at once.

    Returns how many messages came back. OperatorError when another worker is running.
    """
