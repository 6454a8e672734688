"""Ranges are cut into parts that Telegram takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.sources.mtproto.ranges import WINDOW_BYTES, parts

GIB = 1 << 30


@given(st.integers(0, 4 * GIB), st.integers(0, 5 << 20))
def test_parts_keep_the_rules_and_make_up_the_range(offset: int, length: int) -> None:
    """Aligned, inside one window each, without gap or overlap, and hardly more than was asked."""
    cut = list(parts(offset, length))

    place = offset
    for part in cut:
        unit = 1024 if part.precise else 4096
        assert part.offset % unit == 0 == part.limit % unit
        assert part.precise or WINDOW_BYTES % part.limit == 0
        assert 0 < part.limit <= WINDOW_BYTES
        assert part.offset // WINDOW_BYTES == (part.offset + part.limit - 1) // WINDOW_BYTES
        assert part.offset + part.skip == place
        assert part.skip + part.length <= part.limit < part.length + 2048
        place += part.length
    assert place == offset + length
    assert len(cut) <= length // WINDOW_BYTES + 2


@pytest.mark.parametrize(
    ("offset", "length", "precise"),
    [
        (0, WINDOW_BYTES, False),
        (WINDOW_BYTES, 4096, False),
        (4096, 8192, False),
        (1024, 1024, True),
        (0, 12 << 10, True),
        (0, 1, True),
    ],
)
def test_the_finer_alignment_is_asked_for_only_where_needed(
    offset: int, length: int, *, precise: bool
) -> None:
    """A whole window, or a power of two of 4 KiB, is an ordinary request."""
    (part,) = parts(offset, length)
    assert part.precise is precise
