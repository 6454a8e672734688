"""Files above 20 MiB: from the update to the answer, through MTProto and the ranged media path."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from telethon.tl.functions.upload import GetFileRequest

from processor.outcome import Fate
from shared.errors import TransientError, UserError
from shared.ports import JobState
from shared.telemetry import Metric
from shared.texts import say
from tests.doubles.bench import bench
from tests.doubles.engine import ScriptedEngine
from tests.doubles.mtproto import API_HASH, API_ID, MtprotoServer
from tests.doubles.mtproto_faults import Refusal, Reset
from tests.doubles.mtproto_files import StoredFile
from tests.media.films import Film

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from local.loopback.chats import Message
    from processor.outcome import Outcome
    from tests.doubles.bench import Bench

TEXT = "The quick brown fox jumps over the lazy dog."
LENGTH_S = 600.0


@asynccontextmanager
async def large(
    folder: Path, engine: ScriptedEngine
) -> AsyncIterator[tuple[Bench, MtprotoServer, Film, Message]]:
    """A bench with a session at Telegram, and a film of ten minutes sent to it, on MTProto alone."""
    sessions = folder / "sessions"
    async with MtprotoServer() as server:
        sessions.write_text(server.session())
        changes = {
            "large_files": "on",
            "telegram_api_id": str(API_ID),
            "telegram_api_hash": API_HASH,
            "telegram_sessions": str(sessions),
        }
        async with bench(folder, engine, **changes) as it:
            film = Film(LENGTH_S)
            sent = await it.user.send_video(
                b"-", duration=int(LENGTH_S), name="holiday.mp4", size_bytes=film.size
            )
            assert sent.file is not None
            server.catalogue.post(
                it.user.id,
                sent.id,
                StoredFile(
                    id=sent.file.document_id,
                    size_bytes=film.size,
                    read=film.read,
                    dc_id=2,
                    mime_type="video/mp4",
                    access_hash=1,
                    video=True,
                ),
            )
            yield it, server, film, sent


async def answered(it: Bench) -> list[Outcome]:
    """Answer while time goes on a little with every look, so that pauses on the way end."""
    answering = asyncio.create_task(it.answer())
    while not answering.done():
        await asyncio.to_thread(it.app.storage.queue.depth)
        it.clock.advance(0.01)
    return await answering


async def test_a_film_above_the_bot_apis_limit_is_answered(tmp_path: Path) -> None:
    """Its sound is copied into chunks that cover all of it; nothing comes from the Bot API."""
    engine = ScriptedEngine()
    async with large(tmp_path, engine) as (it, _, film, _):
        await it.answer()
        (text,) = it.shown()
        assert text.startswith(TEXT)
        assert {audio.container for audio in engine.heard} == {"m4a"}
        ends = [audio.start_s + (audio.duration_s or 0.0) for audio in engine.heard]
        assert max(ends) == pytest.approx(LENGTH_S, abs=1.0)
        assert it.tally.counts[Metric.BYTES_FETCHED] <= film.size * 1.005
        assert it.tally.counts[Metric.JOB_SUCCEEDED] == 1


async def test_the_same_film_again_is_answered_from_the_cache(tmp_path: Path) -> None:
    """By Telegram's identity of it, without a byte fetched."""
    engine = ScriptedEngine()
    async with large(tmp_path, engine) as (it, _, _, sent):
        await it.answer()
        heard, fetched = len(engine.heard), it.tally.counts[Metric.BYTES_FETCHED]
        await it.user.forward(sent)
        await it.answer()
        first, second = it.shown()
        assert first == second
        assert len(engine.heard) == heard
        assert it.tally.counts[Metric.BYTES_FETCHED] == fetched


async def test_a_reset_and_an_expired_reference_on_the_way_cost_nothing(tmp_path: Path) -> None:
    """The download goes on where it was; the chunks are those of an undisturbed one."""
    quiet, disturbed = ScriptedEngine(), ScriptedEngine()
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    async with large(tmp_path / "a", quiet) as (it, _, _, _):
        await it.answer()
    async with large(tmp_path / "b", disturbed) as (it, server, _, _):
        server.plan(Reset(), at=5, kind=GetFileRequest)
        server.plan(Refusal(400, "FILE_REFERENCE_EXPIRED"), at=9, kind=GetFileRequest)
        await answered(it)
        assert it.tally.counts[Metric.JOB_SUCCEEDED] == 1

    def sound(engine: ScriptedEngine) -> list[tuple[float, bytes]]:
        return sorted((audio.start_s, audio.data) for audio in engine.heard)

    assert sound(disturbed) == sound(quiet)


