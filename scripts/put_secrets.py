"""Store the bot's token and the providers' keys as SecureStrings in SSM: ``make secrets``."""

from __future__ import annotations

import getpass
import os
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scripts.operators import bot_api, command
from scripts.operators.deployment import BOT_TOKEN
from shared.errors import OperatorError, TransientError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from scripts.operators.deployment import Deployment, Secret


@dataclass(frozen=True, slots=True)
class Kind:
    """A secret that is asked for: its parameter, its variable, what it looks like."""

    name: str
    variable: str
    shape: re.Pattern[str]
    question: str


KEYS = re.compile(r"[!-+\--~]{8,}(\s*,\s*[!-+\--~]{8,})*")  # printable, several by commas
KINDS = (
    Kind(BOT_TOKEN, "TELEGRAM_BOT_TOKEN", re.compile(r"\d{5,}:[A-Za-z0-9_-]{20,}"), "from @BotFather"),
    Kind("groq-api-key", "GROQ_API_KEY", KEYS, "one, or several by commas"),
    Kind("deepgram-api-key", "DEEPGRAM_API_KEY", KEYS, "one, or several by commas"),
    Kind("openai-api-key", "OPENAI_API_KEY", KEYS, "of an OpenAI-compatible server"),
    Kind("telegram-api-id", "TELEGRAM_API_ID", re.compile(r"\d{3,}"), "from my.telegram.org, for files above 20 MiB"),
    Kind("telegram-api-hash", "TELEGRAM_API_HASH", re.compile(r"[0-9a-f]{32}"), "from my.telegram.org, beside the id"),
)  # fmt: skip


def main(
    arguments: Sequence[str] | None = None,
    *,
    ask: Callable[[str], str] = getpass.getpass,
    confirm: Callable[[str], str] = input,
    environ: Mapping[str, str] = os.environ,
) -> int:
    """Run the command; ``ask`` reads a secret without showing it, ``confirm`` a yes or no."""
    parser = command.parser(
        "put_secrets",
        "Store the secrets of a stage as SecureStrings in SSM, asking for each without showing\n"
        "it. What runs already uses a new value within five minutes, without a deployment.",
        "--stage dev",
        "--stage prod --from-env --yes",
        "--list",
    )
    command.add_stage(parser)
    command.add_telegram(parser)
    parser.add_argument(
        "--from-env",
        action="store_true",
        help=f"read {', '.join(kind.variable for kind in KINDS)} from the environment",
    )
    parser.add_argument("--yes", action="store_true", help="overwrite and delete without asking")
    parser.add_argument("--list", action="store_true", help="list names and dates, never values")
    parser.add_argument("--delete", metavar="NAME", help="delete one, for example groq-api-key")
    options = parser.parse_args(arguments)

    def body() -> int:
        with command.deployment(options) as deployment:
            if options.list:
                return _list(deployment)
            if options.delete:
                return _delete(deployment, options.delete, None if options.yes else confirm)
            known = deployment.secrets()
            values = _from(environ) if options.from_env else _asked(known, ask)
            _check(deployment, values)
            return _store(deployment, values, known, None if options.yes else confirm)

    return command.run(body)


def _list(deployment: Deployment) -> int:
    secrets = deployment.secrets()
    for secret in secrets.values():
        weak = "" if secret.type == "SecureString" else f"  ({secret.type}: not encrypted)"
        command.say(f"{secret.name:<24} set {secret.changed_at:%Y-%m-%d %H:%M}{weak}")
    if not secrets:
        command.say(f"There is nothing under {deployment.stage.secrets_prefix}.")
    return 0


def _delete(deployment: Deployment, name: str, confirm: Callable[[str], str] | None) -> int:
    if confirm and not _agreed(confirm, f"Delete {deployment.parameter(name)}?"):
        command.say("Nothing is deleted.")
        return 0
    deployment.remove(name)
    command.say(f"{name} is deleted.")
    return 0


def _from(environ: Mapping[str, str]) -> dict[str, str]:
    """What the environment gives, by parameter names."""
    return {
        kind.name: environ[kind.variable].strip()
        for kind in KINDS
        if environ.get(kind.variable, "").strip()
    }


def _asked(known: Mapping[str, Secret], ask: Callable[[str], str]) -> dict[str, str]:
    """What the operator types; Enter leaves a secret as it is."""
    command.say("What you type is not shown. Enter alone leaves a secret as it is.")
    values = {}
    for kind in KINDS:
        state = f"set {known[kind.name].changed_at:%Y-%m-%d}" if kind.name in known else "not set"
        try:
            value = ask(f"{kind.name} ({kind.question}; {state}): ").strip()
        except EOFError as error:
            raise OperatorError("There is no terminal to ask in: use --from-env --yes.") from error
        if value:
            values[kind.name] = value
    return values


def _check(deployment: Deployment, values: Mapping[str, str]) -> None:
    """See that every value looks right before any is stored, and that Telegram takes the token."""
    if not values:
        raise OperatorError("No secret was given: nothing is stored.")
    for kind in KINDS:
        if kind.name in values and not kind.shape.fullmatch(values[kind.name]):
            raise OperatorError(
                f"What was given for {kind.name} does not look like one ({kind.question}): "
                "nothing is stored."
            )
    if BOT_TOKEN not in values:
        return
    url = deployment.telegram_url
    try:
        me = bot_api.ask(values[BOT_TOKEN], url, "getMe")
    except OperatorError as error:
        raise OperatorError(
            "Telegram does not know this bot token: copy it from @BotFather; nothing is stored."
        ) from error
    except TransientError:
        command.say("Telegram cannot be reached from here, so the bot token is not checked.")
    else:
        command.say(f"Telegram knows the token: it is @{me['username']}'s.")


def _store(
    deployment: Deployment,
    values: Mapping[str, str],
    known: Mapping[str, Secret],
    confirm: Callable[[str], str] | None,
) -> int:
    """Write them; ``confirm`` is asked before anything is overwritten."""
    stored = 0
    for name, value in values.items():
        if name in known and confirm and not _agreed(confirm, f"Overwrite {name}?"):
            command.say(f"{name} stays as it is.")
            continue
        deployment.store(name, value)
        stored += 1
        command.say(f"{name} is stored.")
    if stored:
        command.say("What runs already uses it within 5 minutes; no deployment is needed.")
    if BOT_TOKEN in values and BOT_TOKEN in known:
        command.say(f"If the token is another bot's, `{deployment.make('doctor')}` says more.")
    return 0


def _agreed(confirm: Callable[[str], str], question: str) -> bool:
    try:
        return confirm(f"{question} [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError as error:
        raise OperatorError("There is no terminal to ask in: give --yes.") from error


if __name__ == "__main__":
    sys.exit(main())
