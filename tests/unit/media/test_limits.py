"""How long chunks are."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.media import chunk_length_s
from processor.media.limits import EARLY_S
from tests.media.profiles import EMBEDDED, HOSTED


def lengths(duration_s: float, early_s: float = 0.0) -> list[float]:
    """Of all chunks of a recording, each cut ``early_s`` before it need be."""
    found, start_s = [], 0.0
    while start_s < duration_s:
        length_s, left_s = chunk_length_s(duration_s, HOSTED, start_s), duration_s - start_s
        found.append(left_s if length_s >= left_s else length_s - early_s)
        start_s += found[-1]
    return found


@given(duration_s=st.floats(60.0, 7200.0), early_s=st.floats(0.0, 15.0))
def test_how_long_chunks_are(duration_s: float, early_s: float) -> None:
    """Few enough for a minute's requests, the first short, and about shorter and shorter towards the end."""
    found = lengths(duration_s, early_s)
    assert len(found) <= 20
    assert found[0] <= 130.0
    assert max(found) <= 600.0
    falling = found[found.index(max(found)) :]
    assert all(after <= 1.4 * before + early_s for before, after in pairwise(falling))


def test_the_chunks_of_an_hour() -> None:
    """They grow to five minutes, and taper off to one."""
    found = lengths(3600.0, EARLY_S)
    assert found[:4] == pytest.approx([60.0, 90.0, 225.0, 293.0], abs=1.0)
    assert found[-1] == pytest.approx(60.0, abs=10.0)
    assert sum(found) == pytest.approx(3600.0)


@pytest.mark.parametrize("start_s", [0.0, 60.0, 480.0, 4800.0, 90_000.0])
def test_where_nobody_knows_what_is_to_come_chunks_grow(start_s: float) -> None:
    """Without a header that is the whole recording; else what goes on behind its promised end."""
    wanted_s = min(max(60.0, start_s / 8), 300.0)
    assert chunk_length_s(None, HOSTED, start_s) == wanted_s
    assert chunk_length_s(0.5, HOSTED, max(start_s, 1.0)) == max(wanted_s, 60.0)


@pytest.mark.parametrize(("limit_s", "start_s"), [(30.0, 0.0), (100.0, 900.0)])
def test_no_chunk_is_longer_than_the_engine_takes(limit_s: float, start_s: float) -> None:
    """Whatever would be quickest."""
    assert chunk_length_s(3600.0, replace(HOSTED, max_chunk_s=limit_s), start_s) == limit_s


def test_an_engine_on_this_machine_gets_the_longest_chunks() -> None:
    """It works on one after the other: more of them gain nothing."""
    assert chunk_length_s(3600.0, EMBEDDED) == EMBEDDED.max_chunk_s
