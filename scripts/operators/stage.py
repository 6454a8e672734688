"""An environment as samconfig.toml describes it: the one place that names stacks and prefixes."""

from __future__ import annotations

import shlex
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from shared.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Mapping

CONFIG_FILE = "samconfig.toml"


@dataclass(frozen=True, slots=True)
class Stage:
    """What ``sam deploy --config-env`` is told."""

    name: str
    stack_name: str
    secrets_prefix: str
    region: str = ""
    overrides: Mapping[str, str] = field(default_factory=dict)
    """The stack's parameters that are not left at their defaults."""

    @classmethod
    def read(cls, name: str, path: str | Path = CONFIG_FILE) -> Self:
        """The environment ``name``. Raise OperatorError saying what is wrong with the file."""
        told = _told(name, Path(path))
        overrides = _overrides(told.get("parameter_overrides", ""))
        stack_name, prefix = told.get("stack_name"), overrides.get("SecretsPrefix")
        if not stack_name or not prefix:
            what = "SecretsPrefix in parameter_overrides" if stack_name else "stack_name"
            raise OperatorError(f"{path} gives no {what} for {name}: add it.")
        region = str(told.get("region", ""))
        return cls(name, str(stack_name), prefix.rstrip("/"), region, overrides)


def _told(name: str, path: Path) -> dict[str, Any]:
    """The parameters of ``sam deploy``, those for all commands included."""
    try:
        config = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise OperatorError(
            f"{path} cannot be read: run this in the root of the repository, or give --config-file."
        ) from error
    except ValueError as error:
        raise OperatorError(f"{path} is not valid TOML: mend it or restore it from git.") from error
    environments = [key for key, value in config.items() if isinstance(value, dict)]
    if name not in environments:
        raise OperatorError(f"{path} has no stage {name}: use one of {', '.join(environments)}.")
    told: dict[str, Any] = {}
    for command in ("global", "deploy"):
        told |= config[name].get(command, {}).get("parameters", {})
    return told


def _overrides(given: str | list[str]) -> dict[str, str]:
    """SAM takes one string or a list of ``Name=value``."""
    pairs = shlex.split(given) if isinstance(given, str) else given
    return {key: value for key, _, value in (pair.partition("=") for pair in pairs)}
