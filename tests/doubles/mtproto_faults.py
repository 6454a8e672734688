"""What can befall a request to the MTProto double, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class Fault:
    """Something that befalls a request."""


@dataclass(frozen=True, slots=True)
class Refusal(Fault):
    """An RPC error."""

    code: int
    message: str


@dataclass(frozen=True, slots=True)
class Short(Fault):
    """A part of a file with only its first bytes."""

    length: int


@dataclass(frozen=True, slots=True)
class Silence(Fault):
    """No answer to this request, ever."""


@dataclass(frozen=True, slots=True)
class Stall(Fault):
    """No answer to anything on this connection any more, and no word that it is over."""


@dataclass(frozen=True, slots=True)
class Reset(Fault):
    """The connection is cut."""


@dataclass(frozen=True, slots=True)
class CdnRedirect(Fault):
    """The file is to be had from a content delivery network, which bots may not use."""


@dataclass(slots=True)
class _Plan:
    kind: type
    fault: Fault
    at: int
    times: int


class Plans:
    """Faults to come."""

    def __init__(self) -> None:
        self._plans: list[_Plan] = []

    def add(self, kind: type, fault: Fault, *, at: int, times: int) -> None:
        """Let ``fault`` befall ``times`` requests of ``kind`` from number ``at`` on, from now."""
        self._plans.append(_Plan(kind, fault, at, times))

    def clear(self) -> None:
        """Let nothing more befall anybody."""
        self._plans.clear()

    def next(self, request: Any) -> Fault | None:
        """What befalls this request; every plan for its kind counts it."""
        struck: Fault | None = None
        for plan in self._plans:
            if not isinstance(request, plan.kind):
                continue
            plan.at -= 1
            if plan.at <= 0 and plan.times and struck is None:
                plan.times -= 1
                struck = plan.fault
        return struck
