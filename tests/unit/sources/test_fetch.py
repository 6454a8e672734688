"""A file is fetched into memory once, hashed, bounded, and never written anywhere."""

from __future__ import annotations

import hashlib
import os
import sys
import tracemalloc
from typing import TYPE_CHECKING, Any, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.loopback.bot_api import LoopbackBotApi
from processor.sources.bot_api import BotApiSource
from processor.sources.fetch import fetch
from shared.errors import TransientError, UserError
from shared.jobs import Media, MediaKind
from shared.texts import More, Size

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator

MEDIA = Media(kind=MediaKind.VOICE, file_id="f", file_unique_id="u")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND


class Pieces:
    """A source of given pieces that knows whether it was closed."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces
        self.read_bytes = 0
        self.closed = False

    async def stream(self, media: Media) -> AsyncIterator[bytes]:
        """Yield the pieces."""
        try:
            for piece in self._pieces:
                self.read_bytes += len(piece)
                yield piece
        finally:
            self.closed = True

    async def close(self) -> None:
        """Nothing to let go of."""


@given(st.lists(st.binary(max_size=50)).filter(any))
async def test_bytes_and_hash_are_those_of_the_file(pieces: list[bytes]) -> None:
    """However a file is cut, its bytes and their SHA-256 come out."""
    data = b"".join(pieces)

    fetched = await fetch(Pieces(pieces), MEDIA, limit_bytes=len(data))

    assert fetched.data == data
    assert fetched.sha256 == hashlib.sha256(data).hexdigest()


async def test_the_bound_stops_the_download() -> None:
    """One byte too many ends it: no further piece is read, and the source is closed."""
    source = Pieces(bytes(10) for _ in range(1000))

    with pytest.raises(UserError) as refused:
        await fetch(source, MEDIA, limit_bytes=25)

    assert refused.value.problem == "over_limit"
    assert refused.value.figures == {"size": More(Size(25)), "limit": Size(25)}
    assert source.read_bytes == 30
    assert source.closed


async def test_the_users_own_size_is_named_where_known() -> None:
    """The refusal names the size that was announced."""
    media = Media(kind=MediaKind.VOICE, file_id="f", file_unique_id="u", size_bytes=3 << 20)

    with pytest.raises(UserError) as refused:
        await fetch(Pieces([bytes(30)]), media, limit_bytes=25)

    assert refused.value.figures["size"] == Size(3 << 20)


async def test_an_empty_file_is_refused() -> None:
    """Nothing at all is told to the user as such."""
    with pytest.raises(UserError) as refused:
        await fetch(Pieces([]), MEDIA, limit_bytes=25)

    assert refused.value.problem == "empty_file"


async def test_a_broken_download_gives_nothing() -> None:
    """What the source raises passes through."""

    def breaking() -> Iterator[bytes]:
        yield b"half"
        raise TransientError("broke off")

    with pytest.raises(TransientError):
        await fetch(Pieces(breaking()), MEDIA, limit_bytes=25)


async def test_a_file_is_held_once() -> None:
    """At its peak a fetch takes little more memory than the file is long."""
    size_bytes = 8 << 20
    source = Pieces(bytes(1 << 16) for _ in range(size_bytes >> 16))
    tracemalloc.start()
    try:
        fetched = await fetch(source, MEDIA, limit_bytes=size_bytes)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(fetched.data) == size_bytes
    assert peak_bytes < 1.5 * size_bytes


async def test_nothing_is_opened_for_writing() -> None:
    """From Telegram into memory, no file is written on the way; the guard itself can see one."""
    token = "123456:AAE-loopback_token"
    async with LoopbackBotApi(token) as api:
        message = await api.user(7).send_voice(bytes(3 << 20), duration=9)
        source = BotApiSource(token, api.base_url)
        media = Media(MediaKind.VOICE, str(message.file_id), str(message.file_unique_id))
        await fetch(source, media, limit_bytes=4 << 20)  # imports are done and cached now

        with Writes() as writes:
            await fetch(source, media, limit_bytes=4 << 20)
        await source.close()

    assert writes.seen == []
    with Writes() as control:
        os.close(os.open(os.devnull, os.O_WRONLY))
    assert control.seen == [os.devnull]


class Writes:
    """Notes every file opened for writing while it is entered; Python keeps its hook for good."""

    def __init__(self) -> None:
        self.seen: list[object] = []
        self._listening = False
        sys.addaudithook(self._hear)

    def __enter__(self) -> Self:
        self._listening = True
        return self

    def __exit__(self, *_: object) -> None:
        self._listening = False

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._listening and event == "open" and arguments[2] & WRITING:
            self.seen.append(arguments[0])
