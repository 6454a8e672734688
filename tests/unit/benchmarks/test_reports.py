"""What the benchmarks count and print."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

import pytest

import composition
from benchmarks import cost, imports, webhook
from benchmarks.fresh import Spent as Fresh
from benchmarks.job import measure
from benchmarks.prices import SPEECH_USD, Speech
from benchmarks.table import markdown
from benchmarks.warm_webhook import ADMITTED, CASES, FORGED, SECRET, Spent, spend
from scripts.cloudformation import load
from shared.settings import Settings
from shared.telemetry import Metric, Tally
from webhook.handler import handler_for

if TYPE_CHECKING:
    from pathlib import Path

PARAMETERS = {name: item["Default"] for name, item in load()["Parameters"].items()}


def cells(table: str, row: str) -> list[str]:
    """The figures of the row that begins so."""
    (line,) = [line for line in table.splitlines() if line.startswith(f"| {row} |")]
    return [cell.strip() for cell in line.strip("|").split("|")][1:]


def test_a_table_is_markdown() -> None:
    """Headings, rule, rows; the first column is text."""
    assert markdown(("", "n"), [("a", 1)]) == "|  | n |\n| :-- | --: |\n| a | 1 |\n"


def test_a_notes_way_is_counted_from_update_to_answer() -> None:
    """Admission makes three calls; the file goes to the provider once and as it came."""
    usage = measure(2.0)
    assert usage.webhook.operations == Counter(BatchGetItem=1, TransactWriteItems=1, SendMessage=1)
    assert usage.poller == Counter(ReceiveMessage=1, DeleteMessage=1)
    assert usage.webhook.units.writes == 4  # two small items in a transaction
    assert len(usage.speech_requests_s) == 1
    assert usage.speech_requests_s[0] == pytest.approx(2.0, abs=0.05)
    assert usage.speech_bytes == usage.file_bytes
    assert usage.telegram_calls >= 4  # acknowledge, getFile, download, answer
    assert usage.webhook.log_bytes > 0
    assert usage.processor.log_bytes > 0

    table = cost.counted(usage, usage)
    assert cells(table, "webhook: SendMessage") == ["1", "1"]
    assert cells(table, "speech requests") == ["1", "1"]
    usd = cost.aws_usd(usage, PARAMETERS)
    queue = sum(
        n
        for part in (usage.webhook.operations, usage.processor.operations, usage.poller)
        for name, n in part.items()
        if name in {"SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility"}
    )
    assert usd["SQS"] == pytest.approx(queue * 0.4e-6)
    assert usd["HTTP API"] == pytest.approx(1e-6)
    priced = cost.priced(usage, usage, PARAMETERS)
    (thousand, one) = cells(priced, "**Groq whisper-large-v3-turbo**")
    assert thousand == f"**{1000 * 10 / 3600 * 0.04:.4f}**"
    assert one == f"**{10 / 3600 * 0.04:.4f}**"


def test_short_requests_are_billed_as_the_least() -> None:
    """Groq bills ten seconds for any shorter request."""
    speech = Speech(0.36, least_s=10.0)
    assert speech.usd(2.0) == pytest.approx(speech.usd(10.0)) == pytest.approx(0.001)
    assert speech.usd(20.0) == pytest.approx(0.002)
    assert SPEECH_USD["Deepgram nova-3"].usd(60.0) == pytest.approx(0.0043)


def test_what_a_month_costs_follows_the_template() -> None:
    """One more metric filter is one more custom metric; both queues are polled."""
    template = load()
    before = cells(cost.monthly(template), "custom metrics")
    template["Resources"]["Another"] = {"Type": "AWS::Logs::MetricFilter"}
    after = cells(cost.monthly(template), "custom metrics")
    assert int(after[0]) == int(before[0]) + 1 > len(Metric)
    assert cells(cost.monthly(template), "polls of idle queues")[0] == "1,296,000"


def test_imports_are_compared_at_the_same_point() -> None:
    """What is imported with what is imported, what is ready with what is ready."""
    spent = {name: Fresh(0.1, 1 << 20, 10) for name in imports.CASES}
    spent[imports.BARE] = Fresh(0.01, 1 << 20, 10)
    spent[imports.IMPORTED] = Fresh(1.0, 1 << 20, 10)
    spent[imports.READY] = Fresh(2.0, 1 << 20, 10)
    table = imports.report(spent)
    assert cells(table, "webhook, imported")[1:3] == ["10.0", "10 %"]
    assert cells(table, "webhook, ready")[1:3] == ["10.0", "5 %"]


def test_the_webhooks_table_has_calls_and_ratios() -> None:
    """Every case against the refusal of a forged update."""
    spent = {case: Spent(0.001, 1 << 20, 1) for case in CASES}
    spent[ADMITTED] = Spent(0.004, 2 << 20, 1)
    table = webhook.report(spent, dict.fromkeys(CASES, 3.0))
    assert cells(table, ADMITTED) == ["3", "4.00", "4.0", "2"]


def test_the_measured_updates_are_what_they_are_called(tmp_path: Path) -> None:
    """Each admitted one is a job in the queue, a forged one is none, a wrong answer is an error."""
    settings = Settings(
        webhook_secret_sha256=hashlib.sha256(SECRET.encode()).hexdigest(),
        database_path=str(tmp_path / "state.sqlite3"),
        global_per_minute=1000,
    )
    app = composition.build(settings, metrics=Tally())
    handle = handler_for(lambda: app)
    assert spend(CASES[ADMITTED], handle, rounds=1, updates=3).updates == 6
    assert app.storage.queue.depth() == 6
    spend(CASES[FORGED], handle, rounds=1, updates=3)
    assert app.storage.queue.depth() == 6
    with pytest.raises(RuntimeError, match="mean nothing"):
        spend(CASES[FORGED]._replace(status=200), handle, rounds=1, updates=1)
    app.storage.close()
