"""Several engines as one: the first that can take a chunk does, and another steps in for it.

An engine is passed over while its circuit breaker is open, until a Retry-After it gave has passed,
and when its hour of audio is used up. One that fails is replaced by the next at once; one that is
slow gets a second request beside it, see ``hedging``.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from processor.engines.breaker import Breaker
from processor.engines.hedging import Extras, Pace, first_answer
from shared.audio import common
from shared.errors import OperatorError, RateLimitedError, TransientError, UserError
from shared.ports import PLAIN
from shared.telemetry import Metric

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from typing import Any

    from shared.audio import Audio
    from shared.ports import AudioBudget, Clock, Engine, Metrics
    from shared.transcripts import Instructions, Recognition

LIMITED_S = 10.0  # rest of an engine that said "too many" and not for how long
LEAST_CHARGE_S = 10.0  # providers charge no request for less

Failure = UserError | TransientError | OperatorError

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Member:
    """An engine, and what is known of its health."""

    engine: Engine
    breaker: Breaker
    pace: Pace
    rests_until: float = 0.0
    """It asked not to be asked before."""
    last: Failure | None = None
    """Its last failure but for the limited ones: what it is still suffering from."""

    @property
    def name(self) -> str:
        """The engine's name."""
        return self.engine.profile.name


@dataclass(slots=True)
class Chunk:
    """One chunk on its way through the pool."""

    audio: Audio
    language: str | None
    instructions: Instructions
    progress: Callable[[float], None] | None
    left: deque[Member]
    """Who has not been considered yet."""
    requests: int = 0
    hedged: bool = False
    answered_by: Member | None = None
    failures: list[Failure] = field(default_factory=list)

    @property
    def audio_s(self) -> float:
        """Its length as far as that is known."""
        return self.audio.duration_s or 0.0