async def test_a_part_that_fails_for_good_is_marked_and_the_rest_delivered(tmp_path: Path) -> None:
    """The gap says from when to when; sent again, only the gap is paid for."""
    engine = ScriptedEngine(failures=[UserError("undecodable")])
    async with large(tmp_path, engine) as (it, server, _, sent):
        await it.answer()
        (text,) = it.shown()
        assert text.startswith("[0:00–")
        assert "not transcribed]" in text
        assert TEXT in text
        engine.heard.clear()
        again = await it.user.forward(sent)
        (stored,) = server.catalogue.files.values()
        server.catalogue.post(it.user.id, again.id, stored)
        await it.answer()
        assert [audio.start_s for audio in engine.heard] == [0.0]
        assert "not transcribed" not in it.shown()[1]


async def test_a_provider_down_for_one_part_only_leaves_a_gap_on_the_last_try(
    tmp_path: Path,
) -> None:
    """Two tries end in a retry, the third delivers what there is."""
    engine = ScriptedEngine(failures=[TransientError("503")] * 3)
    async with large(tmp_path, engine) as (it, _, _, _):
        fates = [outcome.fate for outcome in await it.answer()]
        for delay_s in (15, 60):
            it.clock.advance(delay_s)
            fates += [outcome.fate for outcome in await it.work()]
        assert fates == [Fate.RETRY, Fate.RETRY, Fate.FINISHED]
        assert "not transcribed]" in it.shown()[0]


async def test_what_a_try_has_heard_the_next_one_does_not_fetch_again(tmp_path: Path) -> None:
    """The provider fails in the second half; the answer is that of an undisturbed job."""
    quiet, broken = ScriptedEngine(), ScriptedEngine(fail_from_s=LENGTH_S / 2)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    async with large(tmp_path / "a", quiet) as (it, _, _, _):
        await it.answer()
        undisturbed = it.shown()
    places: list[int] = []
    async with large(tmp_path / "b", broken) as (it, server, film, _):
        (outcome,) = await it.answer()
        assert outcome.fate is Fate.RETRY
        ((number, stored),) = server.catalogue.files.items()

        def noted(offset: int, length: int) -> bytes:
            places.append(offset)
            return film.read(offset, length)

        server.catalogue.files[number] = replace(stored, read=noted)
        broken.fail_from_s = None
        it.clock.advance(15)
        await it.work()
        assert it.shown() == undisturbed
        assert places
        assert not [place for place in places if 0.15 < place / film.size < 0.3]

    def sound(engine: ScriptedEngine) -> list[tuple[float, bytes]]:
        return sorted({(audio.start_s, audio.data) for audio in engine.heard})

    assert sound(broken) == sound(quiet)


async def test_without_sessions_the_user_is_told_why(tmp_path: Path) -> None:
    """Large files off: refused at the door, with the limit and what to do."""
    async with bench(tmp_path) as it:
        await it.user.send_video(b"-", duration=60, size_bytes=30 << 20)
        await it.answer()
        assert it.shown() == [say("en", "over_bot_api", size="30.0 MiB", limit="20.0 MiB")]


async def test_sessions_that_are_missing_alarm_the_operator(tmp_path: Path) -> None:
    """Large files on, but no session made: the user gets the neutral apology."""
    async with bench(tmp_path, large_files="on") as it:
        await it.user.send_video(b"-", duration=60, size_bytes=30 << 20)
        (outcome,) = await it.answer()
        assert outcome.fate is Fate.DEAD
        assert it.shown() == [say("en", "apology_operator")]
        assert it.tally.counts[Metric.OPERATOR_ALARM] == 1
        (job,) = it.app.storage.queue.dead_letters()
        record = it.app.storage.jobs.get(job.id)
        assert record is not None
        assert record.state is JobState.FAILED
