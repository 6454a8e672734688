"""Faults ordered in advance: what the next calls of a method shall suffer."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from typing import Any


class Refusal(Exception):  # noqa: N818 - an answer of the protocol, named by what it says
    """An answer that is not ok; ``description`` is Telegram's own sentence."""

    def __init__(
        self, code: int, description: str, parameters: dict[str, Any] | None = None
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad_request(description: str) -> Refusal:
    """The commonest refusal."""
    return Refusal(400, f"Bad Request: {description}")


@dataclass(frozen=True, slots=True)
class HtmlPage:
    """A proxy's error page in place of an answer."""

    status: int = 502


@dataclass(frozen=True, slots=True)
class Drop:
    """The connection breaks: ``executed`` tells whether the call had been carried out."""

    executed: bool


@dataclass(frozen=True, slots=True)
class Truncate:
    """A download that ends after ``keep_bytes``: cleanly, or breaking off the announced length."""

    keep_bytes: int
    cleanly: bool


Fault = Refusal | HtmlPage | Drop | Truncate


class Faults:
    """Ordered faults by method; each is used up by one call."""

    def __init__(self) -> None:
        self._ordered: defaultdict[str, deque[Fault]] = defaultdict(deque)

    def order(self, method: str, fault: Fault, times: int = 1) -> None:
        """Let the next ``times`` calls of ``method`` not ordered for yet suffer ``fault``."""
        self._ordered[method.lower()].extend([fault] * times)

    def take(self, method: str) -> Fault | None:
        """The fault this call suffers."""
        waiting = self._ordered[method.lower()]
        return waiting.popleft() if waiting else None
