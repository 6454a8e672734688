"""Who is who across chunks: matched by what both heard, never guessed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from processor.recognition.stitching import stitch
from shared.audio import Audio
from shared.transcripts import Recognition, Segment

LENGTH_S = 60.0
SHARED_S = 10.0


def chunk(
    start_s: float, *turns: tuple[float, float, int], overlap_s: float = 0.0
) -> tuple[Audio, Recognition]:
    """A chunk of a minute in which each of ``turns`` (from, to, speaker) is one segment."""
    audio = Audio(b"", "ogg", start_s=start_s, duration_s=LENGTH_S, overlap_s=overlap_s)
    heard = tuple(
        Segment(begin, end, f"words of {start_s + begin:.0f}", speaker=speaker)
        for begin, end, speaker in turns
    )
    return audio, Recognition(heard, "en", LENGTH_S)


def who(*chunks: tuple[Audio, Recognition]) -> list[int | None]:
    """The speakers of the joined segments, in order."""
    return [segment.speaker for segment in stitch(chunks)]


def test_one_request_keeps_its_speakers() -> None:
    """Numbered from 0 in the order in which they first speak."""
    assert who(chunk(0.0, (0, 5, 1), (6, 9, 0), (10, 20, 1))) == [0, 1, 0]


def test_without_common_seconds_nobody_is_recognised() -> None:
    """Number 0 of the next request may be anyone: numbers go on."""
    assert who(chunk(0.0, (0, 5, 0), (6, 9, 1)), chunk(60.0, (0, 5, 0))) == [0, 1, 2]


def test_common_seconds_tell_who_is_who() -> None:
    """Voices that speak at the same time are the same, whatever their numbers."""
    first = chunk(0.0, (0, 40, 0), (50, 56, 1), (56, 60, 0), overlap_s=SHARED_S)
    second = chunk(50.0, (0, 6, 4), (6, 10, 3), (20, 30, 4), (31, 32, 9))
    assert who(first, second)[-2:] == [1, 2]
    assert set(who(first, second)) == {0, 1, 2}


def test_engines_that_tell_nobody_apart_say_nothing() -> None:
    """No speaker stays no speaker."""
    audio, _ = chunk(0.0)
    assert who((audio, Recognition((Segment(0.0, 1.0, "Yes."),), "en"))) == [None]


turn = st.tuples(st.floats(0, 50), st.integers(0, 3)).map(lambda t: (t[0], t[0] + 5, t[1]))


@given(st.lists(st.lists(turn, max_size=6), max_size=5))
def test_numbers_are_contiguous_and_in_order(chunks: list[list[tuple[float, float, int]]]) -> None:
    """Each new speaker has the next number, whatever engines called them."""
    numbers = who(*(chunk(number * LENGTH_S, *turns) for number, turns in enumerate(chunks)))
    assert list(dict.fromkeys(numbers)) == list(range(len(set(numbers))))


@given(st.lists(turn, min_size=1, max_size=6))
def test_within_a_request_the_same_stay_the_same(turns: list[tuple[float, float, int]]) -> None:
    """Renumbering neither splits nor merges people."""
    segments = stitch([chunk(0.0, *turns)])
    by_text = {f"words of {begin:.0f}": speaker for begin, _, speaker in turns}
    if len(by_text) == len(turns):
        pairs = {(by_text[segment.text], segment.speaker) for segment in segments}
        assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})
