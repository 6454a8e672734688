"""How near the media path comes to what is possible: ``python -m benchmarks.media``.

Times are virtual: the product's own code runs over models of the network and of the provider, so
that every figure but processor time and memory is the same on any machine. ``--quick`` leaves out
the films, ``--plot`` draws the times as well. A figure that misses its target is printed as such.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import chart, processor_time
from benchmarks.baseline import baseline_s
from benchmarks.flows import REQUESTS_PER_S, Link, Result, limit_s, ours
from benchmarks.models import MB
from benchmarks.peak import footprint
from benchmarks.sources import FRAME_S, HOUR_S, PHONE_S, SHORT_FILM_S, film, note, podcast
from benchmarks.table import markdown
from benchmarks.tail import tail
from processor.media import Pace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.sources import Source

PLOT = Path(__file__).resolve().parent.parent / "docs" / "media-benchmark.svg"
NOTE = "voice note, 30 s"
LONG_NOTE = "voice note, 5 min"
AUDIO = "MP3, 1 h, 58 MB"
DENSE = "film, 1.5 GB"
PHONE = "telephone's film, 1.5 GB"
FAST, SLOW = 40 * MB, 10 * MB
TAIL_RUNS, QUICK_TAIL_RUNS = 300, 60
ROUNDS, QUICK_ROUNDS = 5, 2
LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Case:
    """A recording behind a link, and what is asked of its time."""

    name: str
    source: Callable[[], Source]
    bytes_per_s: float
    most_of_limit: float | None
    least_of_baseline: float
    quick: bool = True

    def __str__(self) -> str:
        return f"{self.name}, at {self.bytes_per_s / MB:.0f} MB/s"


CASES = (
    Case(NOTE, lambda: note(30.0), FAST, 1.2, 1.5),
    Case(LONG_NOTE, lambda: note(300.0), FAST, 1.6, 4.0),
    Case(AUDIO, podcast, FAST, 1.15, 13.0),
    Case(DENSE, lambda: film(interleave_s=FRAME_S), FAST, 1.15, 2.3, quick=False),
    Case(PHONE, lambda: film(interleave_s=PHONE_S), SLOW, None, 10.0, quick=False),
)


@dataclass(frozen=True, slots=True)
class Times:
    """One case, measured."""

    case: Case
    ours: Result
    told: Result
    """The same when the chat has chosen a language and the link's pace is known."""
    baseline_s: float
    limit_s: float


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure beside its target."""

    name: str
    measured: float
    target: float
    least: bool = False
    """Whether the target is the least, rather than the most."""
    unit: str = ""

    @property
    def met(self) -> bool:
        """Whether it is reached."""
        return self.measured >= self.target if self.least else self.measured <= self.target

    def row(self) -> tuple[str, str, str, str]:
        """For the table."""
        sign = "≥" if self.least else "≤"
        digits = 0 if self.unit in {"MB", "bytes"} else 1 if self.unit == "%" else 2
        unit = f" {self.unit}" if self.unit else ""
        target = f"{sign} {self.target:g}{unit}"
        return (
            self.name,
            f"{self.measured:.{digits}f}{unit}",
            target,
            "yes" if self.met else "**no**",
        )


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.media", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out the films")
    parser.add_argument(
        "--plot", nargs="?", type=Path, const=PLOT, metavar="FILE", help=f"draw into {PLOT.name}"
    )
    options = parser.parse_args(arguments)
    times = [measured(case) for case in CASES if case.quick or not options.quick]
    spent = processor_time.compare(QUICK_ROUNDS if options.quick else ROUNDS)
    figures = [*time_figures(times), *other_figures(times, spent, quick=options.quick)]
    out = sys.stdout
    out.write(markdown(("", "measured", "target", "met"), (one.row() for one in figures)))
    out.write(f"\nSeconds of virtual time:\n\n{seconds(times)}")
    if not options.quick:
        rows = processor_time.constants(spent)
        headings = ("processor seconds", "charged", "here")
        out.write(
            f"\nWhat virtual time charges, and what it takes here:\n\n{markdown(headings, rows)}"
        )
    if options.plot:
        options.plot.write_text(plot(times), encoding="utf-8")


def measured(case: Case) -> Times:
    """Run it: as it is, told more, and the usual way."""
    source, link = case.source(), Link(case.bytes_per_s)
    pace = Pace(case.bytes_per_s, REQUESTS_PER_S)
    return Times(
        case=case,
        ours=ours(source, link),
        told=ours(source, link, pace=pace, language=LANGUAGE),
        baseline_s=baseline_s(source, link),
        limit_s=limit_s(source, link),
    )


def time_figures(times: Sequence[Times]) -> Iterator[Figure]:
    """Times in relation to the limit, and the usual way's in relation to ours."""
    for one in times:
        if one.case.most_of_limit is not None:
            share = one.ours.seconds / one.limit_s
            yield Figure(f"time ÷ limit: {one.case}", share, one.case.most_of_limit)
    for one in times:
        gain = one.baseline_s / one.ours.seconds
        least = one.case.least_of_baseline
        yield Figure(f"usual way ÷ ours: {one.case}", gain, least, least=True)


