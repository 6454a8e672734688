"""Who may call the webhook."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhook.authentication import in_telegram_networks, secret_matches


def sha256(secret: str) -> str:
    """What the setting holds for ``secret``."""
    return hashlib.sha256(secret.encode()).hexdigest()


def test_right_secret() -> None:
    """The secret matches its digest, which may be written in capitals."""
    assert secret_matches("s3cret", sha256("s3cret"))
    assert secret_matches("s3cret", f" {sha256('s3cret').upper()}\n")


@pytest.mark.parametrize(
    ("presented", "expected"),
    [
        ("", sha256("")),
        ("s3cret", ""),
        ("s3cret", "s3cret"),
        ("s3cret ", sha256("s3cret")),
        ("s3cre", sha256("s3cret")),
        ("s3cret", "naïve"),
    ],
)
def test_wrong_secret(presented: str, expected: str) -> None:
    """Absent, unconfigured, plain or nearly right secrets do not match."""
    assert not secret_matches(presented, expected)


@given(presented=st.text(st.characters()))
def test_any_header_is_answered(presented: str) -> None:
    """No header value, however odd, passes or raises."""
    assert not secret_matches(presented, sha256("s3cret-that-no-one-guesses"))


@pytest.mark.parametrize(
    ("source_ip", "inside"),
    [
        ("149.154.160.0", True),
        ("149.154.175.255", True),
        ("149.154.176.0", False),
        ("91.108.4.1", True),
        ("91.108.7.255", True),
        ("91.108.8.0", False),
        ("2001:67c:4e8::1", False),
        ("", False),
        ("not an address", False),
    ],
)
def test_networks(source_ip: str, inside: bool) -> None:  # noqa: FBT001 - a column of the table
    """Only addresses of Telegram's two published networks belong to it."""
    assert in_telegram_networks(source_ip) is inside
