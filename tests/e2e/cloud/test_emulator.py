"""The emulator keeps to itself: it listens on loopback, and nothing of it is left."""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.e2e.cloud.deployment import Cloud
from tests.e2e.cloud.emulator import running

pytestmark = [
    pytest.mark.emulator,
    pytest.mark.skipif(sys.platform != "linux", reason="reads sockets from /proc"),
]
LISTENING = "0A"


@pytest.mark.usefixtures("cloud")  # where there is none, this is skipped too
def test_it_listens_on_loopback_and_ends(tmp_path: Path) -> None:
    """One address while it runs, none afterwards."""
    with running(tmp_path) as url:
        port = urlsplit(url).port or 0
        own = Cloud(url)
        assert own.client("sqs").list_queues().get("QueueUrls", []) == []
        own.close()
        assert addresses(port) == {"0100007F"}
    assert addresses(port) == set()


def addresses(port: int) -> set[str]:
    """The addresses, in the kernel's hexadecimal form, on which somebody listens at ``port``."""
    tables = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
    rows = [row.split() for table in tables for row in table.read_text().splitlines()[1:]]
    ends = [row[1].split(":") for row in rows if row[3] == LISTENING]
    return {address for address, number in ends if int(number, 16) == port}
