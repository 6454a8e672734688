"""The media path: from bytes nobody has checked to chunks an engine takes."""

from __future__ import annotations

from processor.media.preparation import prepare
from processor.media.prepared import Prepared

__all__ = ["Prepared", "prepare"]
