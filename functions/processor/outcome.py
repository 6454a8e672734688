"""What becomes of a delivery once the processor is through with it."""

from __future__ import annotations

from asyncio import to_thread
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.jobs import Delivery
    from shared.ports import JobQueue


class Fate(Enum):
    """The four things that can happen to a message."""

    FINISHED = auto()  # delete it
    RETRY = auto()  # hide it for a while; the queue delivers it again, or declares it dead
    DEAD = auto()  # move it to the dead letters now
    LOST = auto()  # another worker has it; this receipt means nothing any more


@dataclass(frozen=True, slots=True)
class Outcome:
    """``delay_s`` is how long a RETRY stays hidden."""

    fate: Fate
    delay_s: float = 0.0


FINISHED = Outcome(Fate.FINISHED)
DEAD = Outcome(Fate.DEAD)
LOST = Outcome(Fate.LOST)


async def settle(queue: JobQueue, delivery: Delivery, outcome: Outcome) -> None:
    """Tell the queue, for a consumer that receives by itself."""
    match outcome.fate:
        case Fate.FINISHED:
            await to_thread(queue.delete, delivery)
        case Fate.RETRY:
            await to_thread(queue.change_visibility, delivery, outcome.delay_s)
        case Fate.DEAD:
            await to_thread(queue.bury, delivery)
        case Fate.LOST:
            pass
