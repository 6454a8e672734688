"""A file of an earlier release is brought up to date, and nothing in it is lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from shared.adapters.sqlite import open_storage
from shared.adapters.sqlite.database import Database
from shared.adapters.sqlite.schema import (
    JOBS,
    MIGRATIONS,
    PREFERENCES,
    SCHEMA,
    SCHEMA_VERSION,
)
from shared.errors import OperatorError
from shared.ports import ChatPreferences, Figures, JobRecord, JobState
from shared.settings import Settings
from tests.contracts.editions import a_job, race
from tests.doubles.clock import ManualClock

if TYPE_CHECKING:
    from pathlib import Path


# Tables as they were until version 2, where they have changed since.
FORMER = {
    JOBS: """CREATE TABLE jobs (
        id TEXT PRIMARY KEY,
        job TEXT NOT NULL,
        state TEXT NOT NULL,
        owner TEXT,
        lease_until REAL NOT NULL,
        status_message_id INTEGER,
        delivered INTEGER NOT NULL,
        transcript_key TEXT,
        expires_at REAL NOT NULL
    )""",
    PREFERENCES: """CREATE TABLE preferences (
        chat_id INTEGER PRIMARY KEY,
        language TEXT,
        formats TEXT NOT NULL
    )""",
}
CHOSEN = {
    42: ("de", "[]", ChatPreferences("de")),
    -100: (None, '["txt", "srt"]', ChatPreferences(formats=("text", "txt", "srt"))),
    43: ("id", '["vtt"]', ChatPreferences("id", ("text", "vtt"))),
    44: (None, "[]", ChatPreferences()),
}


def write_former(path: Path, version: int) -> None:
    """Make the file that a release of that version left."""
    later = {statement for former in range(version, SCHEMA_VERSION) for statement in added(former)}
    with closing(sqlite3.connect(path)) as connection:
        for statement in SCHEMA:
            if statement not in later or statement in KEPT:
                connection.execute(FORMER.get(statement, statement))
        for chat_id, (language, formats, _) in CHOSEN.items():
            row = (chat_id, language, formats)
            connection.execute("INSERT INTO preferences VALUES (?, ?, ?)", row)
        job = ("job-1", a_job().to_json(), "working", "alice", 5e9, 77, 2, "key", 9e9)
        connection.execute("INSERT INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", job)
        connection.execute(f"PRAGMA user_version = {version}")
        connection.commit()


def added(version: int) -> set[str]:
    """What the step from that version makes."""
    return {statement for statement in MIGRATIONS[version] if statement.startswith("CREATE")}


# Made anew by a step, and there before it.
KEPT = {*FORMER, "CREATE INDEX jobs_expiry ON jobs (expires_at)"}


@pytest.fixture(params=range(1, SCHEMA_VERSION))
def path(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A file as an earlier release left it."""
    path = tmp_path / "old.sqlite3"
    write_former(path, request.param)
    return path


def test_an_earlier_releases_file_becomes_one_of_this_release(path: Path, tmp_path: Path) -> None:
    """It has the same tables and indices as one made today; what is new works."""
    settings = Settings(database_path=str(path))
    with closing(open_storage(settings, ManualClock())) as storage:
        assert storage.leases.acquire(["one"], "a", 60.0) == "one"
        storage.statistics.add("u1", Figures(failed=1))
        assert storage.statistics.since(1) == Figures(users=1, failed=1)
    made = "SELECT type, name, sql FROM sqlite_master WHERE sql NOT NULL ORDER BY name"
    with closing(Database(path)) as old, closing(Database(tmp_path / "new")) as new:
        assert old.read("PRAGMA user_version") == [(SCHEMA_VERSION,)]
        assert old.read(made) == new.read(made)


def test_what_chats_had_chosen_stays(path: Path) -> None:
    """Files that came beside the text still do; who chose none has chosen nothing."""
    with closing(open_storage(Settings(database_path=str(path)), ManualClock())) as storage:
        for chat_id, (_, _, preferences) in CHOSEN.items():
            assert storage.preferences.get(chat_id) == preferences


def test_jobs_stay_as_they_were(path: Path) -> None:
    """With their leases, and what was delivered of them."""
    with closing(open_storage(Settings(database_path=str(path)), ManualClock())) as storage:
        assert storage.jobs.get("job-1") == JobRecord(
            a_job(), JobState.WORKING, "alice", 5e9, 77, 2, "key"
        )
        assert not storage.jobs.claim(a_job(), "bob", 90.0)[0]
        assert storage.jobs.cancel("job-1") is not None


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
