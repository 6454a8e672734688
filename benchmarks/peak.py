"""One film through the media path in a process of its own: its memory, and what it wrote to disk.

``python -m benchmarks.peak SECONDS`` prints both as JSON to standard error. The process is forbidden
to make any file longer (RLIMIT_FSIZE), so that a single byte written would end it; and what Python
opens for writing is counted. The film comes from another process, not to be counted with it. Linux
only.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import sys
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.flows import Link, ours
from benchmarks.fresh import run
from benchmarks.models import MB
from benchmarks.sources import FRAME_S, PHONE_S, Source, film

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

STATUS = Path("/proc/self/status")
IO = Path("/proc/self/io")
FOR_WRITING = os.O_WRONLY | os.O_RDWR
DENSE_LINK = Link(40 * MB)


@dataclass(frozen=True, slots=True)
class Footprint:
    """What a process left behind."""

    size_bytes: int
    """Of the film."""
    peak_bytes: int
    """Resident memory, that of the interpreter and all libraries included."""
    opened_for_writing: int
    written_bytes: int
    """To storage."""


def footprint(seconds: float) -> Footprint:
    """That of a fresh process for a film so long, its sound spread over every byte."""
    # Tests that measure coverage would have it written, too.
    environ = {name: text for name, text in os.environ.items() if not name.startswith("COVERAGE")}
    environ["PYTHONDONTWRITEBYTECODE"] = "1"
    environ["MALLOC_ARENA_MAX"] = "2"  # as the functions on AWS are given it
    return Footprint(**json.loads(run(["-m", "benchmarks.peak", str(seconds)], environ)))


def main() -> None:
    """Do it and report."""
    opened: list[str] = []

    def witness(event: str, arguments: tuple[Any, ...]) -> None:
        """Count what is opened for writing."""
        if event == "open" and isinstance(arguments[2], int) and arguments[2] & FOR_WRITING:
            opened.append(event)

    with elsewhere(SHORT_S, PHONE_S) as short, elsewhere(float(sys.argv[1]), FRAME_S) as source:
        ours(short, DENSE_LINK)  # loads all code first
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        sys.addaudithook(witness)
        before = _figure(IO, "write_bytes")
        ours(source, DENSE_LINK)
        found = Footprint(
            size_bytes=source.size_bytes,
            peak_bytes=_figure(STATUS, "VmHWM") * 1024,
            opened_for_writing=len(opened),
            written_bytes=_figure(IO, "write_bytes") - before,
        )
    sys.stderr.write(json.dumps(asdict(found)) + "\n")


SHORT_S = 60.0


@contextmanager
def elsewhere(seconds: float, interleave_s: float) -> Iterator[Source]:
    """A film that a process of its own computes and hands over piece by piece."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, seconds, interleave_s), daemon=True)
    process.start()
    size_bytes, sound_bytes, samples = here.recv()

    def read(offset: int, length: int) -> bytes:
        here.send((offset, length))
        return here.recv_bytes()

    yield Source(seconds, size_bytes, read, sound_bytes, samples)
    here.send(None)
    process.join()


def _serve(connection: Connection, seconds: float, interleave_s: float) -> None:
    source = film(seconds, interleave_s=interleave_s)
    connection.send((source.size_bytes, source.sound_bytes, source.samples))
    while (wanted := connection.recv()) is not None:
        connection.send_bytes(source.read(*wanted))


def _figure(file: Path, name: str) -> int:
    lines = file.read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


if __name__ == "__main__":
    main()
