"""Show what the functions logged about one job: ``make tail JOB=…``."""

from __future__ import annotations

import json
import re
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from scripts.operators import command
from shared.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from scripts.operators.deployment import Deployment

JOB_ID = re.compile(r"[0-9a-f]{20}")
GROUPS = {"webhook": "WebhookLogs", "express": "ExpressLogs", "bulk": "BulkLogs"}
PAGE = ("nextToken", "nextToken")
PAUSE_S = 2.0
LATE_MS = 60_000  # CloudWatch may show a line this much later than another
MILLISECONDS = 1000
MS_PER_HOUR = 3_600_000
SAID = ("timestamp", "level", "message", "service", "job", "location")


class Line(NamedTuple):
    """One line of a log, in the order of time."""

    time_ms: int
    group: str
    id: str
    text: str


def main(
    arguments: Sequence[str] | None = None,
    *,
    now: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Run the command; Ctrl-C ends ``--follow``."""
    parser = command.parser(
        "tail_job",
        "Print what webhook and processors logged about one job, oldest first, times in UTC. Job\n"
        "ids stand in the logs, in `make redrive`, and never with a user's name or text.",
        "0123456789abcdef0123",
        "0123456789abcdef0123 --stage prod --follow",
    )
    parser.add_argument("job", help="the job's id: 20 hexadecimal digits")
    command.add_stage(parser)
    parser.add_argument("--hours", type=float, default=24.0, help="how far back (default: 24)")
    parser.add_argument("--follow", action="store_true", help="go on until Ctrl-C")
    options = parser.parse_args(arguments)

    def body() -> int:
        if not JOB_ID.fullmatch(options.job):
            raise OperatorError("A job's id is 20 hexadecimal digits; `make redrive` shows some.")
        with command.deployment(options, now) as deployment:
            shown = 0
            for line in lines(
                deployment, options.job, options.hours, follow=options.follow, sleep=sleep
            ):
                command.say(rendered(line))
                shown += 1
        if not shown:
            command.say(f"Nothing about this job in {options.hours:g} hours: try more --hours.")
        return 0

    return command.run(body)


def lines(
    deployment: Deployment, job: str, hours: float, *, follow: bool, sleep: Callable[[float], None]
) -> Iterator[Line]:
    """The lines about ``job`` of the last ``hours``, once each; with ``follow`` also those to come."""
    since_ms = int(deployment.now() * MILLISECONDS - hours * MS_PER_HOUR)
    seen: set[tuple[str, str]] = set()
    while True:
        for line in look(deployment, job, since_ms):
            if (line.group, line.id) not in seen:
                seen.add((line.group, line.id))
                since_ms = max(since_ms, line.time_ms - LATE_MS)
                yield line
        if not follow:
            return
        sleep(PAUSE_S)


def look(deployment: Deployment, job: str, since_ms: int) -> list[Line]:
    """The lines about ``job`` in all groups, oldest first."""
    return sorted(
        Line(event["timestamp"], group, event["eventId"], event["message"])
        for group, logical_id in GROUPS.items()
        for event in deployment.cloud.pages(
            "logs",
            "filter_log_events",
            "events",
            PAGE,
            logGroupName=deployment.resource(logical_id),
            filterPattern=f'"{job}"',
            startTime=since_ms,
        )
    )


def rendered(line: Line) -> str:
    """A line for a person: time, function, level, message, and the fields beside it."""
    at = datetime.fromtimestamp(line.time_ms / MILLISECONDS, UTC)
    start = f"{at:%m-%d %H:%M:%S}.{at.microsecond // MILLISECONDS:03} {line.group:<8}"
    try:
        fields: Any = json.loads(line.text)
        more = " ".join(f"{key}={fields[key]}" for key in fields if key not in SAID)
        return f"{start}{fields.get('level', ''):<8}{fields['message']}  {more}".rstrip()
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"{start}{line.text.rstrip()}"


if __name__ == "__main__":
    sys.exit(main())
