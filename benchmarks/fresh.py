"""What a fresh interpreter has spent when it has run a piece of code: processor time and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parent.parent
# Asked of the process itself, since what its parent could ask counts the parent's memory too.
REPORT = """
import time
cpu_s = time.process_time()
import json, sys
with open("/proc/self/status") as status:
    peak_kib = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
print(json.dumps([cpu_s, peak_kib * 1024, len(sys.modules)]), file=sys.stderr)
"""
MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Spent:
    """Processor seconds since the process began, peak of resident memory, modules imported."""

    cpu_s: float
    peak_bytes: int
    modules: int

    @property
    def peak_mib(self) -> str:
        """The peak for a table."""
        return f"{self.peak_bytes / MIB:.0f}"


@contextmanager
def bytecode() -> Iterator[dict[str, str]]:
    """This process's environment, but with a folder of its own where bytecode is kept and found.

    What is deployed has bytecode for everything; an environment of packages may have it for some.
    """
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "PYTHONPYCACHEPREFIX": folder}
        environ.pop("PYTHONDONTWRITEBYTECODE", None)
        yield environ


def run(arguments: list[str], environ: Mapping[str, str]) -> str:
    """Run an interpreter of its own and return the last line it wrote to standard error."""
    done = subprocess.run(  # noqa: S603  # our own interpreter, our own code
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stderr.splitlines()[-1]


def spent_on(code: str, environ: Mapping[str, str]) -> Spent:
    """What ``code`` takes. Linux only: the peak is read from /proc."""
    return Spent(*json.loads(run(["-c", code + REPORT], environ)))


def least(spent: list[Spent]) -> Spent:
    """The run that other programs disturbed least."""
    return min(spent, key=lambda one: one.cpu_s)
