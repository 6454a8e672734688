"""Chunks without transcoding: the packets themselves in a small file of their own.

Copying costs a tenth of decoding and encoding, and loses nothing. Only the seconds before each
wanted cut are decoded, to find where nobody speaks.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain, islice
from typing import TYPE_CHECKING

import av
from av.packet import Packet

from processor.media.channels import EVEN
from processor.media.container import Recording
from processor.media.decode import samples
from processor.media.sniff import sniff
from processor.media.sound import Damage, Sound, open_sound
from processor.media.windows import OVERLAP_S, OVERLAPPED_FROM_S, SEARCH_S, quietest
from shared.audio import SAMPLE_BYTES, SAMPLE_RATE_HZ, Audio
from shared.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from av.audio.stream import AudioStream

    from processor.media.dating import Dated
    from shared.audio import EngineProfile

MAX_BIT_RATE = 256_000  # above, FLAC of one channel at 16 kHz is smaller
PRIMING_S = 0.03  # of what encoders put before the beginning; as much may go along
LEAD_IN_S = 0.08  # what every decoder needs to find its feet; it lies in the pause
OVERHEAD = 1.03  # the container's share
OVERHEAD_BYTES = 1 << 18
MAX_PACKET_BYTES = 1 << 17  # far beyond what any of these codecs makes
LONGEST_PACKET_S = 0.25
CHECKED_PACKETS = 8
MAX_PACKETS = 1 << 18  # of 2.5 ms, the shortest there are, in ten minutes
OPUS_RATE_HZ = 48_000
AAC_LC = 2  # the audio object type


@dataclass(frozen=True, slots=True)
class Wrapper:
    """The container in which packets of a codec travel."""

    container: str
    muxer: str
    options: dict[str, str] = field(default_factory=dict)


WRAPPERS = {
    "aac": Wrapper("m4a", "ipod"),
    "mp3": Wrapper("mp3", "mp3", {"write_xing": "0", "id3v2_version": "0"}),
    "opus": Wrapper("ogg", "ogg"),
    "vorbis": Wrapper("ogg", "ogg"),
    "flac": Wrapper("flac", "flac"),
}


def wrapper_for(
    sound: Sound, beginning: Sequence[Packet[AudioStream]], profile: EngineProfile
) -> Wrapper | None:
    """How to copy this track for the engine; None when it must be decoded.

    AAC with spectral band replication is left out: what its first packets give differs by decoder.
    """
    codec = sound.track.codec
    wrapper = WRAPPERS.get(codec)
    if wrapper is None or profile.takes_pcm or codec not in profile.codecs:
        return None
    if codec == "aac" and not _low_complexity(sound, beginning):
        return None
    lasts_s = sum(packet.duration or 0 for packet in beginning) * (sound.stream.time_base or 0)
    size_bytes = sum(packet.size for packet in beginning)
    if wrapper.container not in profile.containers or not lasts_s:
        return None
    bytes_per_s = size_bytes / lasts_s
    room_s = min(profile.max_chunk_s, float(payload_bytes(profile.max_bytes) / bytes_per_s))
    fits = bytes_per_s * 8 <= MAX_BIT_RATE and room_s >= OVERLAPPED_FROM_S
    return wrapper if fits else None


def _low_complexity(sound: Sound, beginning: Sequence[Packet[AudioStream]]) -> bool:
    """Whether it is plain AAC, by what libav found out, the track's settings and its packets."""
    if sound.stream.codec_context.profile not in {"LC", None}:
        return False
    if settings := sound.stream.codec_context.extradata:
        return settings[0] >> 3 == AAC_LC
    header = adts_settings(bytes(beginning[0])) if beginning else b""
    return bool(header) and (header[0] >> 6) + 1 == AAC_LC


def payload_bytes(max_bytes: int) -> float:
    """How many bytes of packets are sure to fit into a file of ``max_bytes``."""
    return (max_bytes - OVERHEAD_BYTES) / OVERHEAD


