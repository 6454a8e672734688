"""Pauses between tries."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BITS = 32


def chance() -> float:
    """A random number from 0 to 1; spares the webhook the import of ``random``."""
    return int.from_bytes(os.urandom(BITS // 8), "big") / float(1 << BITS)


@dataclass(frozen=True, slots=True)
class Backoff:
    """Random pauses whose upper bound doubles: who collided once need not collide again."""

    sleep: Callable[[float], None]
    tries: int
    first_s: float
    longest_s: float
    chance: Callable[[], float] = chance

    def rounds(self) -> Iterator[int]:
        """Count the tries from 0, pausing before all but the first."""
        for number in range(self.tries):
            if number:
                bound_s = min(self.longest_s, self.first_s * 2 ** (number - 1))
                self.sleep(self.chance() * bound_s)
            yield number
