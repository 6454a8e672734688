"""Which engine the settings select."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processor.engines import model
from processor.engines.keys import Keys
from shared.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.ports import Engine, Secrets
    from shared.settings import Settings


def choose(settings: Settings, secrets: Secrets) -> Engine:
    """The engine named, or the first that is configured of groq, deepgram, openai, embedded.

    Raise OperatorError saying what to set when there is none.
    """
    if settings.speech_engine != "auto":
        what = missing(settings.speech_engine, settings, secrets)
        if what is not None:
            raise OperatorError(f"SPEECH_ENGINE={settings.speech_engine} needs {what}")
        return ENGINES[settings.speech_engine](settings, secrets)
    for name, build in ENGINES.items():
        if missing(name, settings, secrets) is None:
            return build(settings, secrets)
    raise OperatorError(f"there is no speech engine: {model.WAYS_OUT}")


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


def _groq(settings: Settings, secrets: Secrets) -> Engine:
    from processor.engines.groq import GroqEngine  # noqa: PLC0415  (only the engine in use)

    keys = Keys("GROQ_API_KEY", lambda: secrets.credentials().groq_keys)
    return GroqEngine(keys, settings.groq_model, settings.groq_base_url)


def _deepgram(settings: Settings, secrets: Secrets) -> Engine:
    from processor.engines.deepgram import DeepgramEngine  # noqa: PLC0415  (as above)

    keys = Keys("DEEPGRAM_API_KEY", lambda: secrets.credentials().deepgram_keys)
    return DeepgramEngine(keys, settings.deepgram_model, settings.deepgram_base_url)


def _openai(settings: Settings, secrets: Secrets) -> Engine:
    from processor.engines.openai_compatible import (  # noqa: PLC0415  (as above)
        OpenAICompatibleEngine,
    )

    return OpenAICompatibleEngine(
        settings.openai_base_url, settings.openai_model, lambda: secrets.credentials().openai_key
    )


def _embedded(settings: Settings, _: Secrets) -> Engine:
    from processor.engines.embedded import EmbeddedEngine  # noqa: PLC0415  (as above)

    return EmbeddedEngine(settings.whisper_model)


ENGINES: dict[str, Callable[[Settings, Secrets], Engine]] = {  # in the order auto tries them
    "groq": _groq,
    "deepgram": _deepgram,
    "openai": _openai,
    "embedded": _embedded,
}
