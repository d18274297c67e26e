"""Calls on record: `Recorder` writes one down as it happens, `replay` proves that it happens again."""

from __future__ import annotations

from .header import RecordingError, is_header
from .recorder import Detail, Recorder
from .replay import Difference, Played, ReplayResult, replay

__all__ = [
    "Detail",
    "Difference",
    "Played",
    "Recorder",
    "RecordingError",
    "ReplayResult",
    "is_header",
    "replay",
]
