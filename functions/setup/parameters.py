"""Secrets in SSM, over the boto3 that Lambda brings."""

from __future__ import annotations

from typing import Any

from shared.errors import OperatorError, TransientError

NOT_FOUND = "ParameterNotFound"
# Codes after which trying again may help; all others are for the operator.
PASSING = frozenset({"ThrottlingException", "InternalServerError", "TooManyUpdates"})


class SsmParameters:
    """SecureStrings by their whole name. The SDK is imported at the first call."""

    def __init__(self) -> None:
        self._ssm: Any = None

    def read(self, name: str) -> str | None:
        """The decrypted value, or None when there is none."""
        answer = self._call("get_parameter", Name=name, WithDecryption=True)
        return None if answer is None else str(answer["Parameter"]["Value"])

    def write(self, name: str, value: str, key: str) -> None:
        """Store it, encrypted with ``key`` or, where that is empty, with the account's own."""
        encryption = {"KeyId": key} if key else {}
        self._call(
            "put_parameter",
            Name=name,
            Value=value,
            Type="SecureString",
            Description="Shown by Telegram with each update; made at deployment",
            Overwrite=True,
            **encryption,
        )

    def delete(self, name: str) -> None:
        """Remove it; harmless when there is none."""
        self._call("delete_parameter", Name=name)

    def _call(self, operation: str, **request: Any) -> Any:
        """The answer; None where the parameter does not exist."""
        import boto3  # noqa: PLC0415 - half a second that tests of others need not pay
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as above

        try:
            self._ssm = self._ssm or boto3.client("ssm")
            return getattr(self._ssm, operation)(**request)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == NOT_FOUND:
                return None
            kind = TransientError if code in PASSING else OperatorError
            raise kind(f"SSM refused {operation} of {request['Name']}: {code}.") from error
        except BotoCoreError as error:
            raise TransientError(f"SSM did not answer: {type(error).__name__}.") from error
