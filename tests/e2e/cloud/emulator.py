"""MiniStack, an AWS account on this machine, for as long as one command runs.

    python -m tests.e2e.cloud.emulator [--enforce-roles] COMMAND ...

With ``--enforce-roles`` it refuses what a role does not allow, and signatures of another time than
now. The command finds it at TRANSCRIBER_EMULATOR_URL, and what it wrote in TRANSCRIBER_EMULATOR_LOG. It
listens on loopback alone and keeps everything in memory and in one temporary folder. It leaves
processes behind when it is asked to end, so it has a process group of its own, which is killed.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parents[3]
ENVIRONMENT = ROOT / ".tools" / "emulator"
URL, LOG = "TRANSCRIBER_EMULATOR_URL", "TRANSCRIBER_EMULATOR_LOG"
ENFORCE_ROLES = "--enforce-roles"
REGION = "eu-central-1"
START_LIMIT_S = 60.0
LOOK_EVERY_S = 0.05


def main(command: Sequence[str]) -> int:
    """Run ``command`` beside an emulator; its exit code."""
    enforce_roles = command[:1] == [ENFORCE_ROLES]
    command = command[enforce_roles:]
    if not command:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what is entered is also left
    with tempfile.TemporaryDirectory(prefix="emulator-") as name:
        folder = Path(name)
        with running(folder, enforce_roles=enforce_roles) as url:
            environ = {**os.environ, URL: url, LOG: str(folder / "log")}
            return subprocess.run(command, env=environ, check=False).returncode


@contextmanager
def running(folder: Path, *, enforce_roles: bool = False) -> Iterator[str]:
    """An emulator whose files are in ``folder``; its address. Raise RuntimeError if it won't start."""
    port = _free_port()
    environ = {
        "PATH": f"{ENVIRONMENT / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "LAMBDA_EXECUTOR": "local",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "AUTH": str(enforce_roles).lower(),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    log = folder / "log"
    with log.open("wb") as written:
        emulator = subprocess.Popen(
            [str(ENVIRONMENT / "bin" / "ministack")],
            env=environ,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _await(url, emulator, log)
        yield url
    finally:
        with suppress(ProcessLookupError):
            os.killpg(emulator.pid, signal.SIGKILL)
        emulator.wait()


def _await(url: str, emulator: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + START_LIMIT_S
    while emulator.poll() is None and time.monotonic() < give_up:
        with suppress(OSError), urllib.request.urlopen(f"{url}/_ministack/health", timeout=5):  # noqa: S310 - our own address
            return
        time.sleep(LOOK_EVERY_S)
    raise RuntimeError(f"the emulator did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
