"""What commands and buttons do, one module for each matter; here each finds who answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from processor.commands.answers import Answers
from processor.commands.deployment import Deployment
from processor.commands.erasure import Erasure
from processor.commands.groups import Groups
from processor.commands.reports import Reports
from processor.commands.settings import SettingsPanel
from processor.commands.summaries import Summaries
from processor.commands.tasks import Tasks
from processor.rendering import FORMATS
from shared.errors import UserError
from shared.texts import say

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from processor.cancellation import Cancellation
    from processor.commands.screen import Screen
    from processor.conversation import Conversation
    from processor.lease import Hold
    from processor.wishes import Wishes
    from shared.ports import (
        History,
        JobQueue,
        JobStore,
        Messenger,
        Preferences,
        RateLimiter,
        Statistics,
        Summariser,
        TranscriptCache,
    )

    Command: TypeAlias = Callable[[Hold], Awaitable[Screen | None]]
    Press: TypeAlias = Callable[[Hold], Awaitable[str | None]]

__all__ = ["Commands", "Deployment"]


class Commands:
    """Answers COMMAND and CALLBACK jobs that the caller holds."""

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
        preferences: Preferences,
        history: History,
        statistics: Statistics,
        cancellation: Cancellation,
        deployment: Deployment,
        summariser: Summariser | None = None,
    ) -> None:
        self._messenger = messenger
        self._conversation = conversation
        answers = Answers(
            messenger=messenger,
            conversation=conversation,
            wishes=wishes,
            queue=queue,
            limiter=limiter,
            jobs=jobs,
            cache=cache,
            cancellation=cancellation,
            deployment=deployment,
        )
        groups = Groups(messenger, preferences)
        tasks = Tasks(queue=queue, limiter=limiter, jobs=jobs, cancellation=cancellation)
        reports = Reports(
            history=history, statistics=statistics, deployment=deployment, summariser=summariser
        )
        erasure = Erasure(
            messenger=messenger,
            limiter=limiter,
            jobs=jobs,
            cache=cache,
            preferences=preferences,
            history=history,
            cancellation=cancellation,
            summariser=summariser,
        )
        further = {
            "history": reports.history,
            "status": tasks.status,
            "privacy": reports.privacy,
            "forget": erasure.ask,
        }
        panel = SettingsPanel(messenger, preferences, deployment, further)
        self._commands = _by_command(answers, panel, groups, tasks, reports, erasure)
        self._buttons = _by_button(answers, panel, erasure)
        if summariser is not None:
            summaries = Summaries(
                conversation=conversation,
                answers=answers,
                limiter=limiter,
                cache=cache,
                summariser=summariser,
            )
            self._buttons["summary"] = summaries.summary

    async def run_command(self, hold: Hold) -> None:
        """Do what the command says and answer it; also why it cannot be done."""
        job = hold.record.job
        command = self._commands.get(job.command or "", _unknown_command)
        try:
            screen = await command(hold)
        except UserError as refusal:
            text = say(job.locale, refusal.problem, **refusal.figures)
            await self._conversation.show(hold, text)
            return
        if screen is not None:
            await self._conversation.show(hold, screen.text, screen.keyboard)

    async def run_callback(self, hold: Hold) -> None:
        """Do what the button says; its spinner stops with a word, unless that was done before."""
        job = hold.record.job
        press = self._buttons.get(job.command or "", _unknown_button)
        try:
            text = await press(hold)
        except UserError as refusal:
            text = say(job.locale, refusal.problem, **refusal.figures)
        if text is not None and job.callback_id is not None:
            await self._messenger.answer_callback(job.callback_id, text)


def _by_command(  # noqa: PLR0917 - whoever answers a command
    answers: Answers,
    panel: SettingsPanel,
    groups: Groups,
    tasks: Tasks,
    reports: Reports,
    erasure: Erasure,
) -> dict[str, Command]:
    """Who answers which command."""
    return {
        "start": answers.start,
        "settings": panel.settings,
        **dict.fromkeys(("language", "format", "engine", "hints"), panel.choose),
        "history": reports.history,
        "status": tasks.status,
        "cancel": tasks.cancel,
        "privacy": reports.privacy,
        "stats": reports.stats,
        "forget": erasure.forget,
        # These three no one can type: the front door makes them of what happens to a chat.
        "joined": groups.joined,
        "migrated": groups.migrated,
        "stopped": tasks.stopped,
    }


def _by_button(answers: Answers, panel: SettingsPanel, erasure: Erasure) -> dict[str, Press]:
    """Who answers which button."""
    return {
        **dict.fromkeys(FORMATS, answers.file),
        "text": answers.text,
        "retry": answers.retry,
        "stop": answers.stop,
        "translate": answers.translate,
        "open": panel.open,
        "set": panel.set,
        "forget": erasure.pressed,
    }


async def _unknown_command(_: Hold) -> Screen | None:
    raise UserError("unknown_command")


async def _unknown_button(_: Hold) -> str | None:
    raise UserError("unknown_button")
