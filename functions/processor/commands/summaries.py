"""The Summary button: the gist of a transcript, made once and kept as long as the transcript."""

from __future__ import annotations

import hashlib
import logging
from asyncio import to_thread
from contextlib import suppress
from typing import TYPE_CHECKING

from processor.conversation.keyboards import ENGLISH
from processor.rendering import messages
from shared.errors import OperatorError, TransientError, UserError
from shared.jobs import job_id
from shared.ports import VerdictKind
from shared.texts import say
from shared.transcripts import TRANSLATE, Recipe, Segment, Transcript, TranscriptKey

if TYPE_CHECKING:
    from processor.commands.answers import Answers
    from processor.conversation import Conversation
    from processor.lease import Hold
    from shared.jobs import Job
    from shared.ports import JobRecord, RateLimiter, Summariser, TranscriptCache

SUMMARY = "summary"
ASKED = 1  # the press's record says so once it has asked to be let in

log = logging.getLogger(__name__)


class Summaries:
    """Tells in few sentences what was said."""

    def __init__(
        self,
        *,
        conversation: Conversation,
        answers: Answers,
        limiter: RateLimiter,
        cache: TranscriptCache,
        summariser: Summariser,
    ) -> None:
        self._conversation = conversation
        self._answers = answers
        self._limiter = limiter
        self._cache = cache
        self._summariser = summariser

    async def summary(self, hold: Hold) -> None:
        """``summary``: show the gist below the answer; what is being made is not made twice."""
        job = hold.record.job
        record, transcript = await self._answers.transcript(job, job.argument)
        if not transcript.text:
            raise UserError("no_speech")
        key = summary_key(record.transcript_key or "", self._summariser.model)
        known = await to_thread(self._cache.get, str(key))
        if known is not None:
            await self._answers.stop_spinner(job)
            await self._show(hold, known.text)
            return
        task = job_id(record.job.id, SUMMARY)
        if hold.record.delivered < ASKED:  # else the summary in work is that of this very press
            await hold.update(delivered=ASKED)
            await self._admit(job, task)
        await self._answers.stop_spinner(job)
        await self._conversation.show(hold, say(job.locale, "summary_working"))
        try:
            text = await self._summarise(hold, transcript, _language(record, transcript))
        finally:
            with suppress(TransientError, OperatorError):  # a task not freed expires by itself
                await to_thread(self._limiter.release, job.user, task)
        if not text:
            await self._conversation.show(hold, say(job.locale, "summary_failed"))
            return
        kept = Transcript((Segment(0.0, 0.0, text),), transcript.language, 0.0)
        await to_thread(self._cache.put, key, kept)
        await self._show(hold, text)

    async def _admit(self, job: Job, task: str) -> None:
        """Count the summary as a task of who asks for it; UserError where that cannot be now."""
        verdict = await to_thread(self._limiter.admit, job.user, task, task=True)
        if verdict.kind is VerdictKind.DUPLICATE:  # in work, or tried within the last minute
            if task in await to_thread(self._limiter.tasks, job.user):
                raise UserError("summary_in_work")
        elif verdict.kind is not VerdictKind.ADMITTED:
            raise UserError("retry_later")

    async def _summarise(self, hold: Hold, transcript: Transcript, language: str | None) -> str:
        """The gist; empty where there is none now. What the operator must mend is told, and raised."""
        job = hold.record.job
        try:
            return (await self._summariser.summarise(transcript.text, language)).strip()
        except (TransientError, UserError) as error:
            log.warning("no summary", extra=_about(job, error))
            return ""
        except OperatorError:
            await self._conversation.show(hold, say(job.locale, "summary_failed"))
            raise

    async def _show(self, hold: Hold, text: str) -> None:
        shown = say(hold.record.job.locale, "summary", text=text)
        await self._conversation.show(hold, messages(shown)[0])


def summary_key(transcript_key: str, model: str) -> TranscriptKey:
    """Where the summary of a stored transcript is kept, made by ``model``."""
    content = hashlib.sha256(transcript_key.encode()).hexdigest()
    return TranscriptKey(f"{SUMMARY}-{content}", Recipe(engine=SUMMARY, model=model))


def _language(record: JobRecord, transcript: Transcript) -> str | None:
    """Which language the text is in, not which was spoken."""
    return ENGLISH if record.job.options.task == TRANSLATE else transcript.language


def _about(job: Job, error: Exception) -> dict[str, str]:
    """Log fields; these errors' messages are written by us and hold nothing private."""
    return {"job": job.id, "error": type(error).__name__, "reason": str(error)}
