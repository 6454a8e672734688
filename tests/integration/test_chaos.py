"""Crowds, duplicates and crashes in any order: one answer for every message."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.errors import TransientError
from shared.texts import say
from tests.doubles.bench import bench
from tests.doubles.engine import ScriptedEngine
from tests.doubles.sabotage import Killed
from tests.media.make import encode, tone

if TYPE_CHECKING:
    from tests.doubles.bench import Bench

NOTE = encode("ogg", "libopus", tone(1.0))
TEXT = "One answer."
PASSING = {say("en", "working"), say("en", "waiting")}
QUEUED = say("en", "queued", count=0).partition("0")[0]  # told at the door, before any work
USERS = 3

faults = st.tuples(
    st.sampled_from([Killed, TransientError]), st.integers(0, 60), st.booleans()
)  # what happens, at which call of the round, before or behind it
rounds = st.tuples(
    st.lists(st.integers(0, USERS - 1), max_size=3),  # who sends or forwards the note
    st.booleans(),  # whether Telegram delivers its last updates once more
    st.none() | faults,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(rounds, min_size=1, max_size=4))
def test_every_message_gets_one_answer(
    script: list[tuple[list[int], bool, tuple[type[BaseException], int, bool] | None]],
) -> None:
    """All of a round's jobs run side by side; at most two rounds break, so that no tries run out."""

    async def run(folder: Path) -> None:
        limits = {"user_per_minute": 100, "user_tasks": 100}
        async with bench(folder, ScriptedEngine(TEXT), **limits) as it:
            users = [it.api.user(10 + n) for n in range(USERS)]
            sent = [0] * USERS
            note, broken, unnoted = None, 0, 0
            for senders, again, fault in script:
                for n in senders:
                    sent[n] += 1
                    if note is None:
                        note = await users[n].send_voice(NOTE, duration=1)
                    else:
                        await users[n].forward(note)
                before = it.offset
                await it.admit()
                if again:
                    it.offset = before
                    await it.admit()
                if fault and broken < 2:
                    error, call, executed = fault
                    it.sabotage.order(error("broken"), call, executed=executed)
                    broken += 1
                    # A kill may come between the sending of a status and its note in every job at work.
                    unnoted += sum(sent) if error is Killed else 1
                await _side_by_side(it)
                it.clock.advance(91)
            for _ in range(10):
                await _side_by_side(it)
                it.clock.advance(91)
            assert it.app.storage.queue.depth() == 0
            assert not it.app.storage.queue.dead_letters()
            for user, messages in zip(users, sent, strict=True):
                shown = [text for text in it.shown(user) if not text.startswith(QUEUED)]
                answers = [text for text in shown if text not in PASSING]
                assert answers == [TEXT] * messages
                stale = len(shown) - messages
                assert stale <= unnoted

    with TemporaryDirectory() as folder:
        asyncio.run(run(Path(folder)))


async def _side_by_side(it: Bench) -> None:
    """Work until nothing is visible; a kill ends everything at work, as a process's end does."""
    while deliveries := it.receive():
        ends = await asyncio.gather(
            *(it.process(delivery) for delivery in deliveries), return_exceptions=True
        )
        if any(isinstance(end, Killed | BaseExceptionGroup) for end in ends):
            it.clock.forget_sleepers()
            it.sabotage.revive()
            return
        for end in ends:
            if isinstance(end, BaseException):
                raise end
    it.sabotage.revive()
