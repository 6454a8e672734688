"""What no linter sees in the template: each rule yields one sentence for every fault it finds."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scripts.cloudformation import Stack

    Rule = Callable[[Stack], Iterator[str]]

LEAST_MEMORY_MB, MOST_MEMORY_MB = 128, 10_240
SNAPSTART_TMP_MB = 512
POLLING_ACTIONS = frozenset({"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"})
# An id of metric math begins in lower case; functions are written in capitals.
MATH_ID = re.compile(r"\b[a-z]\w*\b")


def faults(stack: Stack) -> list[str]:
    """All that the rules find."""
    return [fault for rule in RULES for fault in rule(stack)]


def visibility_covers_timeout(stack: Stack) -> Iterator[str]:
    """Lambda refuses a queue whose messages come back while the function may still run."""
    for function, queue in _polled(stack):
        hidden_s = stack.properties(queue).get("VisibilityTimeout", 30)
        timeout_s = stack.properties(function).get("Timeout", 3)
        if hidden_s < timeout_s:
            yield f"{queue} hides messages for {hidden_s} s, {function} may run {timeout_s} s"


def memory_is_possible(stack: Stack) -> Iterator[str]:
    """Linters do not know Lambda's most memory."""
    for name, function in stack.each("Lambda::Function"):
        memory_mb = int(function.get("MemorySize", LEAST_MEMORY_MB))
        if not LEAST_MEMORY_MB <= memory_mb <= MOST_MEMORY_MB:
            yield f"{name} asks for {memory_mb} MB of memory"


def snapstart_has_small_tmp(stack: Stack) -> Iterator[str]:
    """SnapStart does not work with more than 512 MB of /tmp."""
    for name, function in stack.each("Lambda::Function"):
        size_mb = function.get("EphemeralStorage", {}).get("Size", SNAPSTART_TMP_MB)
        if "SnapStart" in function and size_mb > SNAPSTART_TMP_MB:
            yield f"{name} has SnapStart and {size_mb} MB of /tmp"


def one_way_to_scale(stack: Stack) -> Iterator[str]:
    """Maximum concurrency and provisioned pollers exclude each other."""
    for name, mapping in stack.each("Lambda::EventSourceMapping"):
        if mapping.get("ScalingConfig") and mapping.get("ProvisionedPollerConfig"):
            yield f"{name} has both MaximumConcurrency and ProvisionedPollerConfig"


def gradual_deployment_is_plain(stack: Stack) -> Iterator[str]:
    """SAM takes any Fn::If for "enabled"; only a parameter is resolved in time."""
    for name, resource in stack.source["Resources"].items():
        preference = resource.get("Properties", {}).get("DeploymentPreference", {})
        enabled = preference.get("Enabled", True)
        if isinstance(enabled, dict) and set(enabled) != {"Ref"}:
            yield f"{name}: DeploymentPreference.Enabled must be a parameter or a constant"


def one_encryption(stack: Stack) -> Iterator[str]:
    """A queue has its own key or the one SQS owns."""
    for name, queue in stack.each("SQS::Queue"):
        if queue.get("KmsMasterKeyId") and queue.get("SqsManagedSseEnabled"):
            yield f"{name} has both KmsMasterKeyId and SqsManagedSseEnabled"


def dashboards_are_json(stack: Stack) -> Iterator[str]:
    """CloudWatch parses the body only when it is deployed."""
    for name, dashboard in stack.each("CloudWatch::Dashboard"):
        try:
            body = json.loads(dashboard["DashboardBody"])
        except ValueError as error:
            yield f"{name} is not JSON: {error}"
            continue
        for widget in body["widgets"]:
            for fault in _math_faults(list(_shown(widget["properties"].get("metrics", [])))):
                yield f"{name}, {widget['properties'].get('title')!r}: {fault}"


def metric_math_is_complete(stack: Stack) -> Iterator[str]:
    """An expression may name only metrics of its own alarm, and one of all is the figure."""
    for name, alarm in stack.each("CloudWatch::Alarm"):
        metrics = alarm.get("Metrics", [])
        for fault in _math_faults([(m["Id"], m.get("Expression")) for m in metrics]):
            yield f"{name}: {fault}"
        if metrics and sum(metric.get("ReturnData", True) for metric in metrics) != 1:
            yield f"{name}: exactly one metric must return data"


