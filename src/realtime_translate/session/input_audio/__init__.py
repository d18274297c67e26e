"""The user's audio on its way upstream: one stream, the commit where it is ours, silence where there is none
(A, I1).
"""

from .commit import ceiling_over, debounce_over, forced, granted, refused
from .state import InputAudio
from .stream import ended, keepalive_due, received, settled, streamed

__all__ = [
    "InputAudio",
    "ceiling_over",
    "debounce_over",
    "ended",
    "forced",
    "granted",
    "keepalive_due",
    "received",
    "refused",
    "settled",
    "streamed",
]
