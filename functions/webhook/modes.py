"""What groups and channels want of media that nobody asked about, remembered for a minute."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.errors import OperatorError, TransientError
from shared.telemetry import Metric

if TYPE_CHECKING:
    from shared.ports import Clock, Metrics, Preferences

ALL, ON_REQUEST, OFF = "all", "on_request", "off"
REMEMBERED_S = 60.0
CHATS_REMEMBERED = 1000

log = logging.getLogger("webhook.modes")


@dataclass(frozen=True, slots=True)
class _Note:
    """What is known of a chat; ``mode`` is None while its people may be changing it."""

    mode: str | None
    until: float


class Modes:
    """Answers from memory where it can: in a busy group every picture and voice note asks."""

    def __init__(
        self, preferences: Preferences, clock: Clock, metrics: Metrics, *, in_groups: str
    ) -> None:
        self._preferences = preferences
        self._clock = clock
        self._metrics = metrics
        self._in_groups = in_groups
        self._notes: dict[int, _Note] = {}

    def of(self, chat_id: int, *, channel: bool) -> str:
        """The chat's own choice, else the default; ``on_request`` while the store is down."""
        note = self._notes.get(chat_id)
        fresh = note is not None and self._clock.now() < note.until
        if note is not None and fresh and note.mode is not None:
            return note.mode
        try:
            chosen = self._preferences.get(chat_id).mode
        except (TransientError, OperatorError) as error:
            self._metrics.count(Metric.PREFERENCES_UNAVAILABLE)
            log.warning("preferences unavailable", extra={"error": type(error).__name__})
            return ON_REQUEST
        mode = chosen or (OFF if channel else self._in_groups)
        if not fresh:
            self._remember(chat_id, mode)
        return mode

    def doubt(self, chat_id: int) -> None:
        """Somebody gave a command there, perhaps to change the mode: ask each time for a while."""
        self._remember(chat_id, None)

    def _remember(self, chat_id: int, mode: str | None) -> None:
        """Note it as the newest; the oldest notes make room."""
        self._notes.pop(chat_id, None)
        self._notes[chat_id] = _Note(mode, self._clock.now() + REMEMBERED_S)
        if len(self._notes) > CHATS_REMEMBERED:
            self._notes.pop(next(iter(self._notes)), None)
