"""What chats have chosen; kept until they choose anew or ask to be forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.ports import ChatPreferences

if TYPE_CHECKING:
    from shared.adapters.sqlite.database import Database


class SqlitePreferences:
    """One row per chat that has chosen anything."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, chat_id: int) -> ChatPreferences:
        """The choices, or the defaults."""
        rows = self._database.read("SELECT choices FROM preferences WHERE chat_id = ?", chat_id)
        return ChatPreferences.from_json(rows[0][0]) if rows else ChatPreferences()

    def put(self, chat_id: int, preferences: ChatPreferences) -> None:
        """Replace them."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO preferences (chat_id, choices) VALUES (?, ?)",
                (chat_id, preferences.to_json()),
            )

    def delete(self, chat_id: int) -> None:
        """Back to the defaults."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM preferences WHERE chat_id = ?", (chat_id,))
