"""Where the embedded model's files come from."""

from __future__ import annotations

import asyncio
import hashlib
import sys
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from processor.engines import model
from shared.errors import OperatorError

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("faster_whisper", reason="the speech group is not installed")


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[str, Any]]:
    """What would be loaded: folder or name, and the files in memory; with an empty hub cache."""
    made: list[tuple[str, Any]] = []
    monkeypatch.setattr(model, "_loaded", lambda *args: made.append(args))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    return made


def cached(cache: Path, *names: str) -> Path:
    """A hub cache that has these files of Whisper base; the folder they lie in."""
    repository = cache / "models--Systran--faster-whisper-base"
    folder = repository / "snapshots" / "abc"
    folder.mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("abc")
    for name in names:
        (folder / name).write_bytes(b"-")
    return folder


def test_a_named_folder_comes_first(loads: list[Any], tmp_path: Path) -> None:
    """What the operator names is taken, whatever else there is."""
    cached(tmp_path / "hub", *model.MODEL_FILES)
    (tmp_path / "model.bin").write_bytes(b"-")
    model.load(str(tmp_path), pytest.fail)
    assert loads == [(str(tmp_path), None)]


def test_a_named_folder_without_a_model_is_the_operators(tmp_path: Path) -> None:
    """A typing error is said, not papered over by another model."""
    with pytest.raises(OperatorError, match="WHISPER_MODEL"):
        model.load(str(tmp_path / "nowhere"), pytest.fail)


def test_the_hub_cache_comes_before_the_packages(loads: list[Any], tmp_path: Path) -> None:
    """A model that was fetched earlier is used from where it lies."""
    folder = cached(tmp_path / "hub", *model.MODEL_FILES)
    model.load("", pytest.fail)
    assert loads == [(str(folder), None)]


def test_an_incomplete_cache_is_no_model(tmp_path: Path) -> None:
    """A download that broke off leaves some of the files."""
    cached(tmp_path, *model.MODEL_FILES[1:])
    assert model.cached_folder(tmp_path) is None


@pytest.mark.skipif(not model.bundle_present(), reason="the model packages are not installed")
def test_the_packages_are_joined_in_memory(loads: list[Any]) -> None:
    """All four files come whole, checked against their hashes."""
    model.load("", pytest.fail)
    ((name, contents),) = loads
    assert name == "whisper-base"
    assert {n: hashlib.sha256(data).hexdigest() for n, data in contents.items()} == {
        n: sha256 for n, (sha256, _) in model.BUNDLED.items()
    }


@pytest.mark.parametrize(
    ("part", "problem"), [("model.bin.part9", "lacks"), ("model.bin.part1", "damaged")]
)
def test_a_spoilt_package_is_not_loaded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, part: str, problem: str
) -> None:
    """A missing file or another hash is an error that names the ways out."""
    data = tmp_path / "spoilt_model" / "data"
    data.mkdir(parents=True)
    (data.parent / "__init__.py").touch()
    (data / "model.bin.part1").write_bytes(b"something else")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(model, "BUNDLED", {"model.bin": ("0" * 64, (("spoilt_model", part),))})
    with pytest.raises(OperatorError, match=rf"{problem}.*GROQ_API_KEY"):
        model.bundle()


def test_without_cache_and_packages_the_hub_is_asked(
    loads: list[Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The user is told before the long download."""
    told: list[str] = []
    monkeypatch.setattr(model, "bundle_present", lambda: False)
    monkeypatch.setattr(model, "download", lambda: tmp_path)
    model.load("", told.append)
    assert "Downloading" in told[0]
    assert loads == [(str(tmp_path), None)]


async def test_without_the_hub_the_ways_out_are_named(tmp_path: Path) -> None:
    """No network, or a hub that refuses: the error says what to do instead."""

    async def refuse(_: web.Request) -> web.Response:
        return web.Response(status=503)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", refuse)
    async with TestServer(app, host="127.0.0.1") as server:
        for endpoint in (str(server.make_url("")).rstrip("/"), "http://127.0.0.1:9"):
            with pytest.raises(OperatorError, match="WHISPER_MODEL"):
                await asyncio.to_thread(model.download, tmp_path, endpoint)


def test_a_machine_without_the_library_is_told_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The error names the command and the keys that do without."""
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    with pytest.raises(OperatorError, match="uv sync --group speech"):
        model.load("", pytest.fail)


def test_files_that_are_no_model_are_the_operators(tmp_path: Path) -> None:
    """A folder of something else is refused by the library, and the error is ours."""
    (tmp_path / "model.bin").write_bytes(b"no model")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(OperatorError, match="cannot be loaded"):
        model.load(str(tmp_path), pytest.fail)
