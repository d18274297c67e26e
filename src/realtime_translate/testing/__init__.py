"""Test kit: a fake clock and a model of the upstream server, for tests of hosts and of the translator."""

from .choices import CHOICES, FIRST, Choices
from .clock import FakeClock
from .deviations import DEVIATIONS, FAULTS, QUIRKS
from .faults import Violation
from .script import DEFAULT_REPLY, Call, Reply, Say, Script, ServerView
from .server import RealtimeServer
from .state import Transcribe, TranscriptionFailure

__all__ = [
    "CHOICES",
    "DEFAULT_REPLY",
    "DEVIATIONS",
    "FAULTS",
    "FIRST",
    "QUIRKS",
    "Call",
    "Choices",
    "FakeClock",
    "RealtimeServer",
    "Reply",
    "Say",
    "Script",
    "ServerView",
    "Transcribe",
    "TranscriptionFailure",
    "Violation",
]
