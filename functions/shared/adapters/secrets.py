"""Credentials of the single machine: they come with the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
            groq_keys=_listed(settings.groq_api_key),
            deepgram_keys=_listed(settings.deepgram_api_key),
            openai_key=settings.openai_api_key,
        )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(key.strip() for key in text.split(",") if key.strip())
