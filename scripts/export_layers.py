"""Write the layers' requirements from uv.lock: ``python -m scripts.export_layers``, in `make lock`.

A layer holds what its function imports and Lambda does not bring: boto3 is there already, and
FFmpeg has a layer of its own, because it is large and seldom changes.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from scripts.bootstrap_uv import UnavailableError, existing_uv, private_uv

ROOT = Path(__file__).resolve().parent.parent
FFMPEG = "av"
# Of each layer: the dependency groups, and the packages in them that it does without.
LAYERS = {
    "webhook": (("aws",), ("boto3",)),
    "processor": (("processor", "mtproto", "aws"), ("boto3", FFMPEG)),
    "ffmpeg": (("processor",), ()),
}
HEADER = "# Written from uv.lock by `make lock`; never edited by hand.\n"


def main() -> int:
    """Write every layer's file."""
    try:
        for layer in LAYERS:
            path = ROOT / "layers" / layer / "requirements.txt"
            path.write_text(requirements(layer), encoding="utf-8")
    except UnavailableError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def requirements(layer: str) -> str:
    """The layer's packages with versions and hashes, as uv.lock has them."""
    groups, spared = LAYERS[layer]
    uv = existing_uv() or private_uv(ROOT / ".tools")
    command = [str(uv), "export", "--frozen", "--offline", "--quiet", "--no-header"]
    command += ["--no-annotate", "--no-emit-project", "--format", "requirements.txt"]
    command += [part for group in groups for part in ("--only-group", group)]
    command += [part for package in spared for part in ("--prune", package)]
    environment = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    done = subprocess.run(  # noqa: S603 - our own command
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise UnavailableError(f"uv export failed: {done.stderr.strip()}")
    packages = re.findall(r"^[^\s#].*?(?=^[^\s#]|\Z)", done.stdout, re.DOTALL | re.MULTILINE)
    if layer == "ffmpeg":
        packages = [package for package in packages if package.startswith(f"{FFMPEG}==")]
    return HEADER + "".join(packages)


if __name__ == "__main__":
    sys.exit(main())