def pollers_may_poll(stack: Stack) -> Iterator[str]:
    """Lambda polls a queue with the function's own role."""
    for function, queue in _polled(stack):
        allowed = _allowed(stack, str(stack.properties(function)["Role"]), f"{queue}.Arn")
        for action in sorted(POLLING_ACTIONS - allowed):
            yield f"{function} may not {action} on {queue}"


def no_durable_pollers(stack: Stack) -> Iterator[str]:
    """A poller waits for the whole durable execution, so that nothing is won."""
    for function, _ in _polled(stack):
        if "DurableConfig" in stack.properties(function):
            yield f"{function} is polled for and has DurableConfig"


def last_delivery_is_an_apology(stack: Stack) -> Iterator[str]:
    """Every try gets a delivery, and one more is there for the apology."""
    wanted = int(stack.parameters.get("Tries", 0)) + 1
    for _, queue in _polled(stack):
        most = int(stack.properties(queue).get("RedrivePolicy", {}).get("maxReceiveCount", 0))
        if most != wanted:
            yield f"{queue} delivers {most} times, not {wanted}"


def dead_letters_outlive(stack: Stack) -> Iterator[str]:
    """A dead letter's age counts from when it was first sent."""
    for name, queue in stack.each("SQS::Queue"):
        target = queue.get("RedrivePolicy", {}).get("deadLetterTargetArn")
        if target:
            dead = stack.properties(target.removesuffix(".Arn"))
            if dead.get("MessageRetentionPeriod", 0) <= queue.get("MessageRetentionPeriod", 0):
                yield f"dead letters of {name} are not kept longer than its messages"


def roles_name_what_they_touch(stack: Stack) -> Iterator[str]:
    """No wildcard action or resource, no managed policy, for any role of ours."""
    for name, role in stack.each("IAM::Role"):
        if name == "CodeDeployServiceRole":  # SAM's, for gradual deployments
            continue
        if role.get("ManagedPolicyArns"):
            yield f"{name} has managed policies"
        for statement in _statements(role):
            if "*" in _listed(statement["Resource"]):
                yield f"{name}: {statement.get('Sid')} is about every resource"
            if any("*" in action for action in _listed(statement["Action"])):
                yield f"{name}: {statement.get('Sid')} allows a wildcard of actions"


def _polled(stack: Stack) -> Iterator[tuple[str, str]]:
    """Each function and the queue it is polled for."""
    for _, mapping in stack.each("Lambda::EventSourceMapping"):
        yield stack.function_of(mapping), str(mapping["EventSourceArn"]).removesuffix(".Arn")


def _shown(metrics: list[list[Any]]) -> Iterator[tuple[str, str | None]]:
    """Id and expression of each metric of a dashboard's widget."""
    for metric in metrics:
        options = metric[-1] if isinstance(metric[-1], dict) else {}
        yield options.get("id", ""), options.get("expression")


def _math_faults(metrics: list[tuple[str, str | None]]) -> Iterator[str]:
    known = {metric_id for metric_id, _ in metrics if metric_id}
    for _, expression in metrics:
        for unknown in sorted(set(MATH_ID.findall(expression or "")) - known):
            yield f"{expression!r} names {unknown}, which is no metric of it"


def _allowed(stack: Stack, role: str, resource: str) -> set[str]:
    """The actions that a role may do on exactly ``resource``."""
    return {
        action
        for statement in _statements(stack.properties(role.removesuffix(".Arn")))
        if statement["Effect"] == "Allow" and resource in _listed(statement["Resource"])
        for action in _listed(statement["Action"])
    }


def _statements(role: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for policy in role.get("Policies", []):
        yield from policy["PolicyDocument"]["Statement"]


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


RULES: tuple[Rule, ...] = (
    visibility_covers_timeout,
    memory_is_possible,
    snapstart_has_small_tmp,
    one_way_to_scale,
    gradual_deployment_is_plain,
    one_encryption,
    dashboards_are_json,
    metric_math_is_complete,
    pollers_may_poll,
    no_durable_pollers,
    last_delivery_is_an_apology,
    dead_letters_outlive,
    roles_name_what_they_touch,
)
