"""Credentials of the single machine: they come with the settings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shared.credentials import listed, number
from shared.errors import OperatorError
from shared.ports import Credentials

if TYPE_CHECKING:
    from shared.settings import Settings


class SettingsSecrets:
    """Reads what the environment or ``.env`` gave; a change needs a restart."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def credentials(self) -> Credentials:
        """The credentials as they were at the start."""
        settings = self._settings
        return Credentials(
            bot_token=settings.telegram_bot_token,
            groq_keys=listed(settings.groq_api_key),
            deepgram_keys=listed(settings.deepgram_api_key),
            openai_key=settings.openai_api_key,
            telegram_api_id=number(settings.telegram_api_id),
            telegram_api_hash=settings.telegram_api_hash,
            sessions=self._sessions(),
        )

    def _sessions(self) -> tuple[tuple[str, str], ...]:
        if not self._settings.telegram_sessions:
            return ()
        try:
            lines = Path(self._settings.telegram_sessions).read_text().splitlines()
        except OSError as error:
            raise OperatorError(
                f"TELEGRAM_SESSIONS={self._settings.telegram_sessions} cannot be read; make it "
                "with `make sessions ARGS='--local FILE'`"
            ) from error
        sessions = [line.strip() for line in lines if line.strip()]
        return tuple((f"line {number}", text) for number, text in enumerate(sessions, start=1))
