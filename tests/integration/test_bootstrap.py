"""The doors open on machines of all kinds: the right Python is found, uv is, files are handed on."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from scripts import bootstrap_uv

ROOT = Path(__file__).resolve().parents[2]
SH = "/bin/sh"


def _program(path: Path, script: str) -> Path:
    """An executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!{SH}\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def _python(folder: Path, name: str, version: str) -> Path:
    """Something that answers the finder's question as a Python of ``version`` would."""
    path = folder / name
    asked_for = f'case " $3 " in *" {version} "*) echo "{path}";; *) exit 1;; esac'
    return _program(path, asked_for)


class Machine:
    """A made-up machine: its PATH, its home, its system folders, and nothing of the real one."""

    def __init__(self, root: Path) -> None:
        self.home = root / "home"
        self.first, self.second, self.system = root / "first bin", root / "second", root / "system"
        script = (ROOT / "scripts" / "find_python.sh").read_text(encoding="utf-8")
        assert "/usr/local/bin /opt/homebrew/bin" in script
        self.script = root / "find_python.sh"
        self.script.write_text(
            script.replace("/usr/local/bin /opt/homebrew/bin", str(self.system)), encoding="utf-8"
        )

    def find(self, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the finder there."""
        path = f"{self.first}::{self.second}"
        return subprocess.run(
            [SH, self.script],
            env={"PATH": path, "HOME": str(self.home), **environment},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine without any Python."""
    return Machine(tmp_path)


def test_newest_python_wins_wherever_it_stands(machine: Machine) -> None:
    """A newer Python further on in PATH is taken before an older one in front."""
    _python(machine.first, "python3.11", "3.11")
    newest = _python(machine.second, "python3.12", "3.12")
    assert machine.find().stdout == f"{newest}\n"


def test_broken_shim_is_passed_over_and_hides_nothing(machine: Machine) -> None:
    """A shim that cannot run counts as absent; the same name further on is found."""
    _program(machine.first / "python3.13", "echo 'command not found' >&2; exit 127")
    real = _python(machine.second, "python3.13", "3.13")
    assert machine.find().stdout == f"{real}\n"


def test_version_managers_folders_are_searched(machine: Machine) -> None:
    """Behind broken shims, what the version manager installed is looked up."""
    _program(machine.first / "python3.13", "exit 127")
    _python(machine.second, "python3", "3.11")
    installed = _python(machine.home / ".pyenv/versions/3.13.0/bin", "python3.13", "3.13")
    assert machine.find().stdout == f"{installed}\n"


def test_plain_python3_counts_by_its_version(machine: Machine) -> None:
    """A python3 that is the newest is taken; one too old or too new is not."""
    _python(machine.first, "python3", "3.14")
    _python(machine.second, "python3", "3.10")
    newest = _python(machine.system, "python3", "3.12")
    assert machine.find().stdout == f"{newest}\n"


def test_no_python_is_said_clearly(machine: Machine) -> None:
    """Where none runs, one sentence says what to install, and make stops."""
    _program(machine.first / "python3.13", "exit 127")
    found = machine.find()
    assert found.returncode == 1
    assert found.stdout == ""
    assert "install" in found.stderr
    assert found.stderr.count("\n") == 1


def test_named_python_overrides_the_search(machine: Machine) -> None:
    """PYTHON=... wins over newer ones, and a useless one is refused, not replaced."""
    _python(machine.first, "python3.13", "3.13")
    named = _python(machine.system, "mine", "3.11")
    assert machine.find(PYTHON=str(named)).stdout == f"{named}\n"
    refused = machine.find(PYTHON=str(machine.system / "absent"))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "absent" in refused.stderr


def test_real_python_of_this_machine_is_found() -> None:
    """Here and now the finder names a Python that says it is one of ours."""
    found = subprocess.run(
        [SH, ROOT / "scripts" / "find_python.sh"], capture_output=True, text=True, check=True
    ).stdout.strip()
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    assert said.startswith(("Python 3.11.", "Python 3.12.", "Python 3.13."))


def test_existing_uv_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first uv on PATH that runs and is new enough is taken, broken and old ones are not."""
    _program(tmp_path / "a" / "uv", "exit 127")
    _program(tmp_path / "b" / "uv", "echo 'uv 0.4.30'")
    good = _program(tmp_path / "c" / "uv", "echo 'uv 0.13.0 (abc 2026-01-01)'")
    monkeypatch.setenv("PATH", os.pathsep.join(str(tmp_path / name) for name in "abc"))
    assert bootstrap_uv.existing_uv() == good


def test_no_uv_on_path_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any uv there is nothing to take."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert bootstrap_uv.existing_uv() is None


def test_private_uv_is_brought_once(tmp_path: Path) -> None:
    """A private uv that works is used as it is, without pip or network."""
    version, hashes = bootstrap_uv.pinned()
    uv = _program(tmp_path / f"uv-{version}" / "bin" / "uv", f"echo 'uv {version}'")
    assert bootstrap_uv.private_uv(tmp_path) == uv
    assert hashes


@pytest.mark.parametrize(
    ("system", "machine_name", "libc", "expected"),
    [
        (
            "Linux",
            "x86_64",
            "glibc",
            "uv-1-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        ),
        ("Linux", "x86_64", "", "uv-1-py3-none-musllinux_1_1_x86_64.whl"),
        (
            "Linux",
            "aarch64",
            "glibc",
            "uv-1-py3-none-manylinux_2_17_aarch64.musllinux_1_1_aarch64.whl",
        ),
        ("Linux", "aarch64", "", "uv-1-py3-none-manylinux_2_17_aarch64.musllinux_1_1_aarch64.whl"),
        ("Darwin", "arm64", "", "uv-1-py3-none-macosx_11_0_arm64.whl"),
        ("Linux", "m68k", "glibc", None),
    ],
)
def test_wheel_fits_the_machine(
    monkeypatch: pytest.MonkeyPatch,
    system: str,
    machine_name: str,
    libc: str,
    expected: str | None,
) -> None:
    """Of an index's wheels the one for this system, processor and C library is chosen."""
    names = [
        "uv-1-py3-none-macosx_11_0_arm64.whl",
        "uv-1-py3-none-manylinux_2_28_aarch64.whl",
        "uv-1-py3-none-manylinux_2_17_aarch64.musllinux_1_1_aarch64.whl",
        "uv-1-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "uv-1-py3-none-musllinux_1_1_x86_64.whl",
        "uv-1-py3-none-win_amd64.whl",
    ]
    monkeypatch.setattr("platform.system", lambda: system)
    monkeypatch.setattr("platform.machine", lambda: machine_name)
    monkeypatch.setattr("platform.libc_ver", lambda: (libc, ""))
    assert bootstrap_uv.fitting_wheel(names) == expected


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the doors in which everything is installed already, a witness as its Python."""
    for name in ("Makefile", "pyproject.toml", "uv.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    _program(tmp_path / ".venv/bin/python", '[ "$1" = -c ] || printf "%s\\n" "$@"')
    (tmp_path / ".venv/.ready-for-running").touch()
    return tmp_path


def _make(checkout: Path, *arguments: str) -> str:
    """What make prints, called as from a fresh shell: it may be make that runs these tests."""
    make = shutil.which("make")
    if make is None:
        pytest.skip("make is not installed")
    inherited = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "PYTHON", "FILE")
    environment = {k: v for k, v in os.environ.items() if k not in inherited}
    return subprocess.run(
        [make, *arguments],
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.parametrize(
    "name", ["note.oga", "my note.oga", "-rf.oga", 'it\'s "mine" $HOME `id` $(id) 100%;&.oga']
)
def test_run_hands_the_file_name_over_unchanged(checkout: Path, name: str) -> None:
    """Spaces, dashes, quotes and dollars in FILE reach the program as they were typed."""
    assert _make(checkout, "run", f"FILE={name}").splitlines() == ["-m", "local", "--", name]


def test_run_without_file_and_without_installing_again(checkout: Path) -> None:
    """What is installed and up to date is started at once, without an argument."""
    assert _make(checkout, "run").splitlines() == ["-m", "local"]


def test_environment_without_its_python_is_made_anew(checkout: Path) -> None:
    """When the environment's Python no longer runs, its stamp does not count."""
    _program(checkout / ".venv/bin/python", "exit 127")
    assert "sync --frozen" in _make(checkout, "-n", "run")
