"""The webhook's Lambda entry: an HTTP API event (payload 2.0) in, its response out."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeAlias

import composition
from shared.settings import Settings
from webhook.admission import Admission, HttpRequest, HttpResponse, unavailable

Event: TypeAlias = Mapping[str, Any]
Handler: TypeAlias = Callable[[Event, object], dict[str, Any]]

log = logging.getLogger("webhook.handler")


def handler_for(admission: Callable[[], Admission]) -> Handler:
    """A Lambda handler that asks ``admission`` for its use case at each call."""

    def handle(event: Event, context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
        try:
            response = admission().admit(to_request(event))
        except Exception as error:  # noqa: BLE001 - last line of defence: Telegram delivers again
            log.error("admission failed", extra={"error": type(error).__name__})  # noqa: TRY400 - a trace may quote the update
            response = unavailable()
        return to_response(response)

    return handle


def to_request(event: Event) -> HttpRequest:
    """The parts of the event that admission needs. A body that is not Base64 counts as empty."""
    body = (event.get("body") or "").encode("utf-8", "surrogatepass")
    if event.get("isBase64Encoded"):
        try:
            body = base64.b64decode(body)
        except ValueError:
            body = b""
    return HttpRequest(
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        body=body,
        source_ip=event.get("requestContext", {}).get("http", {}).get("sourceIp", ""),
    )


def to_response(response: HttpResponse) -> dict[str, Any]:
    """The response in the gateway's form."""
    headers = dict(response.headers)
    if response.body is None:
        return {"statusCode": response.status, "headers": headers, "body": ""}
    headers["content-type"] = "application/json"
    return {"statusCode": response.status, "headers": headers, "body": json.dumps(response.body)}


@cache
def _admission() -> Admission:
    """Wired at the first call of this environment, and kept."""
    admission: Admission = composition.build(Settings.from_environment()).admission
    return admission


handle = handler_for(_admission)
