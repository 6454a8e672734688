"""Reading credentials from text, the same for every place they come from."""

from __future__ import annotations


def listed(text: str) -> tuple[str, ...]:
    """Several keys in one value, separated by commas."""
    return tuple(key.strip() for key in text.split(",") if key.strip())


def number(text: str) -> int:
    """An API id; 0 for what is none."""
    return int(text) if text.isdecimal() else 0
