"""What commands and buttons do: preferences, history, files from a finished transcript, retry."""

from __future__ import annotations

import logging
from asyncio import to_thread
from typing import TYPE_CHECKING

from processor.rendering import FORMATS
from shared.ports import ChatPreferences, JobState, VerdictKind
from shared.texts import say

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from processor.conversation import Conversation
    from processor.lease import Hold
    from shared.jobs import Job
    from shared.ports import (
        History,
        HistoryEntry,
        JobQueue,
        JobRecord,
        JobStore,
        Messenger,
        Preferences,
        RateLimiter,
        TranscriptCache,
    )

HISTORY_LIMIT = 1000  # entries counted for /history
AUTO, NONE = "auto", "none"
log = logging.getLogger(__name__)


class Commands:
    """Answers COMMAND and CALLBACK jobs that the caller holds."""

    def __init__(
        self,
        *,
        messenger: Messenger,
        conversation: Conversation,
        queue: JobQueue,
        limiter: RateLimiter,
        jobs: JobStore,
        cache: TranscriptCache,
        preferences: Preferences,
        history: History,
        engine_name: str,
        retention_days: float,
    ) -> None:
        self._messenger = messenger
        self._conversation = conversation
        self._queue = queue
        self._limiter = limiter
        self._jobs = jobs
        self._cache = cache
        self._preferences = preferences
        self._history = history
        self._engine_name = engine_name
        self._days = f"{retention_days:g}"
        self._commands: dict[str, Callable[[Job], Awaitable[str]]] = {
            "language": self._language,
            "files": self._files,
            "history": self._show_history,
            "forget": self._forget,
            "privacy": self._privacy,
        }

    async def run_command(self, hold: Hold) -> None:
        """Do what the command says and answer it."""
        job = hold.record.job
        command = self._commands.get(job.command or "")
        text = await command(job) if command else say(job.locale, "unknown_command")
        await self._conversation.show(hold, text)

    async def run_callback(self, hold: Hold) -> None:
        """Do what the button says; its spinner is always stopped."""
        job = hold.record.job
        record = await to_thread(self._jobs.get, job.argument)
        if record is not None and record.job.address.chat_id != job.address.chat_id:
            record = None  # a button belongs to its chat
        if job.command in FORMATS:
            await self._send_file(job, record, job.command)
        elif job.command == "retry":
            await self._answer(job, await self._retry(record))
        else:
            await self._answer(job, "unknown_button")

    async def _answer(self, job: Job, key: str, **figures: object) -> None:
        if job.callback_id is not None:
            text = say(job.locale, key, **figures)
            await self._messenger.answer_callback(job.callback_id, text)

    async def _send_file(self, job: Job, record: JobRecord | None, name: str) -> None:
        key = record.transcript_key if record else None
        transcript = await to_thread(self._cache.get, key) if key else None
        if record is None or transcript is None:
            await self._answer(job, "expired")
            return
        if job.callback_id is not None:
            await self._messenger.answer_callback(job.callback_id)
        # Last, so that no failure behind it sends the file twice.
        await self._conversation.send_file(job, record.job, transcript, name)

    async def _retry(self, record: JobRecord | None) -> str:
        """Queue the failed job once more, within the user's limits; the key of the answer."""
        # QUEUED where an earlier try at this very press reopened the job, but could not send it.
        if record is None or record.state not in (JobState.FAILED, JobState.QUEUED):
            return "retry_refused"
        verdict = await to_thread(self._limiter.admit, record.job.user, record.job.id, task=True)
        if verdict.kind not in (VerdictKind.ADMITTED, VerdictKind.DUPLICATE):
            return "retry_later"
        await to_thread(self._jobs.reopen, record.job.id)
        await to_thread(self._queue.send, record.job)
        return "retry_started"

    async def _language(self, job: Job) -> str:
        language = job.argument.strip().lower()
        chat = job.address.chat_id
        chosen = await to_thread(self._preferences.get, chat)
        if language == AUTO:
            await to_thread(self._preferences.put, chat, ChatPreferences(None, chosen.formats))
            return say(job.locale, "language_auto")
        if not (len(language) == 2 and language.isascii() and language.isalpha()):  # noqa: PLR2004  # ISO 639-1 codes have two letters
            return say(job.locale, "language_usage")
        await to_thread(self._preferences.put, chat, ChatPreferences(language, chosen.formats))
        return say(job.locale, "language_set", language=language)

    async def _files(self, job: Job) -> str:
        names = tuple(dict.fromkeys(job.argument.lower().replace(",", " ").split()))
        chat = job.address.chat_id
        chosen = await to_thread(self._preferences.get, chat)
        if names == (NONE,):
            await to_thread(self._preferences.put, chat, ChatPreferences(chosen.language))
            return say(job.locale, "files_none")
        if not names or not set(names) <= FORMATS.keys():
            return say(job.locale, "files_usage", formats=" ".join(FORMATS))
        await to_thread(self._preferences.put, chat, ChatPreferences(chosen.language, names))
        return say(job.locale, "files_set", formats=" ".join(names).upper())

    async def _show_history(self, job: Job) -> str:
        entries = await to_thread(self._history.recent, job.user, HISTORY_LIMIT)
        if not entries:
            return say(job.locale, "history_empty")
        minutes = sum(entry.duration_s for entry in entries) / 60
        return say(
            job.locale, "history", count=len(entries), minutes=f"{minutes:.1f}", days=self._days
        )

    async def _forget(self, job: Job) -> str:
        entries = set(await to_thread(self._history.recent, job.user, HISTORY_LIMIT))
        await self._erase(entries)  # first, as the history alone knows what a retry must erase
        late = set(await to_thread(self._history.clear, job.user)) - entries
        await self._erase(late)
        await to_thread(self._preferences.delete, job.address.chat_id)
        count = len(entries | late)
        log.info("forgotten", extra={"job": job.id, "state": f"deleted {count}"})
        return say(job.locale, "forgotten", count=count)

    async def _erase(self, entries: Iterable[HistoryEntry]) -> None:
        for entry in entries:
            await to_thread(self._cache.delete, entry.transcript_key)
            await to_thread(self._jobs.delete, entry.job_id)

    async def _privacy(self, job: Job) -> str:
        return say(job.locale, "privacy", engine=self._engine_name, days=self._days)
