"""A file from its source into memory, and into memory alone."""

from __future__ import annotations

import hashlib
from contextlib import aclosing
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast

from shared.errors import UserError
from shared.texts import More, Size

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from shared.jobs import Media
    from shared.ports import Source


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole file; ``sha256`` is the hex digest of its bytes."""

    data: bytes
    sha256: str


async def fetch(
    source: Source,
    media: Media,
    *,
    limit_bytes: int,
    received: Callable[[int], Awaitable[None]] | None = None,
) -> Fetched:
    """Read all of ``media``, hashing on the way. Stop at the first byte over ``limit_bytes``.

    ``received`` is told how many bytes are here, again and again.
    """
    digest = hashlib.sha256()
    buffer = BytesIO()  # unlike a bytearray, it gives its bytes away without copying them
    stream = cast("AsyncGenerator[bytes, Any]", source.stream(media))
    async with aclosing(stream):
        async for piece in stream:
            if buffer.tell() + len(piece) > limit_bytes:
                raise _over_limit(media, limit_bytes)
            digest.update(piece)
            buffer.write(piece)
            if received is not None:
                await received(buffer.tell())
    if not buffer.tell():
        raise UserError("empty_file")
    return Fetched(buffer.getvalue(), digest.hexdigest())


def _over_limit(media: Media, limit_bytes: int) -> UserError:
    limit, claimed = Size(limit_bytes), Size(media.size_bytes or 0)
    return UserError("over_limit", size=claimed if claimed > limit else More(limit), limit=limit)
