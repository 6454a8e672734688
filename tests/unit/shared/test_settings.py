"""Settings: every kind of value, and errors that name the variable and the rule."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import OperatorError
from shared.settings import Settings

FIELDS = {field.name: field for field in fields(Settings)}
NUMBERS = sorted(n for n, f in FIELDS.items() if isinstance(f.default, int | float))
TEXTS = sorted(n for n, f in FIELDS.items() if isinstance(f.default, str))
CHOICES = sorted(n for n, f in FIELDS.items() if f.metadata["choices"])
SECRETS = sorted(n for n, f in FIELDS.items() if f.metadata["secret"])


def read(**environ: str) -> Settings:
    """The settings of an environment with these variables alone."""
    return Settings.from_environment(environ)


def test_an_empty_environment_gives_the_defaults() -> None:
    """Nothing needs to be set."""
    assert read() == Settings()


@pytest.mark.parametrize("name", sorted(FIELDS))
@pytest.mark.parametrize("text", ["", "   ", "\t\n"])
def test_an_empty_variable_counts_as_unset(name: str, text: str) -> None:
    """``KEY=`` in a file means the default."""
    assert read(**{name.upper(): text}) == Settings()


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_is_read_as_its_kind(name: str) -> None:
    """Whole numbers stay whole."""
    value = getattr(read(**{name.upper(): " 42 "}), name)
    assert value == 42
    assert type(value) is type(FIELDS[name].default)


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("text", ["0", "-1", "many", "nan", "inf", "1,5", "0x10"])
def test_a_number_that_is_none_is_named(name: str, text: str) -> None:
    """The message says which variable, and what it must be."""
    with pytest.raises(OperatorError, match=f"^{name.upper()} must be a positive number, not "):
        read(**{name.upper(): text})


@pytest.mark.parametrize("name", [n for n in NUMBERS if isinstance(FIELDS[n].default, int)])
def test_half_a_job_is_no_number_of_jobs(name: str) -> None:
    """Where whole numbers are meant, others are refused."""
    with pytest.raises(OperatorError, match=name.upper()):
        read(**{name.upper(): "1.5"})


def test_a_list_of_numbers_is_read_with_its_blanks() -> None:
    """Separated by commas; one alone is a list too."""
    assert read(RETRY_DELAYS_S=" 1, 2.5 ,3").retry_delays_s == (1.0, 2.5, 3.0)
    assert read(RETRY_DELAYS_S="7").retry_delays_s == (7.0,)


@pytest.mark.parametrize("text", ["1,,2", "1;2", "1,0", "1,-2", ",", "soon"])
def test_a_list_with_anything_else_in_it_is_named(text: str) -> None:
    """The message says which variable, and what it must be."""
    with pytest.raises(OperatorError, match="RETRY_DELAYS_S must be positive numbers, not"):
        read(RETRY_DELAYS_S=text)


@pytest.mark.parametrize("name", CHOICES)
def test_each_choice_is_taken_and_no_other(name: str) -> None:
    """The message lists what there is."""
    for choice in FIELDS[name].metadata["choices"]:
        assert getattr(read(**{name.upper(): choice}), name) == choice
    with pytest.raises(OperatorError) as caught:
        read(**{name.upper(): "something-else"})
    assert name.upper() in str(caught.value)
    for choice in FIELDS[name].metadata["choices"]:
        assert choice in str(caught.value)


@given(st.sampled_from(TEXTS), st.text(st.characters(codec="ascii"), min_size=1).map(str.strip))
def test_text_is_taken_without_its_margins(name: str, text: str) -> None:
    """Nothing else is changed."""
    if name in CHOICES or not text:
        return
    assert getattr(read(**{name.upper(): f" {text}\n"}), name) == text


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_in_no_representation(name: str) -> None:
    """Neither repr nor str nor a format shows it, nor the error of another variable."""
    secret = "sk-marker-4711"
    settings = read(**{name.upper(): secret})
    assert getattr(settings, name) == secret
    assert secret not in f"{settings!r} {settings!s} {settings}"
    with pytest.raises(OperatorError) as caught:
        read(**{name.upper(): secret, "TRIES": "none"})
    assert secret not in str(caught.value)


def test_what_opens_something_is_secret() -> None:
    """No field whose name says token or key is shown."""
    opening = {n for n in FIELDS if n.endswith(("_token", "_api_key"))}
    assert opening
    assert opening <= set(SECRETS)


def test_overrides_win_and_unknown_variables_do_not_matter() -> None:
    """What the caller gives stands above the environment."""
    settings = Settings.from_environment({"WORKERS": "2", "PATH": "/bin"}, workers=9)
    assert settings.workers == 9


def test_figures_follow_from_others() -> None:
    """Every try, and one delivery more to apologise; days in seconds."""
    settings = Settings(tries=5, retention_days=2.0)
    assert settings.max_receive_count == 6
    assert settings.retention_s == 172_800
