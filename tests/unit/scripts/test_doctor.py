"""The doctor: every check of a deployment that is well, and of one that is not."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from scripts import doctor
from scripts.operators import cloud_checks, telegram_checks
from scripts.operators.findings import Mark, examine
from tests.unit.scripts.world import SECRETS, TOKEN, World, command, front_door

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.loopback.bot_api import LoopbackBotApi
    from scripts.operators.deployment import Deployment
    from scripts.operators.findings import Check, Finding

DAY_S = 86_400


@pytest.fixture
def door(world: World) -> Iterator[str]:
    """The webhook's URL, answered by the real front door."""
    with front_door(world.folder) as url:
        yield url


@pytest.fixture
async def whole(world: World, bot_api: LoopbackBotApi, door: str) -> World:
    """A deployment with nothing wrong."""
    world.deploy(webhook_url=door, telegram_url=bot_api.base_url)
    await asyncio.to_thread(register, world, door)
    return world


def register(world: World, url: str, token: str = TOKEN) -> None:
    """Point Telegram's webhook to ``url``."""
    world.deployment().ask_telegram("setWebhook", url=url, secret_token=token.replace(":", "_"))


async def look(world: World, check: Check, now: Callable[[], float] = time.time) -> list[Finding]:
    """What one check says."""
    deployment: Deployment = world.deployment()
    deployment.now = now
    return await asyncio.to_thread(lambda: list(examine(deployment, (check,))))


def marks(findings: list[Finding]) -> str:
    """The marks alone."""
    return "".join(finding.mark for finding in findings)


