"""Any file libav reads, as chunks: as it is where the engine takes it, copied, or decoded.

Each step is a generator over the one before: packets, frames, samples, windows, chunks. A remote
file is read once, from front to back, and no further than chunks are asked for.
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from processor.media import channels, sparse
from processor.media.copying import Copier, Steady, plays, wrapper_for
from processor.media.dating import dated
from processor.media.decode import Conversion
from processor.media.encode import flac, samples_within
from processor.media.limits import MAX_DURATION_S, SHORT_NOTE_S, chunk_length_s, too_long
from processor.media.prepared import Coverage, Prepared
from processor.media.ranges import RangeFile
from processor.media.resuming import LostPlaceError, Resumption
from processor.media.sniff import OGG
from processor.media.sound import measure, open_sound
from processor.media.windows import OVERLAP_S, Cutter
from shared.audio import PCM, SAMPLE_BYTES, SAMPLE_RATE_HZ, Audio

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.packet import Packet

    from processor.media.channels import Mix
    from processor.media.container import Recording
    from processor.media.copying import Wrapper
    from processor.media.pace import Pace
    from processor.media.sniff import Kind
    from processor.media.sound import Sound
    from processor.media.windows import Window
    from shared.audio import EngineProfile
    from shared.jobs import Media

SHORTEST_WINDOW_S = 1.0  # a profile that allows less allows nothing
FIRST_S = 5.0  # enough to tell the bit rate
FIRST_BYTES = 8 << 20
PICTURE_BYTES = 1 << 20  # what may go along with the sound before copying is quicker
INDEXED_SHARE = 0.9  # an index that covers less of the track belongs to fragments
INDEX_LIMIT = 4_000_000
PROBES = 4  # small requests by which the round trip is known: as many as go out at once at first


def prepare_recording(
    recording: Recording,
    media: Media,
    profile: EngineProfile,
    *,
    pace: Pace | None = None,
    check: Callable[[], None] | None = None,
    heard: Sequence[Audio] = (),
) -> Prepared:
    """Look into the file and decide: pass it through, copy its packets, or decode it.

    Of a remote film only the sound is fetched where that is quicker, by ``pace`` if it is told; and
    of ``heard``, its first chunks as an earlier try made them, all but the last are passed on as
    they are where that is safe.
    """
    attempt = partial(_prepared, recording, media, profile, pace=pace, check=check)
    try:
        return attempt(heard=heard)
    except LostPlaceError:
        return attempt(heard=())


def _prepared(
    recording: Recording,
    media: Media,
    profile: EngineProfile,
    *,
    pace: Pace | None,
    check: Callable[[], None] | None,
    heard: Sequence[Audio],
) -> Prepared:
    with ExitStack() as stack:
        sound = stack.enter_context(open_sound(recording, check))
        track = sound.track
        declared_s = media.duration_s if recording.kind is OGG else track.declared_s
        resumption = Resumption(heard if _indexed(sound) else ())
        if _indexed(sound):
            _leave_out_the_picture(sound, pace, resumption)
        passing = sound.packets()
        beginning = list(_first(passing, sound))
        plan = channels.plan(sound, beginning)
        if plan.downmix_harmless and (original := _original(sound, profile)):
            return Prepared(iter((original,)), declared_s=declared_s)
        wrapper = wrapper_for(sound, beginning, profile) if plan.downmix_harmless else None
        coverage = Coverage()
        work = _Work(sound, plan.mixes, profile, coverage)
        packets = chain(beginning, passing)
        chunks: Iterator[Audio]
        if wrapper is None:
            chunks = work.decoded(packets)
        elif resumption.applies(sound, wrapper):
            rest = work.copied(resumption.packets(sound), wrapper, proven=True)
            chunks = chain(resumption.skipped, rest)
        else:
            chunks = work.copied(packets, wrapper)
        return Prepared(
            _closing(stack.pop_all(), chunks, work), declared_s=declared_s, coverage=coverage
        )


def _closing(stack: ExitStack, chunks: Iterator[Audio], work: _Work) -> Iterator[Audio]:
    """Yield the chunks, note what they came to, and close the file."""
    with stack:
        covered_s = 0.0
        for chunk in chunks:
            covered_s = max(covered_s, chunk.start_s + (chunk.duration_s or 0.0))
            yield chunk
        work.coverage.seconds = covered_s
        work.coverage.damaged = work.sound.damage.count


def _indexed(sound: Sound) -> bool:
    """Whether it is a remote film whose index tells where all of its sound lies."""
    base, entries = sound.stream.time_base, sound.stream.index_entries
    far = isinstance(sound.recording.content, RangeFile) and sound.recording.kind.demuxer == "mov"
    if not (far and base and 0 < len(entries) <= INDEX_LIMIT):
        return False
    declared_s = sound.track.declared_s or 0.0
    return 0 < declared_s * INDEXED_SHARE <= entries[-1].timestamp * base


def _leave_out_the_picture(sound: Sound, pace: Pace | None, resumption: Resumption) -> None:
    """Have an indexed film fetched in pieces, where that is quicker."""
    content, base = sound.recording.content, sound.stream.time_base
    if not isinstance(content, RangeFile) or not base:
        return
    tick_s, beginning_s = float(base), channels.SAMPLE_S + FIRST_S
    places = (
        (entry.pos, entry.size)
        for entry in sound.stream.index_entries
        if resumption.wanted(entry.timestamp * tick_s, beginning_s)
    )
    pieces = sparse.pieces(places, content.size_bytes)
    if not sparse.promising(pieces, content.size_bytes):
        return
    pace = pace or content.pace([piece.start for piece in pieces[:PROBES]])
    stretches = sparse.plan(pieces, content.size_bytes, pace)
    if stretches is not None:
        content.follow(stretches)


def _first(packets: Iterable[Packet[AudioStream]], sound: Sound) -> Iterator[Packet[AudioStream]]:
    """The packets by which the file is judged: a minute where channels must be compared."""
    enough_s = channels.SAMPLE_S if sound.track.channels == len(channels.APART) else FIRST_S
    seconds, size_bytes = 0.0, 0
    for packet in packets:
        yield packet
        seconds += float((packet.duration or 0) * (sound.stream.time_base or 0))
        size_bytes += packet.size
        if seconds >= enough_s or size_bytes >= FIRST_BYTES:
            return


def _original(sound: Sound, profile: EngineProfile) -> Audio | None:
    """The file as it is, if the engine takes it and it is short and mostly sound."""
    recording, track = sound.recording, sound.track
    if isinstance(recording.content, RangeFile) or not track.first:
        return None
    if not takes(profile, recording.kind, track.codec, recording.size_bytes):
        return None
    length_s, sound_bytes = measure(recording)
    if recording.size_bytes - sound_bytes > max(sound_bytes, PICTURE_BYTES):
        return None
    if not 0 < length_s <= min(profile.max_chunk_s, SHORT_NOTE_S):
        return None
    return Audio(recording.content, recording.kind.container, duration_s=length_s)


def takes(profile: EngineProfile, kind: Kind, codec: str, size_bytes: int) -> bool:
    """Whether the engine takes a file of this kind as it is, its length apart."""
    known = codec in profile.codecs or (codec.startswith("pcm_") and "pcm_" in profile.codecs)
    return (
        not profile.takes_pcm
        and kind.container in profile.containers
        and known
        and size_bytes <= profile.max_bytes
    )


class _Work:
    """Making chunks of one track."""

    def __init__(
        self, sound: Sound, mixes: tuple[Mix, ...], profile: EngineProfile, coverage: Coverage
    ) -> None:
        self.sound = sound
        self.coverage = coverage
        self._mixes = mixes
        self._profile = profile
        self._length_s = partial(chunk_length_s, sound.track.estimated_s, profile)

    def copied(
        self,
        packets: Iterable[Packet[AudioStream]],
        wrapper: Wrapper,
        *,
        proven: bool = False,
    ) -> Iterator[Audio]:
        """Copy; decode from where copying is no longer sure to be right.

        ``proven``: a copy of this track was found to play before.
        """
        passing = Steady(packets, self.sound.track.codec)
        if proven:
            passing.seen = None
        copier = Copier(
            self.sound, wrapper, self._length_s, self._profile.max_bytes, self._profile.max_chunk_s
        )
        end_s = 0.0
        for audio in copier.chunks(dated(passing, self.sound)):
            if passing.seen is not None and not plays(audio, self.sound):
                yield from self.decoded(passing.everything())
                return
            passing.seen = None
            end_s = audio.start_s + (audio.duration_s or 0.0)
            yield audio
        if passing.rest is not None:
            yield from self.decoded(passing.rest, end_s)

    def decoded(
        self, packets: Iterable[Packet[AudioStream]], origin_s: float = 0.0
    ) -> Iterator[Audio]:
        """Decode, mix, cut and encode; all mixes count time from the same start."""
        most = window_samples(self._profile)

        def wanted(start: int) -> int:
            """Samples of the window that begins at sample ``start``."""
            length_s = self._length_s(origin_s + start / SAMPLE_RATE_HZ)
            return min(int((length_s + OVERLAP_S) * SAMPLE_RATE_HZ), most)

        voices = [
            (
                Conversion(rate_hz=SAMPLE_RATE_HZ, layout="mono", pan=mix.pan),
                Cutter(wanted),
                mix.channel,
            )
            for mix in self._mixes
        ]
        for frame in _bounded(self.sound.frames(packets)):
            for conversion, cutter, channel in voices:
                for block in conversion.push(frame):
                    for window in cutter.push(block):
                        yield self._chunk(window, channel, origin_s)
        for conversion, cutter, channel in voices:
            for block in conversion.end():
                for window in cutter.push(block):
                    yield self._chunk(window, channel, origin_s)
            for window in cutter.end():
                yield self._chunk(window, channel, origin_s)

    def _chunk(self, window: Window, channel: int | None, origin_s: float) -> Audio:
        return Audio(
            data=window.pcm if self._profile.takes_pcm else flac(window.pcm),
            container=PCM if self._profile.takes_pcm else "flac",
            start_s=origin_s + window.start / SAMPLE_RATE_HZ,
            duration_s=len(window.pcm) / SAMPLE_BYTES / SAMPLE_RATE_HZ,
            channel=channel,
            overlap_s=window.overlap / SAMPLE_RATE_HZ,
        )


def window_samples(profile: EngineProfile) -> int:
    """The longest window that satisfies both of the engine's limits."""
    by_size = (
        profile.max_bytes // SAMPLE_BYTES
        if profile.takes_pcm
        else samples_within(profile.max_bytes)
    )
    by_time = int(profile.max_chunk_s * SAMPLE_RATE_HZ)
    return max(int(SHORTEST_WINDOW_S * SAMPLE_RATE_HZ), min(by_size, by_time))


def _bounded(frames: Iterable[AudioFrame]) -> Iterator[AudioFrame]:
    """Pass the frames on up to ``MAX_DURATION_S``; UserError beyond."""
    decoded_s = 0.0
    for frame in frames:
        decoded_s += frame.samples / frame.sample_rate
        if decoded_s > MAX_DURATION_S:
            raise too_long()
        yield frame
