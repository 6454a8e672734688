"""Sign the bot in for files above 20 MiB, once, and keep the sessions: ``make sessions``."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.operators import command
from scripts.operators.deployment import BOT_TOKEN
from scripts.operators.environment import environment
from scripts.operators.session_stores import FileSessions, SsmSessions
from scripts.operators.sign_in import Account, require_cipher, sign_in
from shared.errors import OperatorError, RateLimitedError, TransientError
from shared.texts import span

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from scripts.operators.session_stores import SessionStore

BULK_WORKERS = "4"  # the template's default for BulkConcurrency
LOCAL_SESSIONS = 2
MOST_SESSIONS = 32  # more than anybody needs; each sign-in may make Telegram ask for a pause
PAUSE_S = 10.0
VARIABLES = ("TELEGRAM_BOT_TOKEN", "TELEGRAM_API_ID", "TELEGRAM_API_HASH")
STORED = (BOT_TOKEN, "telegram-api-id", "telegram-api-hash")


def main(
    arguments: Sequence[str] | None = None,
    *,
    sign: Callable[[int, str, str], str] = sign_in,
    sleep: Callable[[float], None] = time.sleep,
    environ: Mapping[str, str] | None = None,
) -> int:
    """Run the command; ``sign`` makes one session, ``sleep`` keeps the sign-ins apart."""
    parser = command.parser(
        "make_sessions",
        "Sign the bot in at Telegram's own protocol, which files above 20 MiB need, and keep the\n"
        "sessions: as SecureStrings, or with --local in a private file, one a line. Needs the bot\n"
        "token and the API id and hash of my.telegram.org: from `make secrets`, or with --local\n"
        f"from {', '.join(VARIABLES)} in the environment or .env.",
        "--stage dev",
        "--stage prod --count 6",
        "--local data/sessions.txt",
    )
    command.add_stage(parser)
    parser.add_argument("--count", type=int, help="sessions to have (default: one a bulk worker)")
    parser.add_argument("--local", metavar="FILE", type=Path, help="keep them in FILE, not in SSM")
    parser.add_argument("--replace", action="store_true", help="make new ones for those there are")
    parser.add_argument("--pause", type=float, default=PAUSE_S, help="seconds between sign-ins")
    options = parser.parse_args(arguments)

    def make(store: SessionStore, account: Account, default: int) -> int:
        count = default if options.count is None else options.count
        if not 1 <= count <= MOST_SESSIONS:
            raise OperatorError(f"--count must be 1 to {MOST_SESSIONS}.")
        old = store.names() if options.replace else ()
        missing = count - len(store.names()) + len(old)
        if missing > 0:
            _make(store, missing, lambda: sign(*account), lambda: sleep(options.pause))
            store.remove(old)
        command.say(f"Sessions that are ready: {len(store.names())}.")
        return 0

    def body() -> int:
        require_cipher()
        if options.local:
            account = _account_of(environment() if environ is None else environ)
            return make(FileSessions(options.local), account, LOCAL_SESSIONS)
        with command.deployment(options) as deployment:
            workers = min(int(deployment.setting("BulkConcurrency", BULK_WORKERS)), MOST_SESSIONS)
            account = _account(*(deployment.secret(name) for name in STORED))
            return make(SsmSessions(deployment), account, workers)

    return command.run(body)


def _account_of(environ: Mapping[str, str]) -> Account:
    values = [environ.get(name, "").strip() for name in VARIABLES]
    if not all(values):
        raise OperatorError(f"Set {', '.join(VARIABLES)} in the environment or in .env.")
    return _account(*values)


def _account(token: str, api_id: str, api_hash: str) -> Account:
    if not api_id.isdecimal():
        raise OperatorError(
            "The API id must be a number: see my.telegram.org, then `make secrets`."
        )
    return Account(int(api_id), api_hash, token)


def _make(
    store: SessionStore, count: int, sign: Callable[[], str], pause: Callable[[], None]
) -> None:
    """Sign in ``count`` times; each session is kept at once, so that a failure loses none."""
    for number in range(count):
        if number:
            pause()
        try:
            session = sign()
        except RateLimitedError as error:
            raise TransientError(
                f"Telegram wants {span(error.retry_after_s or 0)} without sign-ins: run this again "
                f"after that, and not before. {number} of {count} sessions were made and are kept."
            ) from error
        command.say(f"{store.add(session)} is ready ({number + 1} of {count}).")


if __name__ == "__main__":
    sys.exit(main())
