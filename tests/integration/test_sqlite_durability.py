"""What the single-machine edition promises beyond the ports: nothing lost, clear errors, one worker."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from shared.adapters.sqlite import open_storage
from shared.adapters.sqlite.database import PRUNED_AT_ONCE, Database, translated
from shared.adapters.sqlite.jobs import SqliteJobStore
from shared.adapters.sqlite.preferences import SqlitePreferences
from shared.adapters.sqlite.queue import SqliteJobQueue
from shared.adapters.sqlite.schema import EXPIRING, SCHEMA_VERSION
from shared.adapters.sqlite.statistics import SqliteStatistics
from shared.errors import OperatorError, TransientError
from shared.jobs import Lane
from shared.ports import ChatPreferences, Figures, HistoryEntry, JobState, VerdictKind
from shared.settings import Settings
from shared.transcripts import Recognition
from tests.contracts.editions import a_job, a_key, a_transcript
from tests.doubles.clock import ManualClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from shared.adapters.storage import Storage

RETENTION_S = 7 * 86_400.0

WRITER = """
import sys
from shared.adapters.sqlite import open_storage
from shared.settings import Settings
from tests.contracts.editions import a_job
from tests.doubles.clock import ManualClock

storage = open_storage(Settings(database_path=sys.argv[1]), ManualClock())
storage.release_orphans()
for number in range(100_000):
    storage.queue.send(a_job(str(number)))
    storage.jobs.claim(a_job(str(number)), "writer", 90.0)
    print(number, flush=True)
"""

HOLDER = """
import sys
from shared.adapters.sqlite import open_storage
from shared.jobs import Lane
from shared.settings import Settings
from tests.doubles.clock import ManualClock

