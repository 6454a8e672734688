"""Several keys of one provider."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from processor.engines.failures import KeyRefusedError
from processor.engines.keys import Keys
from shared.errors import OperatorError, RateLimitedError, TransientError

if TYPE_CHECKING:
    from shared.errors import TranscriberError


class Provider:
    """Answers with the key it was called with, or fails as told for that key."""

    def __init__(self, **failures: TranscriberError) -> None:
        self.failures = failures
        self.calls: list[str] = []

    async def __call__(self, key: str) -> str:
        """One request."""
        self.calls.append(key)
        if key in self.failures:
            raise self.failures[key]
        return key


async def test_keys_are_used_in_turn() -> None:
    """Calls go round the keys, so that each has its share of the limits."""
    keys, provider = Keys("ACME_KEY", lambda: ("a", "b", "c")), Provider()
    assert [await keys.call(provider) for _ in range(4)] == ["a", "b", "c", "a"]


async def test_a_limited_key_hands_over_to_the_next() -> None:
    """A 429 costs one more request, not the job."""
    keys, provider = Keys("ACME_KEY", lambda: ("a", "b")), Provider(a=RateLimitedError("slow"))
    assert await keys.call(provider) == "b"
    assert provider.calls == ["a", "b"]


async def test_when_every_key_is_limited_the_shortest_wait_counts() -> None:
    """Each key is tried once; the error says when the first of them is free again."""
    provider = Provider(
        a=RateLimitedError("slow", retry_after_s=30.0),
        b=RateLimitedError("slow"),
        c=RateLimitedError("slow", retry_after_s=5.0),
    )
    with pytest.raises(RateLimitedError) as caught:
        await Keys("ACME_KEY", lambda: ("a", "b", "c")).call(provider)
    assert caught.value.retry_after_s == 5.0
    assert provider.calls == ["a", "b", "c"]


async def test_a_refused_key_is_set_aside(caplog: pytest.LogCaptureFixture) -> None:
    """It is asked once, the operator is told without the key, and the others go on."""
    secret = "gsk-refused-secret"
    keys = Keys("ACME_KEY", lambda: (secret, "b"))
    provider = Provider(**{secret: KeyRefusedError("acme answered 401")})
    with caplog.at_level(logging.WARNING):
        assert [await keys.call(provider) for _ in range(4)] == ["b"] * 4
    assert provider.calls.count(secret) == 1
    assert "ACME_KEY" in caplog.text
    assert secret not in caplog.text


async def test_with_no_key_left_the_operator_is_called_and_all_count_again() -> None:
    """Once every key was refused, mending the account is enough: no restart."""
    keys, provider = Keys("ACME_KEY", lambda: ("a",)), Provider(a=KeyRefusedError("answered 402"))
    with pytest.raises(OperatorError, match=r"ACME_KEY.*402"):
        await keys.call(provider)
    provider.failures.clear()
    assert await keys.call(provider) == "a"


async def test_a_limited_key_among_refused_ones_is_worth_waiting_for() -> None:
    """One key is refused, the other busy: the job waits instead of failing."""
    provider = Provider(a=KeyRefusedError("no"), b=RateLimitedError("slow", retry_after_s=9.0))
    with pytest.raises(RateLimitedError) as caught:
        await Keys("ACME_KEY", lambda: ("a", "b")).call(provider)
    assert caught.value.retry_after_s == 9.0


async def test_other_failures_are_not_tried_with_another_key() -> None:
    """A broken connection is no matter of keys."""
    provider = Provider(a=TransientError("broken"))
    with pytest.raises(TransientError, match="broken"):
        await Keys("ACME_KEY", lambda: ("a", "b")).call(provider)
    assert provider.calls == ["a"]


async def test_rotated_keys_are_taken_up() -> None:
    """The keys are read for each call."""
    current = ["old"]
    keys, provider = Keys("ACME_KEY", lambda: tuple(current)), Provider()
    await keys.call(provider)
    current[:] = ["new"]
    assert await keys.call(provider) == "new"


@pytest.mark.parametrize("key", ["two words", "line\nbreak", "schlüssel"])
async def test_what_cannot_be_a_key_is_named_by_its_variable_only(key: str) -> None:
    """A mangled key is the operator's fault, and the message does not quote it."""
    with pytest.raises(OperatorError, match="ACME_KEY") as caught:
        await Keys("ACME_KEY", lambda: (key,)).call(Provider())
    assert key not in str(caught.value)


async def test_without_any_key_the_variable_is_named() -> None:
    """Keys taken away at run time are the operator's to bring back."""
    with pytest.raises(OperatorError, match="ACME_KEY is not set"):
        await Keys("ACME_KEY", tuple).call(Provider())
