"""What a chat sees of a job: one status message that becomes the answer, and what follows it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from processor.conversation import keyboards
from processor.conversation.answer import Reading, answer, guest_answer
from processor.conversation.drafts import draft_id
from processor.conversation.progress import Progress
from processor.rendering import FORMATS, file_name
from shared.ports import JobState
from shared.texts import say

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from processor.conversation.answer import Answer
    from processor.conversation.keyboards import Offers
    from processor.lease import Hold
    from processor.rendering import Look
    from processor.wishes import Wish
    from shared.jobs import Job
    from shared.ports import Clock, JobRecord, Keyboard, Messenger, Stretch
    from shared.transcripts import Transcript


class Conversation:
    """Speaks to chats through the messenger."""

    def __init__(self, messenger: Messenger, clock: Clock, offers: Offers) -> None:
        self._messenger = messenger
        self._clock = clock
        self._offers = offers

    async def acknowledge(self, hold: Hold, key: str = "working", **figures: object) -> None:
        """Show the status message, new or changed, with the sentence ``key`` and a way to stop."""
        job = hold.record.job
        stop = keyboards.one(job, "button_stop", "stop")
        await self.show(hold, say(job.locale, key, **figures), stop)

    @asynccontextmanager
    async def progress(self, hold: Hold) -> AsyncIterator[Progress]:
        """The job's progress, for as long as the body runs."""
        job = hold.record.job
        stop = keyboards.one(job, "button_stop", "stop")

        async def edit(text: str) -> None:
            """Show ``text``, unless another worker may have the job by now, and may have answered."""
            if self._clock.now() < hold.record.lease_until:
                await self.show(hold, text, stop)

        draft = partial(self._messenger.draft, job.address, draft_id(job.id))
        progress = Progress(edit, draft, self._clock, job)
        try:
            yield progress
        finally:
            await progress.close()

    async def deliver(
        self, hold: Hold, transcript: Transcript, wish: Wish, of: Job | None = None
    ) -> None:
        """Turn the status message into the answer, then send what does not fit into it.

        ``of`` is the job that made the transcript, where the one held only shows it again. Goes on
        behind what an earlier delivery of the job got out, but repeats the edit: words on work or
        an apology may stand there since.
        """
        job = hold.record.job
        reading = Reading(of or job, transcript, wish, job.locale, self._offers)
        await hold.update(state=JobState.DELIVERING)
        out = hold.record.delivered
        if job.address.guest_query_id is None:
            whole = answer(reading)
        else:
            whole = guest_answer(reading, await self._messenger.username())
        for number, step in enumerate(self._steps(hold, whole, reading)):
            if number == 0 or number >= out:
                await step()
                await hold.update(delivered=max(number + 1, out))

    async def tell(self, hold: Hold, key: str, /, *, retry: bool, **figures: object) -> None:
        """End the conversation with the sentence ``key``, with a Retry button where it helps."""
        job = hold.record.job
        keyboard = keyboards.one(job, "button_retry", "retry") if retry else ()
        await self.show(hold, say(job.locale, key, **figures), keyboard)

    async def stopped(self, record: JobRecord) -> None:
        """Say in the status message that the job was stopped; an answer that is out stays."""
        job, status = record.job, record.status_message_id
        if status is None or record.delivered or record.state is JobState.DELIVERING:
            return
        again = keyboards.one(job, "button_again", "retry")
        await self._messenger.edit(job.address, status, say(job.locale, "stopped"), again)

    async def send_file(
        self, job: Job, of: Job, transcript: Transcript, name: str, look: Look
    ) -> None:
        """Answer ``job`` with the transcript of the job ``of`` as a document in format ``name``."""
        form = FORMATS[name]
        title = file_name(of.media.file_name if of.media else None, form.extension)
        data = form.render(transcript, look).encode()
        await self._messenger.send_file(job.address, title, data, form.mime_type, quiet=True)

    async def show(
        self, hold: Hold, text: str, keyboard: Keyboard = (), folded: Stretch | None = None
    ) -> None:
        """Let the status message say ``text``; the first call sends it, every other edits it."""
        address, status = hold.record.job.address, hold.record.status_message_id
        if status is None:
            quiet = not address.private
            shown = await self._messenger.send(address, text, keyboard, quiet=quiet, folded=folded)
        else:
            shown = await self._messenger.edit(address, status, text, keyboard, folded=folded)
        if shown != status:
            # First, so that it is known even where the job is no longer ours to write down.
            hold.record = replace(hold.record, status_message_id=shown)
            await hold.update(status_message_id=shown)

    def _steps(
        self, hold: Hold, whole: Answer, reading: Reading
    ) -> Iterator[Callable[[], Awaitable[object]]]:
        """The messages of the answer in order; the first is an edit, so it may be repeated."""
        job, send = hold.record.job, self._messenger.send
        first, *further = whole.parts
        yield partial(self.show, hold, first.text, first.keyboard, first.folded)
        for part in further:
            text, keyboard, folded = part.text, part.keyboard, part.folded
            yield partial(send, job.address, text, keyboard, quiet=True, folded=folded)
        for name in whole.files:
            look = reading.wish.look
            yield partial(self.send_file, job, reading.of, reading.transcript, name, look)
