"""The opening of a call: from `client_opened` to ready, what waits, and the ends (S, E5, A8, L3)."""

from .actions import ACTIONS, applied, dial, proceed, session_created, session_ends
from .cause import Cause
from .errors import meant_by, shown_by
from .renewing import RENEWING, aged, check, leg_lost
from .waiting import flushed, forget, keep_audio, paused, too_early, wait_audio, wait_text

__all__ = [
    "ACTIONS",
    "RENEWING",
    "Cause",
    "aged",
    "applied",
    "check",
    "dial",
    "flushed",
    "forget",
    "keep_audio",
    "leg_lost",
    "meant_by",
    "paused",
    "proceed",
    "session_created",
    "session_ends",
    "shown_by",
    "too_early",
    "wait_audio",
    "wait_text",
]
