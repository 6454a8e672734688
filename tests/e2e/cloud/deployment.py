"""Deploy what `sam build` built, as `sam deploy` does, but into the emulator."""

from __future__ import annotations

import io
import json
import zipfile
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import WaiterError
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from scripts.cloudformation import load
from tests.e2e.cloud.adapter import adapt
from tests.e2e.cloud.emulator import REGION

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from scripts.cloudformation import Template

BUCKET = "artifacts"
CODE_KEYS = ("CodeUri", "ContentUri")


@dataclass(frozen=True)
class Cloud:
    """The emulator's account."""

    url: str
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """The SDK's client of ``service``."""
        if service not in self._clients:
            self._clients[service] = boto3.client(
                service,
                region_name=REGION,
                endpoint_url=self.url,
                aws_access_key_id="test",
                aws_secret_access_key="test",
                config=Config(s3={"addressing_style": "path"}, proxies={}),
            )
        return self._clients[service]

    def close(self) -> None:
        """End every connection."""
        for client in self._clients.values():
            client.close()


@dataclass(frozen=True)
class Package:
    """A built template whose code lies in the account's bucket."""

    template: Template

    @classmethod
    def upload(cls, build: Path, cloud: Cloud) -> Package:
        """Zip and upload every function and layer of ``build``, each folder once."""
        template = load(build / "template.yaml")
        s3 = cloud.client("s3")
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        for resource in template["Resources"].values():
            properties = resource.get("Properties", {})
            for key in CODE_KEYS:
                if key in properties:
                    name = properties[key]
                    s3.put_object(Bucket=BUCKET, Key=name, Body=zipped(build / name))
                    properties[key] = f"s3://{BUCKET}/{name}"
        return cls(template)


def zipped(folder: Path) -> bytes:
    """A zip of all that is in ``folder``."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for path in sorted(folder.rglob("*")):
            file.write(path, path.relative_to(folder))
    return made.getvalue()


class DeploymentError(Exception):
    """CloudFormation did not make what it was asked for; the message is its reasons."""


@dataclass
class Deployment:
    """A stack, from its making to its end."""

    cloud: Cloud
    package: Package
    name: str
    parameters: dict[str, str]
    dropped: list[str] = field(default_factory=list)

    def create(self) -> None:
        """Make it, and wait until it is there."""
        self._change("create_stack", "stack_create_complete")

    def update(self, **parameters: str) -> None:
        """Deploy again with other parameters."""
        self.parameters.update(parameters)
        self._change("update_stack", "stack_update_complete")

    def delete(self) -> None:
        """Remove it, and wait until it is gone."""
        self._formation.delete_stack(StackName=self.name)
        self._wait("stack_delete_complete")

    def output(self, name: str) -> str:
        """One of the stack's outputs."""
        (stack,) = self._formation.describe_stacks(StackName=self.name)["Stacks"]
        outputs = {item["OutputKey"]: str(item["OutputValue"]) for item in stack["Outputs"]}
        return outputs[name]

    def physical_id(self, logical_id: str) -> str:
        """What the account calls one of the stack's resources."""
        found = self._formation.describe_stack_resource(
            StackName=self.name, LogicalResourceId=logical_id
        )
        return str(found["StackResourceDetail"]["PhysicalResourceId"])

    @property
    def _formation(self) -> Any:
        return self.cloud.client("cloudformation")

    def _change(self, operation: str, until: str) -> None:
        translated = translate(self.package.template, self.parameters)
        template, self.dropped = adapt(translated, self.parameters)
        body = json.dumps(template).encode()
        key = f"{self.name}.json"  # larger than a request may hold
        self.cloud.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body)
        given = self.parameters.items()
        getattr(self._formation, operation)(
            StackName=self.name,
            TemplateURL=f"{self.cloud.url}/{BUCKET}/{key}",
            Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in given],
            Capabilities=["CAPABILITY_IAM"],
        )
        self._wait(until)

    def _wait(self, until: str) -> None:
        try:
            self._formation.get_waiter(until).wait(
                StackName=self.name, WaiterConfig={"Delay": 1, "MaxAttempts": 90}
            )
        except WaiterError as error:
            raise DeploymentError("\n".join(self._failures())) from error

    def _failures(self) -> list[str]:
        events = self._formation.describe_stack_events(StackName=self.name)["StackEvents"]
        return [
            f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}"
            for event in reversed(events)
            if "FAILED" in event["ResourceStatus"]
        ]


def translate(template: Template, parameters: Mapping[str, str]) -> Template:
    """Plain CloudFormation of a packaged template, as AWS makes it."""
    declared = template["Parameters"]
    values = {name: item["Default"] for name, item in declared.items()} | dict(parameters)
    session = boto3.Session(region_name=REGION)
    translator = Translator({}, Parser(), boto_session=session)
    translated: Template = translator.translate(deepcopy(template), values)
    return translated
