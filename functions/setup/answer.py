"""Answering CloudFormation: one PUT to the address it gave."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any

from shared.errors import TransientError

if TYPE_CHECKING:
    from setup.registration import Outcome

TRIES = 3
TIMEOUT_S = 5.0
LONGEST_REASON = 1000  # the whole answer may have 4096 bytes


def send(event: dict[str, Any], outcome: Outcome) -> None:
    """Tell CloudFormation. Raise TransientError if it cannot be reached: Lambda calls us again."""
    answer = {
        "Status": "FAILED" if outcome.failure else "SUCCESS",
        "Reason": outcome.failure[:LONGEST_REASON] or "done",
        "PhysicalResourceId": outcome.name,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "Data": outcome.attributes,
    }
    for left in reversed(range(TRIES)):
        try:
            _put(event["ResponseURL"], json.dumps(answer).encode())
        except OSError as error:
            if not left:
                raise TransientError("CloudFormation did not take the answer.") from error
        else:
            return


def _put(url: str, body: bytes) -> None:
    """PUT without a content type: the address is signed for none, and urllib would add one."""
    request = urllib.request.Request(  # noqa: S310 - the address comes from CloudFormation
        url, data=body, method="PUT", headers={"Content-Type": ""}
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT_S):  # noqa: S310 - as above
        pass
