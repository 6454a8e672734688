"""/forget: everything that is kept of a user, deleted now."""

from __future__ import annotations

import logging
from asyncio import to_thread
from typing import TYPE_CHECKING

from processor.commands.answers import translation_id
from processor.commands.permission import is_admin, user_id
from processor.commands.screen import Screen, button, turn
from processor.commands.summaries import summary_key
from shared.texts import say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from processor.cancellation import Cancellation
    from processor.lease import Hold
    from shared.jobs import Job
    from shared.ports import (
        History,
        HistoryEntry,
        JobStore,
        Messenger,
        Preferences,
        RateLimiter,
        Summariser,
        TranscriptCache,
    )

HISTORY_LIMIT = 1000  # entries erased; more are not made in the days they are kept

log = logging.getLogger(__name__)


class Erasure:
    """Deletes transcripts and what was made of them, history, records and choices."""

    def __init__(
        self,
        *,
        messenger: Messenger,
        limiter: RateLimiter,
        jobs: JobStore,
        cache: TranscriptCache,
        preferences: Preferences,
        history: History,
        cancellation: Cancellation,
        summariser: Summariser | None,
    ) -> None:
        self._messenger = messenger
        self._limiter = limiter
        self._jobs = jobs
        self._cache = cache
        self._preferences = preferences
        self._history = history
        self._cancellation = cancellation
        self._summariser = summariser

    async def forget(self, hold: Hold) -> Screen:
        """Erase it all; what is in work is stopped first, or it would be kept when it is done."""
        job = hold.record.job
        for task in await to_thread(self._limiter.tasks, job.user):
            await self._cancellation.cancel(task, job.user)
        entries = set(await to_thread(self._history.recent, job.user, HISTORY_LIMIT))
        await self._erase(entries)  # first, as the history alone knows what a retry must erase
        late = set(await to_thread(self._history.clear, job.user)) - entries
        await self._erase(late)
        await self._forget_choices(job)
        count = len(entries | late)
        log.info("forgotten", extra={"job": job.id, "state": f"deleted {count}"})
        return Screen(say(job.locale, "forgotten", count=count))

    async def ask(self, hold: Hold) -> Screen:
        """The screen a button opens: one press more, as nothing brings it back."""
        locale = hold.record.job.locale
        now = button(say(locale, "button_forget_now"), "forget", "now")
        return Screen(say(locale, "forget_screen"), [[now]])

    async def pressed(self, hold: Hold) -> str:
        """``forget:now``: the same as /forget."""
        await turn(self._messenger, hold.record.job, await self.forget(hold))
        return ""

    async def _erase(self, entries: Iterable[HistoryEntry]) -> None:
        for entry in entries:
            key = entry.transcript_key
            await to_thread(self._cache.delete, key)
            if self._summariser is not None:
                summary = summary_key(key, self._summariser.model)
                await to_thread(self._cache.delete, str(summary))
            # One with gaps is stored under a name of its own; its chunks under the plain one.
            await to_thread(self._jobs.drop_chunks, key.replace(f"-partial-{entry.job_id}", ""))
            await to_thread(self._jobs.delete, entry.job_id)
            await to_thread(self._jobs.delete, translation_id(entry.job_id))

    async def _forget_choices(self, job: Job) -> None:
        """The user's own, and those of the chat where he has a say in it."""
        own = user_id(job)
        if own is not None:
            await to_thread(self._preferences.delete, own)
        if own != job.address.chat_id and await is_admin(self._messenger, job):
            await to_thread(self._preferences.delete, job.address.chat_id)
