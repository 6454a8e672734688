"""A transcript as WebVTT subtitles, as browsers play them."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from processor.rendering.cues import cues
from processor.rendering.subrip import timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processor.rendering.look import Look
    from shared.transcripts import Transcript


def vtt(transcript: Transcript, look: Look) -> str:
    """The subtitles as a file's text; speakers are named by voice tags, not in the text."""
    return "\n".join(_blocks(transcript, look))


def _blocks(transcript: Transcript, look: Look) -> Iterator[str]:
    yield "WEBVTT\n"
    for cue in cues(transcript):
        times = f"{timestamp(cue.start_ms, '.')} --> {timestamp(cue.end_ms, '.')}"
        name = look.name(cue.voice)
        voice = f"<v {escape(name, quote=False)}>" if name else ""
        yield f"{times}\n{voice}{escape(cue.text, quote=False)}\n"
