"""Settling: what the queue is told of each fate."""

from __future__ import annotations

from typing import Any, cast

import pytest

from processor.outcome import DEAD, FINISHED, LOST, Fate, Outcome, settle
from shared.jobs import Action, Address, Delivery, Job, Lane

DELIVERY = Delivery(Job("job", Action.COMMAND, "7", Address(7), "en", 0.0), "r", 1, Lane.EXPRESS)


class Queue:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *given: self.told.append((name, *given))


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (FINISHED, [("delete", DELIVERY)]),
        (Outcome(Fate.RETRY, 15.0), [("change_visibility", DELIVERY, 15.0)]),
        (DEAD, [("bury", DELIVERY)]),
        (LOST, []),
    ],
)
async def test_each_fate_is_one_word_to_the_queue(outcome: Outcome, told: list[Any]) -> None:
    """Done is deleted, a retry hidden, the dead buried; a lost receipt is not touched."""
    queue = Queue()
    await settle(cast("Any", queue), DELIVERY, outcome)
    assert queue.told == told
