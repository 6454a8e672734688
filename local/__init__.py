"""The single-machine edition: polling, SQLite, one process."""
