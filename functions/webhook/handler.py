"""The webhook's Lambda entry: an HTTP API event (payload 2.0) in, its response out."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import composition
from shared.settings import Settings
from webhook.admission import HttpRequest, HttpResponse, unavailable

if TYPE_CHECKING:
    from shared.ports import Metrics
    from webhook.admission import Admission

Event: TypeAlias = Mapping[str, Any]
Handler: TypeAlias = Callable[[Event, object], dict[str, Any]]

log = logging.getLogger("webhook.handler")


class FrontDoor(Protocol):
    """What the handler needs of an app."""

    @property
    def admission(self) -> Admission:
        """The use case."""
        ...

    @property
    def metrics(self) -> Metrics:
        """Published after each request."""
        ...


def handler_for(app: Callable[[], FrontDoor]) -> Handler:
    """A Lambda handler that asks ``app`` for its use case at each call."""

    def handle(event: Event, context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
        try:
            response = app().admission.admit(to_request(event))
            app().metrics.flush()
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
def _app() -> composition.App:
    """Wired at the first call of this environment, and kept."""
    settings = Settings.from_environment()
    if settings.on_aws:
        from shared.adapters.powertools import configure_logging  # noqa: PLC0415 - AWS alone has it

        configure_logging(settings.service_name)
    return composition.build(settings)


handle = handler_for(_app)
