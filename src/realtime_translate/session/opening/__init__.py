"""The opening of a call: from `client_opened` to ready, what waits, and the ends (S, E5, A8, L3)."""

from .actions import ACTIONS, applied, granted, session_created, session_ends
from .state import Facts, OpeningState
from .waiting import flushed, forget, paused, wait_audio, wait_text

__all__ = [
    "ACTIONS",
    "Facts",
    "OpeningState",
    "applied",
    "flushed",
    "forget",
    "granted",
    "paused",
    "session_created",
    "session_ends",
    "wait_audio",
    "wait_text",
]
