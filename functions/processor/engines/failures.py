"""What a provider's refusal means: HTTP status and error code to our errors, by one table.

Messages carry status and code alone. Providers' own sentences may quote the request, the account
or the audio, so they go nowhere.
"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING

from shared.errors import (
    OperatorError,
    RateLimitedError,
    TranscriberError,
    TransientError,
    UserError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


class KeyRefusedError(OperatorError):
    """This key, or the account behind it, may not; another one may."""


class RequestRefusedError(OperatorError):
    """The provider does not take the request as it was put; the audio is not at fault."""


MEANINGS: dict[int, type[TranscriberError]] = {
    400: RequestRefusedError,
    401: KeyRefusedError,
    402: KeyRefusedError,  # no credit
    403: KeyRefusedError,
    404: OperatorError,  # no such model, or a wrong address
    408: TransientError,  # the upload was too slow
    409: TransientError,
    413: OperatorError,  # waiting helps against neither of its two reasons
    422: RequestRefusedError,
    425: TransientError,
    429: RateLimitedError,
}
SERVER_ERRORS = 500  # this and above: it may work later

ADVICE = {
    "rate_limit_exceeded": "the chunk is longer than the hourly quota: another provider may take it",
    "request_too_large": "the chunk is larger than the provider takes",
}

# A 400 for audio has no code of its own, so the documented sentences are all there is to tell it
# from a 400 for a wrong parameter, which must reach the operator and not the user.
UNDECODABLE = (
    "could not process file",
    "failed to process audio",
    "could not be decoded",
    "corrupted or unsupported",
    "invalid file format",
    "file is empty",
    "too short",
)

BODY_LOOKED_AT_BYTES = 4096
_CODE = re.compile(r"[A-Za-z0-9_. -]{1,48}")
_TRY_AGAIN = re.compile(r"try again in ([0-9a-zµμ.]+)", re.IGNORECASE)
_GO_UNITS_S = {
    "h": 3600.0,
    "m": 60.0,
    "s": 1.0,
    "ms": 1e-3,
    "us": 1e-6,
    "µs": 1e-6,  # U+00B5
    "μs": 1e-6,  # U+03BC
    "ns": 1e-9,
}
_GO_PART = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)(h|ms|m|s|us|µs|μs|ns)")


def failure(
    provider: str,
    status: int,
    body: bytes,
    headers: Mapping[str, str],
    meanings: Mapping[int, type[TranscriberError]] = MEANINGS,
) -> TranscriberError:
    """The error an answer other than 2xx means. ``headers`` must ignore case, as clients' do."""
    text = body[:BODY_LOOKED_AT_BYTES].decode(errors="replace")
    code = error_code(body)
    message = f"{provider} answered {status}" + (f" ({code})" if code else "")
    kind = meanings.get(status) or (TransientError if status >= SERVER_ERRORS else OperatorError)
    if kind is RequestRefusedError and any(mark in text.lower() for mark in UNDECODABLE):
        return UserError("undecodable")
    if issubclass(kind, TransientError):
        return kind(message, retry_after_s=retry_after_s(headers, text))
    if code in ADVICE:
        message = f"{message}: {ADVICE[code]}"
    return kind(message)


def error_code(body: bytes) -> str | None:
    """The machine-readable code in an error body of any of the shapes providers use."""
    try:
        raw = json.loads(body)
    except ValueError:
        return None
    if not isinstance(raw, dict):
        return None
    inner = raw.get("error")
    places = (inner.get("code") if isinstance(inner, dict) else None, raw.get("err_code"))
    for code in (*places, raw.get("category")):
        if isinstance(code, str) and _CODE.fullmatch(code):
            return code
    return None


def retry_after_s(headers: Mapping[str, str], text: str = "") -> float | None:
    """Seconds to wait as the header says, else as the sentence "try again in 1m39.738s" does."""
    try:
        seconds = float(headers.get("retry-after", ""))
    except ValueError:
        found = _TRY_AGAIN.search(text)
        return go_duration_s(found[1].rstrip(".")) if found else None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def go_duration_s(text: str) -> float | None:
    """Seconds of a Go duration such as ``1m39.738s`` or ``500ms``; None if it is none."""
    position, total_s = 0, 0.0
    while part := _GO_PART.match(text, position):
        total_s += float(part[1]) * _GO_UNITS_S[part[2]]
        position = part.end()
    return total_s if position == len(text) and text else None
