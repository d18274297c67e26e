"""Test kit: a fake clock and a model of the upstream server, for tests of hosts and of the translator."""

from .choices import CHOICES, FIRST, Choices
from .clock import FakeClock
from .faults import Violation
from .script import DEFAULT_REPLY, Call, Reply, Say, Script, ServerView
from .server import RealtimeServer
from .state import Transcribe, TranscriptionFailure

__all__ = [
    "CHOICES",
    "DEFAULT_REPLY",
    "FIRST",
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
