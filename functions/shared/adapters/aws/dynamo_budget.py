"""Budgets of audio, the providers' and the users': for each the moment when all of its allowance is free again.

Taking is one conditional addition, so that any number of workers may take at once without undoing
each other's work; only the first of a quiet hour costs a second call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.adapters.allowance import DAY_S, Allowances
from shared.adapters.aws.dynamo_table import ConditionFailedError, time_to_live
from shared.errors import TransientError

if TYPE_CHECKING:
    from shared.adapters.aws.backoff import Backoff
    from shared.adapters.aws.dynamo_table import DynamoTable, Item
    from shared.ports import Clock


class DynamoAudioBudget:
    """One item for each provider; a user's day counts like a provider."""

    def __init__(
        self, table: DynamoTable, clock: Clock, backoff: Backoff, allowances: Allowances
    ) -> None:
        self._table = table
        self._clock = clock
        self._backoff = backoff
        self._allowances = allowances

    def take(self, provider: str, audio_s: float) -> float:
        """Reserve ``audio_s`` seconds of audio: 0.0 when granted, else the seconds to wait."""
        allowance = self._allowances.of(provider)
        if allowance is None:
            return 0.0
        return_s = allowance.return_s(audio_s)
        for _ in self._backoff.rounds():
            now = self._clock.now()
            latest = now + allowance.period_s - return_s
            taken_until = self._add(provider, return_s, now, latest)
            if taken_until is None:
                return 0.0
            if taken_until > max(latest, now):
                return taken_until - latest
            if self._set(provider, now + return_s, now, unless_after=now):
                return 0.0
        raise TransientError("the audio budget is contended")

    def correct(self, provider: str, remaining_s: float, reset_s: float) -> None:
        """Learn from the provider what is left, and after how long all of it will be back."""
        allowance = self._allowances.of(provider)
        if allowance is None or not (back_s := allowance.back_s(remaining_s, reset_s)):
            return
        now = self._clock.now()
        self._set(provider, now + back_s, now, unless_after=now + back_s)

    def _add(self, provider: str, return_s: float, now: float, latest: float) -> float | None:
        """Move the moment back by ``return_s``; None, or the moment where that does not fit.

        It does not fit either where the moment has passed, or was never noted.
        """
        try:
            self._table.update(
                _key(provider),
                "SET #free_at = #free_at + :return_s, #ttl = :ttl",
                condition="#free_at > :now AND #free_at <= :latest",
                values={"return_s": return_s, "now": now, "latest": latest, "ttl": _ttl(now)},
            )
        except ConditionFailedError as refused:
            return refused.item["free_at"] if refused.item else 0.0
        return None

    def _set(self, provider: str, free_at: float, now: float, *, unless_after: float) -> bool:
        """Note the moment; False where a later one than ``unless_after`` stands already."""
        try:
            self._table.update(
                _key(provider),
                "SET #free_at = :free_at, #ttl = :ttl",
                condition="attribute_not_exists(#free_at) OR #free_at <= :unless_after",
                values={"free_at": free_at, "unless_after": unless_after, "ttl": _ttl(now)},
            )
        except ConditionFailedError:
            return False
        return True


def _key(provider: str) -> Item:
    return {"pk": f"A#{provider}"}


def _ttl(now: float) -> int:
    """The moment never lies more than a day ahead."""
    return time_to_live(now, DAY_S)
