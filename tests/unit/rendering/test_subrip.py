"""SRT files follow the de-facto format and can be read along."""

from __future__ import annotations

import re

from hypothesis import given

from processor.rendering import FORMATS
from processor.rendering.breaks import cells
from processor.rendering.subrip import LINE_CELLS, Cue, cues, srt
from shared.transcripts import Segment, Transcript, Word
from tests.unit.rendering.strategies import transcripts, without_space

CUE = re.compile(
    r"(\d+)\n(\d{2,}):([0-5]\d):([0-5]\d),(\d{3}) --> (\d{2,}):([0-5]\d):([0-5]\d),(\d{3})\n"
    r"((?:.+\n)+)(?:\n|\Z)"
)


def _transcript(*segments: Segment) -> Transcript:
    return Transcript(segments, language="en", duration_s=60.0)


def _parse(text: str) -> list[Cue]:
    """Read SRT strictly: nothing may stand between the cues, numbers run from 1."""
    read: list[Cue] = []
    at = 0
    while at < len(text):
        match = CUE.match(text, at)
        assert match, text[at:]
        number, *times = map(int, match.groups()[:9])
        assert number == len(read) + 1
        start_ms, end_ms = (
            ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms
            for hours, minutes, seconds, ms in (times[:4], times[4:])
        )
        read.append(Cue(start_ms, end_ms, match[10].rstrip("\n")))
        at = match.end()
    return read


@given(transcripts)
def test_any_transcript_makes_a_valid_file(transcript: Transcript) -> None:
    """Reading the file back gives the cues: numbered, monotone, apart, short, two narrow lines."""
    read = _parse(srt(transcript))
    assert read == cues(transcript)
    clock = 0
    for cue in read:
        assert clock <= cue.start_ms < cue.end_ms <= cue.start_ms + 7000
        lines = cue.text.split("\n")
        assert len(lines) <= 2
        assert all(line.strip() and cells(line) <= LINE_CELLS for line in lines)
        assert "-->" not in cue.text
        clock = cue.end_ms


@given(transcripts)
def test_no_segment_loses_text(transcript: Transcript) -> None:
    """The cues hold every visible character that was said on a single channel."""
    segments = [
        Segment(item.start_s, item.end_s, item.text.replace("-", ""), item.words)
        for item in transcript.segments
    ]
    kept = sorted(without_space("".join(cue.text for cue in cues(_transcript(*segments)))))
    said = without_space("".join(item.text for item in segments))
    assert [c for c in kept if c.isprintable()] == sorted(c for c in said if c.isprintable())


def test_file_is_what_players_expect() -> None:
    """Counter, times with comma, text, empty line; the last cue ends with a newline."""
    text = FORMATS["srt"].render(
        _transcript(Segment(0.08, 0.9996, "Hello there."), Segment(3661.5, 3663, "Bye."))
    )
    assert text == (
        "1\n00:00:00,080 --> 00:00:01,000\nHello there.\n\n2\n01:01:01,500 --> 01:01:03,000\nBye.\n"
    )


def test_hours_do_not_wrap_after_a_day() -> None:
    """Twenty-five hours are written as 25, and a hundred with three digits."""
    text = srt(_transcript(Segment(90_000, 90_002, "Late."), Segment(360_000, 360_001, "Later.")))
    assert "\n25:00:00,000 --> 25:00:02,000\n" in "\n" + text
    assert "\n100:00:00,000 --> 100:00:01,000\n" in text


def test_long_segment_follows_its_words() -> None:
    """A long segment is cut at sentences, and each cue has the times of its words."""
    first = "This is the first of two sentences that were recognised in one go."
    second = "Here comes the other one after a little silence."
    heard = [(word, 0.3 * i) for i, word in enumerate(first.split())]
    heard += [(word, 6.0 + 0.3 * i) for i, word in enumerate(second.split())]
    words = tuple(Word(start, start + 0.25, f" {word}") for word, start in heard)
    made = cues(_transcript(Segment(0, 9, f"{first} {second}", words)))
    assert [cue.text.replace("\n", " ") for cue in made] == [first, second]
    assert (made[0].start_ms, made[0].end_ms) == (0, 3850)
    assert made[1].start_ms == 6000


def test_without_words_time_is_shared_by_characters() -> None:
    """Two equal halves of a segment take half of its time each."""
    half = "abcd " * 15 + "abc."
    made = cues(_transcript(Segment(10, 20, f"{half} {half}")))
    assert len(made) == 2
    assert made[0].start_ms == 10_000
    assert abs(made[1].start_ms - 15_000) < 100
    assert made[1].end_ms == 20_000


def test_very_slow_speech_shows_each_word_for_seven_seconds_at_most() -> None:
    """A segment far longer than its text does not stay on the screen, nor is a word cut."""
    made = cues(_transcript(Segment(0, 60, "Hello everybody")))
    assert [cue.text for cue in made] == ["Hello", "everybody"]
    assert all(cue.end_ms - cue.start_ms == 7000 for cue in made)


def test_two_voices_at_once_share_the_time() -> None:
    """A short remark during a long sentence leaves both readable, one after the other."""
    made = cues(
        _transcript(
            Segment(0, 6, "I was telling them all about the long way home", channel=0),
            Segment(2, 2.4, "Right, right", channel=1),
        )
    )
    assert [cue.text.split("] ")[0] for cue in made] == ["[1", "[2"]
    assert made[0].end_ms == made[1].start_ms
    assert 4000 < made[0].end_ms < 5500
    assert made[1].end_ms == 6000


def test_short_cue_stays_readable_when_nothing_follows() -> None:
    """A cue shorter than the eye needs runs on into the silence, not into the next cue."""
    made = cues(
        _transcript(Segment(1, 1.1, "Yes."), Segment(1.5, 1.6, "No."), Segment(9, 9, "Oh."))
    )
    assert [(cue.start_ms, cue.end_ms) for cue in made] == [
        (1000, 1500),
        (1500, 2333),
        (9000, 9833),
    ]


def test_chinese_lines_hold_half_as_many_characters() -> None:
    """Wide characters count two, and no line begins with closing punctuation."""
    made = cues(_transcript(Segment(0, 12, "今天天气很好我们一起去公园散步吧" * 5 + "。")))
    lines = [line for cue in made for line in cue.text.split("\n")]
    assert max(map(len, lines)) == 21
    assert not any(line.startswith("。") for line in lines)


def test_nothing_said_is_an_empty_file() -> None:
    """Segments without text make no cue."""
    assert srt(_transcript(Segment(0, 1, " \n"))) == ""
