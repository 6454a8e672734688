"""Going on where an earlier try ended: what was heard then is neither fetched nor made again.

Only in films whose index leads straight to any packet, and whose sound is copied: there nothing
passes from one chunk to the next but the packet with which the next begins.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from processor.media.faults import LIBAV_ERRORS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from av.audio.stream import AudioStream
    from av.packet import Packet

    from processor.media.copying import Wrapper
    from processor.media.sound import Sound
    from shared.audio import Audio

WITHOUT_MEMORY = "aac"  # of these codecs a decoder swallows nothing at a chunk's beginning
MICROSECONDS = 1_000_000
NEAR_S = 1.0


class LostPlaceError(Exception):
    """The index does not lead where an earlier chunk began."""


class Resumption:
    """What is left to do after ``heard``: the first chunks of the file in order, without bytes.

    The last of them is made again, for nobody wrote down where the next one begins.
    """

    def __init__(self, heard: Sequence[Audio]) -> None:
        self.skipped = tuple(heard[:-1])
        self._at_s = heard[-1].start_s if self.skipped else 0.0
        self._containers = {audio.container for audio in heard}

    def wanted(self, time_s: float, beginning_s: float) -> bool:
        """Whether sound of ``time_s`` must be fetched: it is to be heard, or judged by."""
        return time_s <= beginning_s or time_s >= self._at_s - NEAR_S

    def applies(self, sound: Sound, wrapper: Wrapper) -> bool:
        """Whether the chunks heard are copies, as those to come are going to be."""
        copies = self._containers == {wrapper.container}
        return bool(self.skipped) and copies and sound.track.codec == WITHOUT_MEMORY

    def packets(self, sound: Sound) -> Iterator[Packet[AudioStream]]:
        """The packets from the beginning of the last chunk heard. LostPlaceError without it."""
        origin_s = (sound.container.start_time or 0) / MICROSECONDS
        stamp = round((self._at_s + origin_s) / float(sound.stream.time_base or 1))
        try:
            sound.container.seek(stamp, stream=sound.stream)
        except LIBAV_ERRORS as error:
            raise LostPlaceError from error
        packets = sound.packets()
        first = next(packets, None)
        if first is None or first.pts != stamp:
            raise LostPlaceError
        return chain((first,), packets)
