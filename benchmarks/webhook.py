"""What a warm webhook spends on an update: ``python -m benchmarks.webhook``.

The handler runs in a process of its own against DynamoDB and SQS on loopback; its processor time
alone is counted, so that the emulator's does not matter. Of several rounds the quickest counts. For
comparison the same admission calls the same services through boto3.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from benchmarks.account import account
from benchmarks.fresh import MIB, bytecode, run
from benchmarks.table import markdown
from benchmarks.warm_webhook import ADMITTED, BY_BOTO3, CASES, ENVIRONMENT, FORGED, Spent

if TYPE_CHECKING:
    from collections.abc import Mapping


def main() -> None:
    """Measure every case and print."""
    spent: dict[str, Spent] = {}
    calls: dict[str, float] = {}
    with bytecode() as own:
        for case in CASES:
            for _ in ("compile", "measure"):
                with account() as (server, environ):
                    spent[case] = measure(case, {**own, **environ, **ENVIRONMENT})
                    calls[case] = server.record.operations().total() / spent[case].updates
    sys.stdout.write(report(spent, calls))


def measure(case: str, environ: Mapping[str, str]) -> Spent:
    """Run one case in a process of its own."""
    return Spent(**json.loads(run(["-m", "benchmarks.warm_webhook", case], environ)))


def report(spent: Mapping[str, Spent], calls: Mapping[str, float]) -> str:
    """The table; ratios are to the refusal of a forged update, the least a handler can do."""
    rows = [
        (
            case,
            f"{calls[case]:g}",
            f"{1000 * one.cpu_s:.2f}",
            f"{one.cpu_s / spent[FORGED].cpu_s:.1f}",
            f"{one.peak_bytes / MIB:.0f}",
        )
        for case, one in spent.items()
    ]
    table = markdown(("", "AWS calls", "CPU ms", "× forged secret", "peak MiB"), rows)
    ratio = spent[BY_BOTO3].cpu_s / spent[ADMITTED].cpu_s
    return f"{table}\nThrough boto3 an admission takes {ratio:.1f} times the processor time.\n"


if __name__ == "__main__":
    main()
