"""How a reader wants a transcript to look."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    """What a reader may choose, the same for all formats."""

    timestamps: bool = False
    """Begin each paragraph with its time: ``[1:02:03]``."""
    speaker: str | None = "Speaker {number}"
    """What a speaker is called, in the reader's language; None leaves the names away."""

    def name(self, voice: int | None) -> str:
        """What the speaker with the number ``voice`` is called; empty where nothing is to be said."""
        if voice is None or self.speaker is None:
            return ""
        return self.speaker.format(number=voice)

    def label(self, voice: int | None) -> str:
        """The name as it stands before what is said: ``Speaker 1:``."""
        name = self.name(voice)
        return name and f"{name}:"
