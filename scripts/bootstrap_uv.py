"""Print the path of a uv that works, bringing a private one where there is none.

Runs on a bare Python 3.11 with the standard library alone: Debian's has neither pip nor venv. What
it does is told on standard error; standard output is the path, nothing else. The version and the
hashes of its wheels stand in ``uv.txt``; whatever index they come from, nothing else is installed.
"""

from __future__ import annotations

import hashlib
import http.client
import io
import os
import platform
import re
import shutil
import subprocess
import sys
import urllib.parse
import urllib.request
import zipfile
from html import unescape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENT = Path(__file__).with_name("uv.txt")
OLDEST_UV = (0, 8)  # the oldest tried with this repository's lock file
INDEX_VARIABLES = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL")
PUBLIC_INDEX = "https://pypi.org/simple"
TIMEOUT_S = 60


class UnavailableError(Exception):
    """There is no uv and none can be had; the message says what to do."""


def main() -> int:
    """Print the path of a uv, or say in one sentence why there is none."""
    try:
        uv = existing_uv() or private_uv(ROOT / ".tools")
    except UnavailableError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{uv}\n")
    return 0


def existing_uv() -> Path | None:
    """The first uv on PATH that runs and is new enough."""
    for folder in os.get_exec_path():
        found = shutil.which("uv", path=folder)
        if found and version_of(Path(found)) >= OLDEST_UV:
            return Path(found)
    return None


def private_uv(tools: Path) -> Path:
    """The uv in ``tools``, installed there first if it is missing or broken."""
    version, hashes = pinned()
    folder = tools / f"uv-{version}"
    uv = folder / "bin" / "uv"
    if version_of(uv) < OLDEST_UV:
        say(f"No uv found: installing uv {version} (about 20 MB) into .tools …")
        shutil.rmtree(folder, ignore_errors=True)
        if not install_with_pip(folder):
            unpack(download_wheel(version, hashes), uv)
        if version_of(uv) < OLDEST_UV:
            raise UnavailableError(f"The uv in {folder} does not run here: install uv yourself.")
    return uv


def pinned() -> tuple[str, frozenset[str]]:
    """The version of uv.txt, and the SHA-256 of every wheel it may come from."""
    text = REQUIREMENT.read_text(encoding="utf-8")
    version = re.findall(r"^uv==(\S+)", text, re.MULTILINE)[0]
    return version, frozenset(re.findall(r"--hash=sha256:([0-9a-f]{64})", text))


def version_of(uv: Path) -> tuple[int, ...]:
    """The version the program gives of itself; () when it does not run."""
    try:
        told = subprocess.run(  # noqa: S603  # the program is uv, found on PATH or installed by us
            [uv, "--version"], capture_output=True, text=True, timeout=TIMEOUT_S, check=True
        ).stdout
    except (OSError, ValueError, subprocess.SubprocessError):
        return ()
    match = re.match(r"uv (\d+)\.(\d+)", told)
    return tuple(map(int, match.groups())) if match else ()


def install_with_pip(folder: Path) -> bool:
    """Let this Python's pip do it, which knows the user's proxies and mirrors; False if it cannot."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
    command += ["--only-binary", ":all:", "--disable-pip-version-check", "--target", str(folder)]
    command += ["--requirement", str(REQUIREMENT)]
    environment = {**os.environ, "PIP_USER": "0"}
    done = subprocess.run(  # noqa: S603  # our own command
        command, env=environment, capture_output=True, check=False
    )
    return done.returncode == 0


def download_wheel(version: str, hashes: frozenset[str]) -> bytes:
    """The wheel for this machine from the package index, its hash checked."""
    index = next(filter(None, map(os.environ.get, INDEX_VARIABLES)), PUBLIC_INDEX)
    page_url = f"{index.rstrip('/')}/uv/"
    links = re.findall(r'href="([^"]+)"', fetch(page_url).decode())
    by_name = {Path(urllib.parse.urlparse(link).path).name: unescape(link) for link in links}
    name = fitting_wheel([name for name in by_name if name.startswith(f"uv-{version}-py3-")])
    if name is None:
        raise UnavailableError(
            f"The index has no uv {version} for this machine "
            f"({platform.system()} {platform.machine()}): install uv yourself and put it on PATH."
        )
    wheel = fetch(urllib.parse.urljoin(page_url, by_name[name]))
    if hashlib.sha256(wheel).hexdigest() not in hashes:
        raise UnavailableError(f"{name} is not the file it should be (SHA-256 differs): try again.")
    return wheel


def fitting_wheel(names: list[str]) -> str | None:
    """The wheel for this system, machine and C library that asks for the oldest system."""
    machine = platform.machine().lower()
    if platform.system() == "Darwin":
        tag = rf"macosx_(\d+)_(\d+)_{machine}"
    elif platform.libc_ver()[0] == "glibc":
        tag = rf"manylinux_(\d+)_(\d+)_{machine}"
    else:
        tag = rf"musllinux_(\d+)_(\d+)_{machine}"
    fitting = [
        (int(match[1]), int(match[2]), name) for name in names if (match := re.search(tag, name))
    ]
    return min(fitting)[2] if fitting else None


def fetch(url: str) -> bytes:
    """The content behind ``url``; proxies and SSL_CERT_FILE from the environment are honoured."""
    request = urllib.request.Request(url, headers={"Accept": "text/html, */*;q=0.1"})  # noqa: S310  # the user's own index
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310  # as above
            return bytes(answer.read())
    except (OSError, ValueError, http.client.HTTPException) as error:
        host = urllib.parse.urlparse(url).hostname
        raise UnavailableError(
            f"uv is missing and {host} cannot be reached ({type(error).__name__}): "
            "connect to the network, or install uv yourself and put it on PATH."
        ) from error


def unpack(wheel: bytes, uv: Path) -> None:
    """Write the one program in ``wheel`` to ``uv``."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        member = next(name for name in archive.namelist() if name.endswith("/scripts/uv"))
        uv.parent.mkdir(parents=True, exist_ok=True)
        uv.write_bytes(archive.read(member))
    uv.chmod(0o755)


def say(sentence: str) -> None:
    """Tell the user what takes time."""
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
