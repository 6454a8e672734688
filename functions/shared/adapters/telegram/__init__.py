"""What a chat sees, over the Bot API by python-telegram-bot."""

from __future__ import annotations

from shared.adapters.telegram.connection import DEFAULT_BASE_URL
from shared.adapters.telegram.messenger import TelegramMessenger

__all__ = ["DEFAULT_BASE_URL", "TelegramMessenger"]
