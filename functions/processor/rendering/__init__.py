"""What a transcript looks like: messages for the chat, and files in the formats listed here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from processor.rendering.breaks import utf16_units
from processor.rendering.confidence import DOUBTFUL_SHARE, doubtful
from processor.rendering.document import document
from processor.rendering.look import Look
from processor.rendering.naming import file_name
from processor.rendering.parts import messages
from processor.rendering.reading import PLAIN, paragraphs, txt
from processor.rendering.subrip import srt
from processor.rendering.webvtt import vtt

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.transcripts import Transcript

__all__ = [
    "DOUBTFUL_SHARE",
    "FORMATS",
    "PLAIN",
    "Format",
    "Look",
    "doubtful",
    "file_name",
    "messages",
    "paragraphs",
    "utf16_units",
]


@dataclass(frozen=True, slots=True)
class Format:
    """A file format a transcript can be sent in. Rendered text is to be encoded as UTF-8."""

    name: str
    extension: str
    mime_type: str
    write: Callable[[Transcript, Look], str]

    def render(self, transcript: Transcript, look: Look = PLAIN) -> str:
        """The file's text."""
        return self.write(transcript, look)


FORMATS: dict[str, Format] = {
    item.name: item
    for item in (
        Format("txt", "txt", "text/plain", txt),
        Format("srt", "srt", "application/x-subrip", srt),
        Format("vtt", "vtt", "text/vtt", vtt),
        Format("json", "json", "application/json", document),
    )
}
