"""Transcripts by content and recipe, compressed, and what is known of Telegram's files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.adapters.packing import PackedTranscript, pack_transcript, unpack_transcript

if TYPE_CHECKING:
    from shared.adapters.sqlite.database import Database
    from shared.ports import Clock
    from shared.transcripts import Transcript, TranscriptKey


class SqliteTranscriptCache:
    """Keeps everything for ``retention_s`` from when it was put."""

    def __init__(self, database: Database, clock: Clock, *, retention_s: float) -> None:
        self._database = database
        self._clock = clock
        self._retention_s = retention_s

    def content_of(self, file_unique_id: str) -> str | None:
        """The SHA-256 (hex) of the file's bytes if it was seen before."""
        rows = self._database.read(
            "SELECT content FROM files WHERE file_unique_id = ? AND expires_at > ?",
            file_unique_id,
            self._clock.now(),
        )
        return rows[0][0] if rows else None

    def link(self, file_unique_id: str, content: str) -> None:
        """Remember the file's content hash."""
        now = self._clock.now()
        with self._database.transaction(now) as connection:
            connection.execute(
                "INSERT OR REPLACE INTO files (file_unique_id, content, expires_at)"
                " VALUES (?, ?, ?)",
                (file_unique_id, content, now + self._retention_s),
            )

    def get(self, key: str) -> Transcript | None:
        """The transcript stored under ``str(TranscriptKey)``."""
        found = self.packed(key)
        return unpack_transcript(found.packed) if found else None

    def packed(self, key: str) -> PackedTranscript | None:
        """What ``get`` would return, not yet unpacked, and until when it is kept."""
        rows = self._database.read(
            "SELECT transcript, expires_at FROM transcripts WHERE key = ? AND expires_at > ?",
            key,
            self._clock.now(),
        )
        return PackedTranscript(*rows[0]) if rows else None

    def put(self, key: TranscriptKey, transcript: Transcript) -> None:
        """Store for the configured days."""
        now = self._clock.now()
        with self._database.transaction(now) as connection:
            connection.execute(
                "INSERT OR REPLACE INTO transcripts (key, transcript, expires_at) VALUES (?, ?, ?)",
                (str(key), pack_transcript(transcript), now + self._retention_s),
            )

    def delete(self, key: str) -> None:
        """Remove now; harmless when absent."""
        with self._database.transaction(self._clock.now()) as connection:
            connection.execute("DELETE FROM transcripts WHERE key = ?", (key,))
