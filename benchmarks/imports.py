"""What a cold start imports: ``python -m benchmarks.imports``.

Each case is run in fresh interpreters, all cases in turn, and the run with the least processor time
counts. All bytecode is there, as it is in what is deployed. "Ready" means wired by the settings of
AWS up to where the first call leaves the process.
"""

from __future__ import annotations

import sys

from benchmarks.fresh import Spent, bytecode, least, spent_on
from benchmarks.table import markdown

ROUNDS = 7
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "STATE_TABLE": "state",
    "CACHE_TABLE": "cache",
    "EXPRESS_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/express",
    "BULK_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/bulk",
    "DEAD_LETTER_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/dead",
    "TELEGRAM_BOT_TOKEN": "123456789:a-token-for-benchmarks-only",
    "GROQ_API_KEY": "a-key-for-benchmarks-only",
    "WEBHOOK_SECRET_SHA256": "0" * 64,
}
NAIVE = "import aws_lambda_powertools, boto3, groq, json, requests, telegram, telethon"
BARE = "bare Python"
IMPORTED = "naive handler, imported"
READY = "naive handler, ready"
CASES = {
    BARE: "",
    "webhook, imported": "import webhook.handler",
    "processor, imported": "import processor.handler",
    "setup, imported": "import setup.handler",
    IMPORTED: NAIVE,
    # Answering a forged update wires everything and calls nobody.
    "webhook, ready": """
import webhook.handler
webhook.handler._app().admission
webhook.handler.handle({"headers": {}, "body": "{}"}, None)
""",
    "processor, ready": """
import processor.handler, composition
from shared.settings import Settings
composition.build(Settings.from_environment()).processor
""",
    # The engine's SDK is loaded when the first recording is to be recognised; the cache needs none.
    "processor with Groq's SDK, ready": """
import processor.handler, composition, groq
from shared.settings import Settings
composition.build(Settings.from_environment()).processor
engine = groq.AsyncGroq(api_key="x")
""",
    READY: f"""
{NAIVE}
from aws_lambda_powertools import Logger, Metrics
clients = boto3.client("sqs"), boto3.client("dynamodb"), boto3.client("ssm")
logger, metrics = Logger(service="x"), Metrics(namespace="x", service="x")
bot, engine = telegram.Bot("123456789:x"), groq.AsyncGroq(api_key="x")
""",
}


def main() -> None:
    """Measure and print."""
    spent: dict[str, list[Spent]] = {name: [] for name in CASES}
    with bytecode() as own:
        environ = {**own, **ENVIRONMENT}
        for code in CASES.values():  # compiles what it imports
            spent_on(code, environ)
        for _ in range(ROUNDS):
            for name, code in CASES.items():
                spent[name].append(spent_on(code, environ))
    sys.stdout.write(report({name: least(runs) for name, runs in spent.items()}))


def report(spent: dict[str, Spent]) -> str:
    """The table; each case is compared with the naive handler at the same point."""
    rows = []
    for name, one in spent.items():
        naive = spent[READY if name.endswith("ready") else IMPORTED]
        rows.append(
            (
                name,
                f"{1000 * one.cpu_s:.0f}",
                f"{one.cpu_s / spent[BARE].cpu_s:.1f}",
                f"{100 * one.cpu_s / naive.cpu_s:.0f} %",
                one.peak_mib,
                one.modules,
            )
        )
    headings = ("", "CPU ms", "× bare Python", "of naive", "peak MiB", "modules")
    return markdown(headings, rows)


if __name__ == "__main__":
    main()
