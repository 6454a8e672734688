"""Which engine the settings select."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from processor.engines import model
from processor.engines.keys import Keys
from processor.engines.pool import EnginePool
from shared.errors import OperatorError, TransientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.ports import AudioBudget, Clock, Engine, Metrics, Secrets, Summariser
    from shared.settings import Settings

EMBEDDED = "embedded"


def choose(
    settings: Settings,
    secrets: Secrets,
    *,
    clock: Clock,
    metrics: Metrics,
    budget: AudioBudget | None,
) -> Engine:
    """The engine named; or all that are configured of groq, deepgram, openai; or the embedded one.

    Engines behind a network come as a pool, one engine too: budget, breaker and hedging serve it
    as well. The embedded one stays itself. OperatorError saying what to set when there is none.
    """
    names = _named(settings, secrets)
    if names == [EMBEDDED]:
        return _embedded(settings)
    engines = [REMOTE[name](settings, secrets, budget) for name in names]
    return EnginePool(engines, clock=clock, metrics=metrics, budget=budget)


def choose_summariser(settings: Settings, secrets: Secrets) -> Summariser | None:
    """Groq's language model; None where it is off, or there is no key for it."""
    if settings.groq_chat_model == "off" or missing("groq", settings, secrets) is not None:
        return None
    from processor.engines.summaries import GroqSummariser  # noqa: PLC0415  (only what is in use)

    keys = Keys("GROQ_API_KEY", lambda: secrets.credentials().groq_keys)
    return GroqSummariser(keys, settings.groq_chat_model, settings.groq_base_url)


def _named(settings: Settings, secrets: Secrets) -> list[str]:
    """The engines to use, in the order of preference; never the embedded one beside others."""
    name = settings.speech_engine
    if name != "auto":
        what = missing(name, settings, secrets)
        if what is not None:
            raise OperatorError(f"SPEECH_ENGINE={name} needs {what}")
        return [name]
    remote = [name for name in REMOTE if missing(name, settings, secrets) is None]
    if not remote and missing(EMBEDDED, settings, secrets) is not None:
        raise OperatorError(f"there is no speech engine: {model.WAYS_OUT}")
    return remote or [EMBEDDED]


def missing(engine: str, settings: Settings, secrets: Secrets) -> str | None:
    """What ``engine`` lacks, None when it can be used."""
    credentials = secrets.credentials()
    conditions = {
        "groq": ("GROQ_API_KEY", bool(credentials.groq_keys)),
        "deepgram": ("DEEPGRAM_API_KEY", bool(credentials.deepgram_keys)),
        "openai": ("OPENAI_BASE_URL", bool(settings.openai_base_url)),
        "embedded": ("`uv sync --group speech`", model.installed()),
    }
    what, met = conditions[engine]
    return None if met else what


def _groq(settings: Settings, secrets: Secrets, budget: AudioBudget | None) -> Engine:
    from processor.engines.groq import NAME, GroqEngine  # noqa: PLC0415  (only what is in use)

    def learn(remaining_s: float, reset_s: float) -> None:
        """Correct the budget by the figures of the only key: several may be several accounts'."""
        if budget is not None and len(secrets.credentials().groq_keys) == 1:
            with suppress(TransientError, OperatorError):  # worth less than the answer it came with
                budget.correct(NAME, remaining_s, reset_s)

    keys = Keys("GROQ_API_KEY", lambda: secrets.credentials().groq_keys)
    return GroqEngine(keys, settings.groq_model, settings.groq_base_url, learn=learn)


def _deepgram(settings: Settings, secrets: Secrets, _: AudioBudget | None) -> Engine:
    from processor.engines.deepgram import DeepgramEngine  # noqa: PLC0415  (as above)

    keys = Keys("DEEPGRAM_API_KEY", lambda: secrets.credentials().deepgram_keys)
    return DeepgramEngine(keys, settings.deepgram_model, settings.deepgram_base_url)


def _openai(settings: Settings, secrets: Secrets, _: AudioBudget | None) -> Engine:
    from processor.engines.openai_compatible import (  # noqa: PLC0415  (as above)
        OpenAICompatibleEngine,
    )

    return OpenAICompatibleEngine(
        settings.openai_base_url, settings.openai_model, lambda: secrets.credentials().openai_key
    )


def _embedded(settings: Settings) -> Engine:
    from processor.engines.embedded import EmbeddedEngine  # noqa: PLC0415  (as above)

    return EmbeddedEngine(settings.whisper_model)


# In the order of preference.
REMOTE: dict[str, Callable[[Settings, Secrets, AudioBudget | None], Engine]] = {
    "groq": _groq,
    "deepgram": _deepgram,
    "openai": _openai,
}
