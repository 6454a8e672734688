"""Transcripts: stored and read back, shifted, joined, and honest about what is missing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.transcripts import Instructions, Recipe, Segment, Transcript, TranscriptKey, Word

times = st.floats(0, 1e6)
words = st.builds(Word, times, times, st.text(max_size=10))
segments = st.builds(
    Segment,
    times,
    times,
    st.text(max_size=30),
    st.lists(words, max_size=3).map(tuple),
    st.none() | st.integers(0, 7),
    st.none() | st.floats(0, 1),
    st.none() | st.floats(-5, 0),
    st.none() | st.integers(0, 7),
    st.booleans(),
)
transcripts = st.builds(
    Transcript,
    st.lists(segments, max_size=5).map(tuple),
    st.none() | st.text(max_size=3),
    times,
    st.none() | times,
)


@given(transcripts.filter(lambda t: not any(0xD800 <= ord(c) < 0xE000 for c in repr(t))))
def test_a_transcript_is_read_as_it_was_written(transcript: Transcript) -> None:
    """Words, channels and the engine's figures included."""
    assert Transcript.from_json(transcript.to_json()) == transcript


@given(segments, st.floats(0, 1e6), st.none() | st.integers(0, 7))
def test_shifting_moves_segment_and_words_alike(
    segment: Segment, offset_s: float, channel: int | None
) -> None:
    """Nothing else changes; a channel is set where one is given."""
    shifted = segment.shifted(offset_s, channel=channel)
    assert shifted.start_s == segment.start_s + offset_s
    assert shifted.end_s == segment.end_s + offset_s
    assert shifted.text == segment.text
    assert shifted.words == tuple(
        Word(w.start_s + offset_s, w.end_s + offset_s, w.text) for w in segment.words
    )
    assert shifted.channel == (segment.channel if channel is None else channel)


def test_the_text_is_every_segment_with_words() -> None:
    """Joined by one space, empty segments leaving none."""
    said = [Segment(0, 1, "One."), Segment(1, 2, ""), Segment(2, 3, "Two.")]
    assert Transcript(tuple(said), "en", 3.0).text == "One. Two."


@pytest.mark.parametrize(
    ("got_s", "declared_s", "expected"),
    [
        (60.0, None, False),  # nobody knows how long it should be
        (60.0, 60.0, False),
        (61.0, 60.0, False),  # longer than declared is not short
        (58.0, 60.0, False),  # headers round
        (57.1, 60.0, False),  # 2.9 s of 60 are below a twentieth
        (56.9, 60.0, True),
        (7.9, 10.0, True),  # above two seconds, and above a twentieth
        (8.1, 10.0, False),
        (0.0, 1.0, False),
        (3300.0, 3600.0, True),
        (3500.0, 3600.0, False),
    ],
)
def test_a_file_is_cut_short_when_both_bounds_are_passed(
    got_s: float, declared_s: float | None, *, expected: bool
) -> None:
    """More than two seconds are missing, and more than a twentieth."""
    assert Transcript((), None, got_s, declared_s).cut_short is expected


def test_a_key_tells_apart_what_may_differ() -> None:
    """Content, engine, model, language, task and schema: each makes another key."""
    recipe = Recipe("groq", "turbo", "de")
    keys = {
        str(TranscriptKey("aa", recipe)),
        str(TranscriptKey("bb", recipe)),
        str(TranscriptKey("aa", Recipe("deepgram", "turbo", "de"))),
        str(TranscriptKey("aa", Recipe("groq", "large", "de"))),
        str(TranscriptKey("aa", Recipe("groq", "turbo"))),
        str(TranscriptKey("aa", Recipe("groq", "turbo", "de", Instructions(task="translate")))),
        str(TranscriptKey("aa", Recipe("groq", "turbo", "de", schema=2))),
    }
    assert len(keys) == 7
