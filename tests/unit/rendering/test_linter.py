"""The linter that other tests trust finds what is wrong."""

from __future__ import annotations

import pytest

from tests.unit.rendering.linter import Shown, faults, read_srt, read_vtt

GOOD = "1\n00:00:01,000 --> 00:00:02,000\nHello.\n"


@pytest.mark.parametrize(
    ("cue", "fault"),
    [
        (Shown(0, 832, ("a",)), "832 ms on the screen"),
        (Shown(0, 7001, ("a",)), "7001 ms on the screen"),
        (Shown(1000, 1000, ("a",)), "0 ms on the screen"),
        (Shown(0, 1000, ("a", "b", "c")), "3 lines"),
        (Shown(0, 1000, ("a" * 43,)), "43 cells in a line"),
        (Shown(0, 1000, ("好" * 22,)), "44 cells in a line"),
        (Shown(0, 1000, ("a ",)), "a blank or padded line"),
        (Shown(0, 1000, ("a --> b",)), "an arrow in the text"),
        (Shown(0, 1000, ("a", "12")), "a last line that looks like a number of a cue"),
    ],
)
def test_faults_of_a_cue(cue: Shown, fault: str) -> None:
    """Each rule that a cue breaks is named."""
    assert faults([cue]) == [f"cue 1: {fault}"]


@pytest.mark.parametrize(("start_ms", "gap_ms"), [(1083, 83), (900, -100)])
def test_faults_between_cues(start_ms: int, gap_ms: int) -> None:
    """Too small a gap is named, and an overlap is one."""
    cues = [Shown(0, 1000, ("a",)), Shown(start_ms, 2000, ("b",))]
    assert faults(cues) == [f"cue 1: followed after {gap_ms} ms"]


def test_right_cues_have_no_faults() -> None:
    """The limits themselves are allowed."""
    cues = [Shown(0, 833, ("a" * 42, "12 b")), Shown(917, 7917, ("好" * 21,))]
    assert faults(cues) == []


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("1\n", "2\n", 1),
        GOOD.replace(",", "."),
        GOOD + "\n",
        "\n" + GOOD,
        GOOD.replace("Hello.\n", ""),
        GOOD.replace("00:00:02", "00:60:02"),
    ],
)
def test_malformed_srt_is_not_read(text: str) -> None:
    """Wrong numbers, times, blank lines and cues without text are no SubRip."""
    assert read_srt(GOOD) == [Shown(1000, 2000, ("Hello.",))]
    with pytest.raises(AssertionError):
        read_srt(text)


@pytest.mark.parametrize("text", ["Tom & Jerry", "a < b", "a > b", "&nbsp;", "a --> b"])
def test_unescaped_vtt_is_not_read(text: str) -> None:
    """Markup in a cue's text must be escaped."""
    head = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n"
    assert read_vtt(f"{head}<v A>b &amp; c\n") == [Shown(1000, 2000, ("b & c",), "A")]
    with pytest.raises(AssertionError):
        read_vtt(f"{head}{text}\n")
