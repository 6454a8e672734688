"""Windows: nothing lost, nothing too long, cut where it is quiet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from processor.media.windows import quietest_cut, windows
from shared.audio import SAMPLE_RATE_HZ
from tests.media.make import noise, silence

if TYPE_CHECKING:
    from collections.abc import Iterator

NOISE = noise(3.0, seed=1, rate_hz=SAMPLE_RATE_HZ).tobytes()


@given(
    st.lists(st.integers(0, 12_000), max_size=8),
    st.integers(1, 20_000),
    st.integers(0, 30_000),
)
@settings(max_examples=60, deadline=None)
def test_windows_are_the_input_in_pieces(sizes: list[int], max_samples: int, offset: int) -> None:
    """Joined they are the samples again, each begins where it says, none is too long or empty."""
    blocks = [NOISE[2 * offset :][: 2 * size] for size in sizes]
    joined = b""
    for start, pcm, overlap in windows(iter(blocks), max_samples):
        assert 0 < len(pcm) <= 2 * max_samples
        assert start * 2 == len(joined)
        assert overlap == 0  # all of these are too short to be lengthened
        joined += pcm
    assert joined == b"".join(blocks)


def test_a_window_ends_in_the_pause() -> None:
    """Half a second of silence in the last fifteen is where the cut falls."""
    rate = SAMPLE_RATE_HZ
    before, pause, after = (
        noise(22.0, seed=1, rate_hz=rate), silence(0.5, rate_hz=rate), noise(9.0, seed=2, rate_hz=rate)
    )  # fmt: skip
    (_, first, _), (start, *_) = windows([(before + pause + after).tobytes()], 30 * rate)
    assert 22.15 <= start / rate <= 22.35
    assert len(first) == 2 * start


def test_a_pause_before_the_last_fifteen_seconds_is_left_alone() -> None:
    """Windows stay long: a deeper pause earlier does not shorten them."""
    rate = SAMPLE_RATE_HZ
    sound = noise(10.0, seed=1, rate_hz=rate) + silence(1.0, rate_hz=rate)
    sound += noise(15.0, seed=2, rate_hz=rate) + noise(0.4, seed=3, level=0.01, rate_hz=rate)
    sound += noise(6.0, seed=4, rate_hz=rate)
    _, (start, *_) = windows([sound.tobytes()], 30 * rate)
    assert 26.0 <= start / rate <= 26.4


def test_of_equally_quiet_places_the_last_is_taken() -> None:
    """Silence all through gives windows of nearly the full length."""
    cut = quietest_cut(bytes(2 * 40 * SAMPLE_RATE_HZ), 30 * SAMPLE_RATE_HZ)
    assert 29.8 <= cut.at / SAMPLE_RATE_HZ <= 30.0
    assert cut.silent


def test_only_one_window_is_held() -> None:
    """The input is read no further than the window needs."""
    taken = 0

    def blocks() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield bytes(2_000)

    stream = windows(blocks(), 10_000)
    next(stream)
    assert taken == 11
