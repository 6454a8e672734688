"""The arithmetic of an allowance that comes back evenly, the same in every store.

One moment says it all: when the whole allowance is free again. Taking moves it back by as long as
the taken part needs to return, and it never lies more than an hour ahead. So providers count too:
of 7200 s an hour, 10 s taken are back after 5 s.
"""

from __future__ import annotations

from dataclasses import dataclass

HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class RollingHour:
    """An allowance of ``audio_s`` seconds of audio an hour."""

    audio_s: float

    def return_s(self, taken_s: float) -> float:
        """How long so much audio takes to come back; more than everything counts as everything."""
        return min(max(taken_s, 0.0), self.audio_s) * HOUR_S / self.audio_s

    def back_s(self, remaining_s: float, reset_s: float) -> float:
        """After how long all is back at the latest, by a provider's figures; at most an hour."""
        return min(self.return_s(self.audio_s - remaining_s), max(reset_s, 0.0))
