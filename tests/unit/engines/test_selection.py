"""Which engine the settings select."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from processor.engines import choose
from shared.adapters.secrets import SettingsSecrets
from shared.errors import OperatorError
from shared.settings import Settings

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
    return choose(made, SettingsSecrets(made))


def test_auto_takes_the_first_that_is_configured() -> None:
    """Groq before Deepgram before an OpenAI-compatible server before the embedded engine."""
    left = dict(KEYS)
    names = [chosen(**left).profile.name]
    while left:
        left.pop(next(iter(left)))
        names.append(chosen(**left).profile.name)
    assert names == ["groq", "deepgram", "openai", "embedded"]


@pytest.mark.parametrize("name", ["groq", "deepgram", "openai", "embedded"])
def test_a_named_engine_is_taken_whatever_else_is_configured(name: str) -> None:
    """ENGINE decides, and its model is part of the profile."""
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
