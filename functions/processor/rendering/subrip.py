"""A transcript as SubRip subtitles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processor.rendering.cues import cues

if TYPE_CHECKING:
    from processor.rendering.look import Look
    from shared.transcripts import Transcript


def srt(transcript: Transcript, look: Look) -> str:
    """The subtitles as a file's text; empty when nothing was said."""
    return "\n".join(
        f"{number}\n{timestamp(cue.start_ms, ',')} --> {timestamp(cue.end_ms, ',')}\n{cue.text}\n"
        for number, cue in enumerate(cues(transcript, look), start=1)
    )


def timestamp(time_ms: int, point: str) -> str:
    """``HH:MM:SS`` and the milliseconds behind ``point``; hours grow beyond a day."""
    seconds, ms = divmod(time_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{point}{ms:03}"
