"""Processor time of the media path against that of transcoding, one after the other in one run."""

from __future__ import annotations

import asyncio
import resource
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks import flows
from benchmarks.baseline import TRANSCODE_S_PER_AUDIO_S, transcode, transcode_by_command
from benchmarks.models import IN_FLIGHT, Provider
from benchmarks.sources import FRAME_S, HOUR_S, film, note, podcast
from processor.media import ReadAhead, prepare, prepare_remote

if TYPE_CHECKING:
    from benchmarks.sources import Source

NOTE_S = 300.0
TRANSCODED_S = 120.0  # encoding takes the same for every second


@dataclass(frozen=True, slots=True)
class Spent:
    """Processor seconds for an hour of audio: the least of all rounds."""

    ours_s: float
    transcoding_s: float
    """In the same process, which is the cheapest way."""
    command_s: float | None
    """By the ``ffmpeg`` command; None where it is not installed."""

    @property
    def share(self) -> float:
        """Ours of theirs."""
        return self.ours_s / self.transcoding_s


class AtHand:
    """A source as a remote file that never waits."""

    def __init__(self, source: Source) -> None:
        self.size_bytes = source.size_bytes
        self.in_flight = IN_FLIGHT
        self._read = source.read

    async def read(self, offset: int, length: int) -> bytes:
        """The range."""
        return self._read(offset, length)


def compare(rounds: int) -> Spent:
    """An hour's MP3 made into chunks, and two minutes of it into Opus; in turn."""
    hour, short = podcast(), podcast(TRANSCODED_S)
    data = short.read(0, short.size_bytes)
    ours: list[float] = []
    transcoding: list[float] = []
    by_command: list[float] = []
    command = shutil.which("ffmpeg")
    for _ in range(rounds):
        began_s = time.process_time()
        split(hour)
        split_s = time.process_time()
        transcode(data)
        ours.append(split_s - began_s)
        transcoding.append((time.process_time() - split_s) * HOUR_S / TRANSCODED_S)
        if command:
            began_s = children_s()
            transcode_by_command(data, command)
            by_command.append((children_s() - began_s) * HOUR_S / TRANSCODED_S)
    return Spent(min(ours), min(transcoding), min(by_command, default=None))


def children_s() -> float:
    """Processor seconds of all processes that this one started and saw end."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def split(source: Source) -> tuple[int, float]:
    """Have the media path make all chunks: how many, and what it took its thread."""

    async def program() -> tuple[int, float]:
        loop = asyncio.get_running_loop()

        def work(ahead: ReadAhead) -> tuple[int, float]:
            began_s = time.thread_time()
            prepared = prepare_remote(ahead, flows.MEDIA, Provider.profile, loop)
            count = sum(1 for _ in prepared.chunks)
            return count, time.thread_time() - began_s

        async with ReadAhead(AtHand(source)) as ahead:
            return await asyncio.to_thread(work, ahead)

    return asyncio.run(program())


def split_held(data: bytes) -> tuple[int, float]:
    """The same for a file in memory."""
    began_s = time.thread_time()
    count = sum(1 for _ in prepare(data, flows.MEDIA, Provider.profile).chunks)
    return count, time.thread_time() - began_s


def constants(spent: Spent) -> list[tuple[str, str, str]]:
    """What virtual time charges beside what it takes on this machine, in seconds."""
    by_command = "not installed" if spent.command_s is None else f"{spent.command_s:.1f}"
    rows = [
        (
            "an hour to Opus, `ffmpeg` command",
            f"{TRANSCODE_S_PER_AUDIO_S * HOUR_S:.1f}",
            by_command,
        ),
        ("an hour to Opus, in this process", "not used", f"{spent.transcoding_s:.1f}"),
    ]
    held = note(NOTE_S)
    count, taken_s = split_held(held.read(0, held.size_bytes))
    rows.append(
        ("chunks of a voice note of 5 min", f"{charged_s(held, count):.2f}", f"{taken_s:.2f}")
    )
    for name, source in (
        ("chunks of an hour of MP3", podcast()),
        ("chunks of an hour's film of 1.5 GB", film(interleave_s=FRAME_S)),
    ):
        count, taken_s = split(source)
        rows.append((name, f"{charged_s(source, count):.1f}", f"{taken_s:.1f}"))
    return rows


def charged_s(source: Source, chunks: int) -> float:
    """What the constants come to."""
    return (
        flows.OPEN_S
        + source.samples * flows.INDEX_S_PER_SAMPLE
        + chunks * flows.CUT_S
        + source.seconds * flows.COPY_S_PER_AUDIO_S
        + source.size_bytes * flows.DEMUX_S_PER_BYTE
    )
