"""Every contract test runs once per edition of the storage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contracts.editions import EDITIONS, Edition
from tests.doubles.clock import ManualClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def clock() -> ManualClock:
    """The time of everything in the test."""
    return ManualClock()


@pytest.fixture(params=sorted(EDITIONS))
def new_edition(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, clock: ManualClock
) -> Iterator[Callable[[], Edition]]:
    """Make one more empty store; property tests need one per example."""
    made: list[Edition] = []

    def make() -> Edition:
        edition = EDITIONS[request.param](tmp_path_factory.mktemp("edition"), clock)
        made.append(edition)
        return edition

    yield make
    for edition in made:
        edition.close()


@pytest.fixture
def edition(new_edition: Callable[[], Edition]) -> Edition:
    """An empty store."""
    return new_edition()
