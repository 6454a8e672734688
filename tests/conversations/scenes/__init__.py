"""The scenes, by what they are about."""

from __future__ import annotations

import pkgutil
from importlib import import_module


def load() -> None:
    """Import every module here, which registers its scenes."""
    for module in pkgutil.iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
