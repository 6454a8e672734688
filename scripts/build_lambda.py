"""Build what goes to Lambda; called by the Makefiles that `sam build` runs.

    python scripts/build_lambda.py code TARGET
    python scripts/build_lambda.py layer webhook|processor|ffmpeg arm64|x86_64 TARGET

Runs on Python 3.13 with the standard library alone, since bytecode must be of the Python that reads
it. The bytecode is shipped because Lambda's disk is read-only: without it every cold start compiles
all that it imports. It is marked as never to be compared with its source, whose times packing
changes.
"""

from __future__ import annotations

import argparse
import compileall
import os
import shutil
import subprocess
import sys
from pathlib import Path
from py_compile import PycInvalidationMode

if not __package__:  # run as a file, from wherever SAM stands
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.bootstrap_uv import UnavailableError, existing_uv, private_uv

ROOT = Path(__file__).resolve().parent.parent
PYTHON = (3, 13)  # Lambda's, as infra/template.yaml says
PLATFORMS = {"arm64": "aarch64-manylinux_2_28", "x86_64": "x86_64-manylinux_2_28"}
LAYERS = ("webhook", "processor", "ffmpeg")
SOURCE_ONLY = ("pyaes",)  # pure Python that has no wheel; whatever else lacks one must not get in
# Where Lambda unpacks code and layers. Bytecode holds its place, and shall not hold the builder's:
# the same code gives the same bytes, whoever builds it.
CODE_HOME = "/var/task"
LAYER_HOME = "/opt/python"
# Not needed at run time; licences and metadata (*.dist-info) stay.
SURPLUS_FILES = ("*.pyi", "*.pxd", "*.pyx", "*.h")
SURPLUS_FOLDERS = ("__pycache__", "tests", "include", "bin")


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says, or say in one sentence why not."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parts = parser.add_subparsers(dest="part", required=True)
    code = parts.add_parser("code", help="the functions' own code")
    layer = parts.add_parser("layer", help="the packages of a layer")
    layer.add_argument("name", choices=LAYERS)
    layer.add_argument("architecture", choices=sorted(PLATFORMS))
    for part in (code, layer):
        part.add_argument("target", type=Path)
    asked = parser.parse_args(arguments)
    try:
        require_python()
        if asked.part == "code":
            build_code(ROOT / "functions", asked.target)
        else:
            build_layer(asked.name, asked.architecture, asked.target)
    except UnavailableError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def require_python(version: tuple[int, ...] = sys.version_info[:2]) -> None:
    """Raise UnavailableError unless this is Lambda's Python."""
    if version != PYTHON:
        wanted = ".".join(map(str, PYTHON))
        raise UnavailableError(
            f"Building for Lambda needs Python {wanted}, and this is "
            f"{'.'.join(map(str, version))}: install {wanted}, or name it with PYTHON=..."
        )


def build_code(source: Path, target: Path) -> None:
    """The packages of ``functions`` with their bytecode."""
    for package in sorted(source.iterdir()):
        if (package / "__init__.py").is_file():
            shutil.copytree(package, target / package.name, ignore=_not_python, dirs_exist_ok=True)
    compile_bytecode(target, CODE_HOME)


def build_layer(name: str, architecture: str, target: Path) -> None:
    """The layer's pinned packages, as wheels for ``architecture``, without what nobody runs."""
    packages = target / "python"
    requirements = ROOT / "layers" / name / "requirements.txt"
    install(requirements, PLATFORMS[architecture], packages)
    trim(packages)
    compile_bytecode(packages, LAYER_HOME)


def install(requirements: Path, platform: str, target: Path) -> None:
    """Wheels, so that nothing is compiled for the wrong machine, each with its hash checked."""
    uv = existing_uv() or private_uv(ROOT / ".tools")
    command = [str(uv), "pip", "install", "--quiet", "--no-config", "--python", sys.executable]
    command += ["--python-platform", platform, "--python-version", ".".join(map(str, PYTHON))]
    command += ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--link-mode", "copy"]
    command += [part for package in SOURCE_ONLY for part in ("--no-binary", package)]
    command += ["--target", str(target), "--requirements", str(requirements)]
    environment = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    done = subprocess.run(command, env=environment, check=False)  # noqa: S603 - our own command
    if done.returncode:
        raise UnavailableError(f"The packages of {requirements} could not be installed.")


def trim(packages: Path) -> None:
    """Remove what is read only by compilers, type checkers and testers."""
    for name in SURPLUS_FOLDERS:
        for folder in list(packages.rglob(name)):
            shutil.rmtree(folder)
    for pattern in SURPLUS_FILES:
        for file in list(packages.rglob(pattern)):
            file.unlink()
    (packages / ".lock").unlink(missing_ok=True)


def compile_bytecode(folder: Path, home: str) -> None:
    """Put bytecode beside every module under ``folder``, for reading at ``home``."""
    compiled = compileall.compile_dir(
        folder,
        quiet=1,
        stripdir=str(folder),
        prependdir=home,
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
    )
    if not compiled:
        raise UnavailableError(f"Some modules in {folder} do not compile.")


def _not_python(_folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name == "__pycache__" or name.endswith(".pyc")}


if __name__ == "__main__":
    sys.exit(main())
