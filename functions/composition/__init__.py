"""The composition root: the one place that wires adapters into use cases.

The two Lambda handlers, the single-machine edition and the tests all call ``build``. Parts are made
when they are first asked for, and their modules imported then, so that the webhook never pays for
the processor's SDKs.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from shared.adapters.clock import SystemClock
from shared.jobs import BOT_API_FILE_LIMIT_BYTES, FILE_LIMIT_BYTES
from shared.telemetry import Tally

if TYPE_CHECKING:
    from processor.cancellation import Cancellation
    from processor.commands import Commands
    from processor.conversation import Conversation
    from processor.endings import Endings
    from processor.flights import Flights
    from processor.transcription import Transcription
    from processor.wishes import Wishes
    from processor.work import Processor
    from shared.adapters.storage import Storage
    from shared.ports import Archive, Clock, Engine, Messenger, Metrics, Secrets, Source, Summariser
    from shared.settings import Settings
    from webhook.admission import Admission


class App:
    """Everything one process needs, made from ``settings``; any part can be given instead."""

    def __init__(self, settings: Settings, **overrides: Any) -> None:
        self.settings = settings
        unknown = [name for name in overrides if not hasattr(type(self), name)]
        if unknown:
            raise TypeError(f"no such part: {', '.join(unknown)}")
        self.__dict__.update(overrides)

    @cached_property
    def clock(self) -> Clock:
        """The machine's clock."""
        return SystemClock()

    @cached_property
    def metrics(self) -> Metrics:
        """EMF lines on AWS, counters in memory elsewhere."""
        if not self.settings.on_aws:
            return Tally()
        from shared.adapters.powertools import PowertoolsMetrics

        return PowertoolsMetrics(self.settings.service_name)

    @cached_property
    def storage(self) -> Storage:
        """Queue, limits, job store, cache, preferences and history."""
        if self.settings.on_aws:
            from shared.adapters import aws

            return aws.open_storage(self.settings, self.clock)
        from shared.adapters import sqlite

        return sqlite.open_storage(self.settings, self.clock)

    @cached_property
    def secrets(self) -> Secrets:
        """Credentials: from SSM where a prefix is set, else from the settings."""
        if self.settings.secrets_prefix:
            from shared.adapters import aws

            return aws.open_secrets(self.settings, self.clock)
        from shared.adapters.secrets import SettingsSecrets

        return SettingsSecrets(self.settings)

    @cached_property
    def messenger(self) -> Messenger:
        """Telegram's Bot API."""
        from shared.adapters.telegram import TelegramMessenger

        return TelegramMessenger(
            self.secrets.credentials().bot_token, self.settings.telegram_api_url
        )

    @cached_property
    def source(self) -> Source:
        """Files from the Bot API."""
        from processor.sources.bot_api import BotApiSource

        return BotApiSource(self.secrets.credentials().bot_token, self.settings.telegram_api_url)

    @cached_property
    def archive(self) -> Archive | None:
        """Files above 20 MiB, over MTProto; None where the settings leave that off."""
        if self.settings.large_files != "on":
            return None
        from processor.sources.mtproto import MtprotoArchive

        return MtprotoArchive(self.secrets, self.storage.leases, self.clock, self.metrics)

    @cached_property
    def engine(self) -> Engine:
        """The speech engine the settings select."""
        from processor.engines import choose

        return choose(
            self.settings,
            self.secrets,
            clock=self.clock,
            metrics=self.metrics,
            budget=self.storage.budget,
        )

    @cached_property
    def summariser(self) -> Summariser | None:
        """The language model for summaries; None where there is none."""
        from processor.engines import choose_summariser

        return choose_summariser(self.settings, self.secrets)

    @property
    def file_limit_bytes(self) -> int:
        """The largest file taken: what the Bot API gives, or with sessions what we take at all."""
        return FILE_LIMIT_BYTES if self.settings.large_files == "on" else BOT_API_FILE_LIMIT_BYTES

    @cached_property
    def admission(self) -> Admission:
        """The front door."""
        from webhook.admission import Admission

        return Admission(
            settings=self.settings,
            queue=self.storage.queue,
            limiter=self.storage.limiter,
            preferences=self.storage.preferences,
            clock=self.clock,
            metrics=self.metrics,
            file_limit_bytes=self.file_limit_bytes,
            counts_cheaply=not self.settings.on_aws,
        )

    @cached_property
    def wishes(self) -> Wishes:
        """What everybody has chosen."""
        from processor.wishes import Wishes

        language = self.settings.speech_language or None
        return Wishes(self.storage.preferences, self.engine, language)

    @cached_property
    def conversation(self) -> Conversation:
        """What chats see."""
        from processor.conversation import Conversation
        from processor.conversation.keyboards import Offers

        offers = Offers(
            translation=self.engine.profile.translates, summary=self.summariser is not None
        )
        return Conversation(self.messenger, self.clock, offers)

    @cached_property
    def flights(self) -> Flights:
        """Who waits for whom."""
        from processor.flights import Flights

        return Flights(self.storage.jobs, self.storage.queue, self.storage.cache)

    @cached_property
    def cancellation(self) -> Cancellation:
        """How jobs are stopped."""
        from processor.cancellation import Cancellation

        return Cancellation(
            conversation=self.conversation,
            flights=self.flights,
            jobs=self.storage.jobs,
            limiter=self.storage.limiter,
            clock=self.clock,
            metrics=self.metrics,
        )

    @cached_property
    def transcription(self) -> Transcription:
        """What the product exists for."""
        from processor.transcription import Transcription

        return Transcription(
            conversation=self.conversation,
            wishes=self.wishes,
            flights=self.flights,
            source=self.source,
            engine=self.engine,
            jobs=self.storage.jobs,
            cache=self.storage.cache,
            history=self.storage.history,
            clock=self.clock,
            metrics=self.metrics,
            archive=self.archive,
            budget=self.storage.budget,
        )

    @cached_property
    def commands(self) -> Commands:
        """What commands and buttons do."""
        from processor.commands import Commands, Deployment

        storage = self.storage
        return Commands(
            messenger=self.messenger,
            conversation=self.conversation,
            wishes=self.wishes,
            queue=storage.queue,
            limiter=storage.limiter,
            jobs=storage.jobs,
            cache=storage.cache,
            preferences=storage.preferences,
            history=storage.history,
            statistics=storage.statistics,
            cancellation=self.cancellation,
            deployment=Deployment.of(self.settings, self.engine.profile),
            summariser=self.summariser,
        )

    @cached_property
    def endings(self) -> Endings:
        """How jobs end."""
        from processor.endings import Endings

        return Endings(
            conversation=self.conversation,
            flights=self.flights,
            queue=self.storage.queue,
            limiter=self.storage.limiter,
            jobs=self.storage.jobs,
            statistics=self.storage.statistics,
            metrics=self.metrics,
            lease_s=self.settings.lease_s,
        )

    @cached_property
    def processor(self) -> Processor:
        """The engine room."""
        from processor.work import Processor

        return Processor(
            transcription=self.transcription,
            commands=self.commands,
            cancellation=self.cancellation,
            endings=self.endings,
            flights=self.flights,
            queue=self.storage.queue,
            jobs=self.storage.jobs,
            clock=self.clock,
            metrics=self.metrics,
            tries=self.settings.tries,
            retry_delays_s=self.settings.retry_delays_s,
            lease_s=self.settings.lease_s,
        )

    async def close(self) -> None:
        """Let go of connections and files, of the parts that were made."""
        for name in ("messenger", "source", "archive", "engine", "summariser"):
            part = vars(self).get(name)
            if part is not None:
                await part.close()
        if "storage" in vars(self):
            self.storage.close()


def build(settings: Settings, **overrides: Any) -> App:
    """An app for ``settings``; ``overrides`` replace parts by name, as tests do."""
    return App(settings, **overrides)
