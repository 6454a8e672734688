"""The doctor's look at Telegram and at our front door, from both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.operators import bot_api
from scripts.operators.deployment import BOT_TOKEN
from scripts.operators.findings import bad, good, warning
from shared.bot import ALLOWED_UPDATES
from shared.errors import OperatorError
from shared.texts import span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.operators.deployment import Deployment
    from scripts.operators.findings import Finding

MANY_PENDING = 20
RECENT_S = 3600.0
ANSWER_TIMEOUT_S = 15.0
IGNORABLE = b'{"update_id":0}'  # an update of no kind: accepted, and nothing is done
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
ACCEPTED, UNAUTHORISED = 200, 401


def bot(deployment: Deployment) -> Iterator[Finding]:
    """Telegram knows the token, and it is the bot the stack was deployed for."""
    token, url = deployment.secret(BOT_TOKEN), deployment.telegram_url
    try:
        me = bot_api.ask(token, url, "getMe")
    except OperatorError:
        yield bad(
            "Telegram does not know the bot token",
            f"copy it from @BotFather, then run `{deployment.make('secrets')}`",
        )
        return
    name = me["username"]
    deployed = deployment.stack.outputs.get("BotUsername", name)
    if deployed == name:
        yield good(f"@{name}")
    else:
        yield bad(
            f"the token is @{name}'s, the stack was deployed for @{deployed}",
            f"give another SecretRotation in samconfig.toml, then run `{deployment.make('deploy')}`",
        )
    wants_all = deployment.stack.parameters.get("GroupMode") == "all"
    if wants_all and not me.get("can_read_all_group_messages"):
        yield warning(
            "GroupMode is all, but in privacy mode only commands and replies reach the bot in groups",
            "send /setprivacy to @BotFather, or make the bot an administrator of its groups",
        )


def webhook(deployment: Deployment) -> Iterator[Finding]:
    """Telegram delivers to this stack, without errors and without a backlog."""
    url = deployment.output("WebhookUrl")
    info = deployment.ask_telegram("getWebhookInfo")
    register = f"run `{deployment.make('webhook')} DO=set`"
    if info["url"] != url:
        yield bad("Telegram delivers elsewhere" if info["url"] else "no webhook is set", register)
        return
    pending = info["pending_update_count"]
    message = info.get("last_error_message")
    ago_s = deployment.now() - info.get("last_error_date", 0)
    if message and (pending or ago_s < RECENT_S):
        kind = bad if pending else warning
        yield kind(
            f"{pending} updates wait; last error {span(max(ago_s, 0))} ago: {message}",
            bot_api.meaning(message, deployment.stage.name),
        )
    elif held_back := sorted(
        set(ALLOWED_UPDATES) - set(info.get("allowed_updates", ALLOWED_UPDATES))
    ):
        yield warning(f"Telegram was never asked for: {', '.join(held_back)}", register)
    elif pending > MANY_PENDING:
        yield warning(f"{pending} updates wait", "ask again in a minute; if they stay: front door")
    else:
        yield good(f"Telegram delivers here; {pending} updates wait")


def front_door(deployment: Deployment) -> Iterator[Finding]:
    """The webhook refuses strangers and lets Telegram in."""
    url = deployment.output("WebhookUrl")
    secret = deployment.webhook_secret()
    log = f"read the webhook's log group, then run `{deployment.make('deploy')}`"
    stranger = _status(url, None)
    if stranger is None:
        yield bad("the webhook's URL cannot be reached", f"check this network; {log}")
        return
    if stranger != UNAUTHORISED:
        yield bad(f"a call without the secret is answered {stranger} instead of 401", log)
    telegram = _status(url, secret)
    if telegram == UNAUTHORISED:
        yield bad(
            "the stored webhook secret is refused",
            f"give another SecretRotation in samconfig.toml, then run `{deployment.make('deploy')}`",
        )
    elif telegram != ACCEPTED:
        yield bad(f"a call as Telegram makes it is answered {telegram or 'not at all'}", log)
    elif stranger == UNAUTHORISED:
        yield good("strangers are refused, Telegram is let in")


def _status(url: str, secret: str | None) -> int | None:
    """The status of a POST to the webhook; None without an answer."""
    import httpx  # noqa: PLC0415 - not needed for --help

    headers = {"Content-Type": "application/json", **({SECRET_HEADER: secret} if secret else {})}
    try:
        return httpx.post(
            url, content=IGNORABLE, headers=headers, timeout=ANSWER_TIMEOUT_S
        ).status_code
    except (httpx.HTTPError, httpx.InvalidURL):
        return None
