"""What a doctor's check says, and how it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from scripts.operators.deployment import AbsentError
from shared.errors import TranscriberError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scripts.operators.deployment import Deployment


class Mark(StrEnum):
    """How it stands."""

    GOOD = "✓"
    WARNING = "!"
    BAD = "✗"
    SKIPPED = "–"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line, and what to do about it where something is to be done."""

    mark: Mark
    text: str
    remedy: str = ""
    area: str = ""

    def __str__(self) -> str:
        line = f"{self.mark} {self.area:<12} {self.text}"
        return f"{line}\n{'':<15}→ {self.remedy}" if self.remedy else line


def good(text: str) -> Finding:
    """All is well."""
    return Finding(Mark.GOOD, text)


def warning(text: str, remedy: str) -> Finding:
    """It works, but should be looked at."""
    return Finding(Mark.WARNING, text, remedy)


def bad(text: str, remedy: str) -> Finding:
    """It does not work."""
    return Finding(Mark.BAD, text, remedy)


class Check(Protocol):
    """Looks at one side of a deployment; its name is the area it is shown under."""

    __name__: str

    def __call__(self, deployment: Deployment) -> Iterable[Finding]:
        """What there is to say; errors of AWS and Telegram may pass."""
        ...


def examine(deployment: Deployment, checks: Iterable[Check]) -> Iterator[Finding]:
    """The findings of all checks, as they come. A check that fails is itself a finding."""
    for check in checks:
        area = check.__name__.replace("_", " ")
        for finding in _findings(deployment, check):
            yield Finding(finding.mark, finding.text, finding.remedy, area)


def _findings(deployment: Deployment, check: Check) -> Iterator[Finding]:
    try:
        yield from check(deployment)
    except AbsentError as error:
        yield Finding(Mark.SKIPPED, f"not checked: {error}")
    except TranscriberError as error:
        yield bad("could not be checked", str(error))
