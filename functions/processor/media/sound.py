"""A recording's sound, opened: its packets, which pass once, and its decoder."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

import av.error
from av.stream import Discard

from processor.media.faults import LIBAV_ERRORS, reading, user_error
from processor.media.ranges import RangeFile
from processor.media.tracks import choose
from shared.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container.input import InputContainer
    from av.packet import Packet

    from processor.media.container import Recording
    from processor.media.tracks import Track

DAMAGE_LIMIT = 100  # breaks in the container after which the rest is given up
# Nothing slower carries speech, and nothing faster is recorded. Beyond, files are damaged or meant
# to hurt: 1 Hz would swell 16 000 fold, and 1 GHz needs a filter of a gigabyte.
RATES_HZ = range(2_000, 768_001)


@dataclass(slots=True)
class Damage:
    """What could not be read of a file, so far."""

    count: int = 0
    last: Exception | None = None

    def add(self, error: Exception) -> None:
        """Count one more."""
        self.count += 1
        self.last = error


@dataclass(slots=True)
class Sound:
    """One track of an open file. A remote file is read once, so everything goes on from here."""

    recording: Recording
    container: InputContainer
    track: Track
    stream: AudioStream
    check: Callable[[], None] | None = None
    """Asked before each packet; may raise to end it all."""
    damage: Damage = field(default_factory=Damage)

    def packets(self) -> Iterator[Packet[AudioStream]]:
        """Yield the track's packets, going on behind damaged places, as players do."""
        for stream in self.container.streams:
            stream.discard = Discard.default if stream.index == self.track.index else Discard.all
        for _ in range(DAMAGE_LIMIT):
            try:
                for packet in self.container.demux(self.stream):
                    if self.check is not None:
                        self.check()
                    # Those without size, at the end, are PyAV's request to flush the decoder.
                    if packet.size:
                        yield packet
            except MemoryError:
                raise
            except LIBAV_ERRORS as error:
                self.damage.add(error)
            else:
                break
        if isinstance(self.recording.content, RangeFile):
            self.recording.content.ensure_whole()

    def frames(
        self, packets: Iterable[Packet[AudioStream]], damage: Damage | None = None
    ) -> Iterator[AudioFrame]:
        """Decode ``packets``, leaving out what is damaged; the decoder starts afresh.

        UserError when nothing at all decodes. ``damage``: where to count it instead.
        """
        damage = self.damage if damage is None else damage
        self.stream.codec_context.flush_buffers()
        empty = True
        with reading(self.track.codec):
            for packet in chain(packets, (None,)):
                try:
                    decoded = self.stream.decode(packet)
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
            raise user_error(damage.last, self.track.codec) from damage.last


@contextmanager
def open_sound(recording: Recording, check: Callable[[], None] | None = None) -> Iterator[Sound]:
    """Open the file and choose its track. UserError when there is none that can be heard."""
    with ExitStack() as stack:
        try:
            with reading():
                container = stack.enter_context(recording.open())
                track = choose(recording, container)
        except av.error.MemoryError as error:  # a table of gigabytes, or over a thousand streams
            raise UserError("undecodable") from error
        stream = next(s for s in container.streams.audio if s.index == track.index)
        yield Sound(recording, container, track, stream, check)


def measure(recording: Recording) -> tuple[float, int]:
    """How long the track's packets last by their own account, and their bytes; none decoded."""
    with open_sound(recording) as sound:
        ticks = size_bytes = 0
        for packet in sound.packets():
            ticks += packet.duration or 0
            size_bytes += packet.size
        base = sound.stream.time_base
        return (float(ticks * base) if base else 0.0), size_bytes
