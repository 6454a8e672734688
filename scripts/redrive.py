"""Look at the dead letters, and send them back to work: ``make redrive``."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from scripts.operators import command
from shared.adapters.aws import CALL_BACKOFF
from shared.adapters.aws.client import AwsClient
from shared.adapters.aws.signing import AwsCredentials
from shared.adapters.aws.sqs import SqsJobQueue
from shared.adapters.clock import SystemClock
from shared.errors import OperatorError
from shared.jobs import Job, Lane
from shared.texts import span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from scripts.operators.deployment import Deployment

RECEIVED_AT_ONCE = 10
HIDDEN_S = 60  # while they are looked at
MOST_LOOKS = 1000
MILLISECONDS = 1000


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """What may be shown of a dead letter: nothing of the user's."""

    job: Job | None
    sent_at: float
    receives: int

    def line(self, now: float) -> str:
        """One row of the list."""
        age = span(max(now - (self.job.accepted_at if self.job else self.sent_at), 0))
        if self.job is None:
            return f"{'(unreadable)':<22}{'':<12}{'':<9}{age:>10}{self.receives:>10}"
        job = self.job
        return f"{job.id:<22}{job.action:<12}{job.lane:<9}{age:>10}{self.receives:>10}"


def main(arguments: Sequence[str] | None = None, now: Callable[[], float] = time.time) -> int:
    """Run the command."""
    parser = command.parser(
        "redrive",
        "List the dead letters: jobs that failed at every try, whose users have an apology. With\n"
        "--move send each back to its queue to be tried afresh; mend the cause first. A job that\n"
        "this release cannot read stays.",
        "--stage prod",
        "--stage prod --move",
    )
    command.add_stage(parser)
    parser.add_argument("--move", action="store_true", help="send them back to their queues")
    options = parser.parse_args(arguments)

    def body() -> int:
        with command.deployment(options, now) as deployment:
            letters = look(deployment)
            _list(deployment, letters)
            return _move(deployment, len(letters)) if options.move and letters else 0

    return command.run(body)


def _list(deployment: Deployment, letters: Sequence[DeadLetter]) -> None:
    if not letters:
        command.say("There are no dead letters.")
        return
    command.say(f"{'job':<22}{'action':<12}{'lane':<9}{'age':>10}{'received':>10}")
    for letter in letters:
        command.say(letter.line(deployment.now()))
    command.say(f"→ when the cause is mended: {deployment.make('redrive')} MOVE=1")


def _move(deployment: Deployment, seen: int) -> int:
    with queue(deployment) as jobs:
        moved = jobs.redrive()
    command.say(f"{moved} sent back to work, {max(seen - moved, 0)} left.")
    return 0


def look(deployment: Deployment) -> list[DeadLetter]:
    """All dead letters, oldest first; each is visible again afterwards."""
    url = deployment.output("DeadLetterQueueUrl")
    call = partial(deployment.cloud.call, "sqs", QueueUrl=url)
    messages = list(_received(call))
    for message in messages:
        call(
            "change_message_visibility", ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
        )
    return sorted(map(_letter, messages), key=lambda letter: letter.sent_at)


def _received(call: Callable[..., dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for _ in range(MOST_LOOKS):
        answer = call(
            "receive_message",
            MaxNumberOfMessages=RECEIVED_AT_ONCE,
            VisibilityTimeout=HIDDEN_S,
            MessageSystemAttributeNames=["ApproximateReceiveCount", "SentTimestamp"],
        )
        if not answer.get("Messages"):
            return
        yield from answer["Messages"]


def _letter(message: dict[str, Any]) -> DeadLetter:
    attributes = message["Attributes"]
    try:
        job = Job.from_json(message["Body"])
    except OperatorError:
        job = None
    sent_at = int(attributes["SentTimestamp"]) / MILLISECONDS
    return DeadLetter(job, sent_at, int(attributes["ApproximateReceiveCount"]))


@contextmanager
def queue(deployment: Deployment) -> Iterator[SqsJobQueue]:
    """The deployment's job queue, as the processor uses it."""
    client = AwsClient(
        "sqs",
        deployment.cloud.region,
        credentials=AwsCredentials(*deployment.cloud.credentials()),
        clock=SystemClock(),
        backoff=CALL_BACKOFF,
        endpoint=deployment.cloud.endpoint_url,
    )
    lanes = {
        Lane.CONTROL: deployment.output("ExpressQueueUrl"),
        Lane.EXPRESS: deployment.output("ExpressQueueUrl"),
        Lane.BULK: deployment.output("BulkQueueUrl"),
    }
    try:
        yield SqsJobQueue(client, lanes, deployment.output("DeadLetterQueueUrl"))
    finally:
        client.close()


if __name__ == "__main__":
    sys.exit(main())
