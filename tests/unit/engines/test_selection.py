"""Which engine the settings select."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from processor.engines import choose
from processor.engines.embedded import EmbeddedEngine
from processor.engines.pool import EnginePool
from shared.adapters.secrets import SettingsSecrets
from shared.errors import OperatorError
from shared.settings import Settings
from shared.telemetry import Tally
from tests.doubles.clock import ManualClock

if TYPE_CHECKING:
    from shared.ports import Engine

KEYS = {
    "groq_api_key": "gsk-a,gsk-b",
    "deepgram_api_key": "dg-a",
    "openai_base_url": "http://localhost:8000/v1",
}


def chosen(**settings: str) -> Engine:
    """The engine for these settings alone."""
    made = Settings(**settings)  # type: ignore[arg-type]  # all of them are texts
    return choose(made, SettingsSecrets(made), clock=ManualClock(), metrics=Tally(), budget=None)


def test_auto_pools_all_that_are_configured() -> None:
    """Groq before Deepgram before an OpenAI-compatible server; the embedded engine if nothing is."""
    left = dict(KEYS)
    names = [chosen(**left).profile.name]
    while left:
        left.pop(next(iter(left)))
        names.append(chosen(**left).profile.name)
    assert names == ["groq+deepgram+openai", "deepgram+openai", "openai", "embedded"]


def test_the_models_of_a_pool_are_part_of_its_recipe() -> None:
    """A transcript of other models is another transcript."""
    engine = chosen(groq_model="g", deepgram_model="d", openai_model="o", **KEYS)
    assert engine.profile.model == "g+d+o"


def test_engines_behind_a_network_are_pooled_even_alone() -> None:
    """Budget, breaker and hedging serve one as well; the embedded engine can do without."""
    assert isinstance(chosen(groq_api_key="gsk-a"), EnginePool)
    assert isinstance(chosen(speech_engine="deepgram", **KEYS), EnginePool)
    embedded = chosen()
    assert isinstance(embedded, EmbeddedEngine)
    assert not embedded.profile.hedge


@pytest.mark.parametrize("name", ["groq", "deepgram", "openai", "embedded"])
def test_a_named_engine_is_taken_whatever_else_is_configured(name: str) -> None:
    """SPEECH_ENGINE decides, alone, and its model is part of the profile."""
    engine = chosen(
        speech_engine=name, groq_model="m", deepgram_model="m", openai_model="m", **KEYS
    )
    assert engine.profile.name == name
    assert engine.profile.model == ("whisper-base" if name == "embedded" else "m")


@pytest.mark.parametrize(
    ("name", "variable"),
    [("groq", "GROQ_API_KEY"), ("deepgram", "DEEPGRAM_API_KEY"), ("openai", "OPENAI_BASE_URL")],
)
def test_a_named_engine_without_its_key_says_which_variable(name: str, variable: str) -> None:
    """No other engine is taken silently."""
    with pytest.raises(OperatorError, match=variable):
        chosen(speech_engine=name)


def test_without_any_engine_the_ways_out_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without keys and without the speech packages cannot start, and says what to do."""
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    for settings in ({}, {"speech_engine": "embedded"}):
        with pytest.raises(OperatorError, match="uv sync --group speech"):
            chosen(**settings)
    with pytest.raises(OperatorError, match="GROQ_API_KEY"):
        chosen()
