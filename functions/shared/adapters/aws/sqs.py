"""The job queue on SQS: two standard queues and one for dead letters.

The queues themselves count receives and move what was received too often (their redrive policy);
the message group makes them fair between users.
"""

from __future__ import annotations

import logging
import math
import re
from typing import TYPE_CHECKING, Any

from shared.adapters.aws.failures import RefusedError
from shared.errors import OperatorError
from shared.jobs import Delivery, Job, Lane, Receipt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from shared.adapters.aws.client import AwsClient

MAX_DELAY_S = 900.0
MAX_VISIBILITY_S = 43_200.0
MAX_MESSAGE_BYTES = 1 << 20
RECEIVED_AT_ONCE = 10  # the most SQS gives
LOOK_S = 60  # how long dead letters are hidden while they are looked at or sent back
MOST_DEAD_LETTERS = 10_000  # looked at or sent back at once; a guard against going round in circles

# The receipt is an old one, or the message is finished or no longer in flight. SQS says so in several
# ways; what else could make a parameter invalid was checked before.
NO_LONGER_OURS = frozenset(
    {
        "InvalidParameterValue",
        "InvalidParameterValueException",
        "MessageNotInflight",
        "ReceiptHandleIsInvalid",
    }
)
VISIBLE = "ApproximateNumberOfMessages"
COUNTS = (
    VISIBLE,
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)
# JSON may hold these as they are, an SQS message may not; as escapes both may.
UNSENDABLE = re.compile("[\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufddf\ufffe\uffff]")

logger = logging.getLogger(__name__)

Message = dict[str, Any]


