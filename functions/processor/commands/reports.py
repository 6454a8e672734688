"""What people can ask about: their history, their privacy, and for operators the figures."""

from __future__ import annotations

import logging
from asyncio import to_thread
from typing import TYPE_CHECKING

from processor.commands.screen import Screen, button, rows
from shared.errors import UserError
from shared.texts import Day, Dollars, Share, Span, say

if TYPE_CHECKING:
    from processor.commands.deployment import Deployment
    from processor.lease import Hold
    from shared.ports import Figures, History, Statistics, Summariser

HISTORY_LIMIT = 1000  # entries looked through
LISTED = 10
BUTTONS_PER_ROW = 5
WEEK_DAYS = 7
DEEPGRAM, EMBEDDED = "deepgram", "embedded"

log = logging.getLogger(__name__)


class Reports:
    """Answers questions and changes nothing."""

    def __init__(
        self,
        *,
        history: History,
        statistics: Statistics,
        deployment: Deployment,
        summariser: Summariser | None,
    ) -> None:
        self._history = history
        self._statistics = statistics
        self._deployment = deployment
        self._summariser = summariser

    async def history(self, hold: Hold) -> Screen:
        """/history: the last ten transcripts still kept, each with a button that shows it.

        In a group those that were asked for there: the others are nobody's business.
        """
        job = hold.record.job
        every = await to_thread(self._history.recent, job.user, HISTORY_LIMIT)
        here = job.address.chat_id
        entries = [e for e in every if job.address.private or e.chat_id == here]
        if not entries:
            return Screen(say(job.locale, "history_empty"))
        listed = list(enumerate(entries[:LISTED], start=1))
        lines = [
            say(
                job.locale,
                "history_line",
                number=number,
                day=Day(e.finished_at),
                length=Span(e.duration_s),
            )
            for number, e in listed
        ]
        head = say(
            job.locale,
            "history",
            count=len(entries),
            minutes=sum(entry.duration_s for entry in entries) / 60,
            days=f"{self._deployment.retention_days:g}",
        )
        buttons = [button(str(number), "text", e.job_id) for number, e in listed]
        return Screen("\n".join([head, "", *lines]), rows(buttons, BUTTONS_PER_ROW))

    async def stats(self, hold: Hold) -> Screen:
        """/stats: how the bot does, for its operators; nobody else learns that it exists."""
        job = hold.record.job
        if job.user not in self._deployment.admins:
            raise UserError("unknown_command")
        log.info("statistics shown", extra={"job": job.id})
        today = await to_thread(self._statistics.since, 1)
        week = await to_thread(self._statistics.since, WEEK_DAYS)
        parts = [
            say(job.locale, title) + "\n" + _figures(job.locale, figures)
            for title, figures in (("stats_today", today), ("stats_week", week))
        ]
        return Screen("\n\n".join(parts))

    async def privacy(self, hold: Hold) -> Screen:
        """/privacy: what happens to data here, told from the live configuration."""
        locale, facts = hold.record.job.locale, self._deployment
        engines = ", ".join(f"{name} ({model})" for name, model in facts.engines.items())
        local = set(facts.engines) == {EMBEDDED}
        parts = [
            say(locale, "privacy_local" if local else "privacy_media", engine=engines),
            say(locale, "privacy_kept", days=f"{facts.retention_days:g}"),
            say(
                locale,
                "privacy_aws" if facts.region is not None else "privacy_file",
                region=facts.region,
            ),
        ]
        if DEEPGRAM in facts.engines:
            parts.insert(1, say(locale, "privacy_training"))
        if facts.large_files:
            parts.insert(1, say(locale, "privacy_large_files"))
        if self._summariser is not None:
            parts.append(say(locale, "privacy_summary", model=self._summariser.model))
        return Screen("\n\n".join([*parts, say(locale, "privacy_forget")]))


def _figures(locale: str, figures: Figures) -> str:
    """The figures of a while; shares of nothing are told as nothing."""
    ended = figures.succeeded + figures.failed
    return say(
        locale,
        "stats",
        users=figures.users,
        jobs=ended + figures.refused,
        minutes=figures.audio_s / 60,
        hits=_share(figures.cached, figures.succeeded),
        success=_share(figures.succeeded, ended),
        cost=Dollars(figures.cost_usd),
    )


def _share(part: int, whole: int) -> Share | str:
    return Share(part / whole) if whole else "–"
