"""Examine a deployment from end to end and say how to mend what is wrong: ``make doctor``."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from scripts.operators import cloud_checks, command, telegram_checks
from scripts.operators.findings import Mark, examine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from scripts.operators.deployment import Deployment
    from scripts.operators.findings import Check

# Nothing else can be looked at where this fails.
FIRST: tuple[Check, ...] = (cloud_checks.account,)
CHECKS: tuple[Check, ...] = (
    cloud_checks.stack,
    cloud_checks.secrets,
    telegram_checks.bot,
    telegram_checks.webhook,
    telegram_checks.front_door,
    cloud_checks.queues,
    cloud_checks.workers,
    cloud_checks.tables,
    cloud_checks.alarms,
    cloud_checks.capacity,
    cloud_checks.large_files,
    cloud_checks.code,
)


def main(arguments: Sequence[str] | None = None, now: Callable[[], float] = time.time) -> int:
    """Run the command."""
    parser = command.parser(
        "doctor",
        "Examine a deployment: account, stack, secrets, bot, webhook, queues, workers, tables,\n"
        "alarms, limits, sessions, code. Every line that is not ✓ says how to mend it. It changes\n"
        "nothing; the webhook is sent one empty update. Exit status 1 when something is broken (✗).",
        "",
        "--stage prod",
    )
    command.add_stage(parser)
    command.add_telegram(parser)
    options = parser.parse_args(arguments)

    def body() -> int:
        with command.deployment(options, now) as deployment:
            return _examine(deployment)

    return command.run(body)


def _examine(deployment: Deployment) -> int:
    marks = show(deployment, FIRST)
    if Mark.BAD in marks:
        command.say("The rest is not checked.")
        return command.FAILED
    marks += show(deployment, CHECKS)
    broken, noted = marks.count(Mark.BAD), marks.count(Mark.WARNING)
    command.say(f"\n{broken} broken, {noted} to look at, {marks.count(Mark.GOOD)} in order.")
    return command.FAILED if broken else 0


def show(deployment: Deployment, checks: Iterable[Check]) -> list[Mark]:
    """Print what the checks find, as they find it; return the marks."""
    marks = []
    for finding in examine(deployment, checks):
        command.say(str(finding))
        marks.append(finding.mark)
    return marks


if __name__ == "__main__":
    sys.exit(main())
