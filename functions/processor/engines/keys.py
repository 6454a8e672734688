"""Several keys of one provider, used in turn."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, TypeVar

from processor.engines.failures import KeyRefusedError
from shared.errors import OperatorError, RateLimitedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

T = TypeVar("T")

logger = logging.getLogger(__name__)


class Keys:
    """Gives each call the next key, and goes on to another where one is refused or limited.

    ``variable`` is what an operator knows the keys by; ``read`` gives the current ones, so that
    rotated keys need no restart.
    """

    def __init__(self, variable: str, read: Callable[[], Sequence[str]]) -> None:
        self._variable = variable
        self._read = read
        self._calls = 0
        self._refused: set[str] = set()

    async def call(self, request: Callable[[str], Awaitable[T]]) -> T:
        """The result of ``request`` with the first key that works, each tried at most once.

        A refused key is left out from then on, until none is left: then all count again, so that
        an account put right needs no restart. Raise RateLimitedError with the shortest wait when
        every key was limited, OperatorError when every key was refused.
        """
        limited: list[RateLimitedError] = []
        refusal: KeyRefusedError | None = None
        for key in await self._in_turn():
            try:
                return await request(key)
            except RateLimitedError as error:
                limited.append(error)
            except KeyRefusedError as error:
                refusal = error
                self._refused.add(key)
                logger.warning("a key of %s is set aside: %s", self._variable, error)
        if limited:
            raise min(limited, key=_wait_s)
        self._refused.clear()
        raise OperatorError(f"no key in {self._variable} is accepted: {refusal}") from refusal

    async def _in_turn(self) -> list[str]:
        """The keys not set aside, beginning with the one whose turn it is."""
        keys = [checked(key, self._variable) for key in await asyncio.to_thread(self._read)]
        if not keys:
            raise OperatorError(f"{self._variable} is not set")
        usable = [key for key in keys if key not in self._refused] or keys
        first = self._calls % len(usable)
        self._calls += 1
        return usable[first:] + usable[:first]


def checked(key: str, variable: str) -> str:
    """``key``, if it can stand in a header; clients quote those that cannot in their errors."""
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise OperatorError(f"{variable} holds something that is not a key")
    return key


def _wait_s(error: RateLimitedError) -> float:
    return float("inf") if error.retry_after_s is None else error.retry_after_s
