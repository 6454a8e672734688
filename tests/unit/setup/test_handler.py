"""The setup function's entry: CloudFormation always gets an answer."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from setup.handler import handler_for
from setup.registration import NOTHING_MADE, Kind, Outcome, Request, Setup
from shared.errors import OperatorError, TransientError

if TYPE_CHECKING:
    from collections.abc import Iterator


class CloudFormation:
    """Takes answers as a presigned S3 address does; ``failures`` of them it refuses first."""

    def __init__(self) -> None:
        self.answers: list[tuple[dict[str, str], dict[str, Any]]] = []
        self.failures = 0
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                owner.failures -= 1
                if owner.failures >= 0:
                    self.send_error(503)
                    return
                owner.answers.append((dict(self.headers.items()), json.loads(body)))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)

    def request(self, kind: str = "Create", **more: Any) -> dict[str, Any]:
        """An event as the setup function gets it."""
        return {
            "RequestType": kind,
            "ResponseURL": f"http://127.0.0.1:{self.server.server_address[1]}/answer?signed=1",
            "StackId": "arn:aws:cloudformation:eu-central-1:123456789012:stack/transcriber/1",
            "RequestId": "request-1",
            "LogicalResourceId": "WebhookSecret",
            "ResourceType": "Custom::WebhookSecret",
            "ResourceProperties": {"Action": "secret"},
            **more,
        }


@pytest.fixture
def cloudformation() -> Iterator[CloudFormation]:
    """An address for answers."""
    cloudformation = CloudFormation()
    thread = threading.Thread(target=cloudformation.server.serve_forever, args=(0.02,))
    thread.start()
    yield cloudformation
    cloudformation.server.shutdown()
    cloudformation.server.server_close()
    thread.join()


class Answering(Setup):
    """A use case whose outcome is given."""

    def __init__(self, outcome: Outcome | Exception) -> None:
        self.requests: list[Request] = []
        self._outcome = outcome

    def carry_out(self, request: Request) -> Outcome:
        """Give the outcome."""
        self.requests.append(request)
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome


def test_success_is_answered_with_name_and_attributes(cloudformation: CloudFormation) -> None:
    """The answer carries what the template refers to, and the request's own ids."""
    setup = Answering(Outcome("the-name", {"Sha256": "abc"}))
    handler_for(lambda: setup)(cloudformation.request("Update", PhysicalResourceId="old"), None)
    [(headers, answer)] = cloudformation.answers
    assert setup.requests == [Request(Kind.UPDATE, "old", {"Action": "secret"})]
    assert answer == {
        "Status": "SUCCESS",
        "Reason": "done",
        "PhysicalResourceId": "the-name",
        "StackId": "arn:aws:cloudformation:eu-central-1:123456789012:stack/transcriber/1",
        "RequestId": "request-1",
        "LogicalResourceId": "WebhookSecret",
        "Data": {"Sha256": "abc"},
    }
    assert headers["Content-Type"] == ""


def test_failure_is_answered_with_its_sentence(cloudformation: CloudFormation) -> None:
    """The operator reads the reason in the stack's events."""
    setup = Answering(Outcome("the-name", failure="The token is missing; run: make secrets."))
    handler_for(lambda: setup)(cloudformation.request(), None)
    [(_, answer)] = cloudformation.answers
    assert answer["Status"] == "FAILED"
    assert answer["Reason"] == "The token is missing; run: make secrets."


@pytest.mark.parametrize("error", [RuntimeError("a secret"), OperatorError("a secret")])
def test_whatever_goes_wrong_is_answered_without_details(
    cloudformation: CloudFormation, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """An unexpected error ends the deployment at once, and its message goes nowhere."""
    setup = Answering(error)
    handler_for(lambda: setup)(cloudformation.request(), None)
    [(_, answer)] = cloudformation.answers
    assert answer["Status"] == "FAILED"
    assert answer["PhysicalResourceId"] == NOTHING_MADE
    assert type(error).__name__ in answer["Reason"]
    assert "a secret" not in answer["Reason"] + caplog.text


def test_a_request_of_unknown_kind_is_answered(cloudformation: CloudFormation) -> None:
    """Even what we do not understand gets an answer, under the name the resource had."""
    event = cloudformation.request("Inspect", PhysicalResourceId="the-name")
    handler_for(lambda: Answering(Outcome("other")))(event, None)
    [(_, answer)] = cloudformation.answers
    assert answer["Status"] == "FAILED"
    assert answer["PhysicalResourceId"] == "the-name"


def test_an_answer_is_sent_again_when_it_was_not_taken(cloudformation: CloudFormation) -> None:
    """Two refusals are survived."""
    cloudformation.failures = 2
    handler_for(lambda: Answering(Outcome("the-name")))(cloudformation.request(), None)
    assert len(cloudformation.answers) == 1


def test_an_answer_that_nobody_takes_fails_the_invocation(cloudformation: CloudFormation) -> None:
    """Lambda then invokes the function again; everything it did may be repeated."""
    cloudformation.failures = 3
    with pytest.raises(TransientError):
        handler_for(lambda: Answering(Outcome("the-name")))(cloudformation.request(), None)


def test_a_long_reason_is_cut(cloudformation: CloudFormation) -> None:
    """The whole answer must stay below 4096 bytes."""
    setup = Answering(Outcome("the-name", failure="x" * 5000))
    handler_for(lambda: setup)(cloudformation.request(), None)
    [(_, answer)] = cloudformation.answers
    assert len(json.dumps(answer)) < 4096


def test_a_template_that_asks_for_nothing_known_is_told(cloudformation: CloudFormation) -> None:
    """A missing or unknown property is named."""
    setup = Setup(None, None)  # type: ignore[arg-type]  # it must not come to using them
    event = cloudformation.request(ResourceProperties={"Action": "dance"})
    handler_for(lambda: setup)(event, None)
    [(_, answer)] = cloudformation.answers
    assert answer["Status"] == "FAILED"
    assert "dance" in answer["Reason"]
