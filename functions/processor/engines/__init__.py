"""Speech engines behind one port: one module per vendor."""

from __future__ import annotations

from processor.engines.selection import choose, choose_summariser

__all__ = ["choose", "choose_summariser"]
