"""``python -m local [FILE]``: the bot where a token is set, else the demonstration.

With FILE the demonstration runs on that file, whether or not a token is set.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

from dotenv import dotenv_values

import composition
from local.demo import NEXT_STEPS, Demonstration, check
from local.service import Service
from shared.errors import OperatorError, TransientError
from shared.settings import Settings
from shared.telemetry import JsonFormatter, Tally


def main(arguments: list[str]) -> int:
    """Run; the exit status is 0 when all went well, 1 after a sentence on what did not."""
    names = [name for name in arguments if name not in {"", "--"}]
    if len(names) > 1:
        return _complain("Give one file at most: make run FILE=talk.mp4")
    environment = {name: value or "" for name, value in dotenv_values(".env").items()}
    try:
        settings = Settings.from_environment({**environment, **os.environ})
        if names or not settings.telegram_bot_token:
            return _demonstrate(settings, Path(names[0]).expanduser() if names else None)
        _log(logging.INFO)
        return asyncio.run(_serve(settings))
    except (OperatorError, TransientError) as error:
        return _complain(str(error))
    except KeyboardInterrupt:
        return 130


def _demonstrate(settings: Settings, file: Path | None) -> int:
    _log(logging.ERROR)
    if file is not None and (problem := check(file)):
        return _complain(problem)
    print("Telegram Transcriber: a demonstration on this machine, with a stand-in for Telegram.\n")
    asyncio.run(Demonstration(settings, file).run())
    print(NEXT_STEPS)
    return 0


async def _serve(settings: Settings) -> int:
    """The real bot, until Ctrl-C or SIGTERM."""
    app = composition.build(settings)
    service, stopping, hurrying = Service(app), asyncio.Event(), asyncio.Event()

    def stop() -> None:
        """Stop at the first signal, without waiting for jobs at the second."""
        (hurrying if stopping.is_set() else stopping).set()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    try:
        profile = app.engine.profile
        print(f"Speech engine: {profile.name}, {profile.model}", flush=True)
        load = getattr(app.engine, "load", None)
        if load is not None:
            await load(lambda step: print(f"  {step} …", flush=True))
        name, removed, resumed = await service.prepare()
        if removed:
            print("A webhook was set for this bot; it is removed, as polling needs that.")
        if resumed:
            print(f"{resumed} jobs were left in work by an earlier run; they go on now.")
        print(
            f"@{name} is listening. Ctrl-C stops it: work in hand is finished, or at a second Ctrl-C put back."
        )
        sys.stdout.flush()
        await service.run(stopping, hurrying)
    finally:
        await app.close()
    print("Stopped.")
    if isinstance(app.metrics, Tally) and (summary := app.metrics.summary()):
        print(summary)
    return 0


def _log(level: int) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)


def _complain(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
