"""Reading samconfig.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scripts.operators.stage import Stage
from shared.errors import OperatorError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("stage", ["dev", "staging", "prod"])
def test_the_repository_s_own_stages_can_be_read(stage: str) -> None:
    """Every stage has a stack and a prefix of its own."""
    read = Stage.read(stage)
    assert read.stack_name == f"telegram-transcriber-{stage}"
    assert read.secrets_prefix == f"/telegram-transcriber/{stage}"
    assert read.overrides["Stage"] == stage


def test_overrides_may_be_a_list_and_a_command_s_own_count_more(tmp_path: Path) -> None:
    """Both forms that SAM takes; what stands under deploy replaces what is global."""
    config = tmp_path / "samconfig.toml"
    config.write_text(
        "version = 0.1\n"
        '[eu.global.parameters]\nstack_name = "global"\nregion = "eu-west-1"\n'
        '[eu.deploy.parameters]\nstack_name = "mine"\n'
        'parameter_overrides = ["SecretsPrefix=/my/prefix/", "AlarmEmail=a=b@example.com"]\n'
    )
    read = Stage.read("eu", config)
    assert (read.stack_name, read.region) == ("mine", "eu-west-1")
    assert read.secrets_prefix == "/my/prefix"
    assert read.overrides["AlarmEmail"] == "a=b@example.com"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "--config-file"),
        ("version = [", "not valid TOML"),
        ("version = 0.1\n[prod.global.parameters]\n", "use one of prod"),
        ("version = 0.1\n[dev.global.parameters]\n", "no stack_name"),
        ('version = 0.1\n[dev.global.parameters]\nstack_name = "s"\n', "no SecretsPrefix"),
    ],
)
def test_what_is_wrong_with_the_file_is_said(tmp_path: Path, text: str | None, said: str) -> None:
    """One sentence that names the file and the fault."""
    config = tmp_path / "samconfig.toml"
    if text is not None:
        config.write_text(text)
    with pytest.raises(OperatorError, match=said):
        Stage.read("dev", config)
