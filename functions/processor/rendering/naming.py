"""Names for the files we send."""

from __future__ import annotations

import re
import unicodedata

from processor.rendering.breaks import split

NAME_LIMIT = 60  # characters, extension included: short enough for every file system in UTF-8
UNNAMED = "transcript"

_FORBIDDEN = re.compile(r'[<>:"|?*]')  # on Windows; slashes of both kinds separate folders
_EXTENSION = re.compile(r"\.(?=[0-9]*[a-z])[a-z0-9]{1,5}$", re.IGNORECASE)  # not the 30 of "10.30"


def file_name(media_name: str | None, extension: str) -> str:
    """The user's file name with another extension (no dot), safe to write and to pass to commands."""
    base = re.split(r"[/\\]", media_name or "")[-1]
    visible = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in base)
    stem = _EXTENSION.sub("", _FORBIDDEN.sub("_", visible).strip())
    stem = " ".join(stem.split()).lstrip("-. ")
    room = NAME_LIMIT - len(extension) - 1
    stem = next(split(stem, room, len), "").rstrip(". ")
    return f"{stem or UNNAMED}.{extension}"
