"""Look at, set or delete the bot's webhook: ``make webhook``."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from scripts.operators import bot_api, command
from shared.bot import ALLOWED_UPDATES
from shared.texts import span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scripts.operators.deployment import Deployment

DEFAULT_CONNECTIONS = "40"


def main(arguments: Sequence[str] | None = None, now: Callable[[], float] = time.time) -> int:
    """Run the command."""
    parser = command.parser(
        "webhook",
        "Show where Telegram delivers and what goes wrong there, set it to the stack's URL with\n"
        "the stored secret (as a deployment does), or delete it. Updates that wait are kept.",
        "info",
        "set --stage prod",
        "delete --stage dev",
    )
    parser.add_argument("action", nargs="?", choices=list(ACTIONS), default="info")
    command.add_stage(parser)
    command.add_telegram(parser)
    options = parser.parse_args(arguments)

    def body() -> int:
        with command.deployment(options, now) as deployment:
            return ACTIONS[options.action](deployment)

    return command.run(body)


def _info(deployment: Deployment) -> int:
    info = deployment.ask_telegram("getWebhookInfo")
    command.say(f"url              {info['url'] or '(none: Telegram delivers nowhere)'}")
    command.say(f"pending updates  {info['pending_update_count']}")
    for name in ("max_connections", "ip_address", "allowed_updates"):
        if name in info:
            shown = ", ".join(info[name]) if isinstance(info[name], list) else info[name]
            command.say(f"{name.replace('_', ' '):<16} {shown}")
    if not info["url"]:
        command.say(f"→ run `{deployment.make('webhook')} DO=set`")
    elif info.get("last_error_message"):
        _explain(info, deployment)
    else:
        command.say("last error       none")
    return 0


def _explain(info: dict[str, Any], deployment: Deployment) -> None:
    message = info["last_error_message"]
    ago = span(max(deployment.now() - info["last_error_date"], 0))
    command.say(f"last error       {message} ({ago} ago)")
    if not info["pending_update_count"]:
        command.say("                 Nothing waits, so that is over.")
    command.say(f"→ {bot_api.meaning(message, deployment.stage.name)}")


def _set(deployment: Deployment) -> int:
    url = deployment.output("WebhookUrl")
    connections = deployment.stack.parameters.get("WebhookConnections", DEFAULT_CONNECTIONS)
    deployment.ask_telegram(
        "setWebhook",
        url=url,
        secret_token=deployment.webhook_secret(),
        max_connections=int(connections),
        allowed_updates=list(ALLOWED_UPDATES),
        drop_pending_updates=False,
    )
    command.say(f"Telegram delivers to {url} now.")
    return 0


def _delete(deployment: Deployment) -> int:
    deployment.ask_telegram("deleteWebhook", drop_pending_updates=False)
    command.say("Telegram delivers nowhere now; it keeps new messages for a day.")
    return 0


ACTIONS = {"info": _info, "set": _set, "delete": _delete}


if __name__ == "__main__":
    sys.exit(main())
