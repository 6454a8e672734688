"""What the product is compared with: download all, transcode, upload, wait.

The usual way: the ``ffmpeg`` command with its defaults, and one request for everything. It is given
our parallel fetching, memory for the whole file, a warm start, and no status message or store.
"""

from __future__ import annotations

import io
import subprocess
from typing import TYPE_CHECKING

import av
from av.audio.resampler import AudioResampler

from benchmarks.flows import DEMUX_S_PER_BYTE, telegram_for
from benchmarks.models import Provider
from benchmarks.virtual_time import VirtualTimeLoop, run
from processor.media import ReadAhead
from shared.audio import SAMPLE_RATE_HZ, Audio
from shared.jobs import BOT_API_FILE_LIMIT_BYTES, Media, MediaKind

if TYPE_CHECKING:
    from benchmarks.flows import Link
    from benchmarks.sources import Source

OPUS_BITS_PER_S = 32_000
START_S = 0.04  # of a process that ran just before: 0.02 to 0.06 measured, and 0.3 to 0.4 else
TRANSCODE_S_PER_AUDIO_S = 45.0 / 3600  # by the command; ``processor_time`` prints what it is here
MEDIA = Media(MediaKind.DOCUMENT, "file", "unique")


def baseline_s(source: Source, link: Link) -> float:
    """Seconds from the first request to the last word."""

    async def program(loop: VirtualTimeLoop) -> float:
        telegram = telegram_for(loop, source, link)
        if source.size_bytes > BOT_API_FILE_LIMIT_BYTES:
            async with ReadAhead(telegram) as ahead:
                offset = 0
                while offset < source.size_bytes:
                    start, data = await ahead.at(offset)
                    offset = start + len(data)
        else:
            async for _ in telegram.stream(MEDIA):
                pass
        demux_s = source.size_bytes * DEMUX_S_PER_BYTE
        await loop.compute(START_S + demux_s + source.seconds * TRANSCODE_S_PER_AUDIO_S)
        opus = bytes(round(source.seconds * OPUS_BITS_PER_S / 8))
        await Provider().recognise(Audio(opus, "ogg", duration_s=source.seconds))
        return loop.time()

    return run(program)


def transcode(data: bytes) -> bytes:
    """Any recording as Opus in Ogg, in this process, with the encoder's defaults."""
    file = io.BytesIO()
    with av.open(io.BytesIO(data), "r") as recording, av.open(file, "w", format="ogg") as output:
        stream = output.add_stream("libopus", rate=SAMPLE_RATE_HZ, layout="mono")
        stream.bit_rate = OPUS_BITS_PER_S
        resampler = AudioResampler("s16", "mono", SAMPLE_RATE_HZ)
        for frame in recording.decode(audio=0):
            for piece in resampler.resample(frame):
                output.mux(stream.encode(piece))
        for piece in resampler.resample(None):
            output.mux(stream.encode(piece))
        output.mux(stream.encode(None))
    return file.getvalue()


def transcode_by_command(data: bytes, command: str) -> bytes:
    """The same by ``command``, FFmpeg's own, in a process of its own."""
    options = ("-vn", "-ac", "1", "-ar", str(SAMPLE_RATE_HZ), "-c:a", "libopus", "-f", "ogg")
    rate = ("-b:a", str(OPUS_BITS_PER_S))
    return subprocess.run(  # noqa: S603  # a fixed command line
        [command, "-loglevel", "error", "-i", "pipe:0", *options, *rate, "pipe:1"],
        input=data,
        capture_output=True,
        check=True,
    ).stdout
