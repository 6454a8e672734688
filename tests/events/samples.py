"""Example updates, as the Bot API delivers them; all names and numbers are made up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
NAMES = tuple(sorted(path.stem for path in FOLDER.glob("*.json")))
PERSON = 5550001
CUSTOMER = 5550002
TEAM = -1009990001
NEWS = -1009990002


def sample(name: str) -> dict[str, Any]:
    """The update in ``<name>.json``, fresh at each call, so that a test may change it."""
    update: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return update


def private(update_id: int = 1, **fields: Any) -> dict[str, Any]:
    """A private message of an English speaker with ``fields``."""
    message = {
        "message_id": 50,
        "from": {"id": PERSON, "is_bot": False, "first_name": "Ayu", "language_code": "en-GB"},
        "chat": {"id": PERSON, "type": "private"},
        "date": 1_790_000_000,
    }
    return {"update_id": update_id, "message": message | fields}


def grouped(update_id: int = 1, **fields: Any) -> dict[str, Any]:
    """The same person's message in a supergroup."""
    return private(update_id, **{"chat": {"id": TEAM, "type": "supergroup"}, **fields})


def posted(update_id: int = 1, **fields: Any) -> dict[str, Any]:
    """A channel's post with ``fields``."""
    news = {"id": NEWS, "type": "channel", "title": "Example news"}
    post = {"message_id": 50, "sender_chat": news, "chat": news, "date": 1_790_000_000}
    return {"update_id": update_id, "channel_post": post | fields}


def business(update_id: int = 1, **fields: Any) -> dict[str, Any]:
    """A customer's message to a business account with ``fields``."""
    message = sample("business_voice")["business_message"]
    del message["voice"]
    return {"update_id": update_id, "business_message": message | fields}


def guest(update_id: int = 1, **fields: Any) -> dict[str, Any]:
    """A message that calls the bot into a chat it is no member of, with ``fields``."""
    message = sample("guest_text")["guest_message"]
    return {"update_id": update_id, "guest_message": message | fields}


def voice(**fields: Any) -> dict[str, Any]:
    """The ``voice`` field of a message."""
    return {"file_id": "voice-id", "file_unique_id": "AgADvoice", "duration": 3} | fields


def document(**fields: Any) -> dict[str, Any]:
    """The ``document`` field of a message."""
    return {"file_id": "document-id", "file_unique_id": "AgADdocument"} | fields


def pressed(data: object, **fields: Any) -> dict[str, Any]:
    """A pressed button that carries ``data``."""
    update = sample("callback")
    update["callback_query"] |= {"data": data, **fields}
    return update
