"""An event loop on which waiting takes no time, and computing as much as it is charged.

Its clock stands still while anything runs and jumps to the next timer when nothing does. Threads of
``asyncio.to_thread`` take turns with it: one runs until it is done or asks the loop for something,
and only then goes the loop on. So the same program gives the same times to the last bit, on any
machine. It knows one processor: what is charged to it queues up.
"""

from __future__ import annotations

import asyncio
import selectors
import threading
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from concurrent.futures import Executor
    from contextvars import Context

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """A loop whose ``time`` is virtual, in seconds from 0."""

    def __init__(self) -> None:
        self._now_s = 0.0
        self._processor_free_s = 0.0
        self._workers = threading.local()
        self._asked: asyncio.Task[Any] | None = None
        super().__init__(_Patience(self._pass))

    def time(self) -> float:
        """Seconds since the loop was made."""
        return self._now_s

    def charge(self, seconds: float) -> None:
        """The processor works so long for the calling worker thread; what it does next is later."""
        self._worker().charged_s += seconds

    def delay(self, seconds: float) -> None:
        """The calling worker thread waits so long for somebody else."""
        self._worker().delayed_s += seconds

    async def compute(self, seconds: float) -> None:
        """The same charge for a coroutine."""
        await asyncio.sleep(self._processed_s(seconds) - self._now_s)

    def run_in_executor(  # type: ignore[override]  # what is awaited is a plain future
        self, executor: Executor | None, func: Callable[..., Result], *args: Any
    ) -> asyncio.Future[Result]:
        """Run ``func`` in a thread of its own, in turn with the loop."""
        del executor
        worker = _Worker(self, lambda: func(*args))
        worker.resume()
        return cast("asyncio.Future[Result]", worker.future)

    def call_soon_threadsafe(
        self,
        callback: Callable[[*Arguments], object],
        *args: *Arguments,
        context: Context | None = None,
    ) -> asyncio.Handle:
        """From a worker thread: ask the loop, and wait until the task this starts is done."""
        worker = getattr(self._workers, "current", None)
        if worker is None:
            return super().call_soon_threadsafe(callback, *args, context=context)

        def ask() -> None:
            self._asked = None
            callback(*args)
            if self._asked is None:
                worker.resume()
            else:  # after the callbacks that hand its result on
                self._asked.add_done_callback(lambda _: worker.resume())

        return cast("_Worker", worker).hand_over(ask, context)

    def create_task(
        self, coro: Coroutine[Any, Any, Result], **options: Any
    ) -> asyncio.Task[Result]:
        """As ever; the newest is remembered."""
        task: asyncio.Task[Result] = super().create_task(coro, **options)
        self._asked = task
        return task

    def _worker(self) -> _Worker:
        return cast("_Worker", self._workers.current)

    def _enter(self, worker: _Worker) -> None:
        self._workers.current = worker

    def _processed_s(self, seconds: float) -> float:
        """When work of ``seconds`` that is ready now will be done."""
        if not seconds:
            return self._now_s
        self._processor_free_s = max(self._now_s, self._processor_free_s) + seconds
        return self._processor_free_s

    def _pass(self, seconds: float | None) -> None:
        if seconds is None:
            raise RuntimeError("everything waits for something that nobody does")
        self._now_s += seconds


class _Patience(selectors.DefaultSelector):
    """Instead of waiting tells how long it would have waited. Nothing else is open to wait for."""

    def __init__(self, waited: Callable[[float | None], None]) -> None:
        super().__init__()
        self._waited = waited

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready at once."""
        ready = super().select(0)
        if not ready and timeout != 0:
            self._waited(timeout)
        return ready


class _Worker:
    """A thread that runs only while the loop does not."""

    def __init__(self, loop: VirtualTimeLoop, work: Callable[[], Any]) -> None:
        self.charged_s = self.delayed_s = 0.0
        self.future: asyncio.Future[Any] = loop.create_future()
        self._loop = loop
        self._work = work
        self._turn, self._back = threading.Semaphore(0), threading.Semaphore(0)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def resume(self) -> None:
        """Let it run until it hands over; the loop stands still meanwhile."""
        self._turn.release()
        self._back.acquire()

    def hand_over(self, ask: Callable[[], None], context: Context | None) -> asyncio.Handle:
        """Have the loop do ``ask`` when what was charged is over; go on when it resumes us."""
        handle = self._later(ask, context)
        self._back.release()
        self._turn.acquire()
        return handle

    def _run(self) -> None:
        self._turn.acquire()
        self._loop._enter(self)  # noqa: SLF001  # two halves of one thing
        try:
            outcome = partial(self.future.set_result, self._work())
        except BaseException as error:  # noqa: BLE001  # it is for whoever awaits the future
            outcome = partial(self.future.set_exception, error)
        self._later(lambda: None if self.future.done() else outcome(), None)
        self._back.release()

    def _later(self, call: Callable[[], None], context: Context | None) -> asyncio.Handle:
        at_s = self._loop._processed_s(self.charged_s) + self.delayed_s  # noqa: SLF001  # as above
        self.charged_s = self.delayed_s = 0.0
        return self._loop.call_at(at_s, call, context=context)


class VirtualClock:
    """The loop's time as the ``Clock`` port."""

    def now(self) -> float:
        """Seconds since the loop was made."""
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        """Return when they have passed."""
        await asyncio.sleep(seconds)


def run(program: Callable[[VirtualTimeLoop], Coroutine[Any, Any, Result]]) -> Result:
    """Run ``program`` on a loop of its own, from second 0."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(program(cast("VirtualTimeLoop", runner.get_loop())))
