"""Updates by long polling: each goes through the same admission as a webhook's."""

from __future__ import annotations

import asyncio
import logging
from asyncio import to_thread
from contextlib import suppress
from typing import TYPE_CHECKING

from shared.errors import OperatorError, TransientError, UndeliverableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.adapters.telegram import TelegramMessenger
    from shared.ports import Clock
    from webhook.admission import Admission

LONG_POLL_S = 50  # the server's own maximum
PAUSE_S = 5.0  # after a failure, unless the other side named a time
log = logging.getLogger(__name__)


class Polling:
    """Fetches updates while ``run`` runs.

    An update is confirmed to Telegram only after admission has taken it, so none is lost; one that
    comes twice is recognised by admission.
    """

    def __init__(
        self,
        telegram: TelegramMessenger,
        admission: Admission,
        clock: Clock,
        knock: Callable[[], None],
    ) -> None:
        self._telegram = telegram
        self._admission = admission
        self._clock = clock
        self._knock = knock
        self._offset = 0

    async def run(self, stopping: asyncio.Event) -> None:
        """Poll until ``stopping`` is set. Raise OperatorError for a bad token or a second poller."""
        stopped = asyncio.create_task(stopping.wait())
        try:
            while not stopping.is_set():
                step = asyncio.create_task(self._step())
                await asyncio.wait({step, stopped}, return_when=asyncio.FIRST_COMPLETED)
                if not step.done():
                    step.cancel()
                    await asyncio.wait({step})
                    return
                step.result()
        finally:
            stopped.cancel()
            await self._confirm()

    async def _confirm(self) -> None:
        """Tell Telegram how far we came, so that the next start is not given the same again."""
        with suppress(TransientError, OperatorError):
            await self._telegram.updates(self._offset, 0)

    async def _step(self) -> None:
        try:
            for update in await self._telegram.updates(self._offset, LONG_POLL_S):
                await self._take(update)
        except TransientError as error:
            log.warning("polling again", extra={"reason": str(error)})
            await self._clock.sleep(error.retry_after_s or PAUSE_S)

    async def _take(self, update: dict[str, object]) -> None:
        """Admit one update and say what admission answers."""
        reply = None
        try:
            reply = await to_thread(self._admission.consider, update)
        except TransientError:
            raise
        except OperatorError as error:  # a full disk: hold the update until there is room
            raise TransientError(str(error)) from error
        except Exception:  # this edition's last line of defence: one update must not stop the bot
            log.exception("admission failed")
        update_id = update.get("update_id")
        if isinstance(update_id, int):
            self._offset = update_id + 1
        self._knock()
        if reply is not None:
            try:
                await self._telegram.call(reply)
            except (TransientError, UndeliverableError, OperatorError) as error:
                # As with an answer in a webhook's response, nobody waits for its success.
                log.warning("reply not sent", extra={"reason": str(error)})
