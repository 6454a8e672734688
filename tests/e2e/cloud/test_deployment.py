"""What a deployment does beside the work: the webhook's registration, over a stack's whole life."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

import pytest

from tests.e2e.cloud.deployment import DeploymentError
from tests.e2e.cloud.town import town

if TYPE_CHECKING:
    from tests.e2e.cloud.deployment import Cloud, Package
    from tests.e2e.cloud.town import Town

pytestmark = pytest.mark.emulator


async def test_the_webhook_comes_changes_and_goes_with_the_stack(
    cloud: Cloud, package: Package
) -> None:
    """Created: registered with a secret of its own. Rotated: another one. Deleted: no webhook."""
    async with town(cloud, package) as place:
        webhook, deployment = place.telegram.webhook, place.deployment
        assert webhook.url == deployment.output("WebhookUrl")
        assert webhook.max_connections == 40
        first = webhook.secret
        assert known_hash(place) == hashlib.sha256(first.encode()).hexdigest()
        await asyncio.to_thread(deployment.update, SecretRotation="2")
        assert webhook.secret not in ("", first)
        assert known_hash(place) == hashlib.sha256(webhook.secret.encode()).hexdigest()
        assert (await place.post({"update_id": 1}, secret=first))[0] == 401
        assert (await place.post({"update_id": 2}, secret=webhook.secret))[0] == 200
    assert webhook.url == ""
    left = cloud.client("ssm").get_parameters_by_path(Path=deployment.parameters["SecretsPrefix"])
    names = sorted(parameter["Name"].rpartition("/")[2] for parameter in left["Parameters"])
    assert names == ["bot-token", "groq-api-key"]


async def test_a_deployment_without_a_token_fails_and_says_what_to_run(
    cloud: Cloud, package: Package
) -> None:
    """CloudFormation's reason is a sentence for the operator."""
    with pytest.raises(DeploymentError, match=r"bot-token is missing; run: make secrets STAGE=dev"):
        async with town(cloud, package, SecretsPrefix="/telegram-transcriber/empty"):
            pass


def known_hash(place: Town) -> str:
    """What the published webhook function compares secrets with."""
    found = place.cloud.client("lambda").get_function_configuration(
        FunctionName=place.deployment.physical_id("WebhookFunction"), Qualifier="live"
    )
    return str(found["Environment"]["Variables"]["WEBHOOK_SECRET_SHA256"])


async def test_a_function_can_do_no_more_than_its_role_allows(
    cloud: Cloud, package: Package
) -> None:
    """Without its policy the webhook cannot queue: 503, so that Telegram comes again."""
    async with town(cloud, package) as place:
        role = place.deployment.physical_id("WebhookRole")
        cloud.client("iam").delete_role_policy(RoleName=role, PolicyName="webhook")
        await place.user().send_voice(b"OggS", duration=1)
        webhook = place.telegram.webhook
        await place.until(lambda: "503" in webhook.info().get("last_error_message", ""))
        assert place.queue.depth() == 0
