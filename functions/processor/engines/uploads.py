"""How a chunk is called on its way to a provider. The user's own file name never goes there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.audio import Audio

MIME_TYPES = {
    "aac": "audio/aac",
    "flac": "audio/flac",
    "m4a": "audio/mp4",
    "mp3": "audio/mpeg",
    "mp4": "audio/mp4",
    "mpeg": "audio/mpeg",
    "mpga": "audio/mpeg",
    "ogg": "audio/ogg",
    "wav": "audio/wav",
    "webm": "audio/webm",
}


def file_name(audio: Audio) -> str:
    """A neutral name; its extension is what tells providers the format."""
    return f"audio.{audio.container}"


def mime_type(audio: Audio) -> str:
    """The type of the chunk's container, or one that leaves it to the provider."""
    return MIME_TYPES.get(audio.container, "application/octet-stream")
