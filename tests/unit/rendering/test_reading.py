"""A transcript reads as paragraphs."""

from __future__ import annotations

from hypothesis import given

from processor.rendering import FORMATS, paragraphs
from processor.rendering.reading import OVERFULL_CHARACTERS
from shared.transcripts import Segment, Transcript
from tests.unit.rendering.strategies import transcripts, without_space


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
    assert all(len(part) < OVERFULL_CHARACTERS + 100 for part in parts)


def test_channels_are_told_apart() -> None:
    """Each change of channel begins a paragraph that names the channel."""
    text = paragraphs(
        _transcript(
            Segment(0, 1, "Hello.", channel=0),
            Segment(1, 2, "Who is there?", channel=0),
            Segment(1.5, 3, "It is me.", channel=1),
        )
    )
    assert text == "[1] Hello. Who is there?\n\n[2] It is me."


def test_a_single_channel_has_no_label() -> None:
    """A label that tells nothing apart is left out."""
    assert paragraphs(_transcript(Segment(0, 1, "Hello.", channel=0))) == "Hello."


def test_chinese_segments_join_without_space_and_korean_with() -> None:
    """Joints follow the script: none in Chinese or Japanese, a space elsewhere."""
    assert paragraphs(_transcript(Segment(0, 1, "今天"), Segment(1, 2, "很好。"))) == "今天很好。"
    assert (
        paragraphs(_transcript(Segment(0, 1, "안녕"), Segment(1, 2, "하세요."))) == "안녕 하세요."
    )


def test_text_file_ends_with_one_newline() -> None:
    """TXT is the paragraphs with a final newline, and empty when nothing was said."""
    render = FORMATS["txt"].render
    assert render(_transcript(Segment(0, 1, " Hello. "))) == "Hello.\n"
    assert render(_transcript(Segment(0, 1, " "))) == ""


@given(transcripts)
def test_every_spoken_character_is_kept(transcript: Transcript) -> None:
    """Whatever the segments, each one's visible text appears, in the order of time."""
    text = without_space(paragraphs(transcript))
    at = 0
    for segment in sorted(transcript.segments, key=lambda item: item.start_s):
        said = "".join(c for c in segment.text if c.isprintable() and not c.isspace())
        if said.isprintable() and without_space(segment.text) == said:
            at = text.index(said, at) + len(said)
    assert "\n\n\n" not in paragraphs(transcript)
