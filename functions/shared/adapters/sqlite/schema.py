"""The tables of the single-machine edition. Times are seconds since the epoch."""

from __future__ import annotations

SCHEMA_VERSION = 3  # SQLite's user_version; raise it with every change of the tables

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
    "statistics",
    "visitors",
)

# A lease without owner is retired: never given out again. There are no more rows than sessions.
LEASES = """CREATE TABLE leases (
        name TEXT PRIMARY KEY,
        owner TEXT,
        lease_until REAL NOT NULL
    )"""

# The moment when all of a provider's hourly allowance is free again. One row per provider.
BUDGETS = "CREATE TABLE budgets (provider TEXT PRIMARY KEY, free_at REAL NOT NULL)"

# A message's id is a number or, where the chat is none of the bot's, a text. Its column has no type:
# with one, SQLite would turn digits into a number, or numbers into text.
JOBS = """CREATE TABLE jobs (
        id TEXT PRIMARY KEY,
        job TEXT NOT NULL,
        state TEXT NOT NULL,
        owner TEXT,
        lease_until REAL NOT NULL,
        status_message_id,
        delivered INTEGER NOT NULL,
        transcript_key TEXT,
        expires_at REAL NOT NULL
    )"""

# What the chat chose, as JSON.
PREFERENCES = "CREATE TABLE preferences (chat_id INTEGER PRIMARY KEY, choices TEXT NOT NULL)"

# The figures of a day (UTC, counted from the epoch).
STATISTICS = """CREATE TABLE statistics (
        day INTEGER PRIMARY KEY,
        users INTEGER NOT NULL,
        succeeded INTEGER NOT NULL,
        failed INTEGER NOT NULL,
        refused INTEGER NOT NULL,
        cached INTEGER NOT NULL,
        audio_s REAL NOT NULL,
        cost_usd REAL NOT NULL,
        expires_at REAL NOT NULL
    )"""

# Marks of the users counted today; see shared.adapters.days.
VISITORS = """CREATE TABLE visitors (
        day INTEGER NOT NULL,
        mark TEXT NOT NULL,
        expires_at REAL NOT NULL,
        PRIMARY KEY (day, mark)
    )"""

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
    JOBS,
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
    PREFERENCES,
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
    STATISTICS,
    VISITORS,
)


def _expiry_index(table: str) -> str:
    return f"CREATE INDEX {table}_expiry ON {table} (expires_at)"


SCHEMA = (*TABLES, *(_expiry_index(table) for table in EXPIRING))

# The formats of version 2 were files beside the text.
CHOICES = """INSERT INTO preferences SELECT chat_id, json_patch('{}', json_object(
        'language', language,
        'formats',
        CASE WHEN json_array_length(formats) THEN json('["text",' || substr(formats, 2)) END
    )) FROM former"""

# What brings a file of that version to the next.
MIGRATIONS = {
    1: (LEASES, BUDGETS),
    2: (
        "ALTER TABLE preferences RENAME TO former",
        PREFERENCES,
        CHOICES,
        "DROP TABLE former",
        "ALTER TABLE jobs RENAME TO former",
        "DROP INDEX jobs_expiry",
        JOBS,
        _expiry_index("jobs"),
        "INSERT INTO jobs SELECT * FROM former",
        "DROP TABLE former",
        STATISTICS,
        _expiry_index("statistics"),
        VISITORS,
        _expiry_index("visitors"),
    ),
}

PRUNE = tuple(
    f"DELETE FROM {name} WHERE rowid IN"  # noqa: S608 - the names are the constants above
    f" (SELECT rowid FROM {name} WHERE expires_at <= ? LIMIT ?)"
    for name in EXPIRING
)
