"""The tables of the single-machine edition. Times are seconds since the epoch."""

from __future__ import annotations

SCHEMA_VERSION = 2  # SQLite's user_version; raise it with every change of the tables

# Every table but preferences, leases and budgets forgets by itself: rows with ``expires_at`` in the
# past count as absent and are pruned on the way of later writes.
EXPIRING = (
    "messages",
    "dead_letters",
    "requests",
    "tasks",
    "minutes",
    "jobs",
    "flights",
    "waiters",
    "chunks",
    "transcripts",
    "files",
    "history",
)

# A lease without owner is retired: never given out again. There are no more rows than sessions.
LEASES = """CREATE TABLE leases (
        name TEXT PRIMARY KEY,
        owner TEXT,
        lease_until REAL NOT NULL
    )"""

# The moment when all of a provider's hourly allowance is free again. One row per provider.
BUDGETS = "CREATE TABLE budgets (provider TEXT PRIMARY KEY, free_at REAL NOT NULL)"

TABLES = (
    # AUTOINCREMENT: an id is never used twice, so an old receipt can never fit a new message.
    """CREATE TABLE messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        lane TEXT NOT NULL,
        job TEXT NOT NULL,
        visible_at REAL NOT NULL,
        receive_count INTEGER NOT NULL DEFAULT 0,
        expires_at REAL NOT NULL
    )""",
    "CREATE INDEX messages_lane ON messages (lane, id)",
    """CREATE TABLE dead_letters (
        id INTEGER PRIMARY KEY,
        lane TEXT NOT NULL,
        job TEXT NOT NULL,
        expires_at REAL NOT NULL
    )""",
    """CREATE TABLE requests (
        user TEXT NOT NULL,
        job TEXT NOT NULL,
        expires_at REAL NOT NULL,
        PRIMARY KEY (user, job)
    )""",
    """CREATE TABLE tasks (
        user TEXT NOT NULL,
        job TEXT NOT NULL,
        expires_at REAL NOT NULL,
        PRIMARY KEY (user, job)
    )""",
    """CREATE TABLE minutes (
        minute INTEGER PRIMARY KEY,
        requests INTEGER NOT NULL,
        expires_at REAL NOT NULL
    )""",
    """CREATE TABLE jobs (
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
    """CREATE TABLE flights (
        flight TEXT PRIMARY KEY,
        leader TEXT NOT NULL,
        expires_at REAL NOT NULL
    )""",
    # closed: the leader has asked for them; until then they pass on to whoever takes over.
    """CREATE TABLE waiters (
        id INTEGER PRIMARY KEY,
        flight TEXT NOT NULL,
        job_id TEXT NOT NULL,
        job TEXT NOT NULL,
        leader TEXT NOT NULL,
        closed INTEGER NOT NULL DEFAULT 0,
        expires_at REAL NOT NULL,
        UNIQUE (flight, job_id)
    )""",
    """CREATE TABLE chunks (
        content TEXT NOT NULL,
        position INTEGER NOT NULL,
        recognition BLOB NOT NULL,
        expires_at REAL NOT NULL,
        PRIMARY KEY (content, position)
    )""",
    """CREATE TABLE transcripts (
        key TEXT PRIMARY KEY,
        transcript BLOB NOT NULL,
        expires_at REAL NOT NULL
    )""",
    """CREATE TABLE files (
        file_unique_id TEXT PRIMARY KEY,
        content TEXT NOT NULL,
        expires_at REAL NOT NULL
    )""",
    """CREATE TABLE preferences (
        chat_id INTEGER PRIMARY KEY,
        language TEXT,
        formats TEXT NOT NULL
    )""",
    """CREATE TABLE history (
        user TEXT NOT NULL,
        job_id TEXT NOT NULL,
        chat_id INTEGER NOT NULL,
        transcript_key TEXT NOT NULL,
        finished_at REAL NOT NULL,
        duration_s REAL NOT NULL,
        expires_at REAL NOT NULL,
        PRIMARY KEY (user, job_id)
    )""",
    LEASES,
    BUDGETS,
)

SCHEMA = (*TABLES, *(f"CREATE INDEX {name}_expiry ON {name} (expires_at)" for name in EXPIRING))

MIGRATIONS = {1: (LEASES, BUDGETS)}  # what brings a file of that version to the next

PRUNE = tuple(
    f"DELETE FROM {name} WHERE rowid IN"  # noqa: S608 - the names are the constants above
    f" (SELECT rowid FROM {name} WHERE expires_at <= ? LIMIT ?)"
    for name in EXPIRING
)
