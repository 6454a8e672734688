"""The Lambda entry: events in, responses out."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from shared.errors import TransientError
from shared.texts import say
from tests.events.gateway import TELEGRAM_IP, gateway_event
from tests.events.samples import PERSON, private, sample, voice
from tests.unit.webhook.witnesses import SECRET, SECRET_SHA256, Desk
from webhook.admission import HttpResponse
from webhook.authentication import SECRET_HEADER
from webhook.handler import handler_for, to_request, to_response

if TYPE_CHECKING:
    from pathlib import Path

BODY = json.dumps(sample("voice"), ensure_ascii=False).encode()


@pytest.mark.parametrize("encoded", [False, True])
def test_event_becomes_a_request(encoded: bool) -> None:  # noqa: FBT001 - a column of the table
    """Secret, body and address are found, whether the gateway encoded the body or not."""
    request = to_request(gateway_event(BODY, secret=SECRET, encoded=encoded))
    assert request.headers[SECRET_HEADER] == SECRET
    assert (request.body, request.source_ip) == (BODY, TELEGRAM_IP)


def test_header_names_are_lowered() -> None:
    """A gateway that keeps the caller's spelling makes no difference."""
    event = {"headers": {"X-Telegram-Bot-Api-Secret-Token": SECRET}}
    assert to_request(event).headers == {SECRET_HEADER: SECRET}


@pytest.mark.parametrize(
    "event",
    [{}, {"body": None, "headers": None}, {"body": "a", "isBase64Encoded": True}],
    ids=["bare", "nothing", "not Base64"],
)
def test_missing_parts_are_empty(event: dict[str, object]) -> None:
    """An event without body, headers or address is an empty request, not an error."""
    request = to_request(event)
    assert (dict(request.headers), request.body, request.source_ip) == ({}, b"", "")


def test_response_with_an_answer_is_json() -> None:
    """Telegram carries out the method only when the body is declared as JSON."""
    assert to_response(HttpResponse(200, {"method": "sendMessage", "text": "hé"})) == {
        "statusCode": 200,
        "headers": {"content-type": "application/json"},
        "body": '{"method": "sendMessage", "text": "h\\u00e9"}',
    }


def test_response_without_an_answer_is_empty() -> None:
    """Status and headers travel alone when there is nothing to say."""
    assert to_response(HttpResponse(503, headers={"retry-after": "9"})) == {
        "statusCode": 503,
        "headers": {"retry-after": "9"},
        "body": "",
    }


def test_update_goes_in_and_the_answer_comes_out() -> None:
    """A genuine event is admitted; its answer is in the response."""
    desk = Desk()
    handle = handler_for(lambda: desk)
    assert handle(gateway_event(BODY, secret=SECRET), None)["statusCode"] == 200
    assert desk.job.address.chat_id == PERSON
    empty = json.dumps(private(voice=voice(file_size=0))).encode()
    response = handle(gateway_event(empty, secret=SECRET), None)
    assert json.loads(response["body"])["text"] == say("en", "empty_file")


def test_forged_event_is_refused() -> None:
    """Without the secret the answer is 401 and empty."""
    desk = Desk()
    response = handler_for(lambda: desk)(gateway_event(BODY), None)
    assert (response["statusCode"], response["body"]) == (401, "")


def test_queue_down_asks_for_redelivery() -> None:
    """The gateway passes on 503 with its Retry-After."""
    desk = Desk()
    desk.queue.error = TransientError("busy", retry_after_s=11)
    response = handler_for(lambda: desk)(gateway_event(BODY, secret=SECRET), None)
    assert (response["statusCode"], response["headers"]) == (503, {"retry-after": "11"})


def test_fault_of_our_own_loses_no_update(caplog: pytest.LogCaptureFixture) -> None:
    """An unexpected error is answered 503, so that Telegram delivers again; only its type is logged."""

    def broken() -> Desk:
        raise ZeroDivisionError("Zebrafinch")

    response = handler_for(broken)(gateway_event(BODY, secret=SECRET), None)
    assert (response["statusCode"], response["headers"]) == (503, {"retry-after": "5"})
    (record,) = caplog.records
    assert (record.levelno, record.__dict__["error"]) == (logging.ERROR, "ZeroDivisionError")
    assert "Zebrafinch" not in caplog.text


def test_entry_wires_itself_from_the_environment(tmp_path: Path) -> None:
    """The real entry, in a fresh process, takes an update and loads no SDK of the processor."""
    heavy = "telegram httpx requests groq av numpy aiohttp"
    script = (
        "import json, sys\n"
        "from webhook.handler import handle\n"
        "event = json.load(sys.stdin)\n"
        "answers = [handle(event, None)['statusCode'] for _ in range(2)]\n"
        f"print(*answers, *sorted(set({heavy!r}.split()) & sys.modules.keys()))"
    )
    database = tmp_path / "state.sqlite3"
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=json.dumps(gateway_event(BODY, secret=SECRET)),
        env={"DATABASE_PATH": str(database), "WEBHOOK_SECRET_SHA256": SECRET_SHA256},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["200", "200"]
    assert database.exists()
