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
        "٤٢",
        "１２",
        "123456789012345678901234567890123456789012",
        "Tom & <b>Jerry</b>",
        "&amp;",
        "\n",
        "\n\n",
        " \u2028 ",
        "\ufeff",
        "شكرا لك؟",
        "یہ اردو ہے۔",
        "שלום",
        "你好。今天天气很好，我们走吧！",
        "他说：“好。”",
        "日本語のテキスト、です。",
        "नमस्ते दुनिया।",
        "ไม่มีช่องว่างเลยและน้ำ",
        "👨‍👩‍👧‍👦",
        "👍🏽",
        "🇮🇩🇩🇪",
        "❤️",
        "e\u0301",
        "각",
        "Donaudampfschifffahrtsgesellschaftskapitän",
        "https://example.org/" + "long-path/" * 6,
    ]
)
texts = st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=30).map(" ".join))
long_texts = st.lists(st.one_of(_PIECES, st.text(max_size=40)), max_size=60).map("".join)
_times = st.floats(min_value=0, max_value=350_000, allow_nan=False)  # two digits for the hours
_lengths = st.one_of(st.just(0.0), st.floats(min_value=-2, max_value=90))
_channels = st.sampled_from([None, 0, 1])
_speakers = st.sampled_from([None, 0, 1, 2])
_one_channel, _one_speaker = st.none(), st.none()


@st.composite
def segments(
    draw: st.DrawFn,
    channels: st.SearchStrategy[int | None] = _channels,
    speakers: st.SearchStrategy[int | None] = _speakers,
) -> Segment:
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
            if draw(st.integers(0, 9)) > 0  # engines forget words
        )
    return Segment(
        start_s,
        end_s,
        text,
        words,
        channel=draw(channels),
        speaker=draw(speakers),
        avg_logprob=draw(st.one_of(st.none(), st.floats(-5, 0))),
        missing=draw(st.integers(0, 9)) == 0,
    )


def _transcript(items: list[Segment]) -> Transcript:
    return Transcript(tuple(items), language=None, duration_s=0.0)


transcripts = st.lists(segments(), max_size=12).map(_transcript)
one_voice = st.lists(segments(_one_channel, _one_speaker), max_size=12).map(_transcript)


def without_space(text: str) -> str:
    """``text`` with all white space removed: what rendering must not lose."""
    return "".join(text.split())


def seen(text: str) -> str:
    """What a reader sees of ``text``, wherever its lines end: for comparing what is kept.

    Arrows are left out, because subtitles write ``-->`` as one character.
    """
    return "".join(c for c in text if c.isprintable() and not c.isspace() and c not in "->→")
