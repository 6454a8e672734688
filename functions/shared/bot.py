"""What the bot tells Telegram about itself: the updates it wants, and its menus of commands."""

from __future__ import annotations

ALLOWED_UPDATES = (
    "message",
    "channel_post",
    "callback_query",
    "my_chat_member",
    "business_connection",
    "business_message",
    "guest_message",
    "stopped_message_generation",
)
