"""Cues obey broadcasters' rules, and are cut where a reader would cut them."""

from __future__ import annotations

import pytest
from hypothesis import given

from processor.rendering import Look
from processor.rendering.cues import Cue, cues
from shared.transcripts import Segment, Transcript, Word
from tests.unit.rendering.linter import Shown, faults
from tests.unit.rendering.strategies import one_voice, seen, transcripts

LOOK = Look()
SPEECH = (
    "Good morning, everybody. I wanted to talk about the state of the project, because there are "
    "a few things that we have not decided yet, and the deadline is in two weeks. Yes. I think so. "
    "Dr. Smith said on Monday that the budget of 3.5 million would be enough for this year."
)


def _transcript(*segments: Segment) -> Transcript:
    return Transcript(segments, language="en", duration_s=60.0)


def _timed(text: str, start_s: float = 0.0, *, speaker: int | None = None) -> Segment:
    """``text`` spoken at a natural pace, with a breath behind each sentence."""
    words: list[Word] = []
    for word in text.split():
        end_s = start_s + len(word) / 14
        words.append(Word(start_s, end_s, f" {word}"))
        start_s = end_s + (0.3 if word.endswith(".") else 0.06)
    return Segment(words[0].start_s, words[-1].end_s, text, tuple(words), speaker=speaker)


def _texts(made: list[Cue]) -> list[str]:
    return [cue.text for cue in made]


@given(transcripts)
def test_any_transcript_obeys_every_rule(transcript: Transcript) -> None:
    """Lines, widths, times and gaps are right whatever was heard, with labels and without."""
    for look in (None, LOOK):
        made = cues(transcript, look)
        assert not faults([Shown(c.start_ms, c.end_ms, tuple(c.text.split("\n"))) for c in made])


@given(one_voice)
def test_one_voice_is_kept_word_for_word(transcript: Transcript) -> None:
    """The cues one after the other are what was said, nothing lost and nothing twice."""
    said = sorted(transcript.segments, key=lambda segment: segment.start_s)
    if not any(segment.missing for segment in said):
        kept = "".join(_texts(cues(transcript)))
        assert seen(kept) == seen("".join(segment.text for segment in said))


@given(transcripts)
def test_several_voices_lose_nothing(transcript: Transcript) -> None:
    """However voices overlap, all their characters are shown once."""
    kept = sorted(seen("".join(_texts(cues(transcript)))))
    assert kept == sorted(seen("".join(segment.text for segment in transcript.segments)))


def test_speech_is_cut_at_sentences_then_clauses() -> None:
    """Each sentence has its own cues; a long one is cut behind a comma; tiny ones are joined."""
    assert _texts(cues(_transcript(_timed(SPEECH)))) == [
        "Good morning, everybody.",
        "I wanted to talk about\nthe state of the project,",
        "because there are a few things\nthat we have not decided yet,",
        "and the deadline is in two weeks.",
        "Yes. I think so.",
        "Dr. Smith said on Monday that the budget",
        "of 3.5 million would\nbe enough for this year.",
    ]


def test_natural_speech_can_be_read() -> None:
    """At a natural pace no cue asks for more than twenty characters in a second."""
    made = cues(_transcript(_timed(SPEECH * 3)))
    speeds = [len(cue.text) * 1000 / (cue.end_ms - cue.start_ms) for cue in made]
    assert max(speeds) <= 20


def test_cue_spans_segments_and_segments_are_split() -> None:
    """An engine's segments do not show: half sentences are joined, a long segment is cut."""
    made = cues(
        _transcript(
            Segment(0, 1, "I was"),
            Segment(1, 2, "about to say"),
            Segment(2, 8, "that it is late. We should go home now, before it gets dark outside."),
        )
    )
    assert _texts(made) == [
        "I was about to say that it is late.",
        "We should go home now,\nbefore it gets dark outside.",
    ]


def test_long_segment_follows_its_words() -> None:
    """A long segment is cut at sentences, and each cue has the times of its words."""
    first = "This is the first of two sentences that were recognised in one go."
    second = "Here comes the other one after a little silence."
    heard = [(word, 0.3 * i) for i, word in enumerate(first.split())]
    heard += [(word, 6.0 + 0.3 * i) for i, word in enumerate(second.split())]
    words = tuple(Word(start, start + 0.25, f" {word}") for word, start in heard)
    made = cues(_transcript(Segment(0, 9, f"{first} {second}", words)))
    assert [cue.text.replace("\n", " ") for cue in made] == [first, second]
    assert (made[0].start_ms, made[0].end_ms) == (0, 3850 + 500)
    assert made[1].start_ms == 6000


