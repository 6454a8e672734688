"""Any file libav reads, as chunks: the original where the engine takes it, else FLAC or PCM.

Each step is a generator over the one before: packets, frames, samples, windows, chunks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from processor.media import channels
from processor.media.container import Damage, Recording, find_track, measure_s
from processor.media.decode import frames, samples
from processor.media.encode import flac, samples_within
from processor.media.prepared import Coverage, Prepared
from processor.media.sniff import OGG
from processor.media.windows import windows
from shared.audio import PCM, SAMPLE_BYTES, SAMPLE_RATE_HZ, Audio
from shared.errors import UserError
from shared.texts import span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from processor.media.channels import Mix
    from processor.media.container import Track
    from processor.media.sniff import Kind
    from shared.audio import EngineProfile
    from shared.jobs import Media

MAX_DURATION_S = 12 * 3600.0  # a few bytes can decode to days of silence
SHORTEST_WINDOW_S = 1.0  # a profile that allows less allows nothing


def prepare_file(data: bytes, kind: Kind, media: Media, profile: EngineProfile) -> Prepared:
    """Look into the file and decide: pass it through, or decode it."""
    recording = Recording(data, kind)
    track = find_track(recording)
    declared_s = media.duration_s if kind is OGG else track.declared_s
    plan = channels.plan(recording, track)
    if plan.downmix_harmless and track.first and takes(profile, kind, track.codec, len(data)):
        length_s = measure_s(recording, track)
        if 0 < length_s <= profile.max_chunk_s:
            original = Audio(data, kind.container, duration_s=length_s)
            return Prepared(iter((original,)), declared_s=declared_s)
    coverage = Coverage()
    chunks = _chunks(recording, track, plan.mixes, profile, coverage)
    return Prepared(chunks, declared_s=declared_s, coverage=coverage)


def takes(profile: EngineProfile, kind: Kind, codec: str, size_bytes: int) -> bool:
    """Whether the engine takes a file of this kind as it is, its length apart."""
    known = codec in profile.codecs or (codec.startswith("pcm_") and "pcm_" in profile.codecs)
    return (
        not profile.takes_pcm
        and kind.container in profile.containers
        and known
        and size_bytes <= profile.max_bytes
    )


def _chunks(
    recording: Recording,
    track: Track,
    mixes: tuple[Mix, ...],
    profile: EngineProfile,
    coverage: Coverage,
) -> Iterator[Audio]:
    """Decode, cut and encode once for each mix; all count time from the recording's start."""
    covered_s = 0.0
    for mix in mixes:
        damage = Damage()
        mono = samples(
            frames(recording, track, damage), rate_hz=SAMPLE_RATE_HZ, layout="mono", pan=mix.pan
        )
        for start, pcm in windows(_bounded(mono), window_samples(profile)):
            chunk = _chunk(start, pcm, profile, mix.channel)
            covered_s = max(covered_s, chunk.start_s + (chunk.duration_s or 0.0))
            yield chunk
        coverage.damaged = max(coverage.damaged, damage.count)
    coverage.seconds = covered_s


def _chunk(start: int, pcm: bytes, profile: EngineProfile, channel: int | None) -> Audio:
    return Audio(
        data=pcm if profile.takes_pcm else flac(pcm),
        container=PCM if profile.takes_pcm else "flac",
        start_s=start / SAMPLE_RATE_HZ,
        duration_s=len(pcm) / SAMPLE_BYTES / SAMPLE_RATE_HZ,
        channel=channel,
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


def _bounded(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Pass the blocks on up to ``MAX_DURATION_S``; UserError beyond."""
    decoded_s = 0.0
    for block in blocks:
        decoded_s += len(block) / SAMPLE_BYTES / SAMPLE_RATE_HZ
        if decoded_s > MAX_DURATION_S:
            raise UserError("too_long", got=f"> {span(MAX_DURATION_S)}", limit=span(MAX_DURATION_S))
        yield block
