"""The media a message carries, whatever field it came in."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from shared.jobs import FILE_NAME_LIMIT, Media, MediaKind
from webhook.fields import amount, identifier, mapping, seconds, text

if TYPE_CHECKING:
    from collections.abc import Iterator

MEDIA_MIME_PREFIXES = ("audio/", "video/")
MEDIA_MIME_TYPES = ("application/ogg",)
MEDIA_EXTENSIONS = frozenset(
    "aac ac3 aif aifc aiff alac amr ape au awb caf dts eac3 flac gsm m4a m4b mka mp2 mp3 mpc mpga "  # noqa: SIM905 - sixty lines less
    "oga ogg ogx opus ra spx tta voc w64 wav weba wma wv "
    "3g2 3gp asf avi divx f4v flv m2ts m4v mkv mov mp4 mpe mpeg mpg mts mxf ogm ogv rm rmvb vob "
    "webm wmv".split()
)
"""Extensions of documents we take where the MIME type says nothing. Not ``ts``: mostly source code."""

LONGEST_EXTENSION = 10  # characters; what is longer behind a dot is part of the name
_MIME = re.compile(r"[a-z0-9.+-]{1,32}/[a-z0-9.+-]{1,64}")
_FIELDS = (MediaKind.VOICE, MediaKind.AUDIO, MediaKind.VIDEO, MediaKind.VIDEO_NOTE)

Problem: TypeAlias = Literal["no_sound", "not_media"]
"""Why an attachment is of no use: a key of ``shared.texts``."""


def attachment(message: dict[str, Any]) -> Media | Problem | None:
    """What ``message`` carries: media, something we cannot use, or nothing.

    Raise MalformedUpdateError for a file without the ids that Telegram guarantees.
    """
    for kind in _FIELDS:
        if kind.value in message:
            return _smallest(_media(kind, message[kind.value]), message[kind.value])
    if "animation" in message:  # comes with a document of the same file
        return "no_sound"
    if "document" in message:
        document = _media(MediaKind.DOCUMENT, message["document"])
        return document if _sounds(document) else "not_media"
    return None


def is_song(message: dict[str, Any]) -> bool:
    """Whether ``message`` carries audio tagged as music is: with a performer and a title."""
    audio = message.get("audio")
    return isinstance(audio, dict) and all(text(audio.get(tag)) for tag in ("performer", "title"))


def _media(kind: MediaKind, value: object) -> Media:
    file = mapping(value, kind.value)
    return Media(
        kind=kind,
        file_id=identifier(file.get("file_id"), "file_id"),
        file_unique_id=identifier(file.get("file_unique_id"), "file_unique_id"),
        size_bytes=amount(file.get("file_size")),
        duration_s=seconds(file.get("duration")),
        mime_type=_mime_type(file.get("mime_type")),
        file_name=_file_name(file.get("file_name")),
    )


def _smallest(media: Media, video: dict[str, Any]) -> Media:
    """``media``, or the smallest of its qualities: the sound is the same in all of them."""
    smallest = media
    for quality in _qualities(video):
        if quality.size_bytes is None:
            continue
        if smallest.size_bytes is None or quality.size_bytes < smallest.size_bytes:
            smallest = replace(
                media,
                file_id=quality.file_id,
                file_unique_id=quality.file_unique_id,
                size_bytes=quality.size_bytes,
            )
    return smallest


def _qualities(video: dict[str, Any]) -> Iterator[Media]:
    qualities = video.get("qualities")
    if isinstance(qualities, list):
        yield from (_media(MediaKind.VIDEO, quality) for quality in qualities)


def _sounds(document: Media) -> bool:
    """Whether the sender's claims make it audio or video."""
    mime_type = document.mime_type or ""
    if mime_type.startswith(MEDIA_MIME_PREFIXES) or mime_type in MEDIA_MIME_TYPES:
        return True
    _, dot, extension = (document.file_name or "").rpartition(".")
    return bool(dot) and extension.lower() in MEDIA_EXTENSIONS


def _mime_type(value: object) -> str | None:
    """The type in lower case without parameters; None for what is none."""
    mime_type = text(value).partition(";")[0].strip().lower()
    return mime_type if _MIME.fullmatch(mime_type) else None


def _file_name(value: object) -> str | None:
    """The printable part of a name, shortened in the middle so that the extension stays."""
    name = "".join(character for character in text(value) if character.isprintable())
    if len(name) <= FILE_NAME_LIMIT:
        return name or None
    _, dot, extension = name.rpartition(".")
    end = dot + extension if len(extension) <= LONGEST_EXTENSION else ""
    return name[: FILE_NAME_LIMIT - len(end)] + end
