"""What groups want of their media: from the store, from memory, and without either."""

from __future__ import annotations

import pytest

from shared.errors import OperatorError, TransientError
from shared.ports import ChatPreferences
from shared.telemetry import Metric, Tally
from tests.doubles.clock import ManualClock
from tests.events.samples import NEWS, TEAM
from tests.unit.webhook.witnesses import WitnessPreferences
from webhook.modes import ALL, CHATS_REMEMBERED, OFF, ON_REQUEST, REMEMBERED_S, Modes


class World:
    """Modes with everything around them."""

    def __init__(self, in_groups: str = ON_REQUEST) -> None:
        self.preferences = WitnessPreferences()
        self.clock = ManualClock()
        self.metrics = Tally()
        self.modes = Modes(self.preferences, self.clock, self.metrics, in_groups=in_groups)

    def choose(self, mode: str, chat_id: int = TEAM) -> None:
        """Somebody changes the mode of a chat."""
        self.preferences.chosen[chat_id] = ChatPreferences(mode=mode)

    def mode(self, chat_id: int = TEAM) -> str:
        """What a group's mode is taken for."""
        return self.modes.of(chat_id, channel=False)


@pytest.mark.parametrize("default", [ALL, ON_REQUEST])
def test_without_a_choice(default: str) -> None:
    """Groups follow the settings; channels are off until they opt in."""
    world = World(default)
    assert world.mode() == default
    assert world.modes.of(NEWS, channel=True) == OFF


@pytest.mark.parametrize("mode", [ALL, ON_REQUEST, OFF])
def test_choice(mode: str) -> None:
    """What a chat chose counts, for groups and channels."""
    world = World()
    world.choose(mode)
    world.choose(mode, NEWS)
    assert (world.mode(), world.modes.of(NEWS, channel=True)) == (mode, mode)


def test_is_remembered_for_a_minute() -> None:
    """Within the minute the store is asked once; then a change is seen."""
    world = World()
    assert world.mode() == ON_REQUEST
    world.choose(ALL)
    world.clock.advance(REMEMBERED_S - 1)
    assert (world.mode(), world.preferences.asked) == (ON_REQUEST, [TEAM])
    world.clock.advance(1)
    assert (world.mode(), world.preferences.asked) == (ALL, [TEAM] * 2)


def test_doubt_asks_each_time_for_a_minute() -> None:
    """After a command in the chat nothing is taken from memory, nor kept, until it is quiet."""
    world = World()
    world.mode()
    world.modes.doubt(TEAM)
    assert world.mode() == ON_REQUEST
    world.choose(ALL)
    assert world.mode() == ALL
    world.clock.advance(REMEMBERED_S)
    assert (world.mode(), world.mode()) == (ALL, ALL)
    assert len(world.preferences.asked) == 4


@pytest.mark.parametrize("error", [TransientError("busy"), OperatorError("table missing")])
def test_store_down(error: Exception) -> None:
    """While the store is down nothing is taken unasked; that is counted, and not remembered."""
    world = World(ALL)
    world.preferences.error = error
    assert world.mode() == ON_REQUEST
    assert world.metrics.counts == {Metric.PREFERENCES_UNAVAILABLE: 1}
    world.preferences.error = None
    assert world.mode() == ALL


def test_memory_is_bounded() -> None:
    """Of very many groups the longest known is forgotten, and asked about again."""
    world = World()
    for chat_id in range(CHATS_REMEMBERED + 1):
        world.mode(chat_id)
    world.preferences.asked.clear()
    world.mode(1)
    world.mode(0)
    assert world.preferences.asked == [0]
