"""How every operators' command looks from outside: options, sentences, exit status."""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from scripts.operators.cloud import Cloud, region_of
from scripts.operators.deployment import Deployment
from scripts.operators.stage import CONFIG_FILE, Stage
from shared.errors import TranscriberError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FAILED = 1
INTERRUPTED = 130


def parser(module: str, description: str, *examples: str) -> argparse.ArgumentParser:
    """A parser for ``python -m scripts.MODULE``; ``examples`` are arguments worth showing."""
    program = f"python -m scripts.{module}"
    shown = "\n".join(f"  {program} {example}".rstrip() for example in examples)
    return argparse.ArgumentParser(
        prog=program,
        description=description,
        epilog=f"examples:\n{shown}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_stage(made: argparse.ArgumentParser) -> None:
    """The options that say which deployment is meant."""
    made.add_argument("--stage", default="dev", help="environment in samconfig.toml (default: dev)")
    made.add_argument("--region", default="", help="AWS region; else samconfig's or your AWS one")
    made.add_argument("--endpoint-url", default="", help="address of an AWS emulator")
    made.add_argument("--config-file", default=CONFIG_FILE, help="default: samconfig.toml")


def add_telegram(made: argparse.ArgumentParser) -> None:
    """The option that says which Bot API server is meant."""
    made.add_argument(
        "--telegram-api-url", default="", help="Bot API server; else the one the stack uses"
    )


@contextmanager
def deployment(
    options: argparse.Namespace, now: Callable[[], float] = time.time
) -> Iterator[Deployment]:
    """The deployment that the options of ``add_stage`` name."""
    stage = Stage.read(options.stage, options.config_file)
    cloud = Cloud(region_of(options.region, stage.region), options.endpoint_url)
    try:
        yield Deployment(stage, cloud, getattr(options, "telegram_api_url", ""), now)
    finally:
        cloud.close()


def run(body: Callable[[], int]) -> int:
    """The exit status of ``body``; 1 and a sentence for whatever could be expected to fail."""
    try:
        return body()
    except TranscriberError as error:
        sys.stdout.flush()
        sys.stderr.write(f"{error}\n")
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED


def say(line: str = "") -> None:
    """Print a line."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
