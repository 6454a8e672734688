"""What a recording costs on AWS and at the speech provider: ``python -m benchmarks.cost``.

Calls, units and bytes are counted by following one recording through both handlers. Lambda's time
is worked out from them: each call waits as long as ``WAITS`` assumes, one after the other, and the
processor time is that of this machine, the emulators' included. Cold starts and retries are not in
it, nor is what a month costs whether anybody sends anything, which is a table of its own.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

from benchmarks.job import measure
from benchmarks.prices import AS_OF, AWS_USD, MONTHLY_USD, SPEECH_USD
from benchmarks.table import markdown
from processor.recognition.places import CHUNKS_IN_FLIGHT
from scripts.cloudformation import load
from shared.jobs import EXPRESS_DURATION_S
from shared.telemetry import Metric

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.job import Usage, Work

NOTE_S, HOUR_S, NOTES = 30.0, 3600.0, 1000
MB_PER_GB = 1024
PLATFORM_LOG_BYTES = 1_000  # Lambda's own lines for each invocation
ACCESS_LOG_BYTES = 250
POLLS_PER_MONTH = 5 * 3 * 60 * 24 * 30  # of an idle queue: five connections, 20 s each


@dataclass(frozen=True, slots=True)
class Waits:
    """How long the other side takes, assumed."""

    aws_call_s: float = 0.010
    telegram_call_s: float = 0.150
    download_bytes_per_s: float = 20e6
    speech_request_s: float = 0.5
    speech_times_real_time: float = 200.0
    webhook_cpu_s: float = 0.005


WAITS = Waits()


def main() -> None:
    """Count, compute, print."""
    note, hour = measure(NOTE_S), measure(HOUR_S)
    parameters = {name: item["Default"] for name, item in load()["Parameters"].items()}
    out = sys.stdout
    out.write(f"Counted for one recording:\n\n{counted(note, hour)}\n")
    out.write(
        f"US dollars, list prices of us-east-1, {AS_OF}:\n\n{priced(note, hour, parameters)}\n"
    )
    out.write(f"US dollars a month, before anybody sends anything:\n\n{monthly(load())}")


def counted(note: Usage, hour: Usage) -> str:
    """Calls, units and bytes."""
    rows: list[tuple[object, ...]] = []
    for function in ("webhook", "processor"):
        works: tuple[Work, Work] = getattr(note, function), getattr(hour, function)
        rows += [
            (f"{function}: {name}", *(work.operations[name] for work in works))
            for name in sorted({name for work in works for name in work.operations})
        ]
    figures: dict[str, Callable[[Usage], object]] = {
        "Lambda's poller: SQS": lambda u: u.poller.total(),
        "DynamoDB write units": lambda u: u.webhook.units.writes + u.processor.units.writes,
        "DynamoDB read units": lambda u: u.webhook.units.reads + u.processor.units.reads,
        "Telegram calls": lambda u: u.telegram_calls,
        "speech requests": lambda u: len(u.speech_requests_s),
        "bytes from Telegram": lambda u: f"{u.file_bytes:,}",
        "bytes to the provider": lambda u: f"{u.speech_bytes:,}",
        "processor time, emulators included, s": lambda u: f"{u.cpu_s:.1f}",
        "Lambda seconds (worked out)": lambda u: f"{webhook_s(u) + processor_s(u):.1f}",
    }
    rows += [(name, figure(note), figure(hour)) for name, figure in figures.items()]
    return markdown(("", "voice note, 30 s", "recording, 1 h"), rows)


def priced(note: Usage, hour: Usage, parameters: dict[str, Any]) -> str:
    """Both kinds of recording at list prices; AWS and speech apart."""
    columns = [
        {name: NOTES * usd for name, usd in aws_usd(note, parameters).items()},
        aws_usd(hour, parameters),
    ]
    totals = [sum(column.values()) for column in columns]
    rows = [(name, *(dollars(column[name]) for column in columns)) for name in columns[0]]
    rows.append(("**AWS**", *(f"**{dollars(total)}**" for total in totals)))
    for name, price in SPEECH_USD.items():
        speech = [
            times * sum(map(price.usd, usage.speech_requests_s))
            for times, usage in ((NOTES, note), (1, hour))
        ]
        rows.append((f"**{name}**", *(f"**{dollars(usd)}**" for usd in speech)))
        shares = (f"{100 * ours / usd:.0f} %" for ours, usd in zip(totals, speech, strict=True))
        rows.append(("AWS in relation to it", *shares))
    return markdown(("", "1000 voice notes of 30 s", "1 hour of audio"), rows)


def aws_usd(usage: Usage, parameters: dict[str, Any]) -> dict[str, float]:
    """What one recording costs, service by service."""
    express = usage.audio_s <= EXPRESS_DURATION_S
    memory_mb = parameters["ExpressMemory" if express else "BulkMemory"]
    gb_s = webhook_s(usage) * parameters["WebhookMemory"] + processor_s(usage) * memory_mb
    queue = sum(
        count
        for operations in (usage.webhook.operations, usage.processor.operations, usage.poller)
        for name, count in operations.items()
        if "Message" in name
    )
    units = usage.webhook.units + usage.processor.units
    log_bytes = usage.webhook.log_bytes + usage.processor.log_bytes
    log_bytes += 2 * PLATFORM_LOG_BYTES + ACCESS_LOG_BYTES
    price = AWS_USD
    return {
        "HTTP API": price["HTTP API request"],
        "Lambda, requests": 2 * price["Lambda request"],
        "Lambda, time": gb_s / MB_PER_GB * price["Lambda GB-second"],
        "SQS": queue * price["SQS request"],
        "DynamoDB": units.writes * price["DynamoDB write unit"]
        + units.reads * price["DynamoDB read unit"],
        "logs": log_bytes * price["log byte"],
        "audio to the provider": usage.speech_bytes * price["byte to the internet"],
    }


def webhook_s(usage: Usage) -> float:
    """How long the webhook runs."""
    return usage.webhook.aws_calls * WAITS.aws_call_s + WAITS.webhook_cpu_s


def processor_s(usage: Usage) -> float:
    """How long the processor runs if nothing but requests to the provider overlaps."""
    rounds = ceil(len(usage.speech_requests_s) / CHUNKS_IN_FLIGHT)
    longest_s = max(usage.speech_requests_s, default=0.0)
    return (
        usage.cpu_s
        + usage.processor.aws_calls * WAITS.aws_call_s
        + usage.telegram_calls * WAITS.telegram_call_s
        + usage.file_bytes / WAITS.download_bytes_per_s
        + rounds * (WAITS.speech_request_s + longest_s / WAITS.speech_times_real_time)
    )


def monthly(template: dict[str, Any]) -> str:
    """What the template's observability and its idle queues cost."""
    resources = list(template["Resources"].values())
    kinds = [resource["Type"] for resource in resources]
    alarms = [r["Properties"] for r in resources if r["Type"] == "AWS::CloudWatch::Alarm"]
    metrics = sum(
        sum("MetricStat" in metric for metric in alarm.get("Metrics", [])) or 1 for alarm in alarms
    )
    queues = sum(
        event["Type"] == "SQS"
        for resource in resources
        for event in resource.get("Properties", {}).get("Events", {}).values()
    )
    items = {
        "custom metrics": (
            len(Metric) + kinds.count("AWS::Logs::MetricFilter"),
            MONTHLY_USD["custom metric"],
        ),
        "metrics of alarms": (metrics, MONTHLY_USD["alarm's metric"]),
        "composite alarm": (
            kinds.count("AWS::CloudWatch::CompositeAlarm"),
            MONTHLY_USD["composite alarm"],
        ),
        "dashboard": (kinds.count("AWS::CloudWatch::Dashboard"), MONTHLY_USD["dashboard"]),
        "polls of idle queues": (queues * POLLS_PER_MONTH, AWS_USD["SQS request"]),
    }
    rows = [(name, f"{n:,}", f"{n * usd:.2f}") for name, (n, usd) in items.items()]
    total = sum(n * usd for n, usd in items.values())
    return markdown(("", "number", "USD"), [*rows, ("**together**", "", f"**{total:.2f}**")])


def dollars(usd: float) -> str:
    """As many digits as mean something."""
    if usd < LEAST_SHOWN_USD:
        return f"< {LEAST_SHOWN_USD}"
    return f"{usd:.4f}" if usd < 1 else f"{usd:.2f}"


LEAST_SHOWN_USD = 0.0001


if __name__ == "__main__":
    main()
