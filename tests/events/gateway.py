"""Events as an API Gateway HTTP API sends them to Lambda (payload format 2.0)."""

from __future__ import annotations

import base64
from typing import Any

TELEGRAM_IP = "149.154.167.220"


def gateway_event(
    body: bytes, *, secret: str | None = None, source_ip: str = TELEGRAM_IP, encoded: bool = False
) -> dict[str, Any]:
    """A POST of ``body``, Base64 where ``encoded``; no secret header without ``secret``."""
    headers = {
        "accept-encoding": "gzip, deflate",
        "content-length": str(len(body)),
        "content-type": "application/json",
        "host": "abc123.execute-api.eu-central-1.amazonaws.com",
        "x-forwarded-for": source_ip,
        "x-forwarded-proto": "https",
    }
    if secret is not None:
        headers["x-telegram-bot-api-secret-token"] = secret
    return {
        "version": "2.0",
        "routeKey": "POST /webhook",
        "rawPath": "/webhook",
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abc123",
            "http": {
                "method": "POST",
                "path": "/webhook",
                "protocol": "HTTP/1.1",
                "sourceIp": source_ip,
                "userAgent": "",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "POST /webhook",
            "stage": "$default",
            "timeEpoch": 1_790_000_000_000,
        },
        "body": base64.b64encode(body).decode() if encoded else body.decode(),
        "isBase64Encoded": encoded,
    }
