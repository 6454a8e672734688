"""The models, the flows and the table of the media benchmark."""

from __future__ import annotations

import asyncio
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest

from benchmarks import chart, media
from benchmarks.baseline import START_S, TRANSCODE_S_PER_AUDIO_S, baseline_s, transcode
from benchmarks.flows import Link, limit_s, ours
from benchmarks.models import MB, RECEIVE_S_PER_BYTE, RTT_S, Telegram
from benchmarks.peak import footprint
from benchmarks.sources import FRAME_S, PHONE_S, Source, film, note, podcast
from benchmarks.tail import hour
from benchmarks.virtual_time import VirtualTimeLoop, run
from processor.media import Pace
from processor.media.ogg import read_opus_note

if TYPE_CHECKING:
    from collections.abc import Callable

FAST, SLOW = Link(40 * MB), Link(10 * MB)


def zeros(size_bytes: int) -> Source:
    """A file of nothing."""
    return Source(60.0, size_bytes, lambda _, length: bytes(length), size_bytes)


@pytest.mark.parametrize(
    "source",
    [lambda: film(60.0, interleave_s=PHONE_S), lambda: note(120.0)],
    ids=["film, far away", "note, held"],
)
def test_two_runs_are_the_same_to_the_last_bit(source: Callable[[], Source]) -> None:
    """Times, bytes and transcript of the product's own code in virtual time."""
    first, second = (ours(source(), SLOW) for _ in range(2))
    assert first == second
    assert first.transcript.complete
    assert first.seconds > limit_s(source(), SLOW)


def test_a_whole_film_is_heard_and_fetched_once() -> None:
    """Its transcript covers it; none of its bytes comes twice."""
    result = ours(film(60.0, interleave_s=FRAME_S), FAST)
    assert result.transcript.duration_s == pytest.approx(60.0, abs=0.1)
    assert result.fetched_share == 1.0


def test_a_link_carries_its_bandwidth_and_no_more_requests_than_it_allows() -> None:
    """Ten parts of a million bytes at ten a second, then ten small ones at four requests a second."""

    async def program(loop: VirtualTimeLoop) -> tuple[float, float]:
        wide = Telegram(loop, zeros(1 << 24), bytes_per_s=10e6, requests_per_s=1e9)
        await asyncio.gather(*(wide.read(0, 1_000_000) for _ in range(10)))
        parts_s = loop.time()
        few = Telegram(loop, zeros(1 << 24), bytes_per_s=1e12, requests_per_s=4.0)
        await asyncio.gather(*(few.read(0, 1) for _ in range(10)))
        return parts_s, loop.time() - parts_s

    parts_s, requests_s = run(program)
    assert parts_s == pytest.approx(RTT_S + 1.0 + 1e6 * RECEIVE_S_PER_BYTE)
    assert requests_s == pytest.approx(9 / 4 + RTT_S, abs=1e-6)


def test_the_limit_is_the_narrower_line_and_one_request() -> None:
    """The link for a film, the way to the provider for sound that comes faster than it goes."""
    request_s = RTT_S + 0.5 + 30 / 200
    whole = film(60.0, interleave_s=FRAME_S)
    assert limit_s(whole, SLOW) == pytest.approx(whole.size_bytes / 10e6 + request_s)
    assert limit_s(podcast(), FAST) == pytest.approx(57.6e6 / 20e6 + request_s)


def test_the_usual_way_takes_one_step_after_the_other() -> None:
    """All bytes, then the encoder for every second, then one request for everything."""
    source = note(60.0)
    expected_s = (
        2 * RTT_S
        + source.size_bytes / 40e6
        + START_S
        + 60.0 * TRANSCODE_S_PER_AUDIO_S
        + 60.0 * 4000 / 20e6
        + 0.5
        + 60.0 / 200
    )
    assert baseline_s(source, FAST) == pytest.approx(expected_s, abs=0.002)
    large = zeros(100_000_000)
    assert baseline_s(large, SLOW) > 10.0 + baseline_s(zeros(1), SLOW) - 2 * RTT_S


def test_transcoding_gives_what_the_usual_way_uploads() -> None:
    """Opus in Ogg, all of it, at the bit rate that is counted."""
    made = transcode(podcast(20.0).read(0, 320_000))
    found = read_opus_note(made, 60.0)
    assert found is not None
    assert found.duration_s == pytest.approx(20.0, abs=0.2)
    assert len(made) < 20.0 * 4000 * 1.3


def test_pace_decides_what_is_fetched() -> None:
    """Told that requests are no obstacle, less of a telephone's film is fetched."""
    source = film(120.0, interleave_s=PHONE_S)
    told = ours(source, SLOW, pace=Pace(10e6, 1_000.0))
    assert told.fetched_share < ours(source, SLOW, pace=Pace(10e6, 20.0)).fetched_share
    assert told.transcript.complete


def test_the_links_pace_is_found_out() -> None:
    """Untold, of a telephone's film no more is fetched than when the link is known."""
    source = film(120.0, interleave_s=PHONE_S)
    told = ours(source, SLOW, pace=Pace(SLOW.bytes_per_s, SLOW.requests_per_s))
    assert ours(source, SLOW).fetched_share == pytest.approx(told.fetched_share, abs=0.001)
    assert told.fetched_share < 0.15


def test_stalls_come_the_same_every_time() -> None:
    """The same seed is the same hour; another is another."""
    assert hour(1, warm=True) == hour(1, warm=True)
    assert hour(1, warm=True) != hour(2, warm=True)


def test_a_film_leaves_no_byte_on_disk() -> None:
    """A process of its own may not make any file longer, and does not want to."""
    left = footprint(20.0)
    assert left.opened_for_writing == 0
    assert left.written_bytes == 0
    assert left.peak_bytes > 30 * MB


def test_a_missed_target_is_printed_as_missed() -> None:
    """Both kinds of targets, and what stands in the row."""
    assert media.Figure("a", 1.2, 1.15).row() == ("a", "1.20", "≤ 1.15", "**no**")
    assert media.Figure("b", 13.0, 13.0, least=True).row() == ("b", "13.00", "≥ 13", "yes")
    assert media.Figure("c", 4.94, 6.5, unit="%").row() == ("c", "4.9 %", "≤ 6.5 %", "yes")


def test_the_chart_is_well_formed() -> None:
    """One bar for each value and each of the legend, the longest as wide as there is room."""
    drawn = chart.bars("a & b", ("x", "y"), [("one", (1.0, 2.0)), ("two", (4.0, 1.0))])
    root = ET.fromstring(drawn)  # noqa: S314  # our own
    rectangles = [node for node in root.iter() if node.tag.endswith("rect")]
    assert len(rectangles) == 2 + 4
    assert max(float(node.attrib["width"]) for node in rectangles) == chart.BAR_WIDTH