storage = open_storage(Settings(database_path=sys.argv[1]), ManualClock())
storage.release_orphans()
(delivery,) = storage.queue.receive(Lane.EXPRESS, limit=10, visibility_s=43_200)
storage.jobs.claim(delivery.job, "holder", 43_200)
print("holding", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database will be, in a folder that does not exist yet."""
    return tmp_path / "data" / "transcriber.sqlite3"


@pytest.fixture
def clock() -> ManualClock:
    """The time of everything in this process."""
    return ManualClock()


@pytest.fixture
def open_here(path: Path, clock: ManualClock) -> Iterator[list[Storage]]:
    """Whatever a test puts here is closed at its end."""
    opened: list[Storage] = []
    yield opened
    for storage in opened:
        storage.close()


@pytest.fixture
def storage(path: Path, clock: ManualClock, open_here: list[Storage]) -> Storage:
    """An empty storage."""
    open_here.append(open_storage(Settings(database_path=str(path)), clock))
    return open_here[-1]


@contextmanager
def running(script: str, path: Path) -> Iterator[subprocess.Popen[str]]:
    """Run ``script`` on the database at ``path`` in another process; kill it at the end."""
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        watchdog = threading.Timer(30.0, process.kill)
        watchdog.start()
        try:
            yield process
        finally:
            watchdog.cancel()
            process.kill()


def first_line(process: subprocess.Popen[str]) -> str:
    """What the process prints first."""
    assert process.stdout is not None
    return process.stdout.readline()


# Nothing is lost


def test_everything_survives_closing_and_opening(path: Path, clock: ManualClock) -> None:
    """All stores find what they held, limits and leases included."""
    settings = Settings(database_path=str(path), user_tasks=1)
    entry = HistoryEntry("job-1", 42, str(a_key()), clock.now(), 2.5)
    with closing(open_storage(settings, clock)) as before:
        before.queue.send(a_job())
        before.limiter.admit("u1", "job-1", task=True)
        before.jobs.claim(a_job(), "alice", 90.0)
        before.jobs.lead("film", a_job("a"))
        before.jobs.lead("film", a_job("b"))
        before.jobs.put_chunk("content", 0, Recognition((), "de"))
        before.cache.put(a_key(), a_transcript())
        before.cache.link("unique", "c0ffee")
        before.preferences.put(42, ChatPreferences("de"))
        before.history.add("u1", entry)
        before.statistics.add("u1", Figures(succeeded=1))
    with closing(open_storage(settings, clock)) as after:
        (delivery,) = after.queue.receive(Lane.EXPRESS, limit=10, visibility_s=90.0)
        assert delivery.job == a_job()
        assert after.limiter.admit("u1", "x", task=True).kind is VerdictKind.TOO_MANY_TASKS
        assert not after.jobs.claim(a_job(), "bob", 90.0)[0]
        assert after.jobs.waiters("film", "job-a") == [a_job("b")]
        assert after.jobs.chunks("content") == {0: Recognition((), "de")}
        assert after.cache.get(str(a_key())) == a_transcript()
        assert after.cache.content_of("unique") == "c0ffee"
        assert after.preferences.get(42) == ChatPreferences("de")
        assert after.history.recent("u1", 10) == [entry]
        after.statistics.add("u1", Figures(succeeded=1))
        assert after.statistics.since(1) == Figures(users=1, succeeded=2)


def test_a_killed_process_loses_nothing_it_had_finished(path: Path, clock: ManualClock) -> None:
    """After kill -9 in the middle of writing, every acknowledged job is there and the file whole."""
    with running(WRITER, path) as process:
        assert process.stdout is not None
        acknowledged = -1
        for line in process.stdout:
            acknowledged = int(line)
            if acknowledged == 200:
                process.kill()
    with closing(Database(path)) as database:
        assert database.read("PRAGMA integrity_check") == [("ok",)]
        stored = {job for (job,) in database.read("SELECT id FROM jobs")}
        queued = database.read("SELECT count(*) FROM messages")[0][0]
    assert acknowledged >= 200
    assert stored >= {f"job-{number}" for number in range(acknowledged + 1)}
    assert queued >= acknowledged + 1


def test_a_crashed_workers_job_is_free_at_the_next_start(
    path: Path, storage: Storage, clock: ManualClock
) -> None:
    """Who starts as the only worker gets it at once, with its receive count still counting."""
    storage.queue.send(a_job())
    with running(HOLDER, path) as process:
        assert first_line(process) == "holding\n"
        assert storage.queue.receive(Lane.EXPRESS, limit=10, visibility_s=90.0) == []
    assert storage.release_orphans() == 1
    (delivery,) = storage.queue.receive(Lane.EXPRESS, limit=10, visibility_s=90.0)
    assert delivery.receive_count == 2
    assert storage.jobs.claim(a_job(), "successor", 90.0)[0]


def test_releasing_orphans_leaves_delays_and_finished_jobs_alone(storage: Storage) -> None:
    """What was never received keeps its delay; what is finished stays so."""
    storage.queue.send(a_job("later"), delay_s=600)
    storage.jobs.claim(a_job("done"), "alice", 90.0)
    storage.jobs.update("job-done", "alice", state=JobState.DONE)
    assert storage.release_orphans() == 0
    assert storage.queue.receive(Lane.EXPRESS, limit=10, visibility_s=90.0) == []
    won, record = storage.jobs.claim(a_job("done"), "bob", 90.0)
    assert not won
    assert record.state is JobState.DONE


def test_a_failed_write_leaves_no_half(path: Path) -> None:
    """A transaction that ends in an error wrote nothing, and the next one works."""
    insert = "INSERT INTO files VALUES ('unique', 'c0ffee', 1)"
    with closing(Database(path)) as database:
        with pytest.raises(OperatorError), database.transaction() as connection:
            connection.executemany(insert, [(), ()])  # the second breaks the primary key
        assert database.read("SELECT * FROM files") == []
        with database.transaction() as connection:
            connection.execute(insert)
        assert len(database.read("SELECT * FROM files")) == 1


def test_a_message_of_another_release_holds_up_nobody(
    path: Path, storage: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    """It is set aside with a warning that quotes nothing of it, and the next job is delivered."""
    with closing(Database(path)) as database, database.transaction() as connection:
        connection.execute(
            "INSERT INTO messages (lane, job, visible_at, expires_at)"
            """ VALUES ('express', '{"version": 99, "note": "marker"}', 0, 1e12)"""
        )
    storage.queue.send(a_job())
    deliveries = storage.queue.receive(Lane.EXPRESS, limit=1, visibility_s=90.0)
    assert [delivery.job for delivery in deliveries] == [a_job()]
    assert storage.queue.dead_letters() == []
    assert storage.queue.depth() == 1
    assert storage.queue.redrive() == 1, "kept, for a release that can read it"
    assert "marker" not in caplog.text
    assert caplog.records


# One worker, private files, bounded size


def test_a_second_worker_on_the_same_file_is_refused(path: Path, storage: Storage) -> None:
    """It is told why and what to do, and takes nothing from the first."""
    storage.queue.send(a_job())
    with running(HOLDER, path) as process:
        assert first_line(process) == "holding\n"
        with pytest.raises(OperatorError, match=r"in use by another process.*DATABASE_PATH"):
            storage.release_orphans()
    assert storage.release_orphans() == 1


def test_the_lock_is_free_after_closing_and_may_be_taken_twice(path: Path) -> None:
    """Locking again by the holder is harmless; closing lets the next one in."""
    with closing(Database(path)) as first, closing(Database(path)) as second:
        first.lock()
        first.lock()
        with pytest.raises(OperatorError):
            second.lock()
        first.close()
        second.lock()


def test_only_this_user_may_read_the_files(path: Path, storage: Storage) -> None:
    """The database and what SQLite and the lock put beside it have mode 0600."""
    storage.queue.send(a_job())
    storage.release_orphans()
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert set(modes.values()) == {0o600}
    assert set(modes) >= {path.name, f"{path.name}-wal", f"{path.name}.lock"}


def test_what_is_deleted_is_no_longer_in_the_file(path: Path, clock: ManualClock) -> None:
    """Forgetting overwrites: no byte of it is left once the database is closed."""
    with closing(open_storage(Settings(database_path=str(path)), clock)) as storage:
        storage.preferences.put(42, ChatPreferences(formats=("markerword",)))
        storage.preferences.put(43, ChatPreferences(formats=("stays",)))
        storage.preferences.delete(42)
    assert b"stays" in path.read_bytes()
    assert b"markerword" not in path.read_bytes()


def fill(storage: Storage, number: int) -> None:
    """Put one row into every table that expires."""
    name = str(number)
    storage.queue.send(a_job(name))
    storage.queue.send(a_job(f"dead-{name}", Lane.BULK))
    storage.queue.bury(storage.queue.receive(Lane.BULK, limit=1, visibility_s=90.0)[0])
    storage.limiter.admit(f"u{name}", name, task=True)
    storage.jobs.claim(a_job(name), "alice", 90.0)
    storage.jobs.lead(name, a_job("a"))
    storage.jobs.lead(name, a_job("b"))
    storage.jobs.put_chunk(name, 0, Recognition((), "de"))
    storage.cache.put(a_key(name), a_transcript())
    storage.cache.link(name, "c0ffee")
    storage.history.add("u1", HistoryEntry(name, 42, "key", 0.0, 2.5))
    storage.statistics.add(f"u{name}", Figures(succeeded=1))


def sizes(database: Database) -> dict[str, int]:
    """How many rows each table that expires has."""
    return {
        table: database.read(f"SELECT count(*) FROM {table}")[0][0]  # noqa: S608 - our constants
        for table in EXPIRING
    }


def test_any_later_write_removes_what_has_expired(
    path: Path, storage: Storage, clock: ManualClock
) -> None:
    """Nothing that expired stays in the file once the bot is used again, whatever for."""
    with closing(Database(path)) as database:
        fill(storage, 1)
        assert 0 not in sizes(database).values()
        clock.advance(3 * RETENTION_S)
        storage.limiter.release("u1", "unknown")
        assert set(sizes(database).values()) == {0}


def test_much_that_expired_is_absent_at_once_and_removed_at_the_start(
    path: Path, storage: Storage, clock: ManualClock
) -> None:
    """More than a write prunes is not seen either; the worker's next start removes all of it."""
    with closing(Database(path)) as database:
        for number in range(6 * PRUNED_AT_ONCE):
            fill(storage, number)
        clock.advance(3 * RETENTION_S)
        last = str(6 * PRUNED_AT_ONCE - 1)
        assert storage.jobs.waiters(last, "job-a") == []
        assert storage.queue.dead_letters() == []
        assert storage.limiter.admit(f"u{last}", last, task=True).kind is VerdictKind.ADMITTED
        storage.limiter.release(f"u{last}", last)
        clock.advance(3 * RETENTION_S)
        assert sizes(database)["transcripts"] > 2 * PRUNED_AT_ONCE
        storage.release_orphans()
        assert set(sizes(database).values()) == {0}


def test_eight_processes_worth_of_openings_at_once_all_succeed(path: Path) -> None:
    """Creating the tables is no race."""
    start = threading.Barrier(8)
    versions: list[int] = []

    def open_once() -> None:
        start.wait()
        with closing(Database(path)) as database:
            versions.append(database.read("PRAGMA user_version")[0][0])

    threads = [threading.Thread(target=open_once) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert versions == [SCHEMA_VERSION] * 8


# Errors say what to do next


def test_a_locked_database_is_a_transient_error(path: Path, clock: ManualClock) -> None:
    """Another process writing for too long means: try again. Reading goes on meanwhile."""
    with (
        closing(Database(path, busy_timeout_s=0.01)) as database,
        closing(sqlite3.connect(path, isolation_level=None)) as other,
    ):
        queue = SqliteJobQueue(database, clock, max_receive_count=3)
        queue.send(a_job())
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(TransientError):
            queue.send(a_job("2"))
        assert queue.depth() == 1
        other.execute("ROLLBACK")
        queue.send(a_job("2"))
        assert queue.depth() == 2


@pytest.mark.parametrize(
    "write",
    [
        lambda database, clock: SqliteJobStore(database, clock, retention_s=1.0).cancel("job-1"),
        lambda database, clock: SqliteStatistics(database, clock, retention_s=1.0).add(
            "u1", Figures(succeeded=1)
        ),
        lambda database, _: SqlitePreferences(database).put(1, ChatPreferences("de")),
    ],
)
def test_whatever_cannot_be_written_now_is_transient(
    path: Path, clock: ManualClock, write: Callable[[Database, ManualClock], object]
) -> None:
    """The queue brings the job again, and it succeeds then."""
    with (
        closing(Database(path, busy_timeout_s=0.01)) as database,
        closing(sqlite3.connect(path, isolation_level=None)) as other,
    ):
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(TransientError):
            write(database, clock)
        other.execute("ROLLBACK")
        write(database, clock)


def send_many(queue: SqliteJobQueue, count: int) -> None:
    """Send that many jobs."""
    for number in range(count):
        queue.send(a_job(str(number)))


def test_a_full_disk_is_an_operator_error(path: Path, clock: ManualClock) -> None:
    """The operator reads what is full; what was there before is still there."""
    with closing(Database(path)) as database:
        queue = SqliteJobQueue(database, clock, max_receive_count=3)
        queue.send(a_job())
        pages = database.read("PRAGMA page_count")[0][0]
        database.read(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(OperatorError, match="disk is full") as caught:
            send_many(queue, 100)
        assert str(path) in str(caught.value)
        sent = queue.depth()
        assert sent >= 1
        assert len(queue.receive(Lane.EXPRESS, limit=100, visibility_s=90.0)) == sent


def test_a_file_that_cannot_be_written_is_an_operator_error(path: Path, clock: ManualClock) -> None:
    """The operator reads that access is missing."""
    with closing(Database(path)) as database:
        database.read("PRAGMA query_only = ON")
        with pytest.raises(OperatorError, match="cannot be written"):
            SqliteJobQueue(database, clock, max_receive_count=3).send(a_job())


def test_a_file_of_another_kind_is_refused_and_left_alone(path: Path) -> None:
    """A path that names something else by mistake is not overwritten."""
    path.parent.mkdir()
    path.write_bytes(b"dear diary, " * 1000)
    with pytest.raises(OperatorError, match="is no SQLite database"):
        Database(path)
    assert path.read_bytes() == b"dear diary, " * 1000


def test_a_damaged_file_is_an_operator_error(path: Path, clock: ManualClock) -> None:
    """Damage found while reading says what to do, too."""
    with closing(Database(path)):
        pass
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xa5" * (len(content) - 4096))
    with pytest.raises(OperatorError, match="is damaged"), closing(Database(path)) as database:
        SqliteJobQueue(database, clock, max_receive_count=3).send(a_job())


def test_a_newer_releases_file_is_refused_and_left_alone(path: Path) -> None:
    """Going back to an older release does not damage the data."""
    with closing(Database(path)) as database, database.transaction() as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    content = path.read_bytes()
    with pytest.raises(OperatorError, match="newer release"):
        Database(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("wrong", ["folder", "file/below"])
def test_a_path_that_cannot_be_opened_is_an_operator_error(tmp_path: Path, wrong: str) -> None:
    """A folder, or a file in the place of the folder: the operator reads which path is wrong."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(OperatorError, match="cannot be opened") as caught:
        Database(tmp_path / wrong)
    assert str(tmp_path / "file") in str(caught.value) or wrong == "folder"


TRANSIENT = {"SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL"}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        (name, getattr(sqlite3, name))
        for name in dir(sqlite3)
        if name in TRANSIENT | {"SQLITE_FULL", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_CANTOPEN"}
        or name.startswith(("SQLITE_BUSY_", "SQLITE_IOERR_", "SQLITE_CANTOPEN_", "SQLITE_CORRUPT"))
    ],
)
def test_every_result_code_has_its_consequence(path: Path, name: str, code: int) -> None:
    """Waiting helps against busy and locked, in all their variants; all else needs the operator."""
    error = sqlite3.OperationalError("near marker: syntax error")
    error.sqlite_errorcode, error.sqlite_errorname = code, name
    mapped = translated(error, path)
    waits = name in TRANSIENT or name.startswith("SQLITE_BUSY_")
    assert isinstance(mapped, TransientError if waits else OperatorError)
    assert "marker" not in str(mapped)
    assert "SQLite failed" not in str(mapped), "has a remedy of its own"


def test_an_unknown_failure_names_its_code(path: Path) -> None:
    """A statement that cannot run is the operator's, and quotes no data."""
    with closing(Database(path)) as database:
        with pytest.raises(OperatorError, match="SQLITE_ERROR"):
            database.read("SELECT nothing FROM nowhere")
        with pytest.raises(OperatorError, match="SQLITE_CONSTRAINT"), database.transaction() as c:
            c.execute("INSERT INTO files VALUES ('unique', NULL, 1)")
