"""Whom the bot serves, where its operator does not want it to be for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from shared.errors import OperatorError

if TYPE_CHECKING:
    from shared.settings import Settings
    from webhook.requests import Origin


@dataclass(frozen=True, slots=True)
class GuestList:
    """Users by their ids, groups and channels by theirs, which are negative."""

    allowed: frozenset[int]
    """Empty lets everybody in."""
    denied: frozenset[int]

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As the operator wrote it. Raise OperatorError for what is no list of ids.

        A slip of the pen must not open the door to everybody.
        """
        return cls(
            _ids("ALLOWED_IDS", settings.allowed_ids), _ids("DENIED_IDS", settings.denied_ids)
        )

    def may(self, origin: Origin) -> bool:
        """Whether who asks is served there: he himself is on the list, or the chat is."""
        if not self.allowed and not self.denied:
            return True
        involved = {int(origin.user[1:]), origin.address.chat_id}
        return not involved & self.denied and (not self.allowed or bool(involved & self.allowed))


def _ids(name: str, text: str) -> frozenset[int]:
    try:
        return frozenset(int(part) for part in text.split(",")) if text.strip() else frozenset()
    except ValueError:
        raise OperatorError(f"{name} must be numbers, separated by commas, not {text!r}") from None
