"""Joining chunks: a perfect recogniser's words come out once each, whatever was cut where."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from processor.recognition.joining import join, tokens
from shared.transcripts import Segment, Word

OVERLAP_S = 2.0
VOCABULARY = ("no", "the", "a", "house", "river", "and", "Yes,", "one.", "two", "three")


@dataclass(frozen=True)
class Spoken:
    """A word and when it was said."""

    text: str
    start_s: float
    end_s: float


@st.composite
def speeches(draw: st.DrawFn) -> list[Spoken]:
    """Words of a small vocabulary, so that many repeat, with gaps between them."""
    spoken, now_s = [], 0.0
    for text in draw(st.lists(st.sampled_from(VOCABULARY), min_size=8, max_size=80)):
        now_s += draw(st.floats(0.02, 0.3))
        length_s = draw(st.floats(0.12, 0.45))
        spoken.append(Spoken(text, now_s, now_s + length_s))
        now_s += length_s
    return spoken


def heard(
    spoken: list[Spoken], start_s: float, end_s: float, shifts: list[float], *, words: bool
) -> list[Segment]:
    """What a perfect recogniser hears between two moments: every word wholly inside, in one segment.

    A word cut by an edge is heard as something else.
    """
    said = []
    for number, word in enumerate(spoken):
        if word.end_s <= start_s or word.start_s >= end_s:
            continue
        whole = start_s <= word.start_s and word.end_s <= end_s
        shift = shifts[number % len(shifts)]
        text = word.text if whole else "xx"
        begins, ends = max(word.start_s, start_s), min(word.end_s, end_s)
        said.append(Word(begins + shift, ends + shift, text))
    if not said:
        return []
    text = " ".join(word.text for word in said)
    return [Segment(said[0].start_s, said[-1].end_s, text, tuple(said) if words else ())]


def whole(segments: list[Segment]) -> list[str]:
    """The words of the segments, what was cut by an edge left out."""
    return [word for segment in segments for word in segment.text.split() if word != "xx"]


@given(
    speeches(),
    st.floats(0.1, 0.9),
    st.lists(st.floats(-0.05, 0.05), min_size=1, max_size=7),
    st.lists(st.floats(-0.05, 0.05), min_size=1, max_size=7),
)
def test_no_word_is_lost_or_said_twice(
    spoken: list[Spoken], share: float, before: list[float], after: list[float]
) -> None:
    """Cut anywhere with two seconds shared, with the two hearings dated apart by up to 0.1 s."""
    end_s = spoken[-1].end_s
    cut_s = end_s * share
    shared_to_s = min(cut_s + OVERLAP_S, end_s)
    one = heard(spoken, 0.0, shared_to_s, before, words=True)
    other = heard(spoken, cut_s, end_s, after, words=True)
    joined = join(one, other, cut_s, shared_to_s)
    assert whole(joined) == [word.text for word in spoken]
    assert "xx" not in " ".join(segment.text for segment in joined)


@given(speeches(), st.floats(0.1, 0.9))
def test_times_stay_in_order(spoken: list[Spoken], share: float) -> None:
    """No word of the second chunk comes before one of the first."""
    end_s = spoken[-1].end_s
    cut_s, shared_to_s = end_s * share, min(end_s * share + OVERLAP_S, end_s)
    joined = join(
        heard(spoken, 0.0, shared_to_s, [0.0], words=True),
        heard(spoken, cut_s, end_s, [0.0], words=True),
        cut_s,
        shared_to_s,
    )
    starts = [token.start_s for token in tokens(joined)]
    assert starts == sorted(starts)


def test_without_a_common_word_the_middle_decides() -> None:
    """Two hearings that agree on nothing are cut in the middle of what they share."""
    before = [Segment(0.0, 10.0, "aaa bbb ccc ddd eee fff ggg hhh iii jjj")]
    after = [Segment(8.0, 18.0, "kkk lll mmm nnn ooo ppp qqq rrr sss ttt")]
    (left, right) = join(before, after, 8.0, 10.0)
    assert left.text.endswith("iii")
    assert right.text.startswith("lll")


def test_languages_without_spaces_join_between_characters() -> None:
    """Chinese is joined inside a sentence, which is one word to those who split at spaces."""
    before = [Segment(0.0, 6.0, "今天天气很好啊我们去公园")]
    after = [Segment(4.0, 10.0, "我们去公园散步然后回家吃")]
    joined = join(before, after, 4.0, 6.0)
    assert "".join(segment.text for segment in joined) == "今天天气很好啊我们去公园散步然后回家吃"


def test_segments_the_join_does_not_touch_are_the_same() -> None:
    """Only the segments at the seam change; everything the engine said of the others stays."""
    first = Segment(0.0, 3.0, "Far away from here.", avg_logprob=-0.1)
    before = [first, Segment(8.0, 10.0, "shared words here")]
    last = Segment(15.0, 18.0, "Long afterwards.", no_speech_prob=0.2)
    after = [Segment(8.0, 10.0, "shared words here"), last]
    joined = join(before, after, 8.0, 10.0)
    assert joined[0] is first
    assert joined[-1] is last
    assert [segment.text for segment in joined].count("shared words here") == 1


def test_silence_on_one_side_keeps_the_other() -> None:
    """Where one chunk heard nothing in the shared seconds, the other's words are kept."""
    early, late = Segment(0.0, 5.0, "early words"), Segment(8.1, 12.0, "late words")
    assert join([early], [late], 8.0, 10.0) == [early, late]
    shared = Segment(8.2, 9.8, "only here")
    assert join([early, shared], [], 8.0, 10.0) == [early, shared]
