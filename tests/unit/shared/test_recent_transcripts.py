"""The memory in front of a transcript cache, beyond the contract it shares with the cache."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from shared.adapters.memory import RecentTranscripts
from shared.adapters.sqlite.cache import SqliteTranscriptCache
from shared.adapters.sqlite.database import Database
from shared.errors import TransientError
from tests.contracts.editions import RETENTION_S, a_key, a_transcript
from tests.doubles.clock import ManualClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def clock() -> ManualClock:
    """The time of the cache and of the memory."""
    return ManualClock()


@pytest.fixture
def behind(tmp_path: Path, clock: ManualClock) -> Iterator[SqliteTranscriptCache]:
    """The cache behind the memory; what is deleted here directly, only the memory still knows."""
    with closing(Database(tmp_path / "cache.sqlite3")) as database:
        yield SqliteTranscriptCache(database, clock, retention_s=RETENTION_S)


def remembered(recent: RecentTranscripts, behind: SqliteTranscriptCache, *names: str) -> set[str]:
    """Which of the transcripts are in memory: those still found when the cache has none."""
    for name in names:
        behind.delete(str(a_key(name)))
    return {name for name in names if recent.get(str(a_key(name))) is not None}


def use(recent: RecentTranscripts, *names: str) -> None:
    """Read each transcript once."""
    for name in names:
        assert recent.get(str(a_key(name))) == a_transcript(name)


@pytest.fixture
def recent(behind: SqliteTranscriptCache, clock: ManualClock) -> RecentTranscripts:
    """Room for two; the cache behind holds three."""
    for name in "abc":
        behind.put(a_key(name), a_transcript(name))
    return RecentTranscripts(behind, clock, size=2)


def test_what_was_read_is_answered_from_memory(
    recent: RecentTranscripts, behind: SqliteTranscriptCache
) -> None:
    """Once read, a transcript needs the cache no more; others are not known."""
    use(recent, "a")
    assert remembered(recent, behind, "a", "b") == {"a"}


def test_the_least_recently_used_makes_room(
    recent: RecentTranscripts, behind: SqliteTranscriptCache
) -> None:
    """Reading again counts as use, so the one not read for longest goes."""
    use(recent, "a", "b", "a", "c")
    assert remembered(recent, behind, "a", "b", "c") == {"a", "c"}


def test_memory_forgets_when_the_cache_does(
    recent: RecentTranscripts, behind: SqliteTranscriptCache, clock: ManualClock
) -> None:
    """The days count from when it was stored, not from when it was read."""
    clock.advance(RETENTION_S - 1)
    use(recent, "a")
    clock.advance(1)
    assert recent.get(str(a_key("a"))) is None


def test_a_hundred_are_kept(behind: SqliteTranscriptCache, clock: ManualClock) -> None:
    """The default size is a hundred."""
    names = [str(number) for number in range(101)]
    recent = RecentTranscripts(behind, clock)
    for name in names:
        recent.put(a_key(name), a_transcript(name))
    use(recent, *names)
    assert remembered(recent, behind, *names) == set(names[1:])


class LockedCache(SqliteTranscriptCache):
    """A cache whose file another process has locked for writing."""

    def delete(self, key: str) -> None:
        """Fail as the database does."""
        raise TransientError("the database is busy")


def test_a_failed_deletion_is_not_answered_from_memory(
    behind: SqliteTranscriptCache, clock: ManualClock, tmp_path: Path
) -> None:
    """When the cache cannot delete, the caller hears of it and memory has forgotten already."""
    with closing(Database(tmp_path / "cache.sqlite3")) as database:
        locked = LockedCache(database, clock, retention_s=RETENTION_S)
        recent = RecentTranscripts(locked, clock)
        recent.put(a_key("a"), a_transcript("a"))
        use(recent, "a")
        with pytest.raises(TransientError):
            recent.delete(str(a_key("a")))
        assert remembered(recent, behind, "a") == set()
