"""Whom the bot serves: everybody, or those its operator names."""

from __future__ import annotations

import pytest

from shared.errors import OperatorError
from shared.jobs import Address
from shared.settings import Settings
from shared.telemetry import Metric
from shared.texts import say
from tests.events.samples import PERSON, grouped, private, sample
from tests.unit.webhook.witnesses import Desk
from webhook.guest_list import GuestList
from webhook.requests import Origin

GROUP = -1001234567890


@pytest.mark.parametrize(
    ("allowed", "denied", "user", "chat", "served"),
    [
        ("", "", "u7", 7, True),
        ("7", "", "u7", 7, True),
        ("7", "", "u8", 8, False),
        ("7", "", "u7", GROUP, True),  # wherever he asks
        ("7", "", "u8", GROUP, False),
        (f"{GROUP}", "", "u8", GROUP, True),  # whoever asks there
        (f"{GROUP}", "", "u8", 8, False),
        (f"7, {GROUP}", "", f"c{GROUP}", GROUP, True),
        ("", "7", "u7", 7, False),
        ("", "7", "u8", 8, True),
        ("7", "7", "u7", 7, False),
        (f"{GROUP}", "7", "u7", GROUP, False),
        ("", f"{GROUP}", "u7", GROUP, False),
    ],
)
def test_who_is_served(allowed: str, denied: str, user: str, chat: int, *, served: bool) -> None:
    """A user or a chat on the list is enough; who is denied stays outside."""
    guests = GuestList.of(Settings(allowed_ids=allowed, denied_ids=denied))
    assert guests.may(Origin(Address(chat), user)) is served


@pytest.mark.parametrize("text", ["@ada", "7;8", "7,", "seven"])
def test_a_slip_of_the_pen_opens_no_door(text: str) -> None:
    """What is no list of ids is an error, not an empty list."""
    with pytest.raises(OperatorError, match="ALLOWED_IDS"):
        GuestList.of(Settings(allowed_ids=text))


def test_who_is_not_served_is_told_his_number() -> None:
    """In private; nothing is queued, and it is counted as a refusal."""
    desk = Desk(allowed_ids="1")
    reply = desk.admission.consider(sample("voice"))
    assert reply is not None
    assert reply["text"] == say("id", "not_served", number=str(PERSON))
    assert desk.queue.jobs == []
    assert desk.metrics.counts[Metric.REQUEST_REFUSED] == 1


def test_commands_are_not_served_either() -> None:
    """Help included: the bot is not for everybody."""
    desk = Desk(allowed_ids="1")
    reply = desk.admission.consider(private(text="/help"))
    assert reply is not None
    assert reply["text"] == say("en", "not_served", number=str(PERSON))


def test_other_groups_hear_nothing() -> None:
    """A bot that talks where it is not wanted would be removed."""
    desk = Desk(allowed_ids="1")
    assert desk.admission.consider(grouped(text="/help")) is None
    assert desk.queue.jobs == []
    assert desk.metrics.counts[Metric.UPDATE_IGNORED] == 1
