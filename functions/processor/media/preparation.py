"""The way in: a voice note goes straight through, everything else to libav."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processor.media.limits import SHORT_NOTE_S
from processor.media.ogg import read_opus_note
from processor.media.prepared import Prepared
from processor.media.ranges import RangeFile
from processor.media.sniff import OGG, sniff, sniff_remote
from shared.audio import Audio

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Sequence

    from processor.media.pace import Pace
    from processor.media.ranges import ReadAhead
    from shared.audio import EngineProfile
    from shared.jobs import Media


def prepare(
    data: bytes,
    media: Media,
    profile: EngineProfile,
    *,
    check: Callable[[], None] | None = None,
) -> Prepared:
    """Make ``data`` what the engine of ``profile`` takes.

    ``check`` is asked before each packet and may raise to end it all: a deadline.

    UserError, here or while iterating ``chunks``: ``empty_file``, ``not_media``, ``undecodable``,
    ``no_audio_stream``, ``unknown_codec`` or ``too_long``.
    """
    kind = sniff(data)
    if kind is OGG:
        note = _short_note(data, profile)
        if note is not None:
            return Prepared(iter((note,)), declared_s=media.duration_s)
    # Importing libav costs more than a whole voice note, which does not need it.
    from processor.media.container import Recording  # noqa: PLC0415 - see above
    from processor.media.pipeline import prepare_recording  # noqa: PLC0415 - see above

    return prepare_recording(Recording(data, kind), media, profile, check=check)


def prepare_remote(
    ahead: ReadAhead,
    media: Media,
    profile: EngineProfile,
    loop: asyncio.AbstractEventLoop,
    *,
    pace: Pace | None = None,
    check: Callable[[], None] | None = None,
    heard: Sequence[Audio] = (),
) -> Prepared:
    """The same for a file too large to hold, read while its chunks are taken.

    ``pace`` is measured where it is not told. ``heard`` are the file's first chunks as an earlier
    try made them, without their bytes: what can be is left out, and then handed on as it is here.

    Call it in a thread, and so for each of the chunks; ``ahead`` lives on ``loop`` and stays open
    until the last. Also raises what the remote file raises: a chunk is never short of what could
    not be fetched.
    """
    from processor.media.container import Recording  # noqa: PLC0415 - libav, as above
    from processor.media.pipeline import prepare_recording  # noqa: PLC0415 - libav, as above

    file = RangeFile(ahead, loop, check=check)
    kind = sniff_remote(file.read_at)
    return prepare_recording(
        Recording(file, kind), media, profile, pace=pace, check=check, heard=heard
    )


def _short_note(data: bytes, profile: EngineProfile) -> Audio | None:
    """The file as it is, if it is a short mono Opus note and the engine takes such."""
    takes = "ogg" in profile.containers and "opus" in profile.codecs and not profile.takes_pcm
    if not takes or len(data) > profile.max_bytes:
        return None
    note = read_opus_note(data, min(SHORT_NOTE_S, profile.max_chunk_s))
    if note is None or note.channels != 1:
        return None
    return Audio(data, "ogg", duration_s=note.duration_s)
