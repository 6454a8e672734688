"""Joining chunks: in the order of time, and nothing lost but what the rules leave out."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.recognition.stitching import invented, stitch
from shared.audio import PCM, Audio
from shared.transcripts import Recognition, Segment, Word

texts = st.sampled_from(["", "Yes.", "No.", "Good morning.", "こんにちは", "a b c"])
shares = st.none() | st.floats(0, 1)
logprobs = st.none() | st.floats(-3, 0)


@st.composite
def segments(draw: st.DrawFn) -> Segment:
    """Anything an engine may say of a chunk."""
    start_s = draw(st.floats(0, 100))
    end_s = start_s + draw(st.floats(0, 20))
    text = draw(texts)
    words = tuple(Word(start_s, end_s, word) for word in text.split())
    return Segment(start_s, end_s, text, words, None, draw(shares), draw(logprobs))


@st.composite
def parts(draw: st.DrawFn, channels: tuple[int | None, ...]) -> list[tuple[Audio, Recognition]]:
    """Chunks on these channels."""
    chunk = st.tuples(
        st.builds(
            Audio,
            data=st.just(b""),
            container=st.just(PCM),
            start_s=st.floats(0, 10_000),
            channel=st.sampled_from(channels),
        ),
        st.builds(
            Recognition,
            segments=st.lists(segments(), max_size=6).map(tuple),
            language=st.none(),
        ),
    )
    return draw(st.lists(chunk, max_size=6))


def meant(chunks: list[tuple[Audio, Recognition]]) -> Counter[Segment]:
    """Every segment with words that the engine stands by, in absolute time."""
    return Counter(
        segment.shifted(audio.start_s, channel=audio.channel)
        for audio, heard in chunks
        for segment in heard.segments
        if segment.text and not invented(segment)
    )


@given(parts((None,)))
def test_one_channel_loses_nothing(chunks: list[tuple[Audio, Recognition]]) -> None:
    """Each segment comes out once, at its absolute time, in order; repeats are speech too."""
    stitched = stitch(chunks)
    assert Counter(stitched) == meant(chunks)
    assert [s.start_s for s in stitched] == sorted(s.start_s for s in stitched)


@given(parts((0, 1)))
def test_two_channels_lose_echoes_alone(chunks: list[tuple[Audio, Recognition]]) -> None:
    """What is missing was said in the same words at the same time on the other channel."""
    stitched = stitch(chunks)
    missing = meant(chunks) - Counter(stitched)
    assert not Counter(stitched) - meant(chunks)
    assert [s.start_s for s in stitched] == sorted(s.start_s for s in stitched)
    for lost in missing:
        assert any(
            other.text == lost.text
            and other.channel != lost.channel
            and other.start_s <= lost.start_s < other.end_s
            for other in meant(chunks)
        )


@pytest.mark.parametrize(
    ("no_speech_prob", "avg_logprob", "expected"),
    [
        (0.9, -1.0, True),
        (0.61, -0.41, True),
        (0.6, -1.0, False),
        (0.9, -0.4, False),
        (0.9, None, False),
        (None, -1.0, False),
        (None, None, False),
    ],
)
def test_both_figures_must_say_that_it_was_silence(
    no_speech_prob: float | None, avg_logprob: float | None, *, expected: bool
) -> None:
    """One figure alone, or none, leaves the words in."""
    segment = Segment(0.0, 1.0, "Thank you.", (), None, no_speech_prob, avg_logprob)
    assert invented(segment) is expected
    heard = Recognition((segment,), "en")
    assert (stitch([(Audio(b"", PCM), heard)]) == ()) is expected


def channel(number: int, *said: tuple[float, float, str]) -> tuple[Audio, Recognition]:
    """What was heard on one channel."""
    heard = tuple(Segment(start_s, end_s, text) for start_s, end_s, text in said)
    return Audio(b"", PCM, channel=number), Recognition(heard, "en")


def test_a_channels_echo_is_left_out() -> None:
    """A microphone that hears the other speaker adds nothing."""
    stitched = stitch(
        [
            channel(0, (0.0, 2.0, "Hello there."), (5.0, 6.0, "Fine.")),
            channel(1, (0.1, 2.1, "Hello there."), (3.0, 4.0, "How are you?")),
        ]
    )
    said = [(s.channel, s.text) for s in stitched]
    assert said == [(0, "Hello there."), (1, "How are you?"), (0, "Fine.")]


def test_the_same_word_at_another_time_is_no_echo() -> None:
    """Both said yes, one after the other."""
    stitched = stitch([channel(0, (0.0, 1.0, "Yes.")), channel(1, (1.0, 2.0, "Yes."))])
    assert len(stitched) == 2


def test_the_same_word_twice_on_one_channel_is_no_echo() -> None:
    """Engines repeat segments that overlap; who speaks may do so as well."""
    stitched = stitch([channel(0, (0.0, 1.0, "Yes."), (0.5, 1.5, "Yes."))])
    assert len(stitched) == 2
