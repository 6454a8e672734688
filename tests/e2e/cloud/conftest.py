"""An emulated account with our code in it; made by `make test-e2e`, skipped where that is not run."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.cloud.deployment import Cloud, Package
from tests.e2e.cloud.emulator import LOG, URL

if TYPE_CHECKING:
    from collections.abc import Iterator

BUILD = Path(__file__).resolve().parents[3] / ".aws-sam" / "e2e"


@pytest.fixture(scope="session", autouse=True)
def _quiet_libraries() -> None:
    """The translator logs about features of its own."""
    logging.getLogger("samtranslator").setLevel(logging.ERROR)


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    """The emulator's account; without one the test is skipped."""
    url = os.environ.get(URL, "")
    if not url:
        pytest.skip(f"{URL} names no AWS emulator: run make test-e2e")
    account = Cloud(url)
    yield account
    account.close()


@pytest.fixture(scope="session")
def emulator_log() -> Path:
    """What the emulator and the functions in it have written."""
    return Path(os.environ[LOG])


@pytest.fixture(scope="session")
def package(cloud: Cloud) -> Package:
    """Our code in the account's bucket. What `make test-e2e` builds must be there."""
    if not (BUILD / "template.yaml").is_file():
        pytest.fail(f"{BUILD} holds no build: run make test-e2e")
    return Package.upload(BUILD, cloud)
