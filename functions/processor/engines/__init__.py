"""Speech engines behind one port: one module per vendor."""

from __future__ import annotations

from processor.engines.selection import choose

__all__ = ["choose"]
