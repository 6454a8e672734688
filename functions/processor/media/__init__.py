"""The media path: from bytes nobody has checked to chunks an engine takes."""
