"""What libav raises on files it cannot read, and what the user is told."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import av.error

from shared.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

# Everything PyAV was seen to raise on damaged files. Its own errors also inherit from built-in
# ones, among them MemoryError, which is never the file's fault as far as we can tell.
LIBAV_ERRORS: tuple[type[Exception], ...] = (
    av.error.FFmpegError,
    EOFError,
    OSError,
    LookupError,
    ValueError,
    NotImplementedError,
)

UNSUPPORTED: tuple[type[Exception], ...] = (
    av.error.DecoderNotFoundError,
    av.error.PatchWelcomeError,
)


def user_error(error: Exception | None, codec: str) -> UserError:
    """The sentence for a file of which nothing could be decoded."""
    if isinstance(error, UNSUPPORTED):
        return UserError("unknown_codec", codec=codec)
    return UserError("undecodable")


@contextmanager
def reading(codec: str = "?") -> Iterator[None]:
    """Turn what libav raises in the block into a UserError."""
    try:
        yield
    except MemoryError:
        raise
    except LIBAV_ERRORS as error:
        raise user_error(error, codec) from error
