"""What a job's streaming draft is called: its user's stop comes back under this number."""

from __future__ import annotations

import hashlib


def draft_id(job_id: str) -> int:
    """A number from 1 to 2³¹ - 1 made from the job's id."""
    return int.from_bytes(hashlib.sha256(job_id.encode()).digest()[:4], "big") % ((1 << 31) - 1) + 1
