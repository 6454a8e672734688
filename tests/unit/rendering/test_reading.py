"""A transcript reads as paragraphs."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.rendering import FORMATS, Look, paragraphs
from processor.rendering.reading import OVERFULL_CELLS
from shared.transcripts import Segment, Transcript, Word
from tests.unit.rendering.strategies import one_voice, seen, texts, transcripts

TIMED = Look(timestamps=True)
NAMELESS = Look(speaker=None)


def _transcript(*segments: Segment) -> Transcript:
    return Transcript(segments, language="en", duration_s=60.0)


def test_close_segments_join_and_a_pause_starts_a_paragraph() -> None:
    """Segments run on until at least two seconds of silence."""
    text = paragraphs(
        _transcript(
            Segment(0, 2, "Hello there."),
            Segment(3.9, 5, "How are you?"),
            Segment(7, 8, "Fine."),
        )
    )
    assert text == "Hello there. How are you?\n\nFine."


def test_paragraph_ends_after_five_sentences() -> None:
    """Speech without pauses is still cut into readable paragraphs."""
    segments = [Segment(i, i + 1, f"Sentence number {i}.") for i in range(7)]
    first, second = paragraphs(_transcript(*segments)).split("\n\n")
    assert first.endswith("number 4.")
    assert second == "Sentence number 5. Sentence number 6."


def test_one_huge_segment_is_cut_at_its_sentences() -> None:
    """An engine that gives the whole text at once gets paragraphs too."""
    text = paragraphs(_transcript(Segment(0, 60, "All in one piece. " * 12)))
    assert [part.count(".") for part in text.split("\n\n")] == [5, 5, 2]


def test_speech_without_full_stops_is_cut_between_segments() -> None:
    """Where an engine writes no punctuation, no paragraph grows without end."""
    segments = [Segment(i, i + 1, "and so on " * 10) for i in range(40)]
    parts = paragraphs(_transcript(*segments)).split("\n\n")
    assert all(len(part) < OVERFULL_CELLS + 100 for part in parts)


def test_pause_within_a_sentence_must_be_longer() -> None:
    """Somebody who thinks for three seconds in the middle of a sentence is still saying it."""
    text = paragraphs(
        _transcript(
            Segment(0, 2, "What I mean is"),
            Segment(5, 7, "that it is late"),
            Segment(11, 12, "and dark."),
        )
    )
    assert text == "What I mean is that it is late\n\nand dark."


def test_pause_between_words_of_one_segment_counts() -> None:
    """An engine that gives everything as one segment, but times its words, gets pauses too."""
    words = (Word(0, 1, "One."), Word(4, 5, "Two."), Word(5, 6, "Three."))
    assert (
        paragraphs(_transcript(Segment(0, 6, "One. Two. Three.", words))) == "One.\n\nTwo. Three."
    )


def test_abbreviations_end_no_sentence() -> None:
    """Neither titles nor initials count as sentences, so no paragraph ends with one."""
    segment = Segment(0, 60, "I met Dr. J. R. Smith, e.g. on Monday. " * 5 + "Then I left.")
    first, second = paragraphs(_transcript(segment)).split("\n\n")
    assert first.count("Monday.") == 5
    assert second == "Then I left."


def test_channels_are_told_apart() -> None:
    """Each change of channel begins a paragraph that names the speaker."""
    text = paragraphs(
        _transcript(
            Segment(0, 1, "Hello.", channel=0),
            Segment(1, 2, "Who is there?", channel=0),
            Segment(1.5, 3, "It is me.", channel=1),
        )
    )
    assert text == "Speaker 1: Hello. Who is there?\n\nSpeaker 2: It is me."


def test_speakers_are_named_when_they_take_the_word() -> None:
    """A pause begins a paragraph without the name, another speaker one with it."""
    heard = _transcript(
        Segment(0, 1, "Hello.", speaker=0),
        Segment(4, 5, "Anybody?", speaker=0),
        Segment(5, 6, "Yes.", speaker=1),
        Segment(6, 7, "Good.", speaker=0),
    )
    assert paragraphs(heard, Look(speaker="Person {number}")).split("\n\n") == [
        "Person 1: Hello.",
        "Anybody?",
        "Person 2: Yes.",
        "Person 1: Good.",
    ]
    assert paragraphs(heard, NAMELESS) == "Hello.\n\nAnybody?\n\nYes.\n\nGood."


def test_speakers_of_each_channel_are_numbered_through() -> None:
    """Two speakers on the first channel and one on the second are three."""
    text = paragraphs(
        _transcript(
            Segment(0, 1, "Here.", channel=1, speaker=0),
            Segment(1, 2, "Me too.", channel=0, speaker=0),
            Segment(2, 3, "And me.", channel=0, speaker=1),
        )
    )
    assert text == "Speaker 3: Here.\n\nSpeaker 1: Me too.\n\nSpeaker 2: And me."


def test_remark_stands_where_it_was_made() -> None:
    """A remark during a long speech comes behind the sentence it interrupts, times in order."""
    said = "We go now. You stay here."
    words = tuple(Word(float(i), i + 0.9, word) for i, word in enumerate(said.split()))
    heard = _transcript(Segment(0, 6, said, words, speaker=0), Segment(2, 2.5, "Mhm.", speaker=1))
    assert paragraphs(heard, TIMED).split("\n\n") == [
        "[0:00] Speaker 1: We go now.",
        "[0:02] Speaker 2: Mhm.",
        "[0:03] Speaker 1: You stay here.",
    ]


def test_timestamps_stand_before_paragraphs() -> None:
    """Each paragraph begins with the full second it begins in, with hours where there are any."""
    text = paragraphs(
        _transcript(Segment(59.9, 61, "First."), Segment(3723.2, 3725, "Second.")), TIMED
    )
    assert text == "[0:59] First.\n\n[1:02:03] Second."


def test_gap_is_a_paragraph_without_time_or_name() -> None:
    """A part that could not be heard says itself where it was, and nobody said it."""
    text = paragraphs(
        _transcript(
            Segment(0, 2, "One", speaker=0),
            Segment(2, 60, "[0:02–1:00 not transcribed]", missing=True),
            Segment(60, 61, "two.", speaker=1),
        ),
        TIMED,
    )
    assert text.split("\n\n") == [
        "[0:00] Speaker 1: One",
        "[0:02–1:00 not transcribed]",
        "[1:00] Speaker 2: two.",
    ]


def test_a_single_channel_has_no_label() -> None:
    """A label that tells nothing apart is left out."""
    assert paragraphs(_transcript(Segment(0, 1, "Hello.", channel=0))) == "Hello."


@pytest.mark.parametrize(
    ("first", "second", "text"),
    [
        ("今天", "很好。", "今天很好。"),
        ("他说：“好。”", "今天", "他说：“好。”今天"),
        ("今天", "“很好”。", "今天“很好”。"),
        ("안녕", "하세요.", "안녕 하세요."),
        ("We said", "“stop”.", "We said “stop”."),
        ("وقال", "مرحبا.", "وقال مرحبا."),
    ],
)
def test_joints_follow_the_script(first: str, second: str, text: str) -> None:
    """Segments join without a space in Chinese or Japanese, with one elsewhere."""
    assert paragraphs(_transcript(Segment(0, 1, first), Segment(1, 2, second))) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("مرحبا بكم.", "\u200f[0:00] Speaker 1: مرحبا بكم."),
        ("iPhone هو هاتف جميل جدا.", "\u200f[0:00] Speaker 1: iPhone هو هاتف جميل جدا."),
        ("Hello.", "[0:00] Speaker 1: Hello."),
    ],
)
def test_label_does_not_turn_a_paragraph_around(text: str, shown: str) -> None:
    """Text from right to left stays so behind a Latin label; other text carries no mark."""
    heard = _transcript(Segment(0, 1, text, speaker=0), Segment(1, 2, "Yes.", speaker=1))
    assert paragraphs(heard, TIMED).split("\n\n")[0] == shown


def test_arabic_label_does_not_turn_latin_text_around() -> None:
    """It is the same the other way round."""
    heard = _transcript(Segment(0, 1, "Hello.", speaker=0), Segment(1, 2, "نعم.", speaker=1))
    first, second = paragraphs(heard, Look(speaker="المتحدث {number}")).split("\n\n")
    assert first == "\u200eالمتحدث 1: Hello."
    assert second == "المتحدث 2: نعم."


@given(st.lists(texts, max_size=6))
def test_every_paragraph_runs_as_most_of_its_text(said: list[str]) -> None:
    """A paragraph's first letter, which decides its direction, has that of most of its letters."""
    heard = _transcript(
        *(Segment(i * 9, i * 9 + 1, text, speaker=i) for i, text in enumerate(said))
    )
    labelled = paragraphs(heard, TIMED).split("\n\n")
    for paragraph, bare in zip(labelled, paragraphs(heard, NAMELESS).split("\n\n"), strict=True):
        kinds = [unicodedata.bidirectional(c) for c in bare if c not in "\u200e\u200f"]
        latin, other = kinds.count("L"), kinds.count("R") + kinds.count("AL")
        first = next(
            (k for c in paragraph if (k := unicodedata.bidirectional(c)) in ("L", "R", "AL")), "L"
        )
        assert latin == other or (first == "L") == (latin > other)


