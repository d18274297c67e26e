"""The user's audio on its way upstream: one stream, the commit where it is ours, silence where there is none
(A, V1, I1).
"""

from .commit import ceiling_over, debounce_over, forced, granted, refused
from .detection import committed, responded, speech_started, speech_stopped, unheard
from .stream import (
    ended,
    enough,
    keepalive_due,
    leg_lost,
    leg_ready,
    received,
    settled,
    streamed,
)

__all__ = [
    "ceiling_over",
    "committed",
    "debounce_over",
    "ended",
    "enough",
    "forced",
    "granted",
    "keepalive_due",
    "leg_lost",
    "leg_ready",
    "received",
    "refused",
    "responded",
    "settled",
    "speech_started",
    "speech_stopped",
    "streamed",
    "unheard",
]
