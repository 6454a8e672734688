"""One Lambda environment on this machine: AWS's own runtime client, and the API that it asks for work.

    with LambdaRuntime("webhook.handler.handle", environ, path=["functions"]) as function:
        done = function.invoke(event)   # done.end, done.payload, done.peak_bytes

What Lambda does to a function happens here too: it is started by its first event, killed at its
deadline or above its memory, and stopped (SIGSTOP) between its invocations; the next event after a
death starts it anew. Linux alone, since memory is read from /proc.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

from shared.adapters.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

API = "/2018-06-01/runtime"
INIT_LIMIT_S = 10.0
IDLE_LIMIT_S = 5.0  # from a handler's answer to its runtime's next question
ANSWER_LIMIT_BYTES = 6 << 20
WATCH_EVERY_S = 0.01
IDLE = "idle"  # the process asks for its next event
KIBIBYTE, MEBIBYTE = 1 << 10, 1 << 20
MILLISECONDS = 1000
# Put before everything else on the function's path: its clock is ours, which tests move on.
CLOCK = """
import time
_true = time.time
def _shifted():
    with open({file!r}) as shift:
        return _true() + float(shift.read() or 0)
time.time = _shifted
"""


class End(StrEnum):
    """How an invocation ended."""

    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out of memory"
    EXIT = "exit"
    TOO_LARGE = "too large"
    INIT_ERROR = "init error"
    ERROR = "error"
    RESPONSE = "response"


@dataclass(frozen=True, slots=True)
class Invocation:
    """What became of one event. ``payload`` is the handler's answer, or its error."""

    end: End
    payload: Any
    cold: bool
    init_s: float
    duration_s: float
    peak_bytes: int


