"""Lambda entry of the setup function: a custom resource's request in, its answer to CloudFormation."""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING, Any

from setup.answer import send
from setup.parameters import SsmParameters
from setup.registration import NOTHING_MADE, Kind, Outcome, Request, Setup
from setup.telegram import TelegramBot

if TYPE_CHECKING:
    from collections.abc import Callable

    Handler = Callable[[dict[str, Any], object], None]

log = logging.getLogger(__name__)


def handler_for(setup: Callable[[], Setup]) -> Handler:
    """A Lambda handler that asks ``setup`` for its use case at each call."""

    def handle(event: dict[str, Any], context: object) -> None:  # noqa: ARG001 - Lambda's signature
        """Carry the request out and answer, whatever happens: without an answer the stack hangs."""
        name = event.get("PhysicalResourceId")
        try:
            request = Request(Kind(event["RequestType"]), name, event["ResourceProperties"])
            outcome = setup().carry_out(request)
        except Exception as error:  # noqa: BLE001 - the last line of defence
            log.error("setup failed", extra={"error": type(error).__name__})  # noqa: TRY400 - a message may quote an address
            failure = f"Unexpected {type(error).__name__}: see the log of the setup function."
            outcome = Outcome(name or NOTHING_MADE, failure=failure)
        state = "failed" if outcome.failure else "done"
        log.info("setup", extra={"state": state, "reason": outcome.failure})
        send(event, outcome)

    return handle


@cache
def _setup() -> Setup:
    return Setup(SsmParameters(), TelegramBot)


handle = handler_for(_setup)
