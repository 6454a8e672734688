"""What holds for every test."""

from __future__ import annotations

import os

from hypothesis import settings

# No deadline: how long an example takes says more about the machine than about the code. In CI the
# examples are the same each time, so that a change is judged by what it changed; by hand they are new.
settings.register_profile("default", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("default")
