"""WebVTT files follow the W3C's format, and name their speakers."""

from __future__ import annotations

from html import unescape

import webvtt
from hypothesis import given

from processor.rendering import FORMATS, Look
from processor.rendering.cues import cues
from shared.transcripts import Segment, Transcript
from tests.unit.rendering.linter import faults, read_vtt
from tests.unit.rendering.strategies import transcripts

VTT = FORMATS["vtt"]


def _transcript(*segments: Segment) -> Transcript:
    return Transcript(segments, language="en", duration_s=60.0)


@given(transcripts)
def test_any_file_passes_the_linter_and_holds_the_cues(transcript: Transcript) -> None:
    """Strictly read and unescaped, the file breaks no rule and gives back cues and voices."""
    read = read_vtt(VTT.render(transcript))
    assert faults(read) == []
    assert [(c.start_ms, c.end_ms, "\n".join(c.lines), c.voice or "") for c in read] == [
        (c.start_ms, c.end_ms, c.text, Look().name(c.voice)) for c in cues(transcript)
    ]


@given(transcripts)
def test_any_file_is_read_alike_by_a_players_library(transcript: Transcript) -> None:
    """webvtt-py finds the same cues, times, lines and voices."""
    text = VTT.render(transcript)
    read = webvtt.from_string(text, strict=True).captions
    assert [
        (
            cue.start_time.in_milliseconds(),
            cue.end_time.in_milliseconds(),
            tuple(unescape(cue.text).split("\n")),
            cue.voice,
        )
        for cue in read
    ] == [(cue.start_ms, cue.end_ms, cue.lines, cue.voice) for cue in read_vtt(text)]


def test_file_is_what_browsers_expect() -> None:
    """Header, times with a point, markup escaped, a voice tag for each speaker."""
    text = VTT.render(
        _transcript(
            Segment(0.08, 0.9996, "Tom & <Jerry> --> out", speaker=0),
            Segment(90_000, 90_002, "Late.", speaker=1),
        ),
        Look(speaker="Person <{number}>"),
    )
    assert text == (
        "WEBVTT\n\n"
        "00:00:00.080 --> 00:00:01.500\n<v Person &lt;1&gt;>Tom &amp; &lt;Jerry&gt; → out\n\n"
        "25:00:00.000 --> 25:00:02.500\n<v Person &lt;2&gt;>Late.\n"
    )


def test_one_voice_has_no_tag() -> None:
    """Where nobody is told apart, nobody is named."""
    assert "<v" not in VTT.render(_transcript(Segment(0, 1, "Hello.", speaker=0)))


def test_nothing_said_is_a_header_alone() -> None:
    """A file without cues is still a WebVTT file."""
    assert VTT.render(_transcript(Segment(0, 1, " \n"))) == "WEBVTT\n"
