"""Drafts are found again by their number."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from processor.conversation.drafts import draft_id


@given(st.text(max_size=44))
def test_a_number_that_telegram_takes(job_id: str) -> None:
    """Positive and of 31 bits, the same each time."""
    assert 1 <= draft_id(job_id) <= (1 << 31) - 1
    assert draft_id(job_id) == draft_id(job_id)


def test_jobs_have_numbers_of_their_own() -> None:
    """A thousand jobs, a thousand drafts."""
    assert len({draft_id(str(n)) for n in range(1000)}) == 1000
