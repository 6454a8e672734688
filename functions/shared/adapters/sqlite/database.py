"""One SQLite file: opening it, transactions, the lock of its only worker, and its errors."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.adapters.sqlite.schema import MIGRATIONS, PRUNE, SCHEMA, SCHEMA_VERSION
from shared.errors import OperatorError, TranscriberError, TransientError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PRUNED_AT_ONCE = 50  # rows of each table per write: more than a write adds, and no long pause
ALL = -1  # SQLite's word for no limit

PRIMARY_CODE = 0xFF  # the extended result codes hold the primary one in their lowest byte
BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL})
REMEDIES = {
    sqlite3.SQLITE_FULL: "the disk is full; free some space",
    sqlite3.SQLITE_READONLY: "cannot be written; give this user write access to it and its folder",
    sqlite3.SQLITE_PERM: "access is denied; give this user access to it and its folder",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; check that its folder exists and may be written",
    sqlite3.SQLITE_IOERR: "the disk failed while reading or writing; check it, then restart",
    sqlite3.SQLITE_CORRUPT: "is damaged; restore a backup, or move it away to start afresh",
    sqlite3.SQLITE_NOTADB: "is no SQLite database; set DATABASE_PATH to another file, or move it away",
}


class Database:
    """One file in WAL mode, safe for the threads of a process and for several processes.

    The threads share one connection, one at a time: SQLite has one writer anyway, and every
    transaction here is short.
    """

    def __init__(self, path: str | Path, *, busy_timeout_s: float = 5.0) -> None:
        self.path = Path(path)
        self._turn = threading.RLock()
        self._lock_file: int | None = None
        os.close(_open_private(self.path))
        with self._errors_named():
            self._connection = sqlite3.connect(
                self.path, timeout=busy_timeout_s, isolation_level=None, check_same_thread=False
            )
        try:
            self._prepare()
        except BaseException:
            self._connection.close()
            raise

    @contextmanager
    def transaction(self, now: float | None = None) -> Iterator[sqlite3.Connection]:
        """Write all or nothing, alone; with ``now`` also prune some rows that expired by then."""
        with self._turn, self._errors_named():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                if now is not None:
                    _prune(self._connection, now, PRUNED_AT_ONCE)
                yield self._connection
                self._connection.commit()
            except BaseException:
                self._connection.rollback()
                raise

    def read(self, sql: str, *parameters: Any) -> Sequence[Any]:
        """All rows of a query; waits for no writer of another process."""
        with self._turn, self._errors_named():
            return self._connection.execute(sql, parameters).fetchall()

    def prune(self, now: float) -> None:
        """Remove everything that expired by ``now``."""
        with self.transaction() as connection:
            _prune(connection, now, ALL)

    def lock(self) -> None:
        """Become the file's only worker until ``close``, even if killed.

        Whoever has the lock knows that nobody else holds a lease. OperatorError when another
        process has it.
        """
        if self._lock_file is not None:
            return
        lock_file = _open_private(self.path.with_name(f"{self.path.name}.lock"))
        try:
            fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(lock_file)
            raise OperatorError(
                f"{self.path} is in use by another process; stop that one, "
                "or set DATABASE_PATH to another file"
            ) from error
        self._lock_file = lock_file

    def close(self) -> None:
        """Let go of the file and the lock; harmless when done before."""
        with self._turn:
            self._connection.close()
            if self._lock_file is not None:
                os.close(self._lock_file)
                self._lock_file = None

    def _prepare(self) -> None:
        """Refuse a file of a newer release, set the connection up, bring the tables up to date."""
        self._version()
        with self._errors_named():
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            # What is deleted shall not stay readable in free pages.
            self._connection.execute("PRAGMA secure_delete = ON")
        if self._version() < SCHEMA_VERSION:
            with self.transaction() as connection:
                version = self._version()  # another process may have been faster
                for statement in _changes_since(version):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def _version(self) -> int:
        version: int = self.read("PRAGMA user_version")[0][0]
        if version > SCHEMA_VERSION:
            raise OperatorError(
                f"{self.path} was written by a newer release (schema {version}, this one knows "
                f"{SCHEMA_VERSION}); update, or set DATABASE_PATH to another file"
            )
        return version

    @contextmanager
    def _errors_named(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise translated(error, self.path) from error


def translated(error: sqlite3.Error, path: Path) -> TranscriberError:
    """The error for what happens next: try again, or call the operator and say what to do."""
    code = getattr(error, "sqlite_errorcode", 0) & PRIMARY_CODE
    if code in BUSY:
        return TransientError("the database is busy")
    if code in REMEDIES:
        return OperatorError(f"{path}: {REMEDIES[code]}")
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    return OperatorError(f"{path}: SQLite failed with {name}")


def _changes_since(version: int) -> Iterator[str]:
    """The statements that make a file of this version, 0 for an empty one, one of ours."""
    if version == 0:
        yield from SCHEMA
        return
    for former in range(version, SCHEMA_VERSION):
        yield from MIGRATIONS[former]


def _prune(connection: sqlite3.Connection, now: float, limit: int) -> None:
    for statement in PRUNE:
        connection.execute(statement, (now, limit))


def _open_private(path: Path) -> int:
    """Open or create ``path``, and its folder, with access for this user alone."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise OperatorError(
            f"{path} cannot be opened ({reason}); check its folder, or set DATABASE_PATH to another file"
        ) from error
