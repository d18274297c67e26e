"""Test kit: a fake clock and a model of the upstream server, for tests of hosts and of the translator."""

from .choices import ALL, CHOICES, FIRST, HEALTHY, Choice, Choices, Group, Limited, only
from .clock import FakeClock
from .faults import Violation
from .script import DEFAULT_REPLY, Call, Reply, Say, Script, ServerView
from .seeded import SeededChoices
from .server import RealtimeServer
from .server_script import ServerScript, ServerTimes
from .state import Transcribe, TranscriptionFailure

__all__ = [
    "ALL",
    "CHOICES",
    "DEFAULT_REPLY",
    "FIRST",
    "HEALTHY",
    "Call",
    "Choice",
    "Choices",
    "FakeClock",
    "Group",
    "Limited",
    "RealtimeServer",
    "Reply",
    "Say",
    "Script",
    "SeededChoices",
    "ServerScript",
    "ServerTimes",
    "ServerView",
    "Transcribe",
    "TranscriptionFailure",
    "Violation",
    "only",
]
