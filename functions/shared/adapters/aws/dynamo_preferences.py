"""What chats have chosen; kept until they choose anew or ask to be forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.ports import ChatPreferences

if TYPE_CHECKING:
    from shared.adapters.aws.dynamo_table import DynamoTable, Item


class DynamoPreferences:
    """One item per chat that has chosen anything; the only kind that never expires."""

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def get(self, chat_id: int) -> ChatPreferences:
        """The choices, or the defaults."""
        item = self._table.get(_key(chat_id))
        if item is None:
            return ChatPreferences()
        if "choices" not in item:
            return _former(item)
        return ChatPreferences.from_json(item["choices"])

    def put(self, chat_id: int, preferences: ChatPreferences) -> None:
        """Replace them."""
        self._table.put({**_key(chat_id), "choices": preferences.to_json()})

    def delete(self, chat_id: int) -> None:
        """Back to the defaults."""
        self._table.delete(_key(chat_id))


def _former(item: Item) -> ChatPreferences:
    """What an item of the first releases says, whose formats were files beside the text."""
    files = item.get("formats")
    return ChatPreferences(item.get("language"), ("text", *files) if files else None)


def _key(chat_id: int) -> Item:
    return {"pk": f"P#{chat_id}"}
