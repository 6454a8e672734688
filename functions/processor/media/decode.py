"""From frames in any format to plain 16-bit samples at the wanted rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av.error
from av.audio.frame import AudioFrame
from av.filter import Graph

from processor.media.faults import reading
from shared.audio import SAMPLE_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


class Conversion:
    """Frames go in, blocks of interleaved s16 samples at ``rate_hz`` come out.

    ``pan`` says for a number of channels what libav's filter of that name shall make of them, or
    nothing to leave them alone. A change of format on the way starts a new conversion.
    """

    def __init__(self, *, rate_hz: int, layout: str, pan: Callable[[int], str]) -> None:
        self._rate_hz = rate_hz
        self._layout = layout
        self._pan = pan
        self._width = SAMPLE_BYTES * (2 if layout == "stereo" else 1)
        self._graph: Graph | None = None
        self._shape: tuple[object, ...] = ()

    def push(self, frame: AudioFrame) -> Iterator[bytes]:
        """Put ``frame`` in and yield what is ready."""
        with reading():
            shape = (frame.sample_rate, frame.format.name, frame.layout.name)
            if shape != self._shape:
                yield from self.end()
                self._graph = _graph(frame, self._rate_hz, self._layout, self._pan)
                self._shape = shape
            frame.pts = None  # samples are counted, not dated: stamps on damaged files jump
            yield from self._through(frame)

    def end(self) -> Iterator[bytes]:
        """Yield the rest."""
        with reading():
            yield from self._through(None)
        self._graph, self._shape = None, ()

    def _through(self, frame: AudioFrame | None) -> Iterator[bytes]:
        if self._graph is None:
            return
        self._graph.push(frame)
        while True:
            try:
                block = self._graph.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            if isinstance(block, AudioFrame):
                yield bytes(block.planes[0])[: block.samples * self._width]


def samples(
    frames: Iterable[AudioFrame], *, rate_hz: int, layout: str, pan: Callable[[int], str]
) -> Iterator[bytes]:
    """Convert all ``frames``; see ``Conversion``."""
    conversion = Conversion(rate_hz=rate_hz, layout=layout, pan=pan)
    for frame in frames:
        yield from conversion.push(frame)
    yield from conversion.end()


def _graph(frame: AudioFrame, rate_hz: int, layout: str, pan: Callable[[int], str]) -> Graph:
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