class EnginePool:
    """Engine over ``engines``, in the order of preference. Use it in one event loop.

    Raises, when nobody can take a chunk, what ``verdict`` makes of it. The caller counts the
    request it makes of the pool; the pool counts each further one, and every failure.
    """

    def __init__(
        self,
        engines: Sequence[Engine],
        *,
        clock: Clock,
        metrics: Metrics,
        budget: AudioBudget | None = None,
    ) -> None:
        self._members = [
            Member(engine, Breaker(clock), Pace(engine.profile.times_real_time))
            for engine in engines
        ]
        self._clock = clock
        self._metrics = metrics
        self._budget = budget
        self._extras = Extras()
        self.profile = common([engine.profile for engine in engines])

    async def recognise(
        self,
        audio: Audio,
        *,
        language: str | None = None,
        instructions: Instructions = PLAIN,
        progress: Callable[[float], None] | None = None,
    ) -> Recognition:
        """Transcribe ``audio`` by the first engine that can and does."""
        able = {profile.name for profile in self.profile.able(instructions)}
        members = deque(member for member in self._members if member.name in able)
        if not members:
            raise UserError("no_translation")
        chunk = Chunk(audio, language, instructions, progress, members)
        while (member := await self._next(chunk)) is not None:
            heard = await self._hedged(member, chunk)
            if heard is not None:
                return heard
        raise verdict(chunk.failures) from ExceptionGroup("no speech engine", chunk.failures)

    async def close(self) -> None:
        """Let go of every engine's connections."""
        for member in self._members:
            await member.engine.close()

    async def _next(self, chunk: Chunk) -> Member | None:
        """The next engine that may be asked; what keeps the others goes to the failures."""
        while chunk.left:
            member = chunk.left.popleft()
            obstacle = await self._obstacle(member, chunk)
            if obstacle is None:
                return member
            chunk.failures.append(obstacle)
        return None

    async def _obstacle(self, member: Member, chunk: Chunk) -> Failure | None:
        """Why ``member`` must not be asked now; None when it may, and then its budget is taken."""
        rest_s = member.rests_until - self._clock.now()
        if rest_s > 0:
            return RateLimitedError(f"{member.name} asked for a rest", retry_after_s=rest_s)
        if not member.breaker.wait_s:
            wait_s = await self._budget_wait_s(member, chunk)
            if wait_s > 0:
                return RateLimitedError(
                    f"the hour's audio for {member.name} is used up", retry_after_s=wait_s
                )
            if member.breaker.admits():
                return None
        reason = f"{member.name} is left alone after failures in a row, the last: {member.last}"
        if isinstance(member.last, OperatorError):
            return OperatorError(reason)
        return TransientError(reason, retry_after_s=member.breaker.wait_s)

    async def _budget_wait_s(self, member: Member, chunk: Chunk) -> float:
        """What the budget says; without an answer the provider's own limit has to do."""
        if self._budget is None:
            return 0.0
        charge_s = max(chunk.audio_s, LEAST_CHARGE_S)
        try:
            return await asyncio.to_thread(self._budget.take, member.name, charge_s)
        except (TransientError, OperatorError) as error:
            self._metrics.count(Metric.LIMITER_UNAVAILABLE)
            log.warning("audio budget unavailable", extra={"reason": str(error)})
            return 0.0

    async def _hedged(self, member: Member, chunk: Chunk) -> Recognition | None:
        """The answer of ``member``, or of a second request if it is slow; None if they fail."""
        if chunk.hedged or not member.engine.profile.hedge:
            return await self._request(member, chunk)
        return await first_answer(
            self._request(member, chunk),
            member.pace.late(chunk.audio_s, self._clock),
            lambda: self._second(member, chunk),
        )

    async def _second(
        self, slow: Member, chunk: Chunk
    ) -> Coroutine[Any, Any, Recognition | None] | None:
        """A request to the next engine that may be asked, else to the slow one once more."""
        if not self._extras.spend():
            return None
        member = await self._next(chunk)
        if member is None and await self._obstacle(slow, chunk) is None:
            member = slow
        if member is None:
            return None
        chunk.hedged = True
        return self._request(member, chunk, hedge=True)

    async def _request(
        self, member: Member, chunk: Chunk, *, hedge: bool = False
    ) -> Recognition | None:
        """One request; None, and the failure noted, when it brings no answer."""
        self._extras.earn()
        chunk.requests += 1
        if chunk.requests > 1:
            self._metrics.count(Metric.PROVIDER_CALL)
        started = self._clock.now()
        try:
            heard = await member.engine.recognise(
                chunk.audio,
                language=chunk.language,
                instructions=chunk.instructions,
                progress=chunk.progress,
            )
        except (UserError, TransientError, OperatorError) as error:
            chunk.failures.append(error)
            self._note(member, error)
            return None
        except asyncio.CancelledError:
            if not hedge and chunk.answered_by not in (None, member):
                # Another was faster though it began so much later: as good as a failure.
                member.last = TransientError(f"{member.name} was much slower than usual")
                member.breaker.failed()
            raise
        member.breaker.succeeded()
        member.pace.learn(chunk.audio_s, self._clock.now() - started)
        chunk.answered_by = chunk.answered_by or member
        return heard

    def _note(self, member: Member, error: Failure) -> None:
        """Count the failure and draw the conclusions for the engine's health."""
        if isinstance(error, UserError):
            member.breaker.succeeded()  # it answered; the audio is at fault
            return
        self._metrics.count(Metric.PROVIDER_ERROR)
        about = {"engine": member.name, "error": type(error).__name__, "reason": str(error)}
        if isinstance(error, OperatorError):
            self._metrics.count(Metric.OPERATOR_ALARM)
            log.error("operator needed", extra=about)
        else:
            log.warning("speech engine failed", extra=about)
        if isinstance(error, RateLimitedError):
            member.breaker.succeeded()
            member.rests_until = max(member.rests_until, self._clock.now() + wait_s(error))
        else:
            member.last = error
            member.breaker.failed()


def verdict(failures: Sequence[Failure]) -> Failure:
    """What it comes to that every engine failed or could not be asked.

    Engines out of order have no say while others have one. The audio is at fault when all of those
    say so; else waiting helps, at least as long as the first of them needs.
    """
    reasons = "; ".join(str(error) for error in failures)
    refused = [error for error in failures if isinstance(error, UserError)]
    passing = [error for error in failures if isinstance(error, TransientError)]
    if passing:
        limited = all(isinstance(error, RateLimitedError) for error in (*passing, *refused))
        kind = RateLimitedError if limited else TransientError
        return kind(reasons, retry_after_s=min(map(wait_s, passing)) or None)
    if refused:
        return UserError(refused[0].problem, **refused[0].figures)
    return OperatorError(reasons)


def wait_s(error: TransientError) -> float:
    """How long to wait after it."""
    if error.retry_after_s is not None:
        return error.retry_after_s
    return LIMITED_S if isinstance(error, RateLimitedError) else 0.0
