"""The life of the response in the slot, and that of our `response.create` (R1-R3, B1, B2)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from .step import Step

__all__ = ["CREATE", "RESPONSE", "CreateEvent", "CreateState", "ResponseEvent", "ResponseState"]


class ResponseState(str, Enum):
    """What became of the response in the slot."""

    NONE = "none"
    SILENT = "silent"
    """It has begun, and nothing of it came."""
    UNDER_WAY = "under way"
    """It has output."""
    CUT = "cut"
    """It was interrupted or given up: nothing of it is told any more, and its end is waited for."""


class ResponseEvent(str, Enum):
    """What can happen to the response in the slot."""

    BEGUN = "it began"
    OUTPUT = "output of it came"
    INTERRUPTED = "the user, or a text that interrupts, speaks over it"
    GIVEN_UP = "nothing comes of it"
    ENDED = "it ended"


_NOTHING = "there is none"
_TWICE = "nothing of it is told already"
_ENDED_FIRST = "another that begins ends it first"

RESPONSE: Mapping[ResponseState, Mapping[ResponseEvent, Step[ResponseState]]] = {
    ResponseState.NONE: {
        ResponseEvent.BEGUN: Step(ResponseState.SILENT),
        ResponseEvent.OUTPUT: Step(ResponseState.NONE, because=_NOTHING),
        ResponseEvent.INTERRUPTED: Step(ResponseState.NONE, because=_NOTHING),
        ResponseEvent.GIVEN_UP: Step(ResponseState.NONE, because=_NOTHING),
        ResponseEvent.ENDED: Step(ResponseState.NONE, because=_NOTHING),
    },
    ResponseState.SILENT: {
        ResponseEvent.BEGUN: Step(ResponseState.SILENT, because=_ENDED_FIRST),
        ResponseEvent.OUTPUT: Step(ResponseState.UNDER_WAY, "output_begun"),
        ResponseEvent.INTERRUPTED: Step(ResponseState.CUT, "cut_silent"),
        ResponseEvent.GIVEN_UP: Step(ResponseState.CUT),
        ResponseEvent.ENDED: Step(ResponseState.NONE),
    },
    ResponseState.UNDER_WAY: {
        ResponseEvent.BEGUN: Step(ResponseState.UNDER_WAY, because=_ENDED_FIRST),
        ResponseEvent.OUTPUT: Step(ResponseState.UNDER_WAY, because="only the first counts"),
        ResponseEvent.INTERRUPTED: Step(ResponseState.CUT, "cut"),
        ResponseEvent.GIVEN_UP: Step(ResponseState.CUT),
        ResponseEvent.ENDED: Step(ResponseState.NONE),
    },
    ResponseState.CUT: {
        ResponseEvent.BEGUN: Step(ResponseState.SILENT),
        ResponseEvent.OUTPUT: Step(ResponseState.CUT, because=_TWICE),
        ResponseEvent.INTERRUPTED: Step(ResponseState.CUT, because=_TWICE),
        ResponseEvent.GIVEN_UP: Step(ResponseState.CUT, because=_TWICE),
        ResponseEvent.ENDED: Step(ResponseState.NONE),
    },
}


class CreateState(str, Enum):
    """What became of our last `response.create`."""

    NONE = "none"
    """Nothing comes of it any more."""
    ASKED = "asked"
    """It is in flight. If it is refused for what is in the way, what it was for waits again."""
    ASKED_AGAIN = "asked again"
    """The same, for the second time: another error of the server's is its end (R3)."""
    TO_BE_ASKED_AGAIN = "to be asked again"
    """An error of the server's met it. What it was for waits, and its response may still come (R3)."""
    CLAIMED = "claimed"
    """A response without a tag was taken for its answer: its refusal, or its own, may come yet (R1, R3)."""
    INTERRUPTED = "interrupted"
    """Nobody wants its answer any more: its response is cancelled when it begins (B2)."""
    DROPPED = "dropped"
    """Its commit was refused: it is not asked for again (A5)."""


class CreateEvent(str, Enum):
    """What can happen to our `response.create`."""

    SENT = "it goes upstream"
    BEGUN = "its response began"
    BEGUN_PERHAPS = "a response began that may be another's"
    SETTLED = "it was refused, or its response has ended"
    DOUBTED = "a server error met it, and no response began in time"
    PUT_OFF = "it was refused, and goes again after the response that runs"
    INTERRUPTED = "the user, or a text that interrupts, speaks over it"
    COMMIT_REFUSED = "upstream refused the commit that it came with"


def _create(state: CreateState, **steps: Step[CreateState]) -> dict[CreateEvent, Step[CreateState]]:
    """A whole row: what ends it, or begins it anew, does so in each state."""
    row = {event: Step(to) for event, to in _LIFE.items() if to is not state}
    named = {CreateEvent[name.upper()]: step for name, step in steps.items()}
    return dict.fromkeys(CreateEvent, Step(state, because="it is so already")) | row | named


_LIFE = {
    CreateEvent.SENT: CreateState.ASKED,
    CreateEvent.BEGUN: CreateState.NONE,
    CreateEvent.BEGUN_PERHAPS: CreateState.CLAIMED,
    CreateEvent.SETTLED: CreateState.NONE,
    CreateEvent.DOUBTED: CreateState.TO_BE_ASKED_AGAIN,
    CreateEvent.PUT_OFF: CreateState.TO_BE_ASKED_AGAIN,
    CreateEvent.INTERRUPTED: CreateState.INTERRUPTED,
    CreateEvent.COMMIT_REFUSED: CreateState.DROPPED,
}


def _stay(state: CreateState, because: str) -> Step[CreateState]:
    return Step(state, because=because)


_NO_CREATE = _stay(CreateState.NONE, "there is none")
_INTERRUPTED = _stay(CreateState.INTERRUPTED, "nobody wants its answer")
_DROPPED = _stay(CreateState.DROPPED, "it is not asked for again")
_IN_LINE = _stay(CreateState.TO_BE_ASKED_AGAIN, "what it was for waits in the line")

CREATE: Mapping[CreateState, Mapping[CreateEvent, Step[CreateState]]] = {
    CreateState.NONE: {
        **dict.fromkeys(CreateEvent, _NO_CREATE),
        CreateEvent.SENT: Step(CreateState.ASKED),
    },
    CreateState.ASKED: _create(CreateState.ASKED),
    CreateState.ASKED_AGAIN: _create(CreateState.ASKED_AGAIN),
    CreateState.TO_BE_ASKED_AGAIN: _create(
        CreateState.TO_BE_ASKED_AGAIN, sent=Step(CreateState.ASKED_AGAIN), commit_refused=_IN_LINE
    ),
    CreateState.CLAIMED: _create(CreateState.CLAIMED),
    CreateState.INTERRUPTED: _create(
        CreateState.INTERRUPTED,
        begun=Step(CreateState.NONE, "cancel"),
        begun_perhaps=Step(CreateState.INTERRUPTED, "cancel"),
        doubted=_INTERRUPTED,
        put_off=Step(CreateState.NONE),
        commit_refused=_INTERRUPTED,
    ),
    CreateState.DROPPED: _create(
        CreateState.DROPPED, begun_perhaps=_DROPPED, doubted=_DROPPED, put_off=Step(CreateState.NONE)
    ),
}