def test_words_that_the_text_lacks_do_not_spoil_the_times() -> None:
    """A word heard but not written, or found only far on, leaves the other words' times alone."""
    heard = [("Well", 0.0), ("we", 0.4), ("we", 0.6), ("should", 0.8), ("sea", 1.2), ("go", 5.0)]
    words = tuple(Word(start, start + 0.3, word) for word, start in heard)
    made = cues(_transcript(Segment(0, 6, "Well, we should go down to the sea.", words)))
    assert [(cue.start_ms, cue.text) for cue in made] == [
        (0, "Well, we should"),
        (5000, "go down to the sea."),
    ]


def test_without_words_time_is_shared_by_characters() -> None:
    """Two equal halves of a segment take half of its time each."""
    half = "abcd " * 14 + "abc."
    made = cues(_transcript(Segment(10, 20, f"{half} {half}")))
    assert len(made) == 2
    assert made[0].start_ms == 10_000
    assert made[1].start_ms == pytest.approx(15_000, abs=100)
    assert made[1].start_ms - made[0].end_ms == 84
    assert made[1].end_ms == 20_500


def test_very_slow_speech_shows_each_word_for_seven_seconds_at_most() -> None:
    """A segment far longer than its text does not stay on the screen, nor is a word cut."""
    made = cues(_transcript(Segment(0, 60, "Hello everybody")))
    assert _texts(made) == ["Hello", "everybody"]
    assert all(cue.end_ms - cue.start_ms == 7000 for cue in made)


def test_what_follows_a_long_pause_is_not_shown_in_advance() -> None:
    """Two seconds of silence end a cue within a sentence."""
    words = (Word(0, 1, "And the winner is"), Word(3, 4, "nobody."))
    made = cues(_transcript(Segment(0, 4, "And the winner is nobody.", words)))
    assert [(cue.start_ms, cue.text) for cue in made] == [
        (0, "And the winner is"),
        (3000, "nobody."),
    ]


def test_two_voices_at_once_are_read_one_after_the_other() -> None:
    """A remark during a long sentence waits until the sentence can be read, but not longer."""
    made = cues(
        _transcript(
            Segment(0, 6, "I was telling them all about the long way home", channel=0),
            Segment(1, 1.4, "Right, right", channel=1),
        ),
        LOOK,
    )
    assert [cue.voice for cue in made] == [1, 2]
    assert (made[0].end_ms - made[0].start_ms) / 1000 == pytest.approx(57 / 20, abs=0.2)
    assert made[1].start_ms == made[0].end_ms + 84


def test_short_cue_stays_readable() -> None:
    """A cue shorter than the eye needs runs on, and the next one waits for it."""
    made = cues(
        _transcript(
            Segment(1, 1.1, "Yes.", speaker=0),
            Segment(1.5, 1.6, "No.", speaker=1),
            Segment(9, 9, "Oh.", speaker=0),
        )
    )
    assert [(cue.start_ms, cue.end_ms) for cue in made] == [
        (1000, 1833),
        (1917, 2750),
        (9000, 9833),
    ]


def test_cue_lingers_only_into_silence() -> None:
    """Half a second behind the last word, but never nearer than 84 ms to the next."""
    made = cues(
        _transcript(Segment(0, 2, "The first one is here."), Segment(2.3, 4, "The second."))
    )
    assert [(cue.start_ms, cue.end_ms) for cue in made] == [(0, 2216), (2300, 4500)]


def test_labels_stand_where_a_speaker_takes_the_word() -> None:
    """The label stands at the beginning of a turn, and again after an interruption."""
    made = cues(
        _transcript(
            _timed(
                "Good morning to you all. It is late, and the others are not here yet.", speaker=0
            ),
            _timed("Mhm.", 1.0, speaker=1),
        ),
        LOOK,
    )
    assert _texts(made) == [
        "Speaker 1: Good morning to you all.",
        "Speaker 2: Mhm.",
        "Speaker 1: It is late,\nand the others are not here yet.",
    ]


