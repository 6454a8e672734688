"""What a deployment asks of Telegram: a webhook with a secret that only we and Telegram know.

Three resources of the stack. The **secret** is a random token in SSM under a name that holds its
rotation; a new rotation is another resource, so that CloudFormation removes the old one after a
deployment that succeeded and the new one after one that failed. The **registration** is the webhook
of one bot and its menus of commands; its name holds the bot's id, so that a deletion never touches
another bot's webhook. The **digest** tells one set of the functions' settings from another, so that
each gets versions of its own.
"""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from shared.bot import menus, user_ids
from shared.errors import OperatorError, TranscriberError, TransientError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shared.bot import Menu

SECRET_BYTES = 48  # 64 characters once encoded; Telegram takes up to 256
TOKEN = re.compile(r"(\d+):[\w-]+", re.ASCII)
SECRET_NAME = "webhook-secret"  # noqa: S105 - the name of a parameter
NOTHING_MADE = "nothing-made"  # stands for a resource whose creation failed at once
MENUS_S = 20.0  # the time they may take of the function's 90 s
log = logging.getLogger(__name__)


class Parameters(Protocol):
    """Secrets by name."""

    def read(self, name: str) -> str | None:
        """The value, or None when there is none."""
        ...

    def write(self, name: str, value: str, key: str) -> None:
        """Store it, encrypted with ``key`` or, where that is empty, with the account's own."""
        ...

    def delete(self, name: str) -> None:
        """Remove it; harmless when there is none."""
        ...


class Bot(Protocol):
    """The methods of the Bot API that a deployment needs."""

    def username(self) -> str:
        """The bot's name. Raise TokenRefusedError when the token is no bot's."""
        ...

    def set_webhook(self, url: str, *, secret: str, connections: int) -> None:
        """Have updates delivered to ``url``; those that wait are kept."""
        ...

    def set_menu(self, menu: Menu) -> None:
        """Have Telegram offer ``menu``; tried once, for no menu is worth waiting for."""
        ...

    def webhook_url(self) -> str:
        """Where updates are delivered now; empty for nowhere."""
        ...

    def delete_webhook(self) -> None:
        """Deliver nowhere; updates that wait are kept."""
        ...


class TokenRefusedError(OperatorError):
    """Telegram does not know the bot's token."""


class Kind(StrEnum):
    """What CloudFormation asks for."""

    CREATE = "Create"
    UPDATE = "Update"
    DELETE = "Delete"


@dataclass(frozen=True, slots=True)
class Request:
    """One request of CloudFormation; ``name`` is what we called the resource before."""

    kind: Kind
    name: str | None
    properties: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What CloudFormation is told; ``failure`` is one sentence for the operator."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    failure: str = ""


class Token(NamedTuple):
    """A bot's token and the id it begins with."""

    text: str
    bot_id: str