@dataclass(slots=True)
class Copier:
    """Cuts a track's packets into chunks; ``length_s`` tells of each about how long, by its start."""

    sound: Sound
    wrapper: Wrapper
    length_s: Callable[[float], float]
    max_bytes: int
    max_s: float

    def chunks(self, packets: Iterable[Dated]) -> Iterator[Audio]:
        """Yield chunks as soon as their packets are there."""
        held: list[Dated] = []
        size_bytes = 0
        limit_bytes = payload_bytes(self.max_bytes)
        for packet in packets:
            if packet.start_s < -PRIMING_S:
                continue
            held.append(packet)
            size_bytes += packet.packet.size
            begin_s = held[0].start_s
            full = packet.end_s - begin_s > self._full_s(begin_s)
            if full or size_bytes > limit_bytes or len(held) >= MAX_PACKETS:
                audio, held = self._cut(held)
                size_bytes = sum(item.packet.size for item in held)
                yield audio
        if held:
            yield self._audio(held)

    def _full_s(self, start_s: float) -> float:
        return min(self.length_s(start_s) + OVERLAP_S, self.max_s - LONGEST_PACKET_S)

    def _cut(self, held: list[Dated]) -> tuple[Audio, list[Dated]]:
        """The chunk, and the packets for those after it, the lead-in of the next first."""
        latest_s = max(held[-1].end_s - OVERLAP_S, (held[0].start_s + held[-1].end_s) / 2)
        cut_s, silent = self._quietest(held, latest_s)
        end_s = cut_s if silent else cut_s + OVERLAP_S
        behind = next((n for n, item in enumerate(held) if item.start_s >= end_s), len(held))
        lead = _lead_in(held, cut_s)
        rest = held[lead:]
        next_start_s = rest[0].start_s if rest and not silent else None
        return self._audio(held[:behind], next_start_s), rest

    def _quietest(self, held: list[Dated], latest_s: float) -> tuple[float, bool]:
        """When it is quietest in the seconds before ``latest_s``, and whether nobody speaks."""
        begin_s = max(latest_s - SEARCH_S, (held[0].start_s + latest_s) / 2)
        searched = [
            item for item in held if begin_s - LEAD_IN_S < item.end_s and item.start_s < latest_s
        ]
        try:
            pcm = b"".join(
                samples(
                    self.sound.frames((item.packet for item in searched), Damage()),
                    rate_hz=SAMPLE_RATE_HZ,
                    layout="mono",
                    pan=EVEN.pan,
                )
            )
        except UserError:
            return latest_s, False  # damaged just here: the engine may make something of it
        # Counted from the end, for what a decoder swallows it swallows at the beginning.
        begin = max(0, len(pcm) // SAMPLE_BYTES - int((latest_s - begin_s) * SAMPLE_RATE_HZ))
        searched_pcm = pcm[begin * SAMPLE_BYTES :]
        cut = quietest(searched_pcm)
        left_s = (len(searched_pcm) // SAMPLE_BYTES - cut.at) / SAMPLE_RATE_HZ
        return max(begin_s, searched[-1].end_s - left_s), cut.silent

    def _audio(self, items: list[Dated], next_start_s: float | None = None) -> Audio:
        start_s = max(0.0, items[0].start_s + self._swallowed_s(items))
        end_s = items[-1].end_s
        return Audio(
            data=wrapped(items, self.sound, self.wrapper),
            container=self.wrapper.container,
            start_s=start_s,
            duration_s=end_s - start_s,
            overlap_s=0.0 if next_start_s is None else max(0.0, end_s - next_start_s),
        )

    def _swallowed_s(self, items: list[Dated]) -> float:
        """What a decoder leaves out at the beginning of every file of this codec."""
        if self.sound.track.codec == "opus":
            head = self.sound.stream.codec_context.extradata or b""
            return int.from_bytes(head[10:12], "little") / OPUS_RATE_HZ
        if self.sound.track.codec == "vorbis":  # the first packet only prepares the second
            return items[0].end_s - items[0].start_s
        return 0.0


def _lead_in(held: list[Dated], cut_s: float) -> int:
    """Index of the packet to begin with so that all is well at ``cut_s``; never the first."""
    index = next((n for n, item in enumerate(held) if item.end_s > cut_s - LEAD_IN_S), 0)
    return max(1, index)


def wrapped(items: Sequence[Dated], sound: Sound, wrapper: Wrapper) -> bytes:
    """The packets as a file; it counts time from its first packet."""
    file = io.BytesIO()
    base = sound.stream.time_base or Fraction(1, SAMPLE_RATE_HZ)
    tick_s, origin_s = float(base), items[0].start_s
    # Bit exact: no random numbers and no names of programs, so that equal sound is equal bytes.
    options = {"fflags": "+bitexact", **wrapper.options}
    with av.open(file, "w", format=wrapper.muxer, options=options) as output:
        stream = output.add_stream_from_template(sound.stream)
        last = -1
        for item in items:
            packet = Packet(bytes(item.packet))
            packet.stream = stream
            packet.time_base = base
            last = max(last + 1, round((item.start_s - origin_s) / tick_s))
            packet.pts = packet.dts = last
            packet.duration = item.packet.duration
            output.mux(packet)
    return file.getvalue()


def plays(audio: Audio, sound: Sound) -> bool:
    """Whether a chunk, opened as any engine would, begins with the sound it was copied from."""
    try:
        with open_sound(Recording(audio.data, sniff(audio.data))) as copy:
            frames = list(copy.frames(islice(copy.packets(), CHECKED_PACKETS)))
    except UserError:
        return False
    same_codec = copy.track.codec == sound.track.codec
    return same_codec and frames[-1].sample_rate == sound.stream.sample_rate


class Steady:
    """Packets as long as the codec's settings hold, which a copy writes down once."""

    def __init__(self, packets: Iterable[Packet[AudioStream]], codec: str) -> None:
        self._packets = iter(packets)
        self._settings: bytes | None = None if codec == "aac" else b""
        self.seen: list[Packet[AudioStream]] | None = []
        """All that were taken, until the first copy is found to be good: then None."""
        self.rest: Iterator[Packet[AudioStream]] | None = None
        """Those from the change on."""

    def __iter__(self) -> Iterator[Packet[AudioStream]]:
        """Yield them."""
        for packet in self._packets:
            if self._changes(packet):
                self.rest = chain((packet,), self._packets)
                return
            if self.seen is not None:
                self.seen.append(packet)
            yield packet

    def everything(self) -> Iterator[Packet[AudioStream]]:
        """Yield what was seen and all that follows, whatever changes."""
        yield from self.seen or ()
        yield from self._packets if self.rest is None else self.rest

    def _changes(self, packet: Packet[AudioStream]) -> bool:
        if packet.size > MAX_PACKET_BYTES:
            return True
        if packet.has_sidedata("new_extradata") or packet.has_sidedata("param_change"):
            return True
        if self._settings is None:
            self._settings = adts_settings(bytes(packet))
        return bool(self._settings) and adts_settings(bytes(packet)) != self._settings


def adts_settings(header: bytes) -> bytes:
    """Profile, rate and channels where ``header`` is that of an ADTS frame; else nothing."""
    if len(header) < ADTS_FIXED_BYTES or header[0] != 0xFF or header[1] & 0xF6 != 0xF0:  # noqa: PLR2004 - the sync word
        return b""
    return bytes((header[2], header[3] & 0xC0))


ADTS_FIXED_BYTES = 4
