"""What one worker keeps in memory in front of a slower store."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Protocol

from shared.adapters.packing import PackedTranscript, unpack_transcript
from shared.ports import TranscriptCache

if TYPE_CHECKING:
    from shared.ports import Clock
    from shared.transcripts import Transcript, TranscriptKey


class PackedTranscripts(TranscriptCache, Protocol):
    """A cache that can also say until when a transcript is kept."""

    def packed(self, key: str) -> PackedTranscript | None:
        """What ``get`` would return, not yet unpacked."""
        ...


class RecentTranscripts:
    """The most recently used transcripts of a cache, kept in memory until the cache's own expiry.

    They stay compressed, so that a hundred long ones are a few megabytes. A transcript deleted
    through another worker's front stays readable here until it expires or is displaced.
    """

    def __init__(self, cache: PackedTranscripts, clock: Clock, *, size: int = 100) -> None:
        self._cache = cache
        self._clock = clock
        self._size = size
        self._recent: OrderedDict[str, PackedTranscript] = OrderedDict()
        # Held while the cache is asked too: a reader must not bring back what is being deleted.
        self._lock = threading.Lock()

    def content_of(self, file_unique_id: str) -> str | None:
        """The SHA-256 (hex) of the file's bytes if it was seen before."""
        return self._cache.content_of(file_unique_id)

    def link(self, file_unique_id: str, content: str) -> None:
        """Remember the file's content hash."""
        self._cache.link(file_unique_id, content)

    def get(self, key: str) -> Transcript | None:
        """The transcript from memory, else from the cache."""
        with self._lock:
            found = self._recent.pop(key, None)
            if found is None or found.expires_at <= self._clock.now():
                found = self._cache.packed(key)
            if found is not None:
                self._keep(key, found)
        return unpack_transcript(found.packed) if found else None

    def put(self, key: TranscriptKey, transcript: Transcript) -> None:
        """Store in the cache; the next ``get`` brings it into memory."""
        with self._lock:
            self._recent.pop(str(key), None)
            self._cache.put(key, transcript)

    def delete(self, key: str) -> None:
        """Remove from both."""
        with self._lock:
            self._recent.pop(key, None)
            self._cache.delete(key)

    def _keep(self, key: str, found: PackedTranscript) -> None:
        self._recent[key] = found
        while len(self._recent) > self._size:
            self._recent.popitem(last=False)
