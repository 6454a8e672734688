"""From packets to samples: frames in any format become plain 16-bit blocks at the wanted rate."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import av.error
from av.audio.frame import AudioFrame
from av.filter import Graph

from processor.media.container import packets
from processor.media.faults import LIBAV_ERRORS, reading, user_error
from shared.audio import SAMPLE_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from processor.media.container import Damage, Recording, Track

# Nothing slower carries speech, and nothing faster is recorded. Beyond, files are damaged or meant
# to hurt: 1 Hz would swell 16 000 fold, and 1 GHz needs a filter of a gigabyte.
RATES_HZ = range(2_000, 768_001)


def frames(recording: Recording, track: Track, damage: Damage) -> Iterator[AudioFrame]:
    """Decode the track, leaving out what is damaged. UserError when nothing at all decodes."""
    empty = True
    with reading(track.codec), recording.open() as container:
        stream = track.stream_of(container)
        for packet in chain(packets(container, track, damage), (None,)):
            try:
                decoded = stream.decode(packet)
            except MemoryError:
                raise
            except LIBAV_ERRORS as error:
                damage.add(error)
                continue
            for frame in decoded:
                if frame.samples and frame.sample_rate in RATES_HZ:
                    empty = False
                    yield frame
    if empty:
        raise user_error(damage.last, track.codec) from damage.last


def samples(
    frames: Iterable[AudioFrame], *, rate_hz: int, layout: str, pan: Callable[[int], str]
) -> Iterator[bytes]:
    """Convert frames to blocks of interleaved s16 samples at ``rate_hz``.

    ``pan`` says for a number of channels what libav's filter of that name shall make of them, or
    nothing to leave them alone. A change of format on the way starts a new conversion.
    """
    graph: Graph | None = None
    current: tuple[object, ...] = ()
    width = SAMPLE_BYTES * (2 if layout == "stereo" else 1)
    with reading():
        for frame in frames:
            shape = (frame.sample_rate, frame.format.name, frame.layout.name)
            if graph is None or shape != current:
                if graph is not None:
                    yield from _push(graph, None, width)
                graph, current = _conversion(frame, rate_hz, layout, pan), shape
            frame.pts = None  # samples are counted, not dated: stamps on damaged files jump
            yield from _push(graph, frame, width)
        if graph is not None:
            yield from _push(graph, None, width)


def _conversion(frame: AudioFrame, rate_hz: int, layout: str, pan: Callable[[int], str]) -> Graph:
    graph = Graph()
    nodes = [
        graph.add(
            "abuffer",
            sample_rate=str(frame.sample_rate),
            sample_fmt=frame.format.name,
            channel_layout=frame.layout.name,
            time_base=f"1/{frame.sample_rate}",
        )
    ]
    if expression := pan(frame.layout.nb_channels):
        nodes.append(graph.add("pan", expression))
    nodes.append(graph.add("aresample", str(rate_hz)))
    nodes.append(graph.add("aformat", f"sample_fmts=s16:channel_layouts={layout}"))
    nodes.append(graph.add("abuffersink"))
    graph.link_nodes(*nodes).configure()
    return graph


def _push(graph: Graph, frame: AudioFrame | None, width: int) -> Iterator[bytes]:
    """Put ``frame`` in, or with None the end, and yield what comes out."""
    graph.push(frame)
    while True:
        try:
            block = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        if isinstance(block, AudioFrame):
            yield bytes(block.planes[0])[: block.samples * width]
