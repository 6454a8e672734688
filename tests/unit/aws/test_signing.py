"""Signatures are those the vendor's SDK makes; credentials stay hidden."""

from __future__ import annotations

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.aws.signing import AwsCredentials, canonical_request, sign
from shared.errors import OperatorError

PRINTABLE = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60)


@given(
    secret=PRINTABLE,
    token=st.just("") | PRINTABLE,
    body=st.binary(max_size=200),
    now=st.integers(0, 4_000_000_000),
    place=st.sampled_from(
        [("dynamodb", "us-east-1"), ("sqs", "eu-central-1"), ("ssm", "cn-north-1")]
    ),
)
def test_the_signature_is_the_one_botocore_makes(
    secret: str, token: str, body: bytes, now: int, place: tuple[str, str]
) -> None:
    """Same headers, same canonical request, same signature, with and without a session token."""
    service, region = place
    headers = {
        "Host": f"{service}.{region}.amazonaws.com",
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": "DynamoDB_20120810.GetItem",
    }
    signed = sign(
        headers,
        body,
        credentials=AwsCredentials("AKID", secret, token),
        region=region,
        service=service,
        now=float(now),
    )
    authorization = signed.pop("Authorization")
    assert ("X-Amz-Security-Token" in signed) == bool(token)

    theirs = SigV4Auth(Credentials("AKID", secret, token or None), service, region)
    request = AWSRequest("POST", f"https://{headers['Host']}/", headers=signed, data=body)
    request.context["timestamp"] = signed["X-Amz-Date"]
    canonical = theirs.canonical_request(request)
    assert canonical_request(signed, body)[0] == canonical
    signature = theirs.signature(theirs.string_to_sign(request, canonical), request)
    assert authorization.endswith(f"Signature={signature}")
    assert f"Credential=AKID/{theirs.credential_scope(request)}, " in authorization
    names = theirs.signed_headers(theirs.headers_to_sign(request))
    assert f"SignedHeaders={names}, " in authorization


def test_credentials_come_from_lambdas_variables() -> None:
    """Key, secret and token are read; the token may be missing on a developer's machine."""
    environ = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_SESSION_TOKEN": "c"}
    assert AwsCredentials.from_environment(environ) == AwsCredentials("a", "b", "c")
    del environ["AWS_SESSION_TOKEN"]
    assert AwsCredentials.from_environment(environ) == AwsCredentials("a", "b")


def test_missing_credentials_are_named() -> None:
    """The operator learns which variable is missing."""
    with pytest.raises(OperatorError, match="AWS_SECRET_ACCESS_KEY is not set"):
        AwsCredentials.from_environment({"AWS_ACCESS_KEY_ID": "a"})


def test_credentials_are_never_printed() -> None:
    """No part of them shows up in their representation."""
    assert repr(AwsCredentials("AKID", "secret", "token")) == "AwsCredentials()"
