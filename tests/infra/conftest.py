"""The template as AWS would understand it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from scripts.cloudformation import Stack, load

if TYPE_CHECKING:
    from scripts.cloudformation import Template


@pytest.fixture(scope="session", autouse=True)
def _quiet_translator() -> None:
    """The translator logs about features of its own."""
    logging.getLogger("samtranslator").setLevel(logging.ERROR)


@pytest.fixture
def template() -> Template:
    """The template as it is written, fresh for each test, so that it may change it."""
    return load()


@pytest.fixture(scope="session")
def stack() -> Stack:
    """What a deployment with the defaults would create."""
    return Stack.of(load())
