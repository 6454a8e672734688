"""The doctor's look at AWS: account, stack, secrets, queues, workers, tables, alarms."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from scripts.operators.deployment import BOT_TOKEN, AbsentError
from scripts.operators.findings import bad, good, warning
from scripts.operators.session_stores import session_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.operators.deployment import Deployment
    from scripts.operators.findings import Finding

OUTPUTS = (
    "WebhookUrl",
    "StateTableName",
    "CacheTableName",
    "ExpressQueueUrl",
    "BulkQueueUrl",
    "DeadLetterQueueUrl",
    "SecretsPrefix",
)
FUNCTIONS = ("WebhookFunction", "ProcessorFunction", "BulkProcessorFunction")
QUEUES = {
    "express": "ExpressQueueUrl",
    "bulk": "BulkQueueUrl",
    "dead letters": "DeadLetterQueueUrl",
}
LONG_QUEUE = 50  # as the alarm
OLD_CODE_DAYS = 90
SECONDS_PER_DAY = 86_400
PROVIDER_KEYS = ("groq-api-key", "deepgram-api-key", "openai-api-key")
WEBHOOK_WORKERS = 10  # left for the webhook beside the processors
COUNTS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")


def account(deployment: Deployment) -> Iterator[Finding]:
    """Credentials and region work."""
    identity = deployment.cloud.call("sts", "get_caller_identity")
    yield good(f"account …{identity['Account'][-4:]} in {deployment.cloud.region}")


def stack(deployment: Deployment) -> Iterator[Finding]:
    """The stack is there, whole, and what samconfig.toml says."""
    name, redeploy = deployment.stage.stack_name, f"run `{deployment.make('deploy')}`"
    try:
        found = deployment.stack
    except AbsentError as error:
        sentence, _, remedy = str(error).partition(": ")
        yield bad(sentence, remedy)
        return
    if found.status.endswith("_IN_PROGRESS"):
        yield warning(f"{name} is being changed ({found.status})", "wait, then ask again")
    elif "FAILED" in found.status or found.status == "ROLLBACK_COMPLETE":
        first = "read its Events in CloudFormation"
        again = f"`sam delete --config-env {deployment.stage.name}`, then {redeploy}"
        yield bad(
            f"{name}: {found.status}",
            f"{first}; {again}" if found.status == "ROLLBACK_COMPLETE" else f"{first}; {redeploy}",
        )
    elif "ROLLBACK" in found.status:
        yield warning(
            f"{name}: the last deployment was rolled back", f"read its Events; {redeploy}"
        )
    else:
        yield good(f"{name}: {found.status}")
    missing = [output for output in OUTPUTS if output not in found.outputs]
    if missing:
        yield bad(f"no output {', '.join(missing)}", redeploy)
    prefix = found.outputs.get("SecretsPrefix", deployment.stage.secrets_prefix).rstrip("/")
    if prefix != deployment.stage.secrets_prefix:
        yield bad(
            f"it reads its secrets under {prefix}, samconfig.toml says another prefix", redeploy
        )


def secrets(deployment: Deployment) -> Iterator[Finding]:
    """A bot token and a way to recognise speech, encrypted."""
    known = deployment.secrets()
    put = f"run `{deployment.make('secrets')}`"
    if BOT_TOKEN not in known:
        yield bad(f"there is no {deployment.parameter(BOT_TOKEN)}", put)
    providers = [name for name in PROVIDER_KEYS if name in known]
    base_url = deployment.setting("OpenaiBaseUrl", "")
    if not base_url and not {"groq-api-key", "deepgram-api-key"} & set(providers):
        yield bad("there is no key of a speech provider", f"{put} with a Groq or Deepgram key")
    plain = [secret.name for secret in known.values() if secret.type != "SecureString"]
    for name in plain:
        again = (
            f"run `python -m scripts.put_secrets --stage {deployment.stage.name} --delete {name}`"
        )
        yield bad(f"{name} is stored unencrypted", f"{again}, then {put}")
    if BOT_TOKEN in known and (providers or base_url) and not plain:
        server = ["an OpenAI-compatible server"] if base_url else []
        yield good(f"{BOT_TOKEN}, {', '.join(providers + server)}")


def queues(deployment: Deployment) -> Iterator[Finding]:
    """The queues are there, and nothing waits that should not."""
    counted = {name: _depth(deployment, output) for name, output in QUEUES.items()}
    dead = counted.pop("dead letters")
    if dead:
        yield warning(f"dead letters: {dead}", f"look at them: `{deployment.make('redrive')}`")
    waiting = ", ".join(f"{name} {depth}" for name, depth in counted.items())
    if sum(counted.values()) > LONG_QUEUE:
        yield warning(
            f"many jobs wait or are in work: {waiting}",
            "raise ExpressConcurrency or BulkConcurrency, or see the alarms below",
        )
    else:
        yield good(f"{waiting} waiting or in work")


def workers(deployment: Deployment) -> Iterator[Finding]:
    """Both queues are read."""
    for lane, output in (("express", "ExpressQueueUrl"), ("bulk", "BulkQueueUrl")):
        arn = _queue_arn(deployment, output)
        found = deployment.cloud.call("lambda", "list_event_source_mappings", EventSourceArn=arn)
        mappings = found["EventSourceMappings"]
        if not mappings:
            yield bad(f"nothing reads the {lane} queue", f"run `{deployment.make('deploy')}`")
        for mapping in mappings:
            state = mapping["State"]
            if state in {"Disabled", "Disabling", "Deleting"}:
                yield bad(
                    f"the {lane} queue is not read: its event source mapping is {state}",
                    "if nobody stopped it on purpose: aws lambda update-event-source-mapping "
                    f"--enabled --region {deployment.cloud.region} --uuid {mapping['UUID']}",
                )
            else:
                yield good(f"the {lane} queue is read")


def tables(deployment: Deployment) -> Iterator[Finding]:
    """Both tables are there and forget what is old."""
    for name, output in (("state", "StateTableName"), ("cache", "CacheTableName")):
        answer = deployment.cloud.call(
            "dynamodb", "describe_time_to_live", TableName=deployment.output(output)
        )
        if answer["TimeToLiveDescription"]["TimeToLiveStatus"] in {"ENABLED", "ENABLING"}:
            yield good(f"{name} table: old items are deleted")
        else:
            table = deployment.output(output)
            yield bad(
                f"{name} table: nothing is ever deleted",
                f"aws dynamodb update-time-to-live --region {deployment.cloud.region} --table-name "
                f"{table} --time-to-live-specification Enabled=true,AttributeName=ttl",
            )


def alarms(deployment: Deployment) -> Iterator[Finding]:
    """No alarm rings."""
    _ = deployment.stack  # without it there are no alarms of ours
    prefix = f"{deployment.stage.stack_name}-"
    ringing = [
        alarm
        for kind in ("CompositeAlarms", "MetricAlarms")
        for alarm in deployment.cloud.pages(
            "cloudwatch",
            "describe_alarms",
            kind,
            ("NextToken", "NextToken"),
            AlarmNamePrefix=prefix,
            AlarmTypes=[kind.removesuffix("s")],
        )
        if alarm["StateValue"] == "ALARM"
    ]
    for alarm in ringing:
        name = alarm["AlarmName"].removeprefix(prefix).partition("-")[0]
        yield warning(f"{name} rings", alarm.get("AlarmDescription") or "see the dashboard")
    if not ringing:
        yield good("none rings")


def capacity(deployment: Deployment) -> Iterator[Finding]:
    """The account lets as many functions run as the stack may start."""
    limits = deployment.cloud.call("lambda", "get_account_settings")["AccountLimit"]
    allowed = limits["UnreservedConcurrentExecutions"]
    express = int(deployment.setting("ExpressConcurrency", "20"))
    bulk = int(deployment.setting("BulkConcurrency", "4"))
    wanted = express + bulk + WEBHOOK_WORKERS
    if allowed < wanted:
        yield warning(
            f"the account runs {allowed} functions at once, the stack may want {wanted}",
            "ask for more in Service Quotas (Lambda, Concurrent executions), or lower "
            "ExpressConcurrency and deploy",
        )
    else:
        yield good(f"{allowed} functions may run at once, {wanted} are enough")


def large_files(deployment: Deployment) -> Iterator[Finding]:
    """Sessions for files above 20 MiB, as many as workers that may need one."""
    known = deployment.secrets()
    sessions = len(session_names(known))
    wanted = int(deployment.setting("BulkConcurrency", "4"))
    remedy = f"run `{deployment.make('sessions')}`"
    if not {"telegram-api-id", "telegram-api-hash"} <= set(known):
        put = f"make an app at my.telegram.org, `{deployment.make('secrets')}` with its id and hash"
        yield warning(
            "files above 20 MiB are refused: there is no API id and hash", f"{put}, {remedy}"
        )
    elif not sessions:
        yield warning("files above 20 MiB are refused: there is no session", remedy)
    elif sessions < wanted:
        yield warning(f"sessions: {sessions} for {wanted} bulk workers, so some will wait", remedy)
    else:
        yield good(f"sessions: {sessions} for {wanted} bulk workers")


def code(deployment: Deployment) -> Iterator[Finding]:
    """Every function is in order, and its code not forgotten."""
    for logical_id in FUNCTIONS:
        name = deployment.resource(logical_id)
        found = deployment.cloud.call("lambda", "get_function_configuration", FunctionName=name)
        state, changed = found.get("State"), found.get("LastUpdateStatus")
        if state == "Failed" or changed == "Failed":
            reason = found.get("StateReasonCode") or found.get("LastUpdateStatusReasonCode") or ""
            yield bad(f"{logical_id} cannot run ({reason})", f"run `{deployment.make('deploy')}`")
            continue
        days = _days_since(deployment, found)
        if days > OLD_CODE_DAYS:
            yield warning(
                f"{logical_id} was deployed {days} days ago",
                f"bring in updates: git pull, then `{deployment.make('deploy')}`",
            )
        else:
            yield good(f"{logical_id} was deployed {days} days ago")


def _days_since(deployment: Deployment, function: dict[str, Any]) -> int:
    deployed = datetime.fromisoformat(function["LastModified"]).timestamp()
    return int((deployment.now() - deployed) // SECONDS_PER_DAY)


def _attributes(deployment: Deployment, output: str, *names: str) -> dict[str, str]:
    answer = deployment.cloud.call(
        "sqs",
        "get_queue_attributes",
        QueueUrl=deployment.output(output),
        AttributeNames=list(names),
    )
    attributes: dict[str, str] = answer["Attributes"]
    return attributes


def _depth(deployment: Deployment, output: str) -> int:
    return sum(int(count) for count in _attributes(deployment, output, *COUNTS).values())


def _queue_arn(deployment: Deployment, output: str) -> str:
    return _attributes(deployment, output, "QueueArn")["QueueArn"]
