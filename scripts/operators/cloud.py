"""AWS by its SDK, and what its errors mean to an operator: one sentence that says what to run."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Any

from shared.errors import OperatorError, TransientError

if TYPE_CHECKING:
    from collections.abc import Iterator

CONNECT_TIMEOUT_S = 5
ANSWER_TIMEOUT_S = 20
TRIES = 3
REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")

EXPIRED = "The AWS credentials have expired: sign in again (aws sso login, or aws configure)."
UNKNOWN = "AWS does not accept these credentials: run `aws configure`, or set AWS_PROFILE."
DENIED = "AWS denies {operation} to these credentials: use a role that is allowed to."
BUSY = "AWS is busy ({operation}): try again in a minute."

REFUSALS = {
    "AccessDenied": DENIED,
    "AccessDeniedException": DENIED,
    "AuthFailure": UNKNOWN,
    "AuthorizationError": DENIED,
    "ExpiredToken": EXPIRED,
    "ExpiredTokenException": EXPIRED,
    "InvalidClientTokenId": UNKNOWN,
    "InvalidSignatureException": UNKNOWN,
    "MissingAuthenticationToken": UNKNOWN,
    "OptInRequired": "This region is not enabled for the account: enable it or give --region.",
    "RequestExpired": EXPIRED,
    "RequestLimitExceeded": BUSY,
    "SignatureDoesNotMatch": UNKNOWN,
    "Throttling": BUSY,
    "ThrottlingException": BUSY,
    "TooManyRequestsException": BUSY,
    "UnauthorizedOperation": DENIED,
    "UnrecognizedClientException": UNKNOWN,
}
"""By the code of AWS's refusal; any other is a CloudRefusalError that shows its code."""

NO_CREDENTIALS = "There are no AWS credentials: run `aws configure`, or set AWS_PROFILE."
NO_NETWORK = "AWS cannot be reached: check the network, and the region's name if you gave one."
FAULTS = {
    "NoCredentialsError": NO_CREDENTIALS,
    "PartialCredentialsError": NO_CREDENTIALS,
    "CredentialRetrievalError": EXPIRED,
    "SSOError": EXPIRED,
    "TokenRetrievalError": EXPIRED,
    "ProfileNotFound": "AWS_PROFILE names a profile that ~/.aws does not have: `aws configure list-profiles`.",
    "ConfigParseError": "~/.aws/config cannot be read: mend it, or run `aws configure`.",
    "InvalidRegionError": "This is not the name of an AWS region: give another --region.",
    "HTTPClientError": NO_NETWORK,
    "ConnectionError": NO_NETWORK,
    "BotoCoreError": "The AWS SDK failed: {kind}.",
}
"""By the name of the SDK's exception or, failing that, of its nearest ancestor."""


class CloudRefusalError(OperatorError):
    """AWS refused for a reason that its ``code`` names."""

    def __init__(self, operation: str, code: str) -> None:
        super().__init__(f"AWS refused {operation} ({code}).")
        self.code = code


class Cloud:
    """One account in one region; ``endpoint_url`` leads to an emulator instead."""

    def __init__(self, region: str, endpoint_url: str = "") -> None:
        self.region = region
        self.endpoint_url = endpoint_url
        self._clients: dict[str, Any] = {}

    def call(self, service: str, operation: str, **request: Any) -> dict[str, Any]:
        """The answer to one operation, named as boto3 names its methods."""
        from botocore.exceptions import (  # noqa: PLC0415 - half a second that --help need not pay
            BotoCoreError,
            ClientError,
        )

        where = f"{service}:{operation}"
        try:
            answer: dict[str, Any] = getattr(self._client(service), operation)(**request)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in REFUSALS:
                raise OperatorError(REFUSALS[code].format(operation=where)) from error
            raise CloudRefusalError(where, code) from error
        except BotoCoreError as error:
            raise fault(error) from error
        except ValueError as error:
            raise OperatorError(
                "--endpoint-url is not an address: begin it with http://."
            ) from error
        return answer

    def pages(
        self, service: str, operation: str, items: str, token: tuple[str, str], **request: Any
    ) -> Iterator[dict[str, Any]]:
        """The ``items`` of all pages; ``token`` names the answer's and the request's field."""
        given, asked = token
        while True:
            answer = self.call(service, operation, **request)
            yield from answer.get(items) or []
            if not answer.get(given):
                return
            request[asked] = answer[given]

    def credentials(self) -> tuple[str, str, str]:
        """Key id, secret key and session token, for the clients of our own."""
        from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - as above

        try:
            found = self._session.get_credentials()
        except BotoCoreError as error:
            raise fault(error) from error
        if found is None:
            raise OperatorError(NO_CREDENTIALS)
        frozen = found.get_frozen_credentials()
        return frozen.access_key, frozen.secret_key, frozen.token or ""

    def close(self) -> None:
        """Close the connections."""
        while self._clients:
            self._clients.popitem()[1].close()

    @cached_property
    def _session(self) -> Any:
        import boto3  # noqa: PLC0415 - as above

        return boto3.Session()

    def _client(self, service: str) -> Any:
        from botocore.config import Config  # noqa: PLC0415 - as above

        if service not in self._clients:
            config = Config(
                connect_timeout=CONNECT_TIMEOUT_S,
                read_timeout=ANSWER_TIMEOUT_S,
                retries={"total_max_attempts": TRIES, "mode": "standard"},
            )
            self._clients[service] = self._session.client(
                service,
                region_name=self.region,
                endpoint_url=self.endpoint_url or None,
                config=config,
            )
        return self._clients[service]


def fault(error: Exception) -> OperatorError | TransientError:
    """What a failure of the SDK itself means."""
    names = [ancestor.__name__ for ancestor in type(error).__mro__]
    sentence = next(FAULTS[name] for name in names if name in FAULTS)
    kind = TransientError if sentence is NO_NETWORK else OperatorError
    return kind(sentence.format(kind=names[0]))


def region_of(given: str, configured: str) -> str:
    """The region: the option's, samconfig's, the environment's or the AWS profile's."""
    for region in (given, configured, *(os.environ.get(name) for name in REGION_VARIABLES)):
        if region:
            return region
    import boto3  # noqa: PLC0415 - as above
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - as above

    try:
        region = boto3.Session().region_name
    except BotoCoreError as error:
        raise fault(error) from error
    if not region:
        raise OperatorError(
            "No AWS region is set: give --region eu-central-1, or run "
            "`aws configure set region eu-central-1`."
        )
    return str(region)