def other_figures(
    times: Sequence[Times], spent: processor_time.Spent, *, quick: bool
) -> Iterator[Figure]:
    """Bytes, link, stalls, processor, memory, disk."""
    most = max(result.fetched_share for one in times for result in (one.ours, one.told))
    by_name = {one.case.name: one for one in times}
    if phone := by_name.get(PHONE):
        yield Figure(f"fetched of a {PHONE}", 100 * phone.ours.fetched_share, 6.5, unit="%")
    yield Figure("fetched of any of these files", 100 * most, 100.5, unit="%")
    if dense := by_name.get(DENSE):
        use = 100 * dense.ours.link_use
        yield Figure("use of the link, film, RTT 60 ms", use, 95.0, least=True, unit="%")
    runs = QUICK_TAIL_RUNS if quick else TAIL_RUNS
    for name, warm in (("worker in use", True), ("new worker", False)):
        ratio = tail(runs, warm=warm).ratio
        yield Figure(f"p95 ÷ p50, 1 h, 1 % of answers stalled, {name}", ratio, 1.5)
    yield Figure("processor time ÷ that of transcoding to Opus", spent.share, 0.1)
    if not quick:
        yield from footprints()


def footprints() -> Iterator[Figure]:
    """Memory and disk of fresh processes."""
    small, large = footprint(SHORT_FILM_S), footprint(HOUR_S)
    yield Figure("peak memory, film of 60 MB", small.peak_bytes / MB, 200, unit="MB")
    yield Figure("peak memory, film of 1.5 GB", large.peak_bytes / MB, 200, unit="MB")
    yield Figure("the two in relation", large.peak_bytes / small.peak_bytes, 1.5)
    written = large.written_bytes + large.opened_for_writing
    yield Figure("written to disk", written, 0, unit="bytes")


def seconds(times: Sequence[Times]) -> str:
    """The times behind the ratios."""
    headings = ("", "limit", "ours", "ours, told language and pace", "usual way", "requests")
    return markdown(
        headings,
        (
            (
                one.case,
                f"{one.limit_s:.2f}",
                f"{one.ours.seconds:.2f}",
                f"{one.told.seconds:.2f}",
                f"{one.baseline_s:.2f}",
                one.ours.requests,
            )
            for one in times
        ),
    )


def plot(times: Sequence[Times]) -> str:
    """The same as a picture."""
    return chart.bars(
        "Seconds from the first request to the last word, each group to its own scale",
        ("limit", "ours", "usual way"),
        [(str(one.case), (one.limit_s, one.ours.seconds, one.baseline_s)) for one in times],
    )


if __name__ == "__main__":
    main()
