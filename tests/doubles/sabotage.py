"""Faults at the border between the use cases and their ports: any call can fail, or kill."""

from __future__ import annotations

import asyncio
import inspect
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    import composition

STORAGE_PORTS = (
    "queue",
    "limiter",
    "jobs",
    "cache",
    "preferences",
    "history",
    "statistics",
    "budget",
)


class Killed(BaseException):
    """The process died at this call; no call after it is carried out, cleaning up included."""


@dataclass(slots=True)
class Fault:
    """What befalls the next call that ``strikes``: carried out or not, it ends in ``error``."""

    error: BaseException
    strikes: Callable[[str, dict[str, Any]], bool]
    executed: bool


@dataclass(slots=True)
class Held:
    """A call held up: ``reached`` is set when it came, ``released`` lets it go on."""

    call: str
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)


class Sabotage:
    """Wraps the ports of an app whose use cases were not built yet."""

    def __init__(self, app: composition.App) -> None:
        self.calls: list[str] = []
        """``port.method`` of every call since ``watch`` was called last."""
        self._faults: list[Fault] = []
        self._held: list[Held] = []
        self._dead = False
        storage = app.storage
        wrapped = {name: self._wrap(name, getattr(storage, name)) for name in STORAGE_PORTS}
        kept = {f.name: getattr(storage, f.name) for f in fields(storage)}
        app.__dict__["storage"] = replace(storage, **{**kept, **wrapped})
        app.__dict__["messenger"] = self._wrap("messenger", app.messenger)

    def watch(self) -> None:
        """Forget the calls so far."""
        self.calls.clear()

    def order(
        self,
        error: BaseException,
        call: str | int,
        *,
        executed: bool = False,
        **arguments: Any,
    ) -> None:
        """Let a call fail: the next ``port.method`` with these arguments, or the n-th from now."""
        count = iter(range(1 << 31))

        def strikes(name: str, given: dict[str, Any]) -> bool:
            if isinstance(call, int):
                return next(count) == call
            return name == call and arguments.items() <= given.items()

        self._faults.append(Fault(error, strikes, executed))

    def hold(self, call: str) -> Held:
        """Hold the next call of an asynchronous ``port.method`` up before it is carried out."""
        held = Held(call)
        self._held.append(held)
        return held

    async def pass_by(self, name: str) -> None:
        """Wait where this call is to be held up."""
        for held in self._held:
            if held.call == name:
                self._held.remove(held)
                held.reached.set()
                await held.released.wait()
                return

    def revive(self) -> None:
        """Start the process again; faults that struck nothing are forgotten."""
        self._dead = False
        self._faults.clear()

    def _wrap(self, port: str, target: Any) -> Any:
        return cast("Any", _Wrapped(port, target, self))

    def strike(self, name: str, given: dict[str, Any]) -> Fault | None:
        """Note a call, and say what befalls it. A dead process calls nobody."""
        if self._dead:
            raise Killed(name)
        self.calls.append(name)
        struck = [fault for fault in self._faults if fault.strikes(name, given)]
        for fault in struck:
            self._faults.remove(fault)
            self._dead = isinstance(fault.error, Killed)
            if not fault.executed:
                raise fault.error
            return fault
        return None


class _Wrapped:
    """A port whose calls pass through the saboteur."""

    def __init__(self, port: str, target: Any, sabotage: Sabotage) -> None:
        self._port, self._target, self._sabotage = port, target, sabotage

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._target, name)
        full = f"{self._port}.{name}"
        if inspect.iscoroutinefunction(method):

            async def call_later(*args: Any, **given: Any) -> Any:
                fault = self._sabotage.strike(full, given)
                await self._sabotage.pass_by(full)
                result = await method(*args, **given)
                if fault:
                    raise fault.error
                return result

            return call_later

        def call(*args: Any, **given: Any) -> Any:
            fault = self._sabotage.strike(full, given)
            result = method(*args, **given)
            if fault:
                raise fault.error
            return result

        return call if callable(method) else method