def test_two_speakers_never_share_a_cue() -> None:
    """However short their remarks, each has a cue; one speaker's own are joined."""
    remarks = enumerate(["Yes.", "No.", "Oh.", "I see.", "Well."])
    pairs = [Segment(i * 0.5, i * 0.5 + 0.4, said, speaker=i % 2) for i, said in remarks]
    assert len(cues(_transcript(*pairs))) == 5
    alone = [Segment(s.start_s, s.end_s, s.text, speaker=0) for s in pairs]
    assert _texts(cues(_transcript(*alone))) == ["Yes. No. Oh.", "I see. Well."]


def test_label_is_in_the_readers_language_or_left_out() -> None:
    """What a speaker is called is given from outside; without a name there is no label."""
    heard = _transcript(Segment(0, 1, "Hallo.", speaker=0), Segment(1, 2, "Moin.", speaker=1))
    assert _texts(cues(heard, Look(speaker="Person {number}"))) == [
        "Person 1: Hallo.",
        "Person 2: Moin.",
    ]
    assert _texts(cues(heard, Look(speaker=None))) == ["Hallo.", "Moin."]


def test_gap_is_told_at_its_beginning() -> None:
    """A part that could not be heard is one cue at its beginning, said by nobody."""
    made = cues(
        _transcript(
            Segment(0, 2, "Before it.", speaker=0),
            Segment(2, 600, "[0:02–10:00 not transcribed]", missing=True),
            Segment(600, 602, "Behind it.", speaker=1),
        ),
        LOOK,
    )
    assert [(cue.start_ms, cue.end_ms, cue.text) for cue in made] == [
        (0, 1916, "Speaker 1: Before it."),
        (2000, 9000, "[0:02–10:00 not transcribed]"),
        (600_000, 602_500, "Speaker 2: Behind it."),
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "This line is just short enough to be one.",
            ["This line is just short enough to be one."],
        ),
        (
            "When it is longer than that, it has two lines.",
            ["When it is longer than that,", "it has two lines."],
        ),
        (
            "The others went away to the old house by the river",
            ["The others went away", "to the old house by the river"],
        ),
        (
            "然后我们就去了这个新的商店，买了一个非常好的手机。",
            ["然后我们就去了这个新的商店，", "买了一个非常好的手机。"],
        ),
        (
            "เขาบอกว่าวันนี้อากาศดีมากเราไปเดินเล่นที่สวนสาธารณะกันเถอะนะครับ",
            ["เขาบอกว่าวันนี้อากาศดีมากเราไป", "เดินเล่นที่สวนสาธารณะกันเถอะนะครับ"],
        ),
    ],
)
def test_lines_part_at_a_sensible_place(text: str, shown: list[str]) -> None:
    """One line if it fits, else behind punctuation, balanced, not behind an article."""
    assert cues(_transcript(Segment(0, 6, text)))[0].text.split("\n") == shown


def test_number_never_stands_alone_in_the_last_line() -> None:
    """It would read as the number of the next cue."""
    made = cues(_transcript(Segment(0, 5, "Donaudampfschifffahrtsgesellschaftskapitän 42")))
    assert _texts(made) == ["Donaudampfschifffahrtsgesellschaftskapitän", "42"]


def test_chinese_lines_hold_half_as_many_characters() -> None:
    """Wide characters count two, and no line begins with closing punctuation."""
    made = cues(_transcript(Segment(0, 12, "今天天气很好我们一起去公园散步吧" * 5 + "。")))
    lines = [line for cue in made for line in cue.text.split("\n")]
    assert 18 <= max(map(len, lines)) <= 21
    assert not any(line.startswith("。") for line in lines)


def test_right_to_left_line_that_begins_with_a_label_is_marked() -> None:
    """A Latin label does not turn an Arabic line around; a line without one needs no mark."""
    heard = _transcript(
        Segment(0, 3, "مرحبا بكم في هذا البرنامج.", speaker=0),
        Segment(3, 6, "iPhone هو هاتف جميل جدا.", speaker=1),
    )
    assert _texts(cues(heard, LOOK)) == [
        "\u200fSpeaker 1: مرحبا بكم في هذا البرنامج.",
        "\u200fSpeaker 2: iPhone هو هاتف جميل جدا.",
    ]
    assert _texts(cues(heard))[0] == "مرحبا بكم في هذا البرنامج."


def test_nothing_said_is_no_cue() -> None:
    """Segments without text make no cue."""
    assert cues(_transcript(Segment(0, 1, " \n"))) == []
