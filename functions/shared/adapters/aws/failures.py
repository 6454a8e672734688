"""What an AWS service's refusal means: try again, call the operator, or a case of ours.

Messages name the service, the operation and the code, never what was sent or what came back.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from shared.errors import OperatorError, TransientError

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVER_FAULT = 500

TRY_AGAIN = frozenset(
    {
        "InternalFailure",
        "InternalServerError",
        "KmsThrottled",
        "LimitExceededException",
        "OverLimit",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)

# What the operator should look at; any other code stands for itself.
REMEDIES = {
    "AccessDeniedException": "the role lacks this permission",
    "AccessDenied": "the role lacks this permission",
    "ExpiredTokenException": "the credentials have expired",
    "InvalidSignatureException": "the secret access key or this machine's clock is wrong",
    "KmsAccessDenied": "the role may not use the queue's key",
    "NonExistentQueue": "there is no such queue in this region and account",
    "ParameterNotFound": "there is no such parameter",
    "QueueDoesNotExist": "there is no such queue in this region and account",
    "ResourceNotFoundException": "there is no such table in this region and account",
    "UnrecognizedClientException": "the credentials are not known to AWS",
}


class RefusedError(OperatorError):
    """The service refused the request; ``details`` is its answer, for the caller to look into."""

    def __init__(self, where: str, code: str, details: Mapping[str, Any]) -> None:
        super().__init__(f"{where}: {REMEDIES.get(code, 'refused')} ({code})")
        self.code = code
        self.details = details


def failure(where: str, status: int, answer: bytes) -> TransientError | RefusedError:
    """The error for an answer other than 200; ``where`` is the service and the operation."""
    try:
        details = json.loads(answer)
        kind = str(details.get("__type") or details.get("code") or "")
    except (ValueError, AttributeError):
        details, kind = {}, ""
    # The name may stand behind "namespace#" or "namespace.", and before ":address".
    code = kind.split("#")[-1].split(":")[0].split(".")[-1]
    if status >= SERVER_FAULT or code in TRY_AGAIN:
        return TransientError(f"{where}: not available now ({code or status})")
    return RefusedError(where, code or str(status), details)
