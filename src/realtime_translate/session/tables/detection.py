"""Who ends the user's turns where the translator is to do it, and the server may do it all the same (V1)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from .step import Step

__all__ = ["DETECTION", "Commit", "Detection", "DetectionEvent"]


class Detection(str, Enum):
    """What the server has shown of its turn detection under manual commit."""

    OFF = "off"
    """It is off, as was asked: the translator commits."""
    HEARD = "heard"
    """It is on. The server reported speech, which it is to commit or to answer by itself."""
    ANSWERED = "answered"
    """The server committed or answered what was said; the audio that still flows is the silence after it."""
    LISTENING = "listening"
    """It is on, and nothing was reported of the audio that flows now, if any does."""
    DOUBTED = "doubted"
    """The server left what was said to the translator, which commits again."""


class Commit(str, Enum):
    """What the commit of the user's audio waits for."""

    NOT_DUE = "not due"
    """No commit is due: the audio flows, or there is none."""
    DUE = "due"
    """It waits for the slot. More audio takes it back (A6)."""
    FIRM = "firm"
    """It waits for the slot, and more audio does not take it back."""
    SERVERS = "the server's"
    """It waits for the server to make it (V1). More audio takes it back."""


class DetectionEvent(str, Enum):
    """What can happen to the user's audio."""

    SPEECH = "speech_started"
    COMMITTED = "committed of a new item that answers no commit of ours"
    RESPONDED = "a response of the server's own began while audio waited for it"
    PAUSED = "no audio came for the debounce"
    CEILING = "audio flows for the ceiling"
    UNANSWERED = "the server neither committed nor answered in time"


_NO_PROOF = "a response proves nothing: it may answer something else"
_NOT_WAITING = "nothing waits for the server"
_SILENCE = "to the server it is silence"

DETECTION: Mapping[Detection, Mapping[DetectionEvent, Step[Detection]]] = {
    Detection.OFF: {
        DetectionEvent.SPEECH: Step(Detection.HEARD, "prove_by_speech"),
        DetectionEvent.COMMITTED: Step(Detection.ANSWERED, "prove_by_commit"),
        DetectionEvent.RESPONDED: Step(Detection.OFF, because=_NO_PROOF),
        DetectionEvent.PAUSED: Step(Detection.OFF, "commit"),
        DetectionEvent.CEILING: Step(Detection.OFF, "commit_firmly"),
        DetectionEvent.UNANSWERED: Step(Detection.OFF, because=_NOT_WAITING),
    },
    Detection.HEARD: {
        DetectionEvent.SPEECH: Step(Detection.HEARD, "listen"),
        DetectionEvent.COMMITTED: Step(Detection.ANSWERED, "let_go"),
        DetectionEvent.RESPONDED: Step(Detection.ANSWERED, "let_go"),
        DetectionEvent.PAUSED: Step(Detection.HEARD, "wait"),
        DetectionEvent.CEILING: Step(Detection.DOUBTED, "commit_after_all"),
        DetectionEvent.UNANSWERED: Step(Detection.DOUBTED, "commit_after_all"),
    },
    Detection.ANSWERED: {
        DetectionEvent.SPEECH: Step(Detection.HEARD, "listen"),
        DetectionEvent.COMMITTED: Step(Detection.ANSWERED, "let_go"),
        DetectionEvent.RESPONDED: Step(Detection.ANSWERED, because="it was answered"),
        DetectionEvent.PAUSED: Step(Detection.LISTENING, "forget"),
        DetectionEvent.CEILING: Step(Detection.ANSWERED, because=_SILENCE),
        DetectionEvent.UNANSWERED: Step(Detection.ANSWERED, because=_NOT_WAITING),
    },
    Detection.LISTENING: {
        DetectionEvent.SPEECH: Step(Detection.HEARD, "listen"),
        DetectionEvent.COMMITTED: Step(Detection.ANSWERED, "let_go"),
        DetectionEvent.RESPONDED: Step(Detection.ANSWERED, "let_go"),
        DetectionEvent.PAUSED: Step(Detection.LISTENING, "wait"),
        DetectionEvent.CEILING: Step(Detection.LISTENING, because=_SILENCE),
        DetectionEvent.UNANSWERED: Step(Detection.DOUBTED, "commit_after_all"),
    },
    Detection.DOUBTED: {
        DetectionEvent.SPEECH: Step(Detection.HEARD, "listen"),
        DetectionEvent.COMMITTED: Step(Detection.ANSWERED, "let_go"),
        DetectionEvent.RESPONDED: Step(Detection.ANSWERED, "let_go"),
        DetectionEvent.PAUSED: Step(Detection.DOUBTED, "commit"),
        DetectionEvent.CEILING: Step(Detection.DOUBTED, "commit_firmly"),
        DetectionEvent.UNANSWERED: Step(Detection.DOUBTED, because=_NOT_WAITING),
    },
}
