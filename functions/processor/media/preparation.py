"""The way in: a voice note goes straight through, everything else to libav."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processor.media.ogg import read_opus_note
from processor.media.prepared import Prepared
from processor.media.sniff import OGG, sniff
from shared.audio import Audio

if TYPE_CHECKING:
    from shared.audio import EngineProfile
    from shared.jobs import Media

SHORT_NOTE_S = 90.0  # up to here one request is the fastest way, whatever the engine would allow


def prepare(data: bytes, media: Media, profile: EngineProfile) -> Prepared:
    """Make ``data`` what the engine of ``profile`` takes.

    UserError, here or while iterating ``chunks``: ``empty_file``, ``not_media``, ``undecodable``,
    ``no_audio_stream``, ``unknown_codec`` or ``too_long``.
    """
    kind = sniff(data)
    if kind is OGG:
        note = _short_note(data, profile)
        if note is not None:
            return Prepared(iter((note,)), declared_s=media.duration_s)
    # Importing libav costs more than a whole voice note, which does not need it.
    from processor.media.pipeline import prepare_file  # noqa: PLC0415 - see above

    return prepare_file(data, kind, media, profile)


def _short_note(data: bytes, profile: EngineProfile) -> Audio | None:
    """The file as it is, if it is a short mono Opus note and the engine takes such."""
    takes = "ogg" in profile.containers and "opus" in profile.codecs and not profile.takes_pcm
    if not takes or len(data) > profile.max_bytes:
        return None
    note = read_opus_note(data, min(SHORT_NOTE_S, profile.max_chunk_s))
    if note is None or note.channels != 1:
        return None
    return Audio(data, "ogg", duration_s=note.duration_s)
