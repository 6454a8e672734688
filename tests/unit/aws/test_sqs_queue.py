"""The job queue on SQS beyond the contract: what its messages look like, and odd ones."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.aws.sqs import SqsJobQueue, _body
from shared.errors import OperatorError
from shared.jobs import Job, Lane
from tests.contracts.editions import a_job
from tests.doubles.aws_server import create_queue
from tests.unit.aws.scripted_service import Answer

if TYPE_CHECKING:
    from tests.doubles.aws_server import RecordingClient
    from tests.doubles.clock import ManualClock
    from tests.unit.aws.conftest import Connect
    from tests.unit.aws.scripted_service import ScriptedService


class Queues:
    """Three queues at SQS, and ours in front of them."""

    def __init__(self, client: RecordingClient) -> None:
        name = uuid4().hex
        self.client = client
        self.lanes = {lane: create_queue(client, f"{name}-{lane}") for lane in Lane}
        self.dead = create_queue(client, f"{name}-dead")
        self.queue = SqsJobQueue(client, self.lanes, self.dead)

    def put(self, url: str, body: str) -> None:
        """Send something past our queue."""
        self.client.call("SendMessage", {"QueueUrl": url, "MessageBody": body})

    def look(self, url: str) -> list[dict[str, Any]]:
        """The messages there, with all their attributes."""
        request = {
            "QueueUrl": url,
            "MaxNumberOfMessages": 10,
            "VisibilityTimeout": 0,
            "MessageSystemAttributeNames": ["All"],
        }
        found: list[dict[str, Any]] = self.client.call("ReceiveMessage", request).get(
            "Messages", []
        )
        return found


@pytest.fixture
def queues(sqs: RecordingClient) -> Queues:
    """All empty."""
    return Queues(sqs)


def test_a_message_is_the_job_in_its_users_group(queues: Queues) -> None:
    """The group keeps one user's many jobs from delaying others', also among the dead letters."""
    queues.queue.send(a_job())
    (message,) = queues.look(queues.lanes[Lane.EXPRESS])
    assert Job.from_json(message["Body"]) == a_job()
    assert message["Attributes"]["MessageGroupId"] == "u1"
    (delivery,) = queues.queue.receive(Lane.EXPRESS, limit=1, visibility_s=60)
    queues.queue.bury(delivery)
    (dead,) = queues.look(queues.dead)
    assert dead["Attributes"]["MessageGroupId"] == "u1"


@given(name=st.text(st.characters(), max_size=30))
def test_every_message_consists_of_what_sqs_takes(name: str) -> None:
    """Whatever a file is called, lone halves of characters too, and it arrives as it was."""
    job = a_job()
    assert job.media is not None
    job = job.with_media(replace(job.media, file_name=name or None))
    body = _body(job)
    assert Job.from_json(body) == job
    body.encode()
    for character in body:
        code = ord(character)
        assert (
            code in (0x9, 0xA, 0xD)
            or 0x20 <= code <= 0xD7FF
            or 0xE000 <= code <= 0xFFFD
            or code > 0xFFFF
        )


def test_part_seconds_are_rounded_up(connect: Connect, service: ScriptedService) -> None:
    """SQS knows whole seconds; a job comes a little later rather than too early."""
    queue = SqsJobQueue(connect(service.endpoint, service="sqs"), dict.fromkeys(Lane, "q"), "dead")
    queue.send(a_job(), delay_s=1.25)
    queue.receive(Lane.EXPRESS, limit=1, visibility_s=89.5)
    sent, received = (json.loads(asked.body) for asked in service.asked)
    assert sent["DelaySeconds"] == 2
    assert received["VisibilityTimeout"] == 90
    assert received["WaitTimeSeconds"] == 0


def test_a_job_too_large_for_a_message_is_not_sent(queues: Queues) -> None:
    """It would never be accepted: that is for the operator, not for the next try."""
    with pytest.raises(OperatorError, match="larger"):
        queues.queue.send(replace(a_job(), argument="x" * (1 << 20)))
    assert queues.queue.depth() == 0


def test_what_cannot_be_read_becomes_a_dead_letter_and_stays_one(queues: Queues) -> None:
    """A message of another release blocks nobody, is not lost, and is not sent round in circles."""
    queues.put(queues.lanes[Lane.EXPRESS], '{"version": 99}')
    queues.queue.send(a_job())
    (delivery,) = queues.queue.receive(Lane.EXPRESS, limit=10, visibility_s=60)
    assert delivery.job == a_job()
    assert queues.queue.dead_letters() == []
    assert queues.queue.redrive() == 0
    queues.queue.delete(delivery)
    assert queues.queue.depth() == 0


def test_unreadable_dead_letters_survive_looking_and_redriving(
    queues: Queues, clock: ManualClock
) -> None:
    """They are there for whoever rolls back the release."""
    queues.put(queues.dead, "not json")
    assert queues.queue.dead_letters() == []
    assert queues.queue.redrive() == 0
    clock.advance(61)
    assert [message["Body"] for message in queues.look(queues.dead)] == ["not json"]


def test_many_dead_letters_are_all_seen_and_sent_back(queues: Queues) -> None:
    """More than SQS gives at once."""
    for number in range(25):
        queues.put(queues.dead, a_job(str(number)).to_json())
    assert [job.id for job in queues.queue.dead_letters()] == [f"job-{n}" for n in range(25)]
    assert queues.queue.redrive() == 25
    assert queues.queue.depth() == 25


def test_receiving_more_than_sqs_gives_at_once(queues: Queues) -> None:
    """Up to what was asked for, in several calls."""
    for number in range(25):
        queues.queue.send(a_job(str(number)))
    assert len(queues.queue.receive(Lane.EXPRESS, limit=23, visibility_s=60)) == 23


@pytest.mark.parametrize(
    "code", ["MessageNotInflight", "ReceiptHandleIsInvalid", "InvalidParameterValue"]
)
def test_a_receipt_that_is_good_for_nothing_does_nothing(
    connect: Connect, service: ScriptedService, code: str, queues: Queues
) -> None:
    """Neither postponing nor deleting fails, and burying sends no second copy."""
    queues.queue.send(a_job())
    (delivery,) = queues.queue.receive(Lane.EXPRESS, limit=1, visibility_s=60)
    service.script.extend([Answer(400, {"__type": f"com.amazonaws.sqs#{code}"})] * 3)
    queue = SqsJobQueue(connect(service.endpoint, service="sqs"), dict.fromkeys(Lane, "q"), "dead")
    queue.change_visibility(delivery, 60)
    queue.delete(delivery)
    queue.bury(delivery)
    operations = [asked.headers["X-Amz-Target"].split(".")[1] for asked in service.asked]
    assert operations == ["ChangeMessageVisibility", "DeleteMessage", "ChangeMessageVisibility"]


def test_a_missing_queue_is_for_the_operator(sqs: RecordingClient) -> None:
    """The error names what is wrong and no address."""
    queue = SqsJobQueue(sqs, dict.fromkeys(Lane, "https://sqs.us-east-1.amazonaws.com/1/none"), "")
    with pytest.raises(OperatorError, match="no such queue") as caught:
        queue.send(a_job())
    assert "https" not in str(caught.value)
