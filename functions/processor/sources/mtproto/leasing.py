"""The name a session is leased under."""

from __future__ import annotations

import hashlib


def lease_name(session: str) -> str:
    """What a session is leased under: one session under two names is one, and a new one is new."""
    return hashlib.sha256(session.encode()).hexdigest()[:16]
