"""Arbitrary speech for property-based tests: scripts of every direction, emoji, odd times."""

from __future__ import annotations

from hypothesis import strategies as st

from shared.transcripts import Segment, Transcript, Word

_PIECES = st.sampled_from(
    [
        "Hello",
        "world.",
        "one,",
        "Dr. 3.5",
        "-->",
        "--->",
        "12",
        "\n",
        "\n\n",
        " \u2028 ",
        "شكرا لك؟",
        "یہ اردو ہے۔",
        "שלום",
        "你好。今天天气很好，我们走吧！",
        "日本語のテキスト、です。",
        "नमस्ते दुनिया।",
        "ไม่มีช่องว่าง",
        "👨‍👩‍👧‍👦",
        "👍🏽",
        "🇮🇩🇩🇪",
        "❤️",
        "e\u0301",
        "각",
        "Donaudampfschifffahrtsgesellschaftskapitän",
    ]
)
texts = st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=30).map(" ".join))
long_texts = st.lists(st.one_of(_PIECES, st.text(max_size=40)), max_size=60).map("".join)
_times = st.floats(min_value=0, max_value=400_000, allow_nan=False)
_lengths = st.one_of(st.just(0.0), st.floats(min_value=-2, max_value=90))


@st.composite
def segments(draw: st.DrawFn) -> Segment:
    """Any segment an engine could make, and some it should not: empty, backwards, misaligned."""
    text = draw(texts)
    start_s = draw(st.one_of(_times, st.floats(min_value=0, max_value=20)))
    end_s = start_s + draw(_lengths)
    words: tuple[Word, ...] = ()
    if draw(st.booleans()):
        heard = text.split()
        step_s = (end_s - start_s) / max(1, len(heard))
        words = tuple(
            Word(start_s + i * step_s, start_s + (i + draw(st.floats(0, 1.5))) * step_s, word)
            for i, word in enumerate(heard)
        )
    return Segment(start_s, end_s, text, words, channel=draw(st.sampled_from([None, 0, 1])))


transcripts = st.lists(segments(), max_size=12).map(
    lambda items: Transcript(tuple(items), language=None, duration_s=0.0)
)


def without_space(text: str) -> str:
    """``text`` with all white space removed: what rendering must not lose."""
    return "".join(text.split())
