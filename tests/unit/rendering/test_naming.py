"""Files we send have the name of what they were made from, made safe."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.rendering import file_name


@pytest.mark.parametrize(
    ("media_name", "expected"),
    [
        ("interview.mp3", "interview.txt"),
        ("my.talk.MP4", "my.talk.txt"),
        ("meeting 10.30", "meeting 10.30.txt"),
        ("../../etc/passwd", "passwd.txt"),
        ("C:\\Users\\me\\note.oga", "note.txt"),
        ("-rf.oga", "rf.txt"),
        ("...hidden.wav", "hidden.txt"),
        ("a\nb\x00c\u202egpj.oga", "a b c gpj.txt"),
        ("what? why: <now>.m4a", "what_ why_ _now_.txt"),
        ("访谈录音.m4a", "访谈录音.txt"),
        (".mp3", "transcript.txt"),
        ("", "transcript.txt"),
        (None, "transcript.txt"),
    ],
)
def test_names(media_name: str | None, expected: str) -> None:
    """Folders, control characters, leading dashes and dots go; the rest of the name stays."""
    assert file_name(media_name, "txt") == expected


@given(st.text(max_size=300))
def test_any_name_becomes_safe(media_name: str) -> None:
    """Whatever a sender calls a file, ours is short, visible and inside its folder."""
    name = file_name(media_name, "srt")
    assert name.endswith(".srt")
    assert len(name) <= 60
    assert len(name.encode()) <= 255
    assert not set(name) & set('/\\\0\n\r<>:"|?*')
    assert name[0] not in "-. "
