"""Writes the small files that fuzzing starts from: ``python -m tests.media.seeds``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.media.make import cover_art_mp3, encode, interleave, silence, tone, wav

if TYPE_CHECKING:
    import random
    from array import array

CORPUS = Path(__file__).parent / "corpus"
LARGEST_BYTES = 100_000


def mutant(data: bytes, draw: random.Random) -> bytes:
    """Return ``data`` with bytes changed, and sometimes an end or a piece cut off."""
    broken = bytearray(data)
    for _ in range(draw.randint(1, 20)):
        broken[draw.randrange(len(broken))] = draw.randrange(256)
    if draw.random() < 0.3:
        del broken[draw.randrange(1, len(broken)) :]
    if draw.random() < 0.3 and len(broken) > 200:
        at = draw.randrange(len(broken) - 100)
        del broken[at : at + draw.randrange(100)]
    return bytes(broken)


def seeds() -> dict[str, bytes]:
    """Return every kind of structure a demuxer walks through, none longer than a moment."""
    moment = tone(0.8)
    aac: dict[str, Any] = {"bit_rate": 48_000}
    fragments = {
        "movflags": "frag_keyframe+empty_moov+default_base_moof",
        "frag_duration": "200000",
    }
    return {
        "faststart.mp4": encode("mp4", "aac", moment, picture="mpeg4", options={"movflags": "+faststart"}, **aac),
        "index-at-end.mp4": encode("mp4", "aac", moment, picture="mpeg4", **aac),
        "fragments.mp4": encode("mp4", "aac", moment, options=fragments, **aac),
        "two-tracks.m4a": encode("ipod", "aac", moment, tone(0.8, hz=880), **aac),
        "plain.mov": encode("mov", "pcm_s16be", tone(0.3)),
        "narrow.3gp": encode("3gp", "amr_nb", tone(0.8, rate_hz=8_000), rate_hz=8_000),
        "film.mkv": encode("matroska", "aac", moment, picture="mpeg4", **aac),
        "sound.webm": encode("webm", "libopus", moment),
        "note.ogg": encode("ogg", "libopus", moment),
        "stereo.ogg": encode("ogg", "vorbis", interleave(moment, moment), channels=2),
        "cover.mp3": cover_art_mp3(moment, b"\xff\xd8\xff\xe0" + bytes(300)),
        "sound.flac": encode("flac", "flac", tone(0.3)),
        "apart.wav": encode("wav", "pcm_s16le", interleave(*_two(8_000)), channels=2, rate_hz=8_000),
        "eight.wav": encode("wav", "pcm_s16le", interleave(*[tone(0.3, rate_hz=8_000)] * 8), channels=8, rate_hz=8_000),
        "liar.wav": wav(tone(0.3, rate_hz=16_000), claims_s=3_600.0),
        "film.avi": encode("avi", "mp3", moment, picture="mpeg4"),
        "film.ts": encode("mpegts", "aac", moment, **aac),
        "sound.flv": encode("flv", "aac", moment, **aac),
        "sound.wma": encode("asf", "wmav2", moment, **aac),
        "sound.aac": encode("adts", "aac", moment, **aac),
    }  # fmt: skip


def _two(rate_hz: int) -> tuple[array[int], array[int]]:
    rest = silence(0.4, rate_hz=rate_hz)
    return tone(0.4, rate_hz=rate_hz) + rest, rest + tone(0.4, hz=700, rate_hz=rate_hz)


def main() -> None:
    """Write them."""
    CORPUS.mkdir(exist_ok=True)
    for name, data in seeds().items():
        assert len(data) < LARGEST_BYTES, name
        (CORPUS / name).write_bytes(data)


if __name__ == "__main__":
    main()
