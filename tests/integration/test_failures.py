"""What fails: refused, tried again, apologised for; and never silently."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from processor.outcome import Fate
from processor.rendering import FORMATS
from shared.audio import EngineProfile
from shared.errors import OperatorError, RateLimitedError, TransientError
from shared.ports import JobState
from shared.telemetry import Metric
from shared.texts import say
from tests.doubles.bench import bench
from tests.doubles.engine import ScriptedEngine
from tests.media.make import encode, phrases, tone

if TYPE_CHECKING:
    from pathlib import Path

    from processor.outcome import Outcome
    from shared.errors import TranscriberError
    from tests.doubles.bench import Bench

TEXT = "The quick brown fox jumps over the lazy dog."
NOTE = encode("ogg", "libopus", tone(3.0))


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"#EXTM3U\nfile:///etc/passwd\n", "not_media"),
        (NOTE[:60], "undecodable"),
    ],
)
async def test_what_cannot_be_read_gets_its_sentence(
    tmp_path: Path, data: bytes, problem: str
) -> None:
    """The user is told what to do, once; nothing is retried."""
    async with bench(tmp_path) as it:
        await it.user.send_document(data, name="talk.mp3", mime_type="audio/mpeg")
        outcomes = await it.answer()
        assert [outcome.fate for outcome in outcomes] == [Fate.FINISHED]
        assert it.shown() == [say("en", problem)]
        assert it.tally.counts[Metric.JOB_REFUSED] == 1


async def test_a_file_that_vanished_gets_its_sentence(tmp_path: Path) -> None:
    """Telegram lost the file between the update and the download."""
    async with bench(tmp_path) as it:
        note = await it.user.send_voice(NOTE, duration=3)
        await it.admit()
        assert note.file is not None
        note.file.vanish()
        await it.work()
        it.clock.advance(15)
        await it.work()
        it.clock.advance(60)
        await it.work()
        assert it.shown()[-1] in {say("en", "gone"), say("en", "apology")}


async def test_a_broken_download_is_tried_again(tmp_path: Path) -> None:
    """The second try succeeds after the first delay, in the same status message."""
    async with bench(tmp_path) as it:
        await it.user.send_voice(NOTE, duration=3)
        it.api.truncate_next_download(50)
        (outcome,) = await it.answer()
        assert (outcome.fate, outcome.delay_s) == (Fate.RETRY, 15.0)
        assert it.shown() == [say("en", "working")]
        it.clock.advance(15)
        await it.work()
        assert it.shown() == [TEXT]


async def test_the_provider_down_ends_in_an_apology_that_can_be_retried(tmp_path: Path) -> None:
    """Three tries, the apology with its button, a dead letter; Retry brings the text."""
    engine = ScriptedEngine(failures=[TransientError("503")] * 3)
    async with bench(tmp_path, engine) as it:
        await it.user.send_voice(NOTE, duration=3)
        fates = [o.fate for o in await it.answer()]
        for delay_s in (15, 60):
            it.clock.advance(delay_s)
            fates += [o.fate for o in await it.work()]
        assert fates == [Fate.RETRY, Fate.RETRY, Fate.DEAD]
        (message,) = it.user.chat.from_bot
        assert message.text == say("en", "apology")
        assert len(it.app.storage.queue.dead_letters()) == 1
        await it.user.press(message, say("en", "button_retry"))
        await it.answer()
        assert it.shown() == [TEXT]


async def test_a_redriven_dead_letter_is_worked_on_again(tmp_path: Path) -> None:
    """What an operator sends back from the dead letters ends in the answer."""
    engine = ScriptedEngine(failures=[OperatorError("401")])
    async with bench(tmp_path, engine) as it:
        await it.user.send_voice(NOTE, duration=3)
        (outcome,) = await it.answer()
        assert outcome.fate is Fate.DEAD
        assert it.shown() == [say("en", "apology_operator")]
        assert it.tally.counts[Metric.OPERATOR_ALARM] == 1
        assert it.app.storage.queue.redrive() == 1
        await it.work()
        assert it.shown() == [TEXT]


async def test_a_rate_limited_provider_is_given_the_time_it_asks_for(tmp_path: Path) -> None:
    """Retry-After longer than our own delay wins."""
    engine = ScriptedEngine(failures=[RateLimitedError("429", retry_after_s=100.0)])
    async with bench(tmp_path, engine) as it:
        await it.user.send_voice(NOTE, duration=3)
        (outcome,) = await it.answer()
        assert (outcome.fate, outcome.delay_s) == (Fate.RETRY, 100.0)


async def test_a_retry_pays_for_no_chunk_twice(tmp_path: Path) -> None:
    """Results of finished chunks are kept over a failed try."""
    small = EngineProfile(
        "scripted", "one", frozenset(), frozenset(), 24_000_000, 20.0, takes_pcm=True
    )
    engine = ScriptedEngine(profile=small, fail_from_s=30.0)
    async with bench(tmp_path, engine) as it:
        await it.user.send_voice(encode("ogg", "libopus", phrases(60.0)), duration=60)
        await it.answer()
        finished = {audio.start_s for audio in engine.heard if audio.start_s < 30.0}
        assert finished
        engine.heard.clear()
        engine.fail_from_s = None
        it.clock.advance(15)
        await it.work()
        assert not finished & {audio.start_s for audio in engine.heard}
        assert it.shown()[0].count(TEXT) == len(finished) + len(engine.heard)


async def test_a_status_whose_sending_timed_out_does_not_double_the_answer(tmp_path: Path) -> None:
    """The lost status stays behind as words on work in progress; the text stands once."""
    async with bench(tmp_path) as it:
        await it.user.send_voice(NOTE, duration=3)
        it.api.drop_next("sendMessage", executed=True)
        (outcome,) = await it.answer()
        assert outcome.fate is Fate.RETRY
        await it.work_until_quiet()
        assert it.shown() == [say("en", "working"), TEXT]


async def test_an_answer_whose_edit_timed_out_stands_once(tmp_path: Path) -> None:
    """The edit was carried out; the next try finds nothing to change."""
    async with bench(tmp_path) as it:
        await it.user.send_voice(NOTE, duration=3)
        await it.admit()
        held = it.sabotage.hold("messenger.edit")
        working = asyncio.create_task(it.work())
        await held.reached.wait()
        it.api.drop_next("editMessageText", executed=True)
        held.released.set()
        await working
        await it.work_until_quiet()
        (answer,) = it.user.chat.from_bot
        assert answer.text == TEXT
        assert len(answer.button_texts) == len(FORMATS)


async def test_the_apology_follows_the_last_try_at_once(tmp_path: Path) -> None:
    """Nobody waits for one more delivery to hear that there is nothing to wait for."""
    engine = ScriptedEngine(failures=[TransientError("503")] * 9)
    async with bench(tmp_path, engine) as it:
        await it.user.send_voice(NOTE, duration=3)
        await it.admit()
        outcomes = await it.work_until_quiet()
        assert [o.fate for o in outcomes] == [Fate.RETRY] * 2 + [Fate.DEAD]
        assert len(engine.heard) == 3
        (message,) = it.user.chat.from_bot
        assert [*message.edits, message.text].count(say("en", "apology")) == 1
        assert it.tally.counts[Metric.JOB_FAILED] == 1


async def failed_in_an_outage(it: Bench, engine: ScriptedEngine) -> Outcome:
    """The outcome of the last try, where Telegram fails as well as the provider."""
    await it.user.send_voice(NOTE, duration=3)
    await it.admit()
    for delay_s in (0, 15):
        it.clock.advance(delay_s)
        await it.work()
    engine.on_hearing = lambda _: it.sabotage.order(TransientError("502"), "messenger.edit")
    it.clock.advance(60)
    (outcome,) = await it.work()
    return outcome


async def test_an_apology_that_cannot_be_brought_comes_after_the_outage(tmp_path: Path) -> None:
    """One more delivery, after the longest delay, does no work: it apologises."""
    engine = ScriptedEngine(failures=[TransientError("503")] * 9)
    async with bench(tmp_path, engine) as it:
        outcome = await failed_in_an_outage(it, engine)
        assert (outcome.fate, outcome.delay_s) == (Fate.RETRY, 240.0)
        assert it.shown() == [say("en", "working")]
        it.clock.advance(240)
        (outcome,) = await it.work()
        assert outcome.fate is Fate.DEAD
        assert it.shown() == [say("en", "apology")]
        assert len(engine.heard) == 3
        assert it.tally.counts[Metric.JOB_FAILED] == 1


async def test_an_apology_that_can_never_be_brought_still_ends_the_job(tmp_path: Path) -> None:
    """No delivery follows: the job is failed, its task free, its message a dead letter."""
    engine = ScriptedEngine(failures=[TransientError("503")] * 3)
    async with bench(tmp_path, engine, user_tasks=1) as it:
        await failed_in_an_outage(it, engine)
        it.clock.advance(240)
        (last,) = it.receive()
        it.sabotage.order(TransientError("502"), "messenger.edit")
        assert (await it.process(last)).fate is Fate.DEAD
        record = it.app.storage.jobs.get(last.job.id)
        assert record is not None
        assert record.state is JobState.FAILED
        assert it.app.storage.queue.dead_letters() == [last.job]
        it.clock.advance(61)
        await it.user.send_voice(encode("ogg", "libopus", tone(1.0)), duration=1)
        engine.on_hearing = lambda _: None
        await it.answer()
        assert it.shown()[-1] == TEXT  # the task was free


async def test_an_apology_to_somebody_who_blocked_the_bot_ends_the_job(tmp_path: Path) -> None:
    """Nobody to tell is no reason to try again."""
    engine = ScriptedEngine(failures=[TransientError("503")] * 3)
    async with bench(tmp_path, engine) as it:
        await failed_in_an_outage(it, engine)
        await it.user.block()
        it.clock.advance(240)
        (last,) = it.receive()
        assert (await it.process(last)).fate is Fate.DEAD
        assert it.shown() == [say("en", "working")]
        record = it.app.storage.jobs.get(last.job.id)
        assert record is not None
        assert record.state is JobState.FAILED


async def test_an_apology_over_an_answer_half_out_is_undone_by_retry(tmp_path: Path) -> None:
    """The apology stands where the first part stood; Retry brings it back, and the rest once."""
    text = " ".join(f"Sentence number {n} of this long answer." for n in range(250))
    async with bench(tmp_path, ScriptedEngine(text)) as it:
        await it.user.send_voice(NOTE, duration=3)
        await it.admit()
        for _ in range(3):
            it.sabotage.order(TransientError("502"), "messenger.send", quiet=True)
            await it.work()
            it.clock.advance(61)
        await it.work_until_quiet()
        (apology,) = it.user.chat.from_bot
        assert apology.text == say("en", "apology")
        await it.user.press(apology, say("en", "button_retry"))
        await it.answer()
        assert len(it.shown()) == 3
        assert " ".join(it.shown()).split() == text.split()


async def test_a_user_who_blocked_the_bot_is_forgotten(tmp_path: Path) -> None:
    """No retry, no alarm, no dead letter."""
    async with bench(tmp_path) as it:
        await it.user.send_voice(NOTE, duration=3)
        await it.admit()
        await it.user.block()
        (outcome,) = await it.work()
        assert outcome.fate is Fate.FINISHED
        assert it.app.storage.queue.dead_letters() == []
        assert it.tally.counts[Metric.JOB_UNDELIVERABLE] == 1
        assert Metric.OPERATOR_ALARM not in it.tally.counts


async def test_a_job_without_media_is_the_operators_matter(tmp_path: Path) -> None:
    """Only a bug makes such a job: it is buried at once, with an alarm."""
    async with bench(tmp_path) as it:
        await it.user.send_voice(NOTE, duration=3)
        await it.admit()
        (delivery,) = it.receive()
        broken = replace(delivery, job=replace(delivery.job, media=None))
        assert (await it.process(broken)).fate is Fate.DEAD
        assert it.tally.counts[Metric.OPERATOR_ALARM] == 1
        assert it.shown() == [say("en", "apology_operator")]


async def test_a_store_only_the_operator_can_mend_is_an_alarm(tmp_path: Path) -> None:
    """A full disk at the claim: no try is wasted, the message waits among the dead letters."""
    async with bench(tmp_path) as it:
        await it.user.send_voice(NOTE, duration=3)
        await it.admit()
        it.sabotage.order(OperatorError("disk full"), "jobs.claim")
        (outcome,) = await it.work()
        assert outcome.fate is Fate.DEAD
        assert it.tally.counts[Metric.OPERATOR_ALARM] == 1
        it.app.storage.queue.redrive()
        await it.work()
        assert it.shown() == [TEXT]


async def test_a_cache_that_fails_is_a_miss(tmp_path: Path) -> None:
    """The look into the cache costs nothing but a count; the note is transcribed."""
    async with bench(tmp_path) as it:
        await it.user.send_voice(NOTE, duration=3)
        await it.admit()
        it.sabotage.order(TransientError("busy"), "cache.content_of")
        (outcome,) = await it.work()
        assert outcome.fate is Fate.FINISHED
        assert it.shown() == [TEXT]
        assert it.tally.counts[Metric.CACHE_UNAVAILABLE] == 1
        assert it.tally.counts[Metric.CACHE_MISS] == 1


@pytest.mark.parametrize("error", [TransientError("busy"), OperatorError("disk full")])
async def test_a_history_that_fails_costs_a_line_and_not_the_answer(
    tmp_path: Path, error: TranscriberError
) -> None:
    """The job is done at its first try."""
    async with bench(tmp_path) as it:
        await it.user.send_voice(NOTE, duration=3)
        await it.admit()
        it.sabotage.order(error, "history.add")
        (outcome,) = await it.work()
        assert outcome.fate is Fate.FINISHED
        assert it.shown() == [TEXT]
        assert it.app.storage.history.recent(f"{it.user.id}", 9) == []


@pytest.mark.parametrize("error", [TransientError("busy"), OperatorError("disk full")])
async def test_statistics_that_fail_cost_a_count_and_not_the_answer(
    tmp_path: Path, error: TranscriberError
) -> None:
    """The job is done at its first try."""
    async with bench(tmp_path) as it:
        await it.user.send_voice(NOTE, duration=3)
        await it.admit()
        it.sabotage.order(error, "statistics.add")
        (outcome,) = await it.work()
        assert outcome.fate is Fate.FINISHED
        assert it.shown() == [TEXT]
        assert it.tally.counts[Metric.STATISTICS_UNAVAILABLE] == 1
        assert it.app.storage.statistics.since(1).succeeded == 0


async def test_a_job_that_failed_is_counted_as_one(tmp_path: Path) -> None:
    """And each who waited for it too; what is tried again afterwards counts by its own end."""
    engine = ScriptedEngine(failures=[OperatorError("401")])
    async with bench(tmp_path, engine) as it:
        await it.user.send_voice(NOTE, duration=3)
        await it.answer()
        assert it.app.storage.statistics.since(1).failed == 1
        it.app.storage.queue.redrive()
        await it.work()
        figures = it.app.storage.statistics.since(1)
        assert (figures.failed, figures.succeeded) == (1, 1)