class Clock:
    """The machine's time and what tests add to it, here and in the functions."""

    def __init__(self, folder: Path) -> None:
        self._shift_s = 0.0
        self._file = folder / "shift"
        self._file.write_text("0", encoding="utf-8")
        self.path = folder / "clock"
        self.path.mkdir()
        program = CLOCK.format(file=str(self._file))
        (self.path / "sitecustomize.py").write_text(program, encoding="utf-8")

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time() + self._shift_s

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass for everyone."""
        self._shift_s += seconds
        fresh = self._file.with_suffix(".new")
        fresh.write_text(str(self._shift_s), encoding="utf-8")
        fresh.replace(self._file)

    async def sleep(self, seconds: float) -> None:
        """Move on by ``seconds`` without waiting."""
        self.advance(seconds)


class Process:
    """The function's process, from its start to its death; ``said`` is what happened, in order."""

    def __init__(
        self, command: Sequence[str], environ: Mapping[str, str], memory_bytes: int, log: IO[bytes]
    ) -> None:
        self.said: queue.SimpleQueue[tuple[str, bytes]] = queue.SimpleQueue()
        self.work: queue.SimpleQueue[tuple[str, bytes, float] | None] = queue.SimpleQueue()
        self.peak_bytes = 0
        self.memory_bytes = memory_bytes
        self._child = subprocess.Popen(
            command,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._gone = threading.Event()
        for watch in (self._await_death, self._watch_memory):
            threading.Thread(target=watch, daemon=True).start()

    @property
    def alive(self) -> bool:
        """Whether it still runs, or is stopped."""
        return not self._gone.is_set()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it and what it started; harmless when it is gone."""
        with suppress(ProcessLookupError):
            os.killpg(self._child.pid, number)

    def freeze(self) -> None:
        """Stop it, and return when it stands still."""
        self.signal(signal.SIGSTOP)
        with suppress(ChildProcessError):
            os.waitid(os.P_PID, self._child.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def kill(self) -> None:
        """End it, and return when it is gone."""
        self.signal(signal.SIGKILL)
        self._gone.wait()

    def _await_death(self) -> None:
        code = self._child.wait()
        self._gone.set()
        self.work.put(None)
        self.said.put((End.EXIT, str(code).encode()))

    def _watch_memory(self) -> None:
        """Lambda counts resident memory; the kernel keeps its peak."""
        status = Path(f"/proc/{self._child.pid}/status")
        while not self._gone.wait(WATCH_EVERY_S):
            with suppress(OSError, StopIteration, IndexError):
                lines = status.read_text(encoding="ascii", errors="replace").splitlines()
                peak = next(line for line in lines if line.startswith("VmHWM:"))
                self.peak_bytes = int(peak.split()[1]) * KIBIBYTE
            if self.peak_bytes > self.memory_bytes:
                self.said.put((End.OUT_OF_MEMORY, b""))
                self.signal(signal.SIGKILL)
                return


class LambdaRuntime:
    """A function with one environment: an event at a time, the process kept between them."""

    def __init__(
        self,
        handler: str,
        environ: Mapping[str, str],
        *,
        path: Sequence[str],
        timeout_s: float = 10.0,
        memory_mib: int = 512,
        clock: Clock | None = None,
    ) -> None:
        self._handler = handler
        self._timeout_s = timeout_s
        self._memory_bytes = memory_mib * MEBIBYTE
        self._clock = clock
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the environment
        self._process: Process | None = None
        self._server = _Server(("127.0.0.1", 0), _Api)
        self._server.environment = self
        path = [*([str(clock.path)] if clock else []), *path]
        self._environ = {
            "PATH": os.environ["PATH"],
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "PYTHONPATH": os.pathsep.join(path),
            "PYTHONDONTWRITEBYTECODE": "1",
            "_HANDLER": handler,
            "LAMBDA_TASK_ROOT": path[-1],
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._server.server_address[1]}",
            "AWS_LAMBDA_FUNCTION_NAME": handler.partition(".")[0],
            "AWS_LAMBDA_FUNCTION_VERSION": "1",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory_mib),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_FORMAT": "JSON",
            **environ,
        }

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.kill()
        self._server.shutdown()
        self._server.server_close()
        self._log.close()

    @property
    def process(self) -> Process:
        """The process there is now."""
        assert self._process is not None, "invoke it first"
        return self._process

    def limit_memory(self, mebibytes: float) -> None:
        """Another limit, for the process that runs now as well."""
        self._memory_bytes = int(mebibytes * MEBIBYTE)
        if self._process is not None:
            self._process.memory_bytes = self._memory_bytes

    def log(self) -> str:
        """All that the function has written."""
        self._log.seek(0)
        return self._log.read().decode()

    def invoke(self, event: object) -> Invocation:
        """Give it ``event`` and wait for the end."""
        began = time.perf_counter()
        process, cold, init_s = self._process, False, 0.0
        if process is None or not process.alive:
            process, cold = self._start(), True
            end, payload = self._heard(process, INIT_LIMIT_S)
            init_s, began = time.perf_counter() - began, time.perf_counter()
            if end != IDLE:
                process.kill()
                return Invocation(End(end), payload, cold, init_s, 0.0, process.peak_bytes)
        process.signal(signal.SIGCONT)
        deadline = (self._clock or SystemClock()).now() + self._timeout_s
        process.work.put((str(uuid.uuid4()), json.dumps(event).encode(), deadline))
        end, payload = self._heard(process, self._timeout_s)
        duration_s = time.perf_counter() - began
        if end in (End.TIMEOUT, End.OUT_OF_MEMORY):
            process.kill()
        elif end in (End.RESPONSE, End.ERROR, End.TOO_LARGE):
            self._freeze(process)
        return Invocation(End(end), payload, cold, init_s, duration_s, process.peak_bytes)

    def _start(self) -> Process:
        command = [sys.executable, "-m", "awslambdaric", self._handler]
        self._process = Process(command, self._environ, self._memory_bytes, self._log)
        return self._process

    @staticmethod
    def _heard(process: Process, limit_s: float) -> tuple[str, Any]:
        """The next thing that happens within ``limit_s``."""
        try:
            end, body = process.said.get(timeout=limit_s)
        except queue.Empty:
            return End.TIMEOUT, None
        if end in (End.RESPONSE, End.ERROR, End.INIT_ERROR):
            return end, json.loads(body or b"null")
        return end, body.decode()

    def _freeze(self, process: Process) -> None:
        """Stop it as soon as it asks for more work, as an environment is between invocations."""
        if self._heard(process, IDLE_LIMIT_S)[0] == IDLE:
            process.freeze()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    environment: LambdaRuntime


class _Api(BaseHTTPRequestHandler):
    """The Runtime API, for the one environment of its server."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else every answer waits for a delayed acknowledgement
    server: _Server

    def do_GET(self) -> None:
        """Hand out the next event when there is one; the process may be frozen meanwhile."""
        process = self.server.environment.process
        process.said.put((IDLE, b""))
        event = process.work.get()
        if event is None:
            self.close_connection = True
            return
        request_id, body, deadline = event
        self._answer(
            200,
            body,
            {
                "Content-Type": "application/json",
                "Lambda-Runtime-Aws-Request-Id": request_id,
                "Lambda-Runtime-Deadline-Ms": str(int(deadline * MILLISECONDS)),
                "Lambda-Runtime-Invoked-Function-Arn": (
                    "arn:aws:lambda:eu-central-1:123456789012:function:function:live"
                ),
            },
        )

    def do_POST(self) -> None:
        """Take an answer, an error, or the failure to start."""
        body = self._body()
        said = self.server.environment.process.said
        end = End.RESPONSE if self.path.endswith("/response") else End.ERROR
        if self.path == f"{API}/init/error":
            end = End.INIT_ERROR
        if len(body) > ANSWER_LIMIT_BYTES:
            said.put((End.TOO_LARGE, b""))
            self._answer(413, b"{}", {})
            return
        said.put((end, body))
        self._answer(202, b"{}", {})

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline().strip(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        with suppress(OSError):  # whoever was killed meanwhile hears nothing
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""
