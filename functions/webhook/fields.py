"""Reading untrusted JSON: each function takes any value and gives a safe one, or says no.

Safe means: integers that every store can hold, finite numbers, and text that can be encoded (JSON
may carry half a surrogate pair, which no UTF-8 writer takes).
"""

from __future__ import annotations

import re
from typing import Any

INTEGER_LIMIT = 1 << 63  # what SQLite and DynamoDB hold, and far more than Telegram promises
_NUMERAL = re.compile(r"-?[0-9]{1,19}")
# Printable, without what JSON escapes: an identifier takes no more room in a job than it has.
_IDENTIFIER = re.compile(r"[!#-\[\]-~]{1,256}")


class MalformedUpdateError(ValueError):
    """An update lacks what Telegram guarantees. Names the field, never its value."""


def mapping(value: object, name: str) -> dict[str, Any]:
    """A JSON object, or MalformedUpdateError."""
    if not isinstance(value, dict):
        raise MalformedUpdateError(f"{name} is not an object")
    return value


def integer(value: object) -> int | None:
    """A 64-bit integer, or None; ``true`` is no number."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < INTEGER_LIMIT:
        return value
    return None


def numeral(value: object, name: str) -> str:
    """A 64-bit integer as text, given as that or as a number, or MalformedUpdateError."""
    if isinstance(value, str) and _NUMERAL.fullmatch(value):
        value = int(value)
    return str(required_integer(value, name))


def required_integer(value: object, name: str) -> int:
    """A 64-bit integer, or MalformedUpdateError."""
    number = integer(value)
    if number is None:
        raise MalformedUpdateError(f"{name} is not an integer")
    return number


def amount(value: object) -> int | None:
    """An integer that is not negative, or None."""
    number = integer(value)
    return number if number is not None and number >= 0 else None


def seconds(value: object) -> float | None:
    """A length of time, or None; NaN and infinity are no times."""
    if isinstance(value, float):
        return value if 0 <= value < INTEGER_LIMIT else None
    number = amount(value)
    return None if number is None else float(number)


def text(value: object) -> str:
    """A string that can be encoded, empty for anything else."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def identifier(value: object, name: str) -> str:
    """An opaque id of at most 256 printable ASCII characters, or MalformedUpdateError."""
    if not isinstance(value, str) or not _IDENTIFIER.fullmatch(value):
        raise MalformedUpdateError(f"{name} is not an identifier")
    return value
