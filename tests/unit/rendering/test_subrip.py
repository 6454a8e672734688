"""SRT files follow the de-facto format, and players read them as we meant them."""

from __future__ import annotations

import pysubs2
from hypothesis import given

from processor.rendering import FORMATS, Look
from processor.rendering.cues import cues
from shared.transcripts import Segment, Transcript
from tests.unit.rendering.linter import faults, read_srt
from tests.unit.rendering.strategies import transcripts

SRT = FORMATS["srt"]


def _transcript(*segments: Segment) -> Transcript:
    return Transcript(segments, language="en", duration_s=60.0)


@given(transcripts)
def test_any_file_passes_the_linter_and_holds_the_cues(transcript: Transcript) -> None:
    """Strictly read, the file breaks no rule and gives back the cues."""
    read = read_srt(SRT.render(transcript))
    assert faults(read) == []
    assert [(cue.start_ms, cue.end_ms, "\n".join(cue.lines)) for cue in read] == [
        (cue.start_ms, cue.end_ms, cue.text) for cue in cues(transcript, Look())
    ]


@given(transcripts)
def test_any_file_is_read_alike_by_a_players_library(transcript: Transcript) -> None:
    """pysubs2 finds the same cues, times and lines."""
    text = SRT.render(transcript)
    read = pysubs2.SSAFile.from_string(text, format_="srt", keep_html_tags=True)
    assert [(cue.start, cue.end, cue.text) for cue in read] == [
        (cue.start_ms, cue.end_ms, r"\N".join(cue.lines)) for cue in read_srt(text)
    ]


def test_file_is_what_players_expect() -> None:
    """Counter, times with comma, text, empty line; the last cue ends with a newline."""
    text = SRT.render(
        _transcript(Segment(0.08, 0.9996, "Hello there."), Segment(3661.5, 3663, "Bye."))
    )
    assert text == (
        "1\n00:00:00,080 --> 00:00:01,500\nHello there.\n\n2\n01:01:01,500 --> 01:01:03,500\nBye.\n"
    )


def test_hours_do_not_wrap_after_a_day() -> None:
    """Twenty-five hours are written as 25, and a hundred with three digits."""
    text = SRT.render(
        _transcript(Segment(90_000, 90_002, "Late."), Segment(360_000, 360_001, "Later."))
    )
    assert "\n25:00:00,000 --> 25:00:02,500\n" in "\n" + text
    assert "\n100:00:00,000 --> 100:00:01,500\n" in text
    assert faults(read_srt(text)) == []


def test_arrow_in_the_text_is_one_character() -> None:
    """What would read as a cue's times is written as an arrow."""
    assert "\na → b\n" in SRT.render(_transcript(Segment(0, 2, "a --> b")))


def test_nothing_said_is_an_empty_file() -> None:
    """Segments without text make no cue."""
    assert SRT.render(_transcript(Segment(0, 1, " \n"))) == ""
