"""The short way: a voice note goes through untouched, without libav."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.media import prepare
from processor.media.ogg import packet_samples, read_opus_note
from shared.errors import UserError
from shared.transcripts import Transcript
from tests.media.make import encode, interleave, tone
from tests.media.profiles import EMBEDDED, HOSTED, media

NOTE = encode("ogg", "libopus", tone(4.0), bit_rate=24_000)

FRESH = """
import sys
from processor.media import prepare
from tests.media.profiles import HOSTED, media
data = sys.stdin.buffer.read()
prepared = prepare(data, media(duration_s=4.0), HOSTED)
(chunk,) = prepared.chunks
assert chunk.data == data and prepared.passthrough
print(sorted(name for name in sys.modules if name.split(".")[0] in {"av", "numpy"}))
"""


def test_a_voice_note_needs_no_libav() -> None:
    """A fresh interpreter passes it through without ever importing av."""
    done = subprocess.run(
        [sys.executable, "-c", FRESH], input=NOTE, capture_output=True, check=False, timeout=60
    )
    assert (done.stdout.strip(), done.returncode) == (b"[]", 0), done.stderr.decode()


def test_a_voice_note_is_one_chunk_with_its_length() -> None:
    """The bytes are the original's; nobody decoded them, so nothing counts as covered."""
    prepared = prepare(NOTE, media(duration_s=4.0), HOSTED)
    (chunk,) = prepared.chunks
    assert (chunk.data, chunk.container, chunk.start_s) == (NOTE, "ogg", 0.0)
    assert chunk.duration_s == pytest.approx(4.0, abs=0.02)
    assert (prepared.declared_s, prepared.covered_s, prepared.passthrough) == (4.0, None, True)


def test_a_truncated_voice_note_shows_in_its_length() -> None:
    """Half a note ends cleanly: only Telegram's figure tells that something is missing."""
    for data, short in ((NOTE, False), (NOTE[: len(NOTE) // 3], True)):
        prepared = prepare(data, media(duration_s=4.0), HOSTED)
        (chunk,) = prepared.chunks
        assert chunk.duration_s is not None
        assert Transcript((), None, chunk.duration_s, prepared.declared_s).cut_short is short


@pytest.mark.parametrize(
    "profile",
    [
        EMBEDDED,
        replace(HOSTED, containers=frozenset({"mp3"})),
        replace(HOSTED, codecs=frozenset({"vorbis"})),
        replace(HOSTED, max_bytes=len(NOTE) - 1),
        replace(HOSTED, max_chunk_s=3.0),
    ],
    ids=["wants samples", "no ogg", "no opus", "too big", "too long"],
)
def test_an_engine_that_does_not_take_the_note_gets_chunks(profile: object) -> None:
    """Every limit of the profile holds."""
    assert isinstance(profile, type(HOSTED))
    prepared = prepare(NOTE, media(), profile)
    chunks = list(prepared.chunks)
    assert not prepared.passthrough
    assert prepared.covered_s == pytest.approx(4.0, abs=0.02)
    assert all(len(c.data) <= profile.max_bytes or profile.max_bytes < 40_000 for c in chunks)
    assert all((c.duration_s or 0) <= profile.max_chunk_s for c in chunks)


def test_what_is_not_one_mono_opus_stream_takes_the_long_way() -> None:
    """Stereo, other codecs, several streams, long ones and damaged ones are looked into."""
    stereo = encode("ogg", "libopus", interleave(tone(1.0), tone(1.0)), channels=2)
    note = read_opus_note(stereo, 90.0)
    assert note is not None
    assert note.channels == 2
    assert read_opus_note(encode("ogg", "flac", tone(1.0)), 90.0) is None
    assert read_opus_note(encode("ogg", "libopus", tone(1.0), tone(1.0)), 90.0) is None
    assert read_opus_note(NOTE + NOTE, 90.0) is None
    assert read_opus_note(NOTE, 3.9) is None
    assert read_opus_note(NOTE[:300] + bytes(20) + NOTE[300:], 90.0) is None


def test_a_length_the_packets_do_not_bear_out_is_not_believed() -> None:
    """A last page that claims one second for four of sound is a lie, and so is the reverse."""
    last = NOTE.rindex(b"OggS")
    for claim in (48_000, 48_000 * 80):
        lying = NOTE[: last + 6] + claim.to_bytes(8, "little") + NOTE[last + 14 :]
        note = read_opus_note(lying, 90.0)
        assert note is None or note.duration_s == pytest.approx(4.0, abs=1.0)


@given(st.data())
def test_no_damage_breaks_the_reader(data: st.DataObject) -> None:
    """Cut anywhere and changed anywhere, it answers or declines."""
    broken = bytearray(NOTE[: data.draw(st.integers(0, len(NOTE)))])
    for _ in range(data.draw(st.integers(0, 5))):
        if broken:
            broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    note = read_opus_note(bytes(broken), 90.0)
    assert note is None or 0 < note.duration_s <= 90.0


@pytest.mark.parametrize(
    ("toc", "samples"),
    [(0b00000_000, 480), (0b01011_0_00, 2880), (0b01101_0_00, 960), (0b11111_0_01, 1920),
     (0b10000_0_00, 120), (0b11110_1_10, 960)],
)  # fmt: skip
def test_the_first_byte_of_a_packet_tells_its_length(toc: int, samples: int) -> None:
    """Modes, frame sizes and one or two frames, as the standard tables them."""
    assert packet_samples(bytes([toc])) == samples


def test_a_packet_may_count_its_frames() -> None:
    """Code 3 says in the second byte how many."""
    assert packet_samples(bytes([0b11111_0_11, 0b0100_0011])) == 3 * 960
    assert packet_samples(bytes([0b11111_0_11])) == 0


def test_an_ogg_with_headers_alone_is_undecodable() -> None:
    """Nothing to transcribe is an error, never an empty transcript."""
    second = NOTE.index(b"OggS", NOTE.index(b"OggS", 4) + 4)
    with pytest.raises(UserError) as refusal:
        list(prepare(NOTE[:second], media(), HOSTED).chunks)
    assert refusal.value.problem == "undecodable"