class Setup:
    """Carries out CloudFormation's requests. ``now`` is in seconds since any one moment."""

    def __init__(
        self,
        parameters: Parameters,
        bot: Callable[[str, str], Bot],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        vault = Vault(parameters, bot)
        self._resources: dict[str, Resource] = {
            "secret": WebhookSecret(vault),
            "register": WebhookRegistration(vault, now),
            "digest": SettingsDigest(),
        }

    def carry_out(self, request: Request) -> Outcome:
        """Make, change or remove what the request's ``Action`` names."""
        name = request.name or NOTHING_MADE
        try:
            resource = self._resources[request.properties["Action"]]
            if request.kind is Kind.DELETE:
                if name != NOTHING_MADE:
                    resource.remove(name, request.properties)
                return Outcome(name)
            # A creation that fails from here on is deleted by this name; a change that fails
            # leaves the resource as it was called.
            made = resource.name(request.properties)
            name = request.name or made
            return Outcome(made, resource.make(request.properties))
        except KeyError as error:
            return Outcome(name, failure=f"The template must give {error.args[0]}.")
        except TranscriberError as error:
            return Outcome(name, failure=str(error))


class Resource(Protocol):
    """A kind of resource."""

    def name(self, properties: Mapping[str, str]) -> str:
        """What it is called; another name is another resource."""
        ...

    def make(self, properties: Mapping[str, str]) -> dict[str, str]:
        """Bring it into being or up to date; return its attributes."""
        ...

    def remove(self, name: str, properties: Mapping[str, str]) -> None:
        """See that it is gone."""
        ...


class Vault:
    """The secrets of one environment and the bot they belong to."""

    def __init__(self, parameters: Parameters, bot: Callable[[str, str], Bot]) -> None:
        self.parameters = parameters
        self._bot = bot

    def token(self, properties: Mapping[str, str]) -> Token:
        """The bot's token. Raise OperatorError saying what to run when there is none."""
        name = f"{properties['Prefix']}/bot-token"
        text = (self.parameters.read(name) or "").strip()
        match = TOKEN.fullmatch(text)
        if match is None:
            what = "is not a bot token" if text else "is missing"
            raise OperatorError(f"The parameter {name} {what}; {_remedy(properties)}")
        return Token(text, match[1])

    def bot(self, token: Token, properties: Mapping[str, str]) -> Bot:
        """The bot of ``token``."""
        return self._bot(token.text, properties["ApiUrl"])


class WebhookSecret:
    """The token that Telegram shows with each update; attributes hold its hash, never itself."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def name(self, properties: Mapping[str, str]) -> str:
        """The parameter's name."""
        return f"{properties['Prefix']}/{SECRET_NAME}-{properties['RotationId']}"

    def make(self, properties: Mapping[str, str]) -> dict[str, str]:
        """Make the secret if it is not there. The bot is asked first: a bad token ends it here."""
        bot = self._vault.bot(self._vault.token(properties), properties)
        try:
            username = bot.username()
        except TokenRefusedError as error:
            raise OperatorError(
                f"Telegram does not know the token in {properties['Prefix']}/bot-token; "
                f"{_remedy(properties)}"
            ) from error
        name, parameters = self.name(properties), self._vault.parameters
        secret = parameters.read(name)
        if secret is None:
            secret = secrets.token_urlsafe(SECRET_BYTES)
            parameters.write(name, secret, properties.get("KmsKeyArn", ""))
        return {"Sha256": hashlib.sha256(secret.encode()).hexdigest(), "BotUsername": username}

    def remove(self, name: str, properties: Mapping[str, str]) -> None:  # noqa: ARG002 - the name says all
        """Delete the parameter, which nobody but us has written."""
        self._vault.parameters.delete(name)


class WebhookRegistration:
    """The webhook of a bot, and its menus."""

    def __init__(self, vault: Vault, now: Callable[[], float]) -> None:
        self._vault = vault
        self._now = now

    def name(self, properties: Mapping[str, str]) -> str:
        """A name that holds the bot's id."""
        return _registration_of(self._vault.token(properties))

    def make(self, properties: Mapping[str, str]) -> dict[str, str]:
        """Point the webhook here, with the secret of ``SecretName``."""
        secret = self._vault.parameters.read(properties["SecretName"])
        if secret is None:
            raise OperatorError(
                f"The parameter {properties['SecretName']} is missing; "
                "deploy again with another SecretRotation."
            )
        bot = self._vault.bot(self._vault.token(properties), properties)
        connections = int(properties["MaxConnections"])
        bot.set_webhook(properties["Url"], secret=secret, connections=connections)
        self._offer_menus(bot, user_ids(properties.get("AdminUserIds", "")))
        return {}

    def remove(self, name: str, properties: Mapping[str, str]) -> None:
        """Delete the webhook if it is still ours: this bot's, and pointing to this stack."""
        try:
            token = self._vault.token(properties)
            if _registration_of(token) != name:
                return
            bot = self._vault.bot(token, properties)
            if bot.webhook_url() == properties["Url"]:
                bot.delete_webhook()
        except OperatorError:
            return  # without a token that Telegram takes there is no webhook that we could delete

    def _offer_menus(self, bot: Bot, admin_ids: tuple[int, ...]) -> None:
        """Set every menu; a deployment does not fail for one, the bot works as well without."""
        refused, late = 0, self._now() + MENUS_S
        for menu in menus(admin_ids):
            try:
                bot.set_menu(menu)
            except OperatorError:  # an admin who never wrote to the bot
                refused += 1
            except TransientError as error:
                log.warning("menus left as they were", extra={"reason": str(error)})
                return
            if self._now() > late:
                log.warning("menus left as they were", extra={"reason": "Telegram is slow"})
                return
        if refused:
            log.warning("menus refused", extra={"count": refused})


class SettingsDigest:
    """A short stand-in for the values of the settings, none of which is a secret."""

    def name(self, properties: Mapping[str, str]) -> str:  # noqa: ARG002 - there is one in a stack
        """Always the same: other settings are a change, not another resource."""
        return "settings-digest"

    def make(self, properties: Mapping[str, str]) -> dict[str, str]:
        """The digest of ``Values``."""
        return {"Digest": hashlib.sha256(properties["Values"].encode()).hexdigest()[:12]}

    def remove(self, name: str, properties: Mapping[str, str]) -> None:
        """Nothing was made."""


def _registration_of(token: Token) -> str:
    return f"telegram-webhook-{token.bot_id}"


def _remedy(properties: Mapping[str, str]) -> str:
    return f"run: make secrets STAGE={properties['Stage']}, then deploy again."
