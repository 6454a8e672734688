"""The command line: one sentence for what cannot be, and no traceback."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.__main__ import main
from local.demo import check
from shared.jobs import FILE_LIMIT_BYTES

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without ``.env``, an environment without settings, logging left as it is."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("local.__main__._log", lambda _level: None)
    for name in ("TELEGRAM_BOT_TOKEN", "SPEECH_ENGINE", "TRIES"):
        monkeypatch.delenv(name, raising=False)


def test_two_files_are_one_too_many(capsys: pytest.CaptureFixture[str]) -> None:
    """The sentence shows how it is meant."""
    assert main(["--", "a.mp3", "b.mp3"]) == 1
    assert "one file" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is started for it."""
    assert main(["--", "nothing.mp3"]) == 1
    assert "nothing.mp3" in capsys.readouterr().err


def test_a_bad_setting_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is opened."""
    monkeypatch.setenv("TRIES", "many")
    assert main([]) == 1
    assert capsys.readouterr().err.startswith("TRIES must be")


def test_a_bad_setting_in_the_file_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """``.env`` in the folder the bot is started in counts, the environment above it."""
    (tmp_path / ".env").write_text("SPEECH_ENGINE=parrot\n")
    assert main([""]) == 1
    assert capsys.readouterr().err.startswith("SPEECH_ENGINE must be one of")


def test_a_file_must_be_one_and_small_enough(tmp_path: Path) -> None:
    """A folder is none; a sparse giant is told its size."""
    giant = tmp_path / "film.mp4"
    with giant.open("wb") as file:
        file.truncate(FILE_LIMIT_BYTES + 1)
    small = tmp_path / "note.ogg"
    small.write_bytes(b"x")
    assert check(small) is None
    assert "no file" in (check(tmp_path) or "")
    assert "2.00 GiB" in (check(giant) or "")
