"""A file of an earlier release is brought up to date, and nothing in it is lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from shared.adapters.sqlite import open_storage
from shared.adapters.sqlite.database import Database
from shared.adapters.sqlite.schema import MIGRATIONS, SCHEMA, SCHEMA_VERSION
from shared.errors import OperatorError
from shared.settings import Settings
from tests.contracts.editions import race
from tests.doubles.clock import ManualClock

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file as the first release left it."""
    path = tmp_path / "old.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        for statement in SCHEMA:
            if statement not in MIGRATIONS[1]:
                connection.execute(statement)
        connection.execute("INSERT INTO preferences VALUES (42, 'de', '[]')")
        connection.execute("PRAGMA user_version = 1")
        connection.commit()
    return path


def test_the_first_releases_file_gets_leases(path: Path) -> None:
    """What was in it stays; what is new works."""
    with closing(open_storage(Settings(database_path=str(path)), ManualClock())) as storage:
        assert storage.preferences.get(42).language == "de"
        assert storage.leases.acquire(["one"], "a", 60.0) == "one"
    with closing(Database(path)) as database:
        assert database.read("PRAGMA user_version") == [(SCHEMA_VERSION,)]


def test_processes_that_start_together_bring_it_up_to_date_once(path: Path) -> None:
    """None of them fails."""

    def opened(_: int) -> int:
        with closing(Database(path)) as database:
            version: int = database.read("PRAGMA user_version")[0][0]
            return version

    assert race(6, opened) == [SCHEMA_VERSION] * 6


def test_leases_of_a_worker_that_died_are_free_at_the_next_start(path: Path) -> None:
    """What is retired stays retired."""
    settings, clock = Settings(database_path=str(path)), ManualClock()
    with closing(open_storage(settings, clock)) as storage:
        storage.leases.acquire(["one"], "dead", 600.0)
        storage.leases.retire("two")
    with closing(open_storage(settings, clock)) as storage:
        storage.release_orphans()
        assert storage.leases.acquire(["two", "one"], "new", 600.0) == "one"


def test_a_newer_file_is_still_refused(path: Path) -> None:
    """There is no way back."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
        connection.commit()
    with pytest.raises(OperatorError, match="newer release"):
        Database(path)