async def test_a_deployment_that_is_well_has_no_other_mark_than_good(
    whole: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every check passes, the exit status is 0, and no secret is shown."""
    status = await command(doctor.main, *whole.options)
    shown = capsys.readouterr().out
    assert status == 0, shown
    assert {line[0] for line in shown.splitlines()[:-2]} == {Mark.GOOD}
    assert "0 broken, 0 to look at" in shown
    assert not [value for value in SECRETS.values() if value in shown]


async def test_without_credentials_nothing_else_is_asked(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line says what to run, and the rest is left out."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert await command(doctor.main, *world.options) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("✗ account")
    assert "aws configure" in lines[1]
    assert lines[2:] == ["The rest is not checked."]


async def test_before_the_first_deployment_the_secrets_are_checked_all_the_same(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """The missing stack is one fault; what hangs on it is not counted as broken."""
    world.put(bot_token=TOKEN, groq_api_key="gsk_for-tests-only")
    assert (
        await command(doctor.main, *world.options, "--telegram-api-url", "http://127.0.0.1:1") == 1
    )
    shown = capsys.readouterr().out
    assert f"✗ stack        There is no stack {world.name} in eu-central-1" in shown
    assert "make deploy STAGE=dev" in shown
    assert "✓ secrets" in shown
    assert "– queues       not checked" in shown


@pytest.mark.parametrize(
    ("status", "mark"),
    [
        ("CREATE_COMPLETE", Mark.GOOD),
        ("UPDATE_IN_PROGRESS", Mark.WARNING),
        ("UPDATE_ROLLBACK_COMPLETE", Mark.WARNING),
        ("ROLLBACK_COMPLETE", Mark.BAD),
        ("UPDATE_ROLLBACK_FAILED", Mark.BAD),
    ],
)
async def test_the_stack_s_status_is_judged(world: World, status: str, mark: Mark) -> None:
    """A rolled back change is a warning, a stack that cannot be used a fault."""
    world.deploy().status = status
    assert (await look(world, cloud_checks.stack))[0].mark is mark


async def test_a_missing_output_and_another_prefix_are_named(world: World) -> None:
    """What an older template or another samconfig.toml leaves behind."""
    stack = world.deploy()
    del stack.outputs["DeadLetterQueueUrl"]
    stack.outputs["SecretsPrefix"] = "/elsewhere"
    findings = await look(world, cloud_checks.stack)
    assert marks(findings) == "✓✗✗"
    assert "DeadLetterQueueUrl" in findings[1].text
    assert "/elsewhere" in findings[2].text


async def test_missing_secrets_are_named(world: World) -> None:
    """Neither a token nor a key: two faults, each with the command."""
    findings = await look(world, cloud_checks.secrets)
    assert marks(findings) == "✗✗"
    assert all("make secrets STAGE=dev" in finding.remedy for finding in findings)


async def test_an_openai_key_alone_recognises_nothing(world: World) -> None:
    """Its server must be named too; with it, no key is needed."""
    world.put(bot_token=TOKEN, openai_api_key="sk-for-tests-only")
    assert Mark.BAD in marks(await look(world, cloud_checks.secrets))
    world.deploy().parameters["OpenaiBaseUrl"] = "https://speech.example/v1"
    world.deployment().remove("groq-api-key")
    assert marks(await look(world, cloud_checks.secrets)) == "✓"


async def test_an_unencrypted_secret_is_a_fault(world: World) -> None:
    """A String where a SecureString should be."""
    world.put(groq_api_key="gsk_for-tests-only")
    world.cloud.call(
        "ssm", "put_parameter", Name=f"{world.prefix}/bot-token", Value=TOKEN, Type="String"
    )
    (finding,) = await look(world, cloud_checks.secrets)
    assert finding.mark is Mark.BAD
    assert "unencrypted" in finding.text


async def test_a_refused_token_is_a_fault(whole: World) -> None:
    """Telegram's 401 is told apart from silence."""
    whole.put(bot_token="123456789:another-token-for-tests")
    (finding,) = await look(whole, telegram_checks.bot)
    assert finding.mark is Mark.BAD
    assert "does not know the bot token" in finding.text


async def test_a_silent_telegram_is_a_fault_of_its_own(whole: World) -> None:
    """The token is not blamed for the network."""
    whole.stack.parameters["TelegramApiUrl"] = "http://127.0.0.1:1"
    (finding,) = await look(whole, telegram_checks.bot)
    assert finding.mark is Mark.BAD
    assert "could not be checked" in finding.text


async def test_another_bot_s_token_is_a_fault(whole: World) -> None:
    """A token changed to another bot's needs a deployment."""
    whole.stack.outputs["BotUsername"] = "OtherBot"
    (finding,) = await look(whole, telegram_checks.bot)
    assert finding.mark is Mark.BAD
    assert "SecretRotation" in finding.remedy


async def test_a_webhook_elsewhere_and_none_are_faults(
    whole: World, bot_api: LoopbackBotApi
) -> None:
    """Both with the command that mends them."""
    for url in ("http://127.0.0.1:9/elsewhere", ""):
        await asyncio.to_thread(register, whole, url)
        (finding,) = await look(whole, telegram_checks.webhook)
        assert finding.mark is Mark.BAD
        assert finding.remedy == "run `make webhook STAGE=dev DO=set`"
    assert bot_api.webhook.url == ""


async def test_privacy_mode_where_the_bot_should_hear_everything(
    whole: World, bot_api: LoopbackBotApi
) -> None:
    """Taking all media of groups is in vain while Telegram does not show them to the bot."""
    whole.stack.parameters["GroupMode"] = "all"
    known, private = await look(whole, telegram_checks.bot)
    assert (known.mark, private.mark) == (Mark.GOOD, Mark.WARNING)
    assert "/setprivacy" in private.remedy
    bot_api.state.abilities["can_read_all_group_messages"] = True
    assert marks(await look(whole, telegram_checks.bot)) == Mark.GOOD


async def test_updates_that_were_never_asked_for_are_named(
    whole: World, bot_api: LoopbackBotApi
) -> None:
    """A webhook set by an older version gets no news that this one understands."""
    bot_api.state.updates.allowed = ["message", "callback_query", "my_chat_member"]
    (finding,) = await look(whole, telegram_checks.webhook)
    assert finding.mark is Mark.WARNING
    assert "channel_post" in finding.text
    assert finding.remedy == "run `make webhook STAGE=dev DO=set`"


async def test_a_failing_webhook_is_explained(whole: World, bot_api: LoopbackBotApi) -> None:
    """Telegram's last error, how much waits, and what it means."""
    bot_api.webhook._last_error = {
        "last_error_date": int(time.time()) - 5,
        "last_error_message": "Wrong response from the webhook: 401 Unauthorized",
    }
    (finding,) = await look(whole, telegram_checks.webhook)
    assert finding.mark is Mark.WARNING
    assert "refused Telegram's secret" in finding.remedy
    (finding,) = await look(whole, telegram_checks.webhook, lambda: time.time() + DAY_S)
    assert finding.mark is Mark.GOOD  # long over, and nothing waits


async def test_a_wrong_secret_is_a_fault(whole: World) -> None:
    """The front door refuses what is stored."""
    whole.deployment().store("webhook-secret-7", "another-secret")
    (finding,) = await look(whole, telegram_checks.front_door)
    assert finding.mark is Mark.BAD
    assert "secret is refused" in finding.text


async def test_a_missing_webhook_secret_is_not_blamed_on_the_operator(whole: World) -> None:
    """A deployment makes it, so another rotation makes it anew."""
    whole.deployment().remove("webhook-secret-7")
    (finding,) = await look(whole, telegram_checks.front_door)
    assert finding.mark is Mark.SKIPPED
    assert "SecretRotation" in finding.text


async def test_a_door_that_answers_nothing_is_a_fault(whole: World) -> None:
    """The URL leads nowhere."""
    whole.stack.outputs["WebhookUrl"] = "http://127.0.0.1:1/telegram/webhook"
    (finding,) = await look(whole, telegram_checks.front_door)
    assert finding.mark is Mark.BAD
    assert "cannot be reached" in finding.text


async def test_a_door_that_lets_everybody_in_is_a_fault(
    whole: World, bot_api: LoopbackBotApi
) -> None:
    """An answer other than 401 to a stranger."""
    whole.stack.outputs["WebhookUrl"] = bot_api.base_url + "/nowhere"
    findings = await look(whole, telegram_checks.front_door)
    assert marks(findings) == "✗✗"
    assert "404 instead of 401" in findings[0].text


async def test_dead_letters_and_a_long_queue_are_warnings(world: World) -> None:
    """Both are told with their numbers."""
    stack = world.deploy(workers=False)
    world.kill("one", "two")
    for number in range(51):
        url = stack.outputs["ExpressQueueUrl"]
        world.cloud.call("sqs", "send_message", QueueUrl=url, MessageBody=str(number))
    findings = await look(world, cloud_checks.queues)
    assert marks(findings) == "!!"
    assert "dead letters: 2" in findings[0].text
    assert "express 51, bulk 0" in findings[1].text


async def test_a_disabled_or_missing_worker_is_a_fault(world: World) -> None:
    """A queue that nobody reads."""
    stack = world.deploy()
    for lane, change in (("Express", {"Enabled": False}), ("Bulk", None)):
        arn = world.arn(stack.outputs[f"{lane}QueueUrl"])
        found = world.cloud.call("lambda", "list_event_source_mappings", EventSourceArn=arn)
        uuid = found["EventSourceMappings"][0]["UUID"]
        operation = "update" if change else "delete"
        world.cloud.call("lambda", f"{operation}_event_source_mapping", UUID=uuid, **change or {})
    findings = await look(world, cloud_checks.workers)
    assert marks(findings) == "✗✗"
    assert "Disabled" in findings[0].text
    assert "nothing reads the bulk queue" in findings[1].text


async def test_a_table_that_forgets_nothing_is_a_fault(world: World) -> None:
    """Expiry is what keeps the promise of seven days."""
    stack = world.deploy()
    world.set_ttl(stack.outputs["CacheTableName"], enabled=False)
    findings = await look(world, cloud_checks.tables)
    assert marks(findings) == "✓✗"
    assert stack.outputs["CacheTableName"] in findings[1].remedy


async def test_a_ringing_alarm_is_a_warning_with_its_runbook(world: World) -> None:
    """Only alarms of this stack, only those that ring."""
    world.deploy()
    for name, state in (
        (f"{world.name}-QueueAgeAlarm-1", "ALARM"),
        (f"{world.name}-Calm-1", "OK"),
        ("other-stack-Alarm-1", "ALARM"),
    ):
        world.cloud.call(
            "cloudwatch",
            "put_metric_alarm",
            AlarmName=name,
            AlarmDescription="Read the runbook.",
            Namespace="n",
            MetricName="m",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1.0,
            ComparisonOperator="GreaterThanThreshold",
        )
        world.cloud.call(
            "cloudwatch", "set_alarm_state", AlarmName=name, StateValue=state, StateReason="test"
        )
    findings = await look(world, cloud_checks.alarms)
    assert [(f.mark, f.text, f.remedy) for f in findings] == [
        (Mark.WARNING, "QueueAgeAlarm rings", "Read the runbook.")
    ]


async def test_a_small_account_is_a_warning(world: World) -> None:
    """New accounts run ten functions at once."""
    world.deploy()
    world.account.concurrency = 10
    (finding,) = await look(world, cloud_checks.capacity)
    assert finding.mark is Mark.WARNING
    assert "10 functions at once, the stack may want 32" in finding.text


async def test_large_files_need_an_id_and_as_many_sessions_as_workers(world: World) -> None:
    """Each step that is missing has its own remedy."""
    world.deploy()
    deployment = world.deployment()
    said = []
    for gone in ("", "mtproto-session-02", "mtproto-session-01", "telegram-api-hash"):
        if gone:
            deployment.remove(gone)
        (finding,) = await look(world, cloud_checks.large_files)
        said.append((finding.mark, finding.text, finding.remedy))
    assert [mark for mark, _, _ in said] == ["✓", "!", "!", "!"]
    assert "sessions: 1 for 2 bulk workers" in said[1][1]
    assert "make sessions STAGE=dev" in said[2][2]
    assert "my.telegram.org" in said[3][2]


async def test_old_code_is_a_warning(world: World) -> None:
    """After a quarter of a year, updates are due."""
    world.deploy()
    now = time.time() + 100 * DAY_S
    findings = await look(world, cloud_checks.code, lambda: now)
    assert marks(findings) == "!!!"
    assert "100 days ago" in findings[0].text


async def test_a_missing_function_is_named(world: World) -> None:
    """A resource that an older template did not have."""
    del world.deploy().resources["BulkProcessorFunction"]
    findings = await look(world, cloud_checks.code)
    assert marks(findings) == "✓✓–"
    assert "BulkProcessorFunction" in findings[2].text


async def test_a_check_that_may_not_look_is_a_finding(world: World) -> None:
    """A denied call neither stops the others nor passes for good."""
    world.deploy()
    world.account.refusals["dynamodb"] = "AccessDeniedException"
    (finding,) = await look(world, cloud_checks.tables)
    assert finding.mark is Mark.BAD
    assert "AWS denies dynamodb:describe_time_to_live" in finding.remedy
