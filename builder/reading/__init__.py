"""Python text -> graph: code that Layerloom wrote, or Keras code that somebody pastes; read as syntax, never executed."""

from builder.reading.reader import CodeReadError, Note, Reading, read_code

__all__ = ["CodeReadError", "Note", "Reading", "read_code"]
