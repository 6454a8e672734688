"""No file makes its reader open another file, an address, or anything at all."""

from __future__ import annotations

import io
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import pytest

from processor.media import prepare
from processor.media.container import Recording
from processor.media.sniff import Kind
from processor.media.sound import measure
from shared.errors import UserError
from tests.media import hostile
from tests.media.listen import heard, level_at
from tests.media.make import encode, id3, tone
from tests.media.profiles import EMBEDDED, HOSTED, media

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Listen on a loopback port on which nobody may knock."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield server
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.fixture
def url(listener: socket.socket) -> str:
    """An address at the listener."""
    return f"http://127.0.0.1:{listener.getsockname()[1]}/segment.ts"


@pytest.fixture
def bait(tmp_path: Path) -> str:
    """The path of a playable file: who opened it would hear 880 Hz."""
    path = tmp_path / "bait.ts"
    path.write_bytes(encode("mpegts", "mp3", tone(2.0, hz=880.0)))
    return str(path)


def _outcome(data: bytes) -> str:
    """Return the problem, or what is heard: the file's own tone, the bait's, or something else."""
    before = _descriptors()
    try:
        samples = heard(prepare(data, media(), EMBEDDED))
    except UserError as error:
        return error.problem
    finally:
        assert _descriptors() == before
    if level_at(samples, 880) > 0.01:
        return "bait"
    return "own" if level_at(samples, 440) > 0.2 else "noise"


def _descriptors() -> list[Path]:
    folder = Path("/proc/self/fd")
    return sorted(folder.iterdir()) if folder.exists() else []


def test_lists_of_other_files_are_not_media(bait: str, url: str, listener: socket.socket) -> None:
    """Playlists and manifests of every sort end before libav."""
    port = listener.getsockname()[1]
    for data in (
        hostile.playlist(f"file://{bait}", url),
        hostile.playlist(bait, "file:///etc/passwd"),
        hostile.concatenation(bait, url),
        hostile.session_description(port),
        hostile.manifest(url),
    ):
        assert _outcome(data) == "not_media"


def test_lists_dressed_as_recordings_find_nothing(bait: str, url: str) -> None:
    """A magic number before a playlist brings it to a demuxer that sees no playlist in it."""
    text = hostile.playlist(f"file://{bait}", url)
    for disguise in (id3(bytes(20)), b"OggS", b"#!AMR\n", b"RIFF\x00\x01\x00\x00WAVE", b"FLV\x01"):
        assert _outcome(disguise + text) in {"undecodable", "no_audio_stream", "noise"}


def test_a_playlist_behind_sound_stays_unread(bait: str, url: str) -> None:
    """What follows the frames is damage, not direction."""
    data = encode("mp3", "mp3", tone(1.0)) + hostile.playlist(f"file://{bait}", url)
    assert _outcome(data) == "own"


def test_an_attached_playlist_stays_unread(bait: str, url: str) -> None:
    """Matroska may carry files; they are none of our business."""
    text = hostile.playlist(f"file://{bait}", url)
    assert _outcome(hostile.matroska_with_attachment("a.m3u8", text)) == "own"


def test_sound_in_another_file_is_not_fetched(bait: str, url: str) -> None:
    """A data reference out of the file leads nowhere."""
    assert _outcome(hostile.movie_with_sound_elsewhere(bait)) == "undecodable"
    assert _outcome(hostile.movie_with_sound_at(url)) in {"undecodable", "own"}
    for target in (url, f"file://{bait}"):
        assert _outcome(hostile.reference_movie(target)) in {"undecodable", "no_audio_stream"}


@pytest.mark.parametrize("demuxer", ["hls", "concat", "dash", "sdp"])
def test_even_the_wrong_demuxer_reaches_nothing(demuxer: str, bait: str, url: str) -> None:
    """Were the sniffer fooled, libav itself would still be without protocols and formats."""
    files = {
        "hls": hostile.playlist(f"file://{bait}", url),
        "concat": hostile.concatenation(bait, url),
        "dash": hostile.manifest(url),
        "sdp": hostile.session_description(9),
    }
    with pytest.raises((UserError, ValueError)):
        measure(Recording(files[demuxer], Kind("x", demuxer)))


def _asked_for(data: bytes, demuxer: str, **options: str) -> list[str]:
    """Return what libav tries to open when nothing but a witness stands in its way."""
    asked: list[str] = []

    def witness(url: str, _flags: int, _options: dict[str, str]) -> io.BytesIO:
        asked.append(url)
        return io.BytesIO()

    try:
        with av.open(io.BytesIO(data), "r", format=demuxer, options=options, io_open=witness):
            pass
    except (av.error.FFmpegError, OSError, ValueError):
        pass
    return asked


def test_the_hostile_files_are_hostile(bait: str, url: str) -> None:
    """Without our precautions libav does ask for what they name: the other tests prove something."""
    assert _asked_for(hostile.playlist(f"file://{bait}", url), "hls") == [f"file://{bait}", url]
    assert _outcome(Path(bait).read_bytes()) == "bait"
    drefs: dict[str, Any] = {"enable_drefs": "1", "use_absolute_path": "1"}
    assert _asked_for(hostile.movie_with_sound_elsewhere(bait), "mov", **drefs) == [bait]


SEALED = """
import resource, sys
from processor.media import prepare
from tests.media.profiles import DECODING, media
data = sys.stdin.buffer.read()
list(prepare(data, media(), DECODING).chunks)  # imports what it needs
events = []
sys.addaudithook(lambda event, _: events.append(event))
resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))  # from here on no call can open anything,
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # and no byte can be written to a file
prepared = prepare(data, media(), DECODING)
made = sum(len(chunk.data) for chunk in prepared.chunks)
doors = [event for event in events if event.split(".")[0] in {"open", "socket", "subprocess", "os"}]
print(made > 10_000, prepared.covered_s, doors)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits of this kind are Linux's")
def test_the_whole_path_works_where_nothing_can_be_opened() -> None:
    """Decoding and encoding need no file descriptor: no byte of media can reach a disk."""
    data = encode("mp4", "aac", tone(3.0), picture="mpeg4", bit_rate=64_000)
    done = subprocess.run(
        [sys.executable, "-c", SEALED], input=data, capture_output=True, check=False, timeout=60
    )
    made, covered_s, doors = done.stdout.decode().split(maxsplit=2) or ("", "", done.stderr)
    assert (made, doors.strip()) == ("True", "[]")
    assert float(covered_s) == pytest.approx(3.0, abs=0.1)


def test_tags_in_any_encoding_do_no_harm() -> None:
    """Names in old code pages are common; they are never decoded strictly."""
    title = id3(
        b"TIT2" + (9).to_bytes(4, "big") + b"\x00\x00" + b"\x03\xff\xfe\xc3\x28\xe4\xf6\xfc\x80"
    )
    data = title + encode("mp3", "mp3", tone(1.0))
    assert _outcome(data) == "own"
    assert prepare(data, media(), HOSTED).passthrough
