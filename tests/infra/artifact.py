"""What Lambda would get, built as `sam build` builds it, and a Python that sees nothing else."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).resolve().parents[2]
LAYERS = {
    "WebhookFunction": ("WebhookLayer",),
    "ProcessorFunction": ("ProcessorLayer", "FfmpegLayer"),
    "BulkProcessorFunction": ("ProcessorLayer", "FfmpegLayer"),
    "SetupFunction": (),
}
# Runs a program given as text with nothing on the path but what Lambda unpacks, and notes what of
# that was compiled rather than read as bytecode.
ISOLATED = """
import sys
here = {path!r}
sys.path[:0] = here
compiled = []
sys.addaudithook(
    lambda event, args: event == "compile"
    and isinstance(args[1], str) and args[1].startswith(tuple(here)) and compiled.append(args[1])
)
{program}
import json
print(json.dumps(
    {{"modules": sorted(sys.modules), "compiled": compiled, "result": globals().get("result")}}
))
"""


@dataclass(frozen=True)
class Artifact:
    """A folder with a subfolder for each function and layer, as SAM makes it."""

    folder: Path
    python: str

    def path_of(self, function: str) -> list[str]:
        """What Lambda puts on the path of the function: its code, then its layers."""
        layers = [str(self.folder / layer / "python") for layer in LAYERS[function]]
        return [str(self.folder / function), *layers]

    def run(
        self, function: str, program: str, environ: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Run ``program`` where the function would run; its report, with the ``result`` it set."""
        whole = ISOLATED.format(path=self.path_of(function), program=program)
        done = subprocess.run(
            [self.python, "-I", "-S", "-B", "-c", whole],
            env={"PATH": os.environ["PATH"], **(environ or {})},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return report

    def size_bytes(self, parts: Sequence[str]) -> int:
        """Unzipped size of some of its folders."""
        return sum(
            file.stat().st_size
            for part in parts
            for file in (self.folder / part).rglob("*")
            if file.is_file()
        )


def offline(python: str) -> dict[str, str]:
    """An environment for building: this ``python``, packages from uv's cache, no make around it."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    return {**kept, "PYTHON": python, "UV_OFFLINE": "1"}


def make(
    makefile: Path, target: str, folder: Path, python: str
) -> subprocess.CompletedProcess[str]:
    """Run one target as SAM does."""
    return subprocess.run(
        ["/usr/bin/env", "make", "--makefile", str(makefile), f"build-{target}"],
        cwd=makefile.parent,
        env={**offline(python), "ARTIFACTS_DIR": str(folder / target)},
        capture_output=True,
        text=True,
        check=False,
    )
