"""When each packet is heard: by its stamp, while stamps make sense, else by counting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from processor.media.limits import MAX_DURATION_S, too_long
from processor.media.tracks import MICROSECONDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from av.audio.stream import AudioStream
    from av.packet import Packet

    from processor.media.sound import Sound

BACKWARDS_S = 0.5  # stamps are rounded, or written by careless programs; beyond, they are wrong


@dataclass(frozen=True, slots=True)
class Dated:
    """A packet and when it is heard, in seconds of the media."""

    packet: Packet[AudioStream]
    start_s: float
    end_s: float


def dated(packets: Iterable[Packet[AudioStream]], sound: Sound) -> Iterator[Dated]:
    """Date ``packets`` from where the file begins. UserError for more than can be true."""
    tick_s = float(sound.stream.time_base or 0)
    origin_s = (sound.container.start_time or 0) / MICROSECONDS
    expected_s = 0.0
    counted_s = 0.0
    for packet in packets:
        lasts_s = (packet.duration or 0) * tick_s
        start_s = expected_s
        if packet.pts is not None and tick_s:
            stamp_s = packet.pts * tick_s - origin_s
            if -BACKWARDS_S <= stamp_s - expected_s <= MAX_DURATION_S:
                start_s = stamp_s
        counted_s += lasts_s
        if max(counted_s, start_s) > MAX_DURATION_S:
            raise too_long()
        expected_s = start_s + lasts_s
        yield Dated(packet, start_s, expected_s)
