"""Buttons below answers: other forms of a transcript, a translation, one more try, stop."""

from __future__ import annotations

import logging
from asyncio import to_thread
from dataclasses import replace
from typing import TYPE_CHECKING

from processor.commands.permission import is_admin, within_reach
from processor.wishes import Wish, look_of
from shared.errors import UserError
from shared.jobs import Action, job_id
from shared.ports import JobState, VerdictKind
from shared.texts import say
from shared.transcripts import TRANSLATE

if TYPE_CHECKING:
    from processor.cancellation import Cancellation
    from processor.commands.deployment import Deployment
    from processor.conversation import Conversation
    from processor.lease import Hold
    from processor.rendering import Look
    from processor.wishes import Wishes
    from shared.jobs import Job
    from shared.ports import (
        JobQueue,
        JobRecord,
        JobStore,
        Messenger,
        RateLimiter,
        TranscriptCache,
    )
    from shared.transcripts import Transcript

SHOW = "show_"
"""What ``/start`` is followed by in a link to a transcript: this and the job's id."""

log = logging.getLogger(__name__)


class Answers:
    """What can be had of a job after its answer, or instead of one."""

    def __init__(
        self,
        *,
        messenger: Messenger,
        conversation: Conversation,
        wishes: Wishes,
        queue: JobQueue,
        limiter: RateLimiter,
        jobs: JobStore,
        cache: TranscriptCache,
        cancellation: Cancellation,
        deployment: Deployment,
    ) -> None:
        self._messenger = messenger
        self._conversation = conversation
        self._wishes = wishes
        self._queue = queue
        self._limiter = limiter
        self._jobs = jobs
        self._cache = cache
        self._cancellation = cancellation
        self._deployment = deployment

    async def transcript(self, job: Job, subject: str) -> tuple[JobRecord, Transcript]:
        """The finished job ``subject`` and its text; UserError where it is not kept any more."""
        record = within_reach(job, await to_thread(self._jobs.get, subject))
        key = record.transcript_key if record else None
        transcript = await to_thread(self._cache.get, key) if key else None
        if record is None or transcript is None:
            raise UserError("expired")
        return record, transcript

    async def file(self, hold: Hold) -> None:
        """``txt``, ``srt`` … : the transcript in that form."""
        job = hold.record.job
        record, transcript = await self.transcript(job, job.argument)
        await self.stop_spinner(job)
        look = await self._look(job, record.job)
        # Last, so that no failure behind it sends the file twice.
        await self._conversation.send_file(job, record.job, transcript, job.command or "", look)

    async def text(self, hold: Hold) -> None:
        """``text``: the transcript in the chat once more."""
        await self._show_again(hold, hold.record.job.argument)

    async def start(self, hold: Hold) -> None:
        """``/start show_<job>``: what was asked for where there was no room for all of it."""
        job = hold.record.job
        subject = job.argument.removeprefix(SHOW)
        if subject == job.argument or not job.address.private:
            raise UserError("start")
        record, transcript = await self.transcript(job, subject)
        if record.job.user != job.user:
            raise UserError("expired")
        await self._show(hold, record.job, transcript)

    async def stop(self, hold: Hold) -> str:
        """``stop``: end the job, for who asked for it and for administrators."""
        job = hold.record.job
        record = within_reach(job, await to_thread(self._jobs.get, job.argument))
        if record is None:
            raise UserError("stop_too_late")
        if record.job.user != job.user and not await is_admin(self._messenger, job):
            raise UserError("stop_not_yours")
        if not await self._cancellation.cancel(record.job.id):
            raise UserError("stop_too_late")
        log.info("stopped", extra={"job": record.job.id})
        return say(job.locale, "stop_done")

    async def retry(self, hold: Hold) -> str:
        """``retry``: queue a job that failed or was stopped once more, within its user's limits."""
        job = hold.record.job
        record = within_reach(job, await to_thread(self._jobs.get, job.argument))
        # QUEUED where an earlier try at this very press reopened the job, but could not send it.
        again = (JobState.FAILED, JobState.CANCELLED, JobState.QUEUED)
        if record is None or record.state not in again:
            raise UserError("retry_refused")
        await self._send(record.job)
        return say(job.locale, "retry_started")

    async def translate(self, hold: Hold) -> str | None:
        """``translate``: hear the same media once more, in English. One job, however often pressed."""
        job = hold.record.job
        record, _ = await self.transcript(job, job.argument)
        if not self._deployment.translates or record.job.media is None:
            raise UserError("no_translation")
        wanted = _translation(record.job, job)
        known = await to_thread(self._jobs.get, wanted.id)
        if known is not None and known.state is JobState.DONE:
            await self._show_again(hold, wanted.id)
            return None
        if known is None or known.state.final:
            await self._send(wanted)
        return say(job.locale, "translate_started")

    async def _show_again(self, hold: Hold, subject: str) -> None:
        job = hold.record.job
        record, transcript = await self.transcript(job, subject)
        await self.stop_spinner(job)
        await self._show(hold, record.job, transcript)

    async def _show(self, hold: Hold, of: Job, transcript: Transcript) -> None:
        """The text, looking as the reader likes it."""
        wish = Wish(look=await self._look(hold.record.job, of))
        await self._conversation.deliver(hold, transcript, wish, of=of)

    async def _look(self, reader: Job, of: Job) -> Look:
        timestamps = of.options.timestamps
        if timestamps is None:
            timestamps = (await self._wishes.chosen(reader)).timestamps
        return look_of(reader.locale, timestamps=bool(timestamps))

    async def _send(self, job: Job) -> None:
        """Queue ``job`` as a task of its user's; UserError where his limits forbid it now."""
        verdict = await to_thread(self._limiter.admit, job.user, job.id, task=True)
        if verdict.kind not in (VerdictKind.ADMITTED, VerdictKind.DUPLICATE):
            raise UserError("retry_later")
        await to_thread(self._jobs.reopen, job.id)
        await to_thread(self._queue.send, job)

    async def stop_spinner(self, job: Job) -> None:
        """Answer the press without a word: what it brings takes a while."""
        if job.callback_id is not None:
            await self._messenger.answer_callback(job.callback_id)


def translation_id(source: str) -> str:
    """The id of the job that translates what the job ``source`` transcribed."""
    return job_id(source, TRANSLATE)


def _translation(source: Job, press: Job) -> Job:
    """The job that translates ``source``'s media, answered where the button was pressed.

    It counts as its user's, as the transcript does: so /forget finds it.
    """
    address = source.address
    if press.address.chat_id != address.chat_id:
        address = replace(press.address, message_id=None)
    return replace(
        source,
        id=translation_id(source.id),
        action=Action.TRANSCRIBE,
        address=address,
        locale=press.locale,
        accepted_at=press.accepted_at,
        options=replace(source.options, task=TRANSLATE),
        hop=0,
    )
