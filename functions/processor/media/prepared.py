"""What the media path hands over: chunks made while they are taken, and what was found out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.audio import Audio


@dataclass(slots=True)
class Coverage:
    """What decoding came to; written when it is finished."""

    seconds: float | None = None
    damaged: int = 0


class Prepared:
    """A recording as an engine wants it.

    ``chunks`` is worked out while it is iterated, which costs CPU time: take each item in a thread.
    UserError may come from any of them.
    """

    def __init__(
        self,
        chunks: Iterator[Audio],
        *,
        declared_s: float | None,
        coverage: Coverage | None = None,
    ) -> None:
        self.chunks = chunks
        self.declared_s = declared_s
        """What the container's header claims; for Ogg, which has no such header, Telegram."""
        self._coverage = coverage

    @property
    def passthrough(self) -> bool:
        """Whether the one chunk is the original file, untouched."""
        return self._coverage is None

    @property
    def covered_s(self) -> float | None:
        """Seconds really decoded, known when ``chunks`` is exhausted; None when passed through."""
        return self._coverage.seconds if self._coverage else None

    @property
    def damaged_packets(self) -> int:
        """How many places could not be decoded and were left out, once ``chunks`` is exhausted."""
        return self._coverage.damaged if self._coverage else 0
