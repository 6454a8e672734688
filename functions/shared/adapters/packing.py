"""How results are stored: compact JSON, compressed, the same in every edition."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict
from typing import NamedTuple

from shared.transcripts import Place, Recognition, Segment, Transcript, Word


class PackedTranscript(NamedTuple):
    """A transcript as it is stored, and until when."""

    packed: bytes
    expires_at: float


def pack_transcript(transcript: Transcript) -> bytes:
    """Compress; ``unpack_transcript`` gives the same transcript back."""
    return zlib.compress(transcript.to_json().encode())


def unpack_transcript(packed: bytes) -> Transcript:
    """Read what ``pack_transcript`` made."""
    return Transcript.from_json(zlib.decompress(packed).decode())


def pack_recognition(recognition: Recognition) -> bytes:
    """Compress; ``unpack_recognition`` gives the same recognition back."""
    text = json.dumps(asdict(recognition), separators=(",", ":"), ensure_ascii=False)
    return zlib.compress(text.encode())


def unpack_recognition(packed: bytes) -> Recognition:
    """Read what ``pack_recognition`` made, also of a release that knew fewer fields."""
    raw = json.loads(zlib.decompress(packed))
    segments = tuple(
        Segment(**{**item, "words": tuple(Word(**word) for word in item["words"])})
        for item in raw.pop("segments")
    )
    place = raw.pop("place", None)
    return Recognition(segments, **raw, place=Place(**place) if place else None)
