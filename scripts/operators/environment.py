"""The environment with ``.env`` behind it, as the single machine reads them."""

from __future__ import annotations

import os


def environment() -> dict[str, str]:
    """Every variable; the process's own come first."""
    from dotenv import dotenv_values  # noqa: PLC0415 - commands on AWS alone do not need it

    file = {name: value or "" for name, value in dotenv_values(".env").items()}
    return {**file, **os.environ}
