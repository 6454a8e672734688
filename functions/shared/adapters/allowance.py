"""The arithmetic of an allowance that comes back evenly, the same in every store.

One moment says it all: when the whole allowance is free again. Taking moves it back by as long as
the taken part needs to return, and it never lies more than a period ahead. So providers count too:
of 7200 s an hour, 10 s taken are back after 5 s.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.ports import DAILY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.settings import Settings

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many seconds of audio in a period, that of a provider in an hour."""

    audio_s: float
    period_s: float = HOUR_S

    def return_s(self, taken_s: float) -> float:
        """How long so much audio takes to come back; more than everything counts as everything."""
        return min(max(taken_s, 0.0), self.audio_s) * self.period_s / self.audio_s

    def back_s(self, remaining_s: float, reset_s: float) -> float:
        """After how long all is back at the latest, by a provider's figures; at most a period."""
        return min(self.return_s(self.audio_s - remaining_s), max(reset_s, 0.0))


@dataclass(frozen=True, slots=True)
class Allowances:
    """Who may have how much: ``hourly`` by provider, and ``daily_s`` for each user."""

    hourly: Mapping[str, float]
    daily_s: float | None = None

    def of(self, name: str) -> Allowance | None:
        """The allowance of a provider, or of a user's day; None where there is no limit."""
        if name.startswith(DAILY):
            return None if self.daily_s is None else Allowance(self.daily_s, DAY_S)
        limit_s = self.hourly.get(name)
        return None if limit_s is None else Allowance(limit_s)


def allowances(settings: Settings) -> Allowances:
    """Those of one deployment."""
    daily_s = settings.user_audio_minutes_per_day * 60
    return Allowances({"groq": settings.groq_audio_s_per_hour}, daily_s)
