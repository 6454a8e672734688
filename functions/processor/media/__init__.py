"""The media path: from bytes nobody has checked to chunks an engine takes."""

from __future__ import annotations

from processor.media.limits import chunk_length_s
from processor.media.pace import Pace
from processor.media.preparation import prepare, prepare_remote
from processor.media.prepared import Prepared
from processor.media.ranges import ReadAhead

__all__ = ["Pace", "Prepared", "ReadAhead", "chunk_length_s", "prepare", "prepare_remote"]
