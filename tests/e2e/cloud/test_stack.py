"""The whole stack from the template, driven as Telegram drives it."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from shared.transcripts import Segment
from tests.e2e.cloud.town import TOKEN, WAIT_S, Town, town
from tests.media.make import encode, noise

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from tests.e2e.cloud.deployment import Cloud, Package

pytestmark = [pytest.mark.emulator, pytest.mark.asyncio(loop_scope="module")]

SAMPLE = Path(__file__).resolve().parents[3] / "local" / "sample"
NOTE = (SAMPLE / "note.oga").read_bytes()
WORDS = "Hello and welcome. This is a short voice message."
NOTE_S = 25
LONG_S = 1000


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(cloud: Cloud, package: Package) -> AsyncIterator[Town]:
    """A stack with quick retries and the fewest workers."""
    parameters = {"RetryDelaysSeconds": "1", "ExpressConcurrency": "4", "BulkConcurrency": "2"}
    async with town(cloud, package, **parameters) as made:
        yield made


@pytest.fixture(autouse=True)
def _says_what_it_hears(request: pytest.FixtureRequest) -> None:
    """Groq hears the same words in whatever it gets, unless a test says otherwise."""
    place: Town = request.getfixturevalue("place")
    place.groq.script = lambda _: [Segment(0.0, 2.0, WORDS)]


def recording(seed: int) -> bytes:
    """A short recording unlike any other."""
    return encode("ogg", "libopus", noise(1.0, seed=seed))


async def test_a_voice_note_becomes_its_text(place: Town) -> None:
    """Telegram to API to webhook to queue to processor to Groq to Telegram, with the bytes as sent."""
    user = place.user()
    await user.send_voice(NOTE, duration=NOTE_S)
    await place.until_shown(user, WORDS)
    assert place.groq.seen[-1].sha256 == hashlib.sha256(NOTE).hexdigest()
    await place.until_quiet()


async def test_a_file_heard_before_is_answered_from_the_table(place: Town) -> None:
    """Another user's copy of the same recording costs no call of Groq."""
    first, second = place.user(), place.user()
    data = recording(1)
    await first.send_voice(data, duration=1)
    await place.until_shown(first, WORDS)
    heard = len(place.groq.seen)
    await second.send_voice(data, duration=1)
    await place.until_shown(second, WORDS)
    assert len(place.groq.seen) == heard


async def test_a_button_brings_the_file(place: Town) -> None:
    """A pressed button is an update of its own, answered from the stored transcript."""
    user = place.user()
    await user.send_voice(recording(2), duration=1)
    await place.until_shown(user, WORDS)
    (answer,) = user.chat.from_bot
    await user.press(answer, "📄 TXT")
    await place.until(lambda: len(user.chat.from_bot) > 1)
    assert user.chat.from_bot[-1].document is not None
    assert WORDS[:40].encode() in user.chat.from_bot[-1].document


async def test_the_same_update_twice_is_answered_once(place: Town) -> None:
    """Telegram repeats an update whose answer it missed; the user sees one text."""
    user = place.user()
    sent = await user.send_voice(recording(3), duration=1)
    await place.until_shown(user, WORDS)
    heard = len(place.groq.seen)
    update = {"update_id": 1_000_003, "message": sent.to_dict()}
    for _ in range(2):
        status, _ = await place.post(update, secret=place.telegram.webhook.secret)
        assert status == 200
    await place.until_quiet()
    assert place.shown(user) == [WORDS]
    assert len(place.groq.seen) == heard


async def test_only_the_secret_opens_the_door(place: Town) -> None:
    """A wrong secret is 401, another path 404; neither leaves anything in a queue."""
    user = place.user()
    sent = await user.send_voice(recording(4), duration=1)
    await place.until_shown(user, WORDS)
    await place.until_quiet()
    done = place.processed("ExpressLogs")
    update = {"update_id": 1_000_004, "message": {**sent.to_dict(), "message_id": 1_000_004}}
    assert (await place.post(update, secret="guess"))[0] == 401
    secret = place.telegram.webhook.secret
    assert (await place.post(update, secret=secret, path="/telegram"))[0] == 404
    assert place.queue.depth() == 0
    assert place.processed("ExpressLogs") == done


async def test_the_fourth_task_at_once_is_refused_in_the_answer_itself(place: Town) -> None:
    """Three are worked on, the fourth is told so, and none of the three is lost."""
    user, gate = place.user(), threading.Event()

    def patient(_: bytes) -> Sequence[Segment]:
        gate.wait(WAIT_S)
        return [Segment(0.0, 1.0, WORDS)]

    place.groq.script = patient
    for number in range(4):
        await user.send_voice(recording(10 + number), duration=1)
        await place.telegram.webhook.settled()
    await place.until(lambda: any("3 files in work" in text for text in place.shown(user)))
    gate.set()
    await place.until(lambda: place.shown(user).count(WORDS) == 3)
    assert len(place.shown(user)) == 4
    await place.until_quiet()


async def test_a_job_that_fails_at_every_try_is_buried_and_can_be_sent_back(place: Town) -> None:
    """Three tries, an apology with a button, a dead letter; redriven, it is answered."""
    user = place.user()
    place.telegram.fail_next("getFile", 500, "Internal Server Error", times=3)
    await user.send_voice(recording(20), duration=1)
    await place.until_shown(user, "😔")
    assert user.chat.from_bot[0].button_texts == ["🔁 Retry"]
    await place.until(lambda: len(place.queue.dead_letters()) == 1)
    await place.until_quiet()
    assert await asyncio.to_thread(place.queue.redrive) == 1
    await place.until(lambda: WORDS in place.shown(user))
    await place.until_quiet()
    assert place.queue.dead_letters() == []


async def test_a_long_recording_goes_its_own_way(place: Town) -> None:
    """It is worked on by the other function, from the other queue."""
    user = place.user()
    express, bulk = place.processed("ExpressLogs"), place.processed("BulkLogs")
    await user.send_voice(recording(30), duration=LONG_S)
    await place.until_shown(user, WORDS)
    await place.until_quiet()
    await place.until(lambda: place.processed("BulkLogs") == bulk + 1)
    assert place.processed("ExpressLogs") == express


async def test_nothing_private_is_logged(place: Town, emulator_log: Path) -> None:
    """All that the functions and the emulator wrote holds no word, name, token, key or secret."""
    user = place.user()
    await user.send_voice(recording(40), duration=1)
    await place.until_shown(user, WORDS)
    await place.until_quiet()
    await place.until(lambda: '"processed"' in written(emulator_log))
    everything = await asyncio.to_thread(written, emulator_log)
    secret = place.telegram.webhook.secret
    for private in (WORDS[:30], "Ada", TOKEN.partition(":")[2], "test-key", secret):
        assert private not in everything


def written(log: Path) -> str:
    """What is in the log now."""
    return log.read_text("utf-8", "replace")
