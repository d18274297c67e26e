"""Test kit: a fake clock and a model of the upstream server, for tests of hosts and of the translator."""

from .clock import FakeClock
from .model.choices import ALL, CHOICES, FIRST, HEALTHY, Choice, Choices, Group, Limited, only
from .model.faults import Violation
from .model.script import DEFAULT_REPLY, Call, Reply, Say, Script, ServerView
from .model.seeded import SeededChoices
from .model.server import RealtimeServer
from .model.server_script import ServerScript, ServerTimes
from .model.state import Transcribe, TranscriptionFailure

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
