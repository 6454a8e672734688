"""The contract of ``Preferences``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.ports import ChatPreferences
from tests.contracts.editions import RETENTION_S

if TYPE_CHECKING:
    from shared.ports import Preferences
    from tests.contracts.editions import Edition
    from tests.doubles.clock import ManualClock

GROUP = -1_001_234_567_890
CHOICES = ChatPreferences("de", ("text", "srt"))
EVERYTHING = ChatPreferences(
    language="auto",
    formats=("srt", "text"),
    timestamps=True,
    speakers=False,
    engine="groq",
    hints=("Grüße", "\U0001f3a7", '"quoted"'),
    mode="on_request",
    open_to_all=False,
)


@pytest.fixture
def preferences(edition: Edition) -> Preferences:
    """Nobody has chosen anything yet."""
    return edition.preferences()


def test_a_chat_that_chose_nothing_has_the_defaults(preferences: Preferences) -> None:
    """Nothing is set."""
    assert preferences.get(GROUP) == ChatPreferences()


@pytest.mark.parametrize("chosen", [CHOICES, EVERYTHING, ChatPreferences()])
def test_choices_come_back_equal_and_in_order(
    preferences: Preferences, edition: Edition, chosen: ChatPreferences
) -> None:
    """For this chat, through every client, and a no is told from no choice."""
    preferences.put(GROUP, chosen)
    assert preferences.get(GROUP) == chosen
    assert edition.preferences().get(GROUP) == chosen
    assert preferences.get(42) == ChatPreferences()


def test_new_choices_replace_all_old_ones(preferences: Preferences) -> None:
    """What the new ones leave out is a default again."""
    preferences.put(GROUP, CHOICES)
    preferences.put(GROUP, ChatPreferences(formats=("vtt",)))
    assert preferences.get(GROUP) == ChatPreferences(None, ("vtt",))


def test_deleted_choices_are_defaults(preferences: Preferences) -> None:
    """Deleting affects one chat; once more is harmless."""
    preferences.put(GROUP, CHOICES)
    preferences.put(42, CHOICES)
    preferences.delete(GROUP)
    preferences.delete(GROUP)
    assert preferences.get(GROUP) == ChatPreferences()
    assert preferences.get(42) == CHOICES


def test_choices_outlive_the_transcripts(preferences: Preferences, clock: ManualClock) -> None:
    """They are kept until the chat deletes them."""
    preferences.put(GROUP, CHOICES)
    clock.advance(10 * RETENTION_S)
    assert preferences.get(GROUP) == CHOICES
