"""One deployment: its stack, its secrets, its bot."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from scripts.operators import bot_api
from scripts.operators.cloud import Cloud, CloudRefusalError
from shared.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from scripts.operators.stage import Stage

BOT_TOKEN = "bot-token"  # noqa: S105 - a parameter's name, as those below
SESSION = "mtproto-session-"
WEBHOOK_SECRET = "webhook-secret-"  # noqa: S105 - as above
SSM_PAGE = ("NextToken", "NextToken")


class AbsentError(OperatorError):
    """What was asked about does not exist; the sentence says how to make it."""


@dataclass(frozen=True, slots=True)
class Stack:
    """What CloudFormation says of the stack."""

    status: str
    reason: str
    outputs: Mapping[str, str]
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Secret:
    """A parameter without its value."""

    name: str
    type: str
    changed_at: datetime


class Deployment:
    """The deployment of ``stage``; everything is asked for when first needed."""

    def __init__(
        self,
        stage: Stage,
        cloud: Cloud,
        telegram_url: str = "",
        now: Callable[[], float] = time.time,
    ) -> None:
        self.stage = stage
        self.cloud = cloud
        self.now = now
        self._telegram_url = telegram_url

    def make(self, target: str) -> str:
        """The command for this stage, to be shown in a remedy."""
        return f"make {target} STAGE={self.stage.name}"

    @cached_property
    def stack(self) -> Stack:
        """The stack. Raise AbsentError when there is none."""
        name = self.stage.stack_name
        try:
            answer = self.cloud.call("cloudformation", "describe_stacks", StackName=name)
        except CloudRefusalError as error:
            if error.code != "ValidationError":
                raise
            raise AbsentError(
                f"There is no stack {name} in {self.cloud.region}: run `{self.make('deploy')}`, "
                "or name its region with --region."
            ) from error
        found = answer["Stacks"][0]
        return Stack(
            found["StackStatus"],
            found.get("StackStatusReason", ""),
            {item["OutputKey"]: item["OutputValue"] for item in found.get("Outputs", [])},
            {item["ParameterKey"]: item["ParameterValue"] for item in found.get("Parameters", [])},
        )

    @cached_property
    def _resources(self) -> dict[str, str]:
        answer = self.cloud.call(
            "cloudformation", "describe_stack_resources", StackName=self.stage.stack_name
        )
        return {
            item["LogicalResourceId"]: item.get("PhysicalResourceId", "")
            for item in answer["StackResources"]
        }

    def output(self, name: str) -> str:
        """An output of the stack."""
        if name not in self.stack.outputs:
            raise AbsentError(
                f"The stack {self.stage.stack_name} has no output {name}: "
                f"run `{self.make('deploy')}`."
            )
        return self.stack.outputs[name]

    def resource(self, logical_id: str) -> str:
        """What the stack's resource is called in AWS."""
        _ = self.stack  # its absence has a better sentence
        if not self._resources.get(logical_id):
            raise AbsentError(
                f"The stack {self.stage.stack_name} has no {logical_id}: "
                f"run `{self.make('deploy')}`."
            )
        return self._resources[logical_id]

    def setting(self, name: str, default: str) -> str:
        """A parameter of the stack or, before the first deployment, of samconfig.toml."""
        try:
            return self.stack.parameters.get(name, default)
        except AbsentError:
            return self.stage.overrides.get(name, default)

    # Secrets

    def parameter(self, name: str) -> str:
        """The full name of a secret."""
        return f"{self.stage.secrets_prefix}/{name}"

    def secrets(self) -> dict[str, Secret]:
        """All secrets by their short names, without their values."""
        prefix = self.stage.secrets_prefix
        wanted = [{"Key": "Path", "Option": "OneLevel", "Values": [prefix]}]
        found = self.cloud.pages(
            "ssm", "describe_parameters", "Parameters", SSM_PAGE, ParameterFilters=wanted
        )
        secrets = [
            Secret(item["Name"].rpartition("/")[2], item["Type"], item["LastModifiedDate"])
            for item in found
        ]
        return {secret.name: secret for secret in sorted(secrets, key=lambda one: one.name)}

    def secret(self, name: str, remedy: str = "") -> str:
        """The value. Raise AbsentError with ``remedy`` when there is none."""
        try:
            answer = self.cloud.call(
                "ssm", "get_parameter", Name=self.parameter(name), WithDecryption=True
            )
        except CloudRefusalError as error:
            if error.code != "ParameterNotFound":
                raise
            remedy = remedy or f"run `{self.make('secrets')}`"
            raise AbsentError(f"There is no {self.parameter(name)}: {remedy}.") from error
        return str(answer["Parameter"]["Value"]).strip()

    def store(self, name: str, value: str) -> None:
        """Write the secret, encrypted with the key that the stage names or the account's own."""
        key = self.stage.overrides.get("KmsKeyArn")
        self.cloud.call(
            "ssm",
            "put_parameter",
            Name=self.parameter(name),
            Value=value,
            Type="SecureString",
            Overwrite=True,
            **({"KeyId": key} if key else {}),
        )

    def remove(self, name: str) -> None:
        """Delete the secret. Raise AbsentError when there is none."""
        try:
            self.cloud.call("ssm", "delete_parameter", Name=self.parameter(name))
        except CloudRefusalError as error:
            if error.code != "ParameterNotFound":
                raise
            raise AbsentError(f"There is no {self.parameter(name)}: nothing is deleted.") from error

    def webhook_secret(self) -> str:
        """What Telegram shows with each update."""
        rotation = self.stack.parameters.get("SecretRotation", "1")
        remedy = f"give another SecretRotation in samconfig.toml, then run `{self.make('deploy')}`"
        return self.secret(f"{WEBHOOK_SECRET}{rotation}", remedy)

    # Telegram

    @property
    def telegram_url(self) -> str:
        """The Bot API server: the option's, the stack's or samconfig's."""
        return self._telegram_url or self.setting("TelegramApiUrl", bot_api.DEFAULT_BASE_URL)

    def ask_telegram(self, method: str, **parameters: Any) -> Any:
        """The result of a method of the Bot API, called with the stored token."""
        return bot_api.ask(self.secret(BOT_TOKEN), self.telegram_url, method, **parameters)
