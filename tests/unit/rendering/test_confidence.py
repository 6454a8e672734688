"""How much of a transcript its engine doubts."""

from __future__ import annotations

import pytest
from hypothesis import given

from processor.rendering import DOUBTFUL_SHARE, doubtful
from shared.transcripts import Segment, Transcript
from tests.unit.rendering.strategies import transcripts


def _transcript(*segments: Segment) -> Transcript:
    return Transcript(segments, language="en", duration_s=60.0)


def test_share_is_counted_by_time() -> None:
    """Three doubtful seconds of ten are three tenths, which is enough to tell the reader."""
    share = doubtful(
        _transcript(
            Segment(0, 3, "Muttering.", avg_logprob=-1.01),
            Segment(3, 10, "Clear.", avg_logprob=-0.2),
        )
    )
    assert share == pytest.approx(0.3)
    assert share >= DOUBTFUL_SHARE


def test_threshold_itself_is_not_doubtful() -> None:
    """Only figures below Whisper's own threshold count."""
    assert doubtful(_transcript(Segment(0, 3, "So so.", avg_logprob=-1.0))) == 0


def test_speech_without_a_figure_counts_on_neither_side() -> None:
    """Gaps, and engines that give no figure, do not dilute the share."""
    share = doubtful(
        _transcript(
            Segment(0, 1, "Muttering.", avg_logprob=-2.0),
            Segment(1, 50, "[0:01–0:50 not transcribed]", missing=True),
        )
    )
    assert share == 1


@pytest.mark.parametrize(
    "segments", [(), (Segment(0, 5, "Hello."),), (Segment(1, 1, "x", avg_logprob=-3),)]
)
def test_nothing_to_judge_is_no_doubt(segments: tuple[Segment, ...]) -> None:
    """Without figures, or without time, nothing is doubtful."""
    assert doubtful(_transcript(*segments)) == 0


@given(transcripts)
def test_share_is_a_share(transcript: Transcript) -> None:
    """Whatever the figures and times, it lies between none and all."""
    assert 0 <= doubtful(transcript) <= 1
