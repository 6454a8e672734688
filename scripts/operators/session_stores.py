"""Where sessions are kept: SSM for the cloud, a private file for the single machine."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Protocol

from scripts.operators.deployment import SESSION
from shared.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from scripts.operators.deployment import Deployment

PRIVATE = 0o600


class SessionStore(Protocol):
    """A place for sessions, each under a name."""

    def names(self) -> Sequence[str]:
        """The sessions there are, oldest first."""
        ...

    def add(self, session: str) -> str:
        """Keep one more; return its name, which was not in use before."""
        ...

    def remove(self, names: Sequence[str]) -> None:
        """Forget those sessions."""
        ...


class SsmSessions:
    """One SecureString each: ``mtproto-session-01`` and so on."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._names = session_names(deployment.secrets())
        self._last = max((_number(name) for name in self._names), default=0)

    def names(self) -> Sequence[str]:
        """The parameters' short names."""
        return list(self._names)

    def add(self, session: str) -> str:
        """Numbers go on, as a broken session's name is never used again."""
        self._last += 1
        name = f"{SESSION}{self._last:02}"
        self._deployment.store(name, session)
        self._names.append(name)
        return name

    def remove(self, names: Sequence[str]) -> None:
        """Delete the parameters."""
        for name in names:
            self._deployment.remove(name)
            self._names.remove(name)


class FileSessions:
    """One session a line, in a file that only its owner can read; a name is the line's number."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            text = path.read_text(encoding="ascii") if path.exists() else ""
        except (OSError, UnicodeDecodeError) as error:
            raise OperatorError(f"{path} cannot be read: name another file.") from error
        self._lines = {f"line {n}": line for n, line in enumerate(text.split(), start=1)}
        self._last = len(self._lines)

    def names(self) -> Sequence[str]:
        """The lines' numbers."""
        return list(self._lines)

    def add(self, session: str) -> str:
        """Add a line."""
        self._last += 1
        name = f"line {self._last}"
        self._lines[name] = session
        self._write()
        return name

    def remove(self, names: Sequence[str]) -> None:
        """Remove the lines."""
        for name in names:
            del self._lines[name]
        self._write()

    def _write(self) -> None:
        """Beside the file and then in its place, so that a crash loses no session."""
        beside = self._path.with_name(f"{self._path.name}.new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside.unlink(missing_ok=True)
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.writelines(f"{line}\n" for line in self._lines.values())
            beside.replace(self._path)
        except OSError as error:
            raise OperatorError(f"{self._path} cannot be written: name another file.") from error


def session_names(secrets: Iterable[str]) -> list[str]:
    """Which of the secrets' names are sessions', in the order of their numbers."""
    found = [name for name in secrets if re.fullmatch(rf"{SESSION}\d+", name)]
    return sorted(found, key=_number)


def _number(name: str) -> int:
    return int(name.removeprefix(SESSION))
