"""Transcripts by content and recipe, compressed, and what is known of Telegram's files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.adapters.aws.dynamo_blobs import DynamoBlobs
from shared.adapters.aws.dynamo_table import alive, time_to_live
from shared.adapters.packing import PackedTranscript, pack_transcript, unpack_transcript

if TYPE_CHECKING:
    from shared.adapters.aws.dynamo_table import DynamoTable, Item
    from shared.ports import Clock
    from shared.transcripts import Transcript, TranscriptKey


class DynamoTranscriptCache:
    """Keeps everything for ``retention_s`` from when it was put."""

    def __init__(self, table: DynamoTable, clock: Clock, *, retention_s: float) -> None:
        self._table = table
        self._blobs = DynamoBlobs(table)
        self._clock = clock
        self._retention_s = retention_s

    def content_of(self, file_unique_id: str) -> str | None:
        """The SHA-256 (hex) of the file's bytes if it was seen before."""
        item = self._table.get(_file_key(file_unique_id))
        return item["content"] if item is not None and alive(item, self._clock.now()) else None

    def link(self, file_unique_id: str, content: str) -> None:
        """Remember the file's content hash."""
        self._table.put({**_file_key(file_unique_id), "content": content, "ttl": self._ttl()})

    def get(self, key: str) -> Transcript | None:
        """The transcript stored under ``str(TranscriptKey)``."""
        found = self.packed(key)
        return unpack_transcript(found.packed) if found else None

    def packed(self, key: str) -> PackedTranscript | None:
        """What ``get`` would return, not yet unpacked, and until when it is kept."""
        blob = self._blobs.all(_key(key), self._clock.now()).get("")
        return PackedTranscript(blob.data, blob.ttl) if blob else None

    def put(self, key: TranscriptKey, transcript: Transcript) -> None:
        """Store for the configured days."""
        self._blobs.put(_key(str(key)), "", pack_transcript(transcript), self._ttl())

    def delete(self, key: str) -> None:
        """Remove now; harmless when absent."""
        self._blobs.drop(_key(key))

    def _ttl(self) -> int:
        return time_to_live(self._clock.now(), self._retention_s)


def _key(key: str) -> str:
    return f"H#{key}"


def _file_key(file_unique_id: str) -> Item:
    return {"pk": f"F#{file_unique_id}", "sk": "0000"}
