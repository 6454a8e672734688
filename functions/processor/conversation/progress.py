"""What a status message tells of a job under way: stage, share, time left, the text so far.

Closed before the answer is written, so that no late edit ever overwrites it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from processor.rendering import utf16_units
from processor.rendering.parts import MESSAGE_LIMIT
from shared.errors import OperatorError, TransientError
from shared.texts import Share, say
from shared.transcripts import TRANSLATE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from shared.jobs import Job
    from shared.ports import Clock

PROGRESS_PRIVATE_S = 3.0  # edits count as messages: Telegram allows about one a second in a chat
PROGRESS_GROUP_S = 6.0  # and twenty a minute in a group
# Less than this of the way says too little about the rest of it.
PACE_FROM_SHARE = 0.05
PACE_FROM_S = 5.0
MINUTE_S = 60.0
ELLIPSIS = "… "
WORD_WITHIN = 40  # characters in which a text with spaces has one
FETCHING = "stage_fetching"


class Progress:
    """Shows how far ``job`` is, now and then.

    ``edit`` changes the status message; ``draft`` shows a message being written, and answers False
    where the chat has none.
    """

    def __init__(
        self,
        edit: Callable[[str], Awaitable[None]],
        draft: Callable[[str], Awaitable[bool]],
        clock: Clock,
        job: Job,
    ) -> None:
        self._edit, self._draft, self._clock, self._locale = edit, draft, clock, job.locale
        self._pause_s = PROGRESS_PRIVATE_S if job.address.private else PROGRESS_GROUP_S
        self._hearing = (
            "stage_translating" if job.options.task == TRANSLATE else "stage_transcribing"
        )
        self._stage = ""
        self._begun = (0.0, 0.0)
        """When this stage was first heard of, and how far it was then."""
        self._percent, self._text, self._heard = 0, "", ""
        self._shown_at, self._closed = clock.now(), False
        self._drafts = job.address.private
        self._showing = asyncio.Lock()

    async def fetching(self, share: float) -> None:
        """Show that ``share`` (0 to 1) of the file is here."""
        await self._show(FETCHING, share, "")

    async def show(self, share: float, text: str = "") -> None:
        """Show that ``share`` (0 to 1) was heard, and ``text``, the beginning of what was said."""
        await self._show(self._hearing, share, text)

    async def close(self) -> None:
        """Wait for an edit under way; show nothing any more."""
        async with self._showing:
            self._closed = True

    async def _show(self, stage: str, share: float, text: str) -> None:
        """Show it if it is news and the last edit is long enough ago.

        A failing edit is forgotten: progress must never cost an answer. Where Telegram asked for
        a rest it gets one.
        """
        async with self._showing:
            now, share = self._clock.now(), min(max(share, 0.0), 1.0)
            if stage != self._stage:
                self._stage, self._begun, self._percent = stage, (now, share), 0
            self._heard = text or self._heard  # shown with the next edit, if not with this one
            percent = max(int(100 * share), self._percent)
            news = (percent, self._heard) != (self._percent, self._text)
            if self._closed or not news or now - self._shown_at < self._pause_s:
                return
            self._shown_at, self._percent, self._text = now, percent, self._heard
            try:
                await self._write(self._headline(share, now))
            except TransientError as error:
                self._shown_at += error.retry_after_s or 0.0
            except OperatorError:
                return

    def _headline(self, share: float, now: float) -> str:
        """One line: the stage, its share, and the time left where that means something."""
        line = say(self._locale, self._stage, share=Share(self._percent / 100))
        since, at = self._begun
        if share - at < PACE_FROM_SHARE or now - since < PACE_FROM_S:
            return line
        left_s = (now - since) * (1 - share) / (share - at)
        if left_s < MINUTE_S:
            return f"{line} · {say(self._locale, 'nearly_done')}"
        left = say(self._locale, "minutes_left", count=round(left_s / MINUTE_S))
        return f"{line} · {left}"

    async def _write(self, headline: str) -> None:
        """The headline with the text so far.

        Text of more than a message becomes several at the end, and the first of these takes the
        place of a draft; so then, and only then, the newest of it may stand in one.
        """
        status = f"{headline}\n\n{self._text}" if self._text else headline
        if utf16_units(status) > MESSAGE_LIMIT:
            self._drafts = self._drafts and await self._draft(newest(self._text, MESSAGE_LIMIT))
            room = MESSAGE_LIMIT - utf16_units(headline) - 2
            status = headline if self._drafts else f"{headline}\n\n{newest(self._text, room)}"
        await self._edit(status)


def newest(text: str, limit: int) -> str:
    """The end of ``text`` in at most ``limit`` UTF-16 units, from the beginning of a word on."""
    if utf16_units(text) <= limit:
        return text
    room = limit - len(ELLIPSIS)
    end = text[-room:]
    while (excess := utf16_units(end) - room) > 0:
        end = end[(excess + 1) // 2 :]
    return ELLIPSIS + end[end.find(" ", 0, WORD_WITHIN) + 1 :]