class SqsJobQueue:
    """At-least-once delivery with a visibility timeout. Depth and order are approximate."""

    def __init__(self, client: AwsClient, lanes: Mapping[Lane, str], dead_letters: str) -> None:
        self._client = client
        self._lanes = lanes
        self._dead_letters = dead_letters

    def send(self, job: Job, *, delay_s: float = 0.0) -> None:
        """Append to ``job.lane``; visible after ``delay_s`` (0 to 900), rounded up to seconds."""
        _check("delay_s", delay_s, MAX_DELAY_S)
        self._send(self._lanes[job.lane], _body(job), job.user, delay_s)

    def receive(self, lane: Lane, *, limit: int, visibility_s: float) -> Sequence[Delivery]:
        """Up to ``limit`` visible jobs, oldest first, each hidden for ``visibility_s``."""
        _check("visibility_s", visibility_s, MAX_VISIBILITY_S)
        deliveries: list[Delivery] = []
        while len(deliveries) < limit:
            asked = min(limit - len(deliveries), RECEIVED_AT_ONCE)
            messages = self._receive(self._lanes[lane], asked, visibility_s)
            for message in messages:
                job = _parsed(message)
                if job is None:
                    self._move_to_dead_letters(lane, message["ReceiptHandle"], message["Body"])
                else:
                    count = int(message["Attributes"]["ApproximateReceiveCount"])
                    deliveries.append(Delivery(job, message["ReceiptHandle"], count, lane))
            if len(messages) < asked:
                break
        return deliveries

    def delete(self, delivery: Delivery) -> None:
        """Finish the message. A receipt that is no longer the latest has no effect."""
        self._with_receipt("DeleteMessage", self._lanes[delivery.lane], delivery.receipt)

    def change_visibility(self, delivery: Delivery | Receipt, visibility_s: float) -> None:
        """Hide it for ``visibility_s`` from now (0 to 43 200). Without effect on old receipts.

        SQS also ignores the receipt of a message that has become visible again, and what would
        keep one hidden for more than 43 200 s in all.
        """
        _check("visibility_s", visibility_s, MAX_VISIBILITY_S)
        self._hide(delivery.lane, delivery.receipt, visibility_s)

    def bury(self, delivery: Delivery) -> None:
        """Move it to the dead letters at once.

        It is sent before it is deleted: a crash in between leaves two of it rather than none.
        """
        self._move_to_dead_letters(delivery.lane, delivery.receipt, _body(delivery.job))

    def dead_letters(self) -> Sequence[Job]:
        """The dead letters, oldest first; none that cannot be read. Looking hides them briefly."""
        messages = list(self._all_dead())
        for message in messages:
            self._with_receipt(
                "ChangeMessageVisibility",
                self._dead_letters,
                message["ReceiptHandle"],
                VisibilityTimeout=0,
            )
        messages.sort(key=lambda message: int(message["Attributes"]["SentTimestamp"]))
        return [job for message in messages if (job := _parsed(message))]

    def redrive(self) -> int:
        """Send every dead letter back to its lane with a receive count of 0; return how many.

        What this release cannot read stays dead.
        """
        moved = 0
        for message in self._all_dead():
            if job := _parsed(message):
                self.send(job)
                self._with_receipt("DeleteMessage", self._dead_letters, message["ReceiptHandle"])
                moved += 1
        return moved

    def waiting(self, lane: Lane) -> int:
        """About how many messages of ``lane`` are visible and wait for a worker."""
        return self._counted(self._lanes[lane], VISIBLE)

    def depth(self) -> int:
        """How many messages wait or are in flight, all lanes, dead letters apart."""
        return sum(self._counted(url, *COUNTS) for url in set(self._lanes.values()))

    def _counted(self, url: str, *names: str) -> int:
        request = {"QueueUrl": url, "AttributeNames": names}
        found = self._client.call("GetQueueAttributes", request)["Attributes"]
        return sum(int(found[name]) for name in names)

    def _send(self, url: str, body: str, group: str, delay_s: float = 0.0) -> None:
        if len(body.encode()) > MAX_MESSAGE_BYTES:
            raise OperatorError(f"the job is larger than a message may be ({MAX_MESSAGE_BYTES} B)")
        request: dict[str, Any] = {
            "QueueUrl": url,
            "MessageBody": body,
            "MessageGroupId": group,
        }
        if delay_s:
            request["DelaySeconds"] = math.ceil(delay_s)
        self._client.call("SendMessage", request)

    def _receive(self, url: str, limit: int, visibility_s: float) -> list[Message]:
        answer = self._client.call(
            "ReceiveMessage",
            {
                "QueueUrl": url,
                "MaxNumberOfMessages": limit,
                "VisibilityTimeout": math.ceil(visibility_s),
                "WaitTimeSeconds": 0,
                "MessageSystemAttributeNames": [
                    "ApproximateReceiveCount",
                    "MessageGroupId",
                    "SentTimestamp",
                ],
            },
        )
        return answer.get("Messages") or []

    def _all_dead(self) -> Iterator[Message]:
        """Every dead letter, hidden for a minute from when it is received."""
        for _ in range(0, MOST_DEAD_LETTERS, RECEIVED_AT_ONCE):
            messages = self._receive(self._dead_letters, RECEIVED_AT_ONCE, LOOK_S)
            if not messages:
                return
            yield from messages

    def _move_to_dead_letters(self, lane: Lane, receipt: str, body: str) -> None:
        """Send and delete, if the receipt is still good: hiding it first is the way to know."""
        if self._hide(lane, receipt, LOOK_S):
            job = _parsed({"Body": body})
            self._send(self._dead_letters, body, job.user if job else "unreadable")
            self._with_receipt("DeleteMessage", self._lanes[lane], receipt)

    def _hide(self, lane: Lane, receipt: str, visibility_s: float) -> bool:
        return self._with_receipt(
            "ChangeMessageVisibility",
            self._lanes[lane],
            receipt,
            VisibilityTimeout=math.ceil(visibility_s),
        )

    def _with_receipt(self, operation: str, url: str, receipt: str, **more: int) -> bool:
        """Do it; False when the receipt is not, or no longer, good for anything."""
        try:
            self._client.call(operation, {"QueueUrl": url, "ReceiptHandle": receipt, **more})
        except RefusedError as refused:
            if refused.code not in NO_LONGER_OURS:
                raise
            return False
        return True


def _body(job: Job) -> str:
    return UNSENDABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", job.to_json())


def _parsed(message: Message) -> Job | None:
    """The job, or None for one of another release: that must not block the jobs behind it."""
    try:
        return Job.from_json(message["Body"])
    except OperatorError:
        logger.warning("a queued message cannot be read by this release; it is kept as dead")
        return None


def _check(name: str, value: float, most: float) -> None:
    if not 0 <= value <= most:
        raise ValueError(f"{name} must be 0 to {most:g}, not {value:g}")