def test_text_file_ends_with_one_newline() -> None:
    """TXT is the paragraphs with a final newline, and empty when nothing was said."""
    render = FORMATS["txt"].render
    assert render(_transcript(Segment(0, 1, " Hello. "))) == "Hello.\n"
    assert render(_transcript(Segment(0, 1, " "))) == ""


@given(one_voice)
def test_one_voice_is_kept_in_order(transcript: Transcript) -> None:
    """Whatever the segments, the text is what they say, in the order of time."""
    said = sorted(transcript.segments, key=lambda segment: segment.start_s)
    if not any(segment.missing for segment in said):
        text = paragraphs(transcript)
        assert seen(text) == seen("".join(segment.text for segment in said))
        assert "\n\n\n" not in text


@given(transcripts)
def test_several_voices_are_kept(transcript: Transcript) -> None:
    """However voices overlap, all their characters are there once."""
    said = sorted(seen("".join(segment.text for segment in transcript.segments)))
    assert sorted(seen(paragraphs(transcript, NAMELESS))) == said


@given(transcripts)
def test_paragraphs_of_a_voice_never_go_back_in_time(transcript: Transcript) -> None:
    """With several voices at once too, the times that stand before paragraphs only grow."""
    silent = [segment for segment in transcript.segments if not segment.missing]
    marked = [
        Segment(s.start_s, s.end_s, "word. " * 3, channel=s.channel, speaker=s.speaker)
        for s in silent
    ]
    times = [
        [int(part) for part in line.split("]")[0].strip("[").split(":")]
        for line in paragraphs(_transcript(*marked), TIMED).split("\n\n")
        if line
    ]
    seconds = [sum(part * 60**n for n, part in enumerate(reversed(time))) for time in times]
    assert all(earlier <= later for earlier, later in pairwise(seconds))
