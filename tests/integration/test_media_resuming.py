"""A film that is taken up again: the chunks heard before cost nothing, the others stay the same."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from processor.media import ReadAhead, prepare_remote
from tests.media.distance import FAST, FarFile, chunks_of
from tests.media.films import Film, syllables
from tests.media.make import encode
from tests.media.profiles import EMBEDDED, HOSTED, media

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.audio import Audio, EngineProfile

LENGTH_S = 600.0
PHONE = Film(LENGTH_S)
BY_THE_FRAME = Film(LENGTH_S, interleave_s=1 / 30, video_bps=400_000, faststart=True)


async def resumed(
    far: FarFile, heard: Sequence[Audio], profile: EngineProfile = HOSTED
) -> list[Audio]:
    """All chunks of ``far`` when the first were heard before."""
    loop = asyncio.get_running_loop()
    async with ReadAhead(far) as ahead:
        made = await asyncio.to_thread(
            prepare_remote, ahead, media(), profile, loop, pace=FAST, heard=heard
        )
        return await asyncio.to_thread(list, made.chunks)


def silent(chunks: Sequence[Audio]) -> list[Audio]:
    """The chunks without their bytes, as they are remembered."""
    return [replace(chunk, data=b"") for chunk in chunks]


@pytest.mark.parametrize("film", [PHONE, BY_THE_FRAME], ids=["phone", "by the frame"])
async def test_the_rest_of_a_film_is_the_same_to_the_last_bit(film: Film) -> None:
    """Wherever it was broken off: the chunks before the last one heard have no bytes."""
    _, whole = await chunks_of(FarFile(film.read, film.size), HOSTED)
    assert len(whole) > 4
    for count in (0, 1, 2, len(whole) // 2, len(whole)):
        again = await resumed(FarFile(film.read, film.size), silent(whole[:count]))
        skipped = max(0, count - 1)
        assert again == [*silent(whole[:skipped]), *whole[skipped:]]


async def test_of_what_was_heard_little_is_fetched() -> None:
    """The beginning, by which the film is judged, the index, and what is left."""
    _, whole = await chunks_of(FarFile(PHONE.read, PHONE.size), HOSTED)
    far = FarFile(PHONE.read, PHONE.size)
    await resumed(far, silent(whole))
    begin = round(PHONE.size * 90 / LENGTH_S)
    end = round(PHONE.size * (whole[-1].start_s - 5) / LENGTH_S)
    assert not [offset for offset, _ in far.reads if begin < offset < end]
    dense = FarFile(BY_THE_FRAME.read, BY_THE_FRAME.size)
    _, whole = await chunks_of(FarFile(BY_THE_FRAME.read, BY_THE_FRAME.size), HOSTED)
    await resumed(dense, silent(whole))
    assert dense.fetched_share < 0.9


@pytest.mark.parametrize("change", [{"start_s": 123.4567}, {"start_s": 1e6}, {"container": "flac"}])
async def test_what_does_not_fit_is_made_again(change: dict[str, float | str]) -> None:
    """A place where no chunk can begin, or chunks of another sort: then all are made."""
    film = Film(300.0, video_bps=400_000)
    _, whole = await chunks_of(FarFile(film.read, film.size), HOSTED)
    heard = silent(whole[:3])
    heard[-1] = replace(heard[-1], **change)  # type: ignore[arg-type] # names and values fit
    assert await resumed(FarFile(film.read, film.size), heard) == whole


async def test_what_is_not_copied_or_has_no_index_is_read_again() -> None:
    """Decoders remember, and elsewhere nothing tells where a chunk begins."""
    film = Film(200.0, video_bps=400_000)
    _, whole = await chunks_of(FarFile(film.read, film.size), EMBEDDED)
    again = await resumed(FarFile(film.read, film.size), silent(whole[:1]), EMBEDDED)
    assert again == whole
    data = encode("mp3", "mp3", syllables(200.0))
    _, whole = await chunks_of(FarFile.of(data), HOSTED)
    assert len(whole) > 2
    assert await resumed(FarFile.of(data), silent(whole[:-1])) == whole
