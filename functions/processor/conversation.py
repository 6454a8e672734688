"""What a chat sees of a job: one status message that becomes the answer, and what follows it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

from processor.rendering import FORMATS, file_name, messages, paragraphs
from shared.errors import OperatorError, TransientError
from shared.ports import Button, JobState
from shared.texts import say, span

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

    from processor.lease import Hold
    from shared.jobs import Job
    from shared.ports import Clock, Messenger
    from shared.transcripts import Transcript

PARTS_LIMIT = 4  # an answer of more messages than this comes as its beginning and a file
PROGRESS_PRIVATE_S = 3.0  # edits count as messages: Telegram allows about one a second in a chat
PROGRESS_GROUP_S = 6.0  # and twenty a minute in a group


class Progress:
    """The share done, shown in the status message now and then.

    Closed before the answer is written, so that no late edit ever overwrites it.
    """

    def __init__(self, edit: Callable[[str], Awaitable[None]], clock: Clock, job: Job) -> None:
        self._edit, self._clock, self._job = edit, clock, job
        self._pause_s = PROGRESS_PRIVATE_S if job.address.private else PROGRESS_GROUP_S
        self._shown_at, self._shown, self._closed = clock.now(), 0, False
        self._editing = asyncio.Lock()

    async def show(self, share: float) -> None:
        """Show ``share`` (0 to 1) if it is news and the last edit is long enough ago.

        A failing edit is forgotten: progress must never cost an answer.
        """
        async with self._editing:
            percent, now = int(100 * min(max(share, 0.0), 1.0)), self._clock.now()
            news = percent > self._shown and now - self._shown_at >= self._pause_s
            if self._closed or not news:
                return
            self._shown_at, self._shown = now, percent
            with suppress(TransientError, OperatorError):
                await self._edit(say(self._job.locale, "transcribing", percent=percent))

    async def close(self) -> None:
        """Wait for an edit under way; show nothing any more."""
        async with self._editing:
            self._closed = True


class Conversation:
    """Speaks to chats through the messenger."""

    def __init__(self, messenger: Messenger, clock: Clock) -> None:
        self._messenger = messenger
        self._clock = clock

    async def acknowledge(self, hold: Hold, key: str = "working", **figures: object) -> None:
        """Show the status message, new or changed, with the sentence ``key``."""
        await self.show(hold, say(hold.record.job.locale, key, **figures))

    @asynccontextmanager
    async def progress(self, hold: Hold) -> AsyncIterator[Progress]:
        """The job's progress, for as long as the body runs."""

        async def edit(text: str) -> None:
            """Show ``text``, unless another worker may have the job by now, and may have answered."""
            if self._clock.now() < hold.record.lease_until:
                await self.show(hold, text)

        progress = Progress(edit, self._clock, hold.record.job)
        try:
            yield progress
        finally:
            await progress.close()

    async def deliver(self, hold: Hold, transcript: Transcript, formats: Sequence[str]) -> None:
        """Turn the status message into the answer, then send what does not fit into it.

        Goes on behind what an earlier delivery of the job got out, but repeats the edit: words on
        work or an apology may stand there since.
        """
        await hold.update(state=JobState.DELIVERING)
        out = hold.record.delivered
        for number, step in enumerate(self._steps(hold, transcript, formats)):
            if number == 0 or number >= out:
                await step()
                await hold.update(delivered=max(number + 1, out))

    async def tell(self, hold: Hold, key: str, /, *, retry: bool, **figures: object) -> None:
        """End the conversation with the sentence ``key``, with a Retry button where it helps."""
        job = hold.record.job
        button = Button(say(job.locale, "button_retry"), f"v1:retry:{job.id}")
        await self.show(hold, say(job.locale, key, **figures), (button,) if retry else ())

    async def send_file(self, job: Job, of: Job, transcript: Transcript, name: str) -> None:
        """Answer ``job`` with the transcript of the job ``of`` as a document in format ``name``."""
        form = FORMATS[name]
        title = file_name(of.media.file_name if of.media else None, form.extension)
        data = form.render(transcript).encode()
        await self._messenger.send_file(job.address, title, data, form.mime_type)

    async def show(self, hold: Hold, text: str, buttons: Sequence[Button] = ()) -> None:
        """Let the status message say ``text``; the first call sends it, every other edits it."""
        address, status = hold.record.job.address, hold.record.status_message_id
        if status is None:
            shown = await self._messenger.send(address, text, buttons, quiet=not address.private)
        else:
            shown = await self._messenger.edit(address, status, text, buttons)
        if shown != status:
            await hold.update(status_message_id=shown)

    def _steps(
        self, hold: Hold, transcript: Transcript, formats: Sequence[str]
    ) -> Iterator[Callable[[], Awaitable[object]]]:
        """The messages of the answer in order; the first is an edit, so it may be repeated."""
        job = hold.record.job
        texts, long = _answer(job, transcript)
        last = len(texts) - 1
        for number, text in enumerate(texts):
            buttons = _format_buttons(job) if number == last and transcript.segments else ()
            if number == 0:
                yield partial(self.show, hold, text, buttons)
            else:
                yield partial(self._messenger.send, job.address, text, buttons, quiet=True)
        wanted = dict.fromkeys((*(("txt",) if long else ()), *formats))
        for name in wanted if transcript.segments else ():
            yield partial(self.send_file, job, job, transcript, name)


def _answer(job: Job, transcript: Transcript) -> tuple[list[str], bool]:
    """The messages of the answer, and whether the whole text must come as a file."""
    if not transcript.segments:
        return [say(job.locale, "no_speech") + _warning(job, transcript)], False
    parts = messages(paragraphs(transcript) + _warning(job, transcript))
    if len(parts) <= PARTS_LIMIT:
        return parts, False
    return [parts[0], say(job.locale, "text_in_file", pages=len(parts))], True


def _warning(job: Job, transcript: Transcript) -> str:
    """What the user must know of a file that ended before its header said."""
    if not transcript.cut_short or transcript.declared_s is None:
        return ""
    got, declared = span(transcript.duration_s), span(transcript.declared_s)
    return "\n\n" + say(job.locale, "cut_short", got=got, declared=declared)


def _format_buttons(job: Job) -> tuple[Button, ...]:
    return tuple(
        Button(say(job.locale, f"button_{name}"), f"v1:{name}:{job.id}") for name in FORMATS
    )
