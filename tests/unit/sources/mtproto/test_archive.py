"""What is true of the archive before any file is opened."""

from __future__ import annotations

import subprocess
import sys

import pytest

from processor.sources.mtproto import lease_name
from processor.sources.mtproto.archive import require_cipher
from shared.errors import OperatorError


def test_without_the_cipher_the_operator_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Telethon would go on without a word, a thousand times slower."""
    require_cipher()
    monkeypatch.setitem(sys.modules, "cryptg", None)
    with pytest.raises(OperatorError, match="cryptg is missing"):
        require_cipher()


def test_importing_the_package_spares_telethon() -> None:
    """A worker that never opens a large file does not pay for it."""
    program = "import sys, processor.sources.mtproto; sys.exit('telethon' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_lease_name_tells_nothing_of_the_session() -> None:
    """Equal for equal sessions, and short."""
    assert lease_name("secret") == lease_name("secret") != lease_name("another")
    assert len(lease_name("secret")) == 16
    assert "secret" not in lease_name("secret")
