"""Calendar days (UTC) and the marks of who came on them, the same in every store."""

from __future__ import annotations

import hashlib

DAY_S = 86_400
MARK_DIGITS = 6


def day_of(now: float) -> int:
    """The day's number, counted from the beginning of the epoch."""
    return int(now // DAY_S)


def end_of(day: int) -> int:
    """The first second of the next day."""
    return (day + 1) * DAY_S


def mark_of(user: str, day: int) -> str:
    """What is remembered of ``user`` until the end of ``day``, so that nobody is counted twice.

    Six hex digits tell a day's users apart, give or take a few in a hundred thousand, and hundreds
    of Telegram's accounts share each: whoever reads them cannot list who was here. On another day
    the same user leaves another mark.
    """
    return hashlib.sha256(f"{day}\x1f{user}".encode()).hexdigest()[:MARK_DIGITS]
