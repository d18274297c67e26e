"""The one response that the conversation may have at a time (R1-R5, R7)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from .step import Step

__all__ = ["RESPONDING", "SLOT", "SlotEvent", "SlotState"]


class SlotState(str, Enum):
    """Who has the one response of the conversation."""

    FREE = "free"
    EXPECTED = "expected"
    """The server committed audio and will start a response by itself (R7)."""
    REQUESTED = "requested"
    """Our `response.create` is in flight."""
    RUNNING = "running"
    """A response is active."""
    CROSSED = "crossed"
    """Our `response.create` is in flight while the server's own response is active."""
    REFUSED = "refused"
    """Our create was refused for a response that we have not heard of; the wish waits for it (R3)."""
    DOUBTED = "doubted"
    """Our create may have failed; it is asked again, unless its response begins (R3)."""
    GIVEN_UP = "given up"
    """The active response stalled and was cancelled; its end is awaited, but not for long (R1)."""


class SlotEvent(str, Enum):
    """What can happen to the slot."""

    REQUEST = "we send response.create"
    CREATED_OURS = "response.created, ours"
    CREATED_OTHER = "response.created, the server's own"
    CREATED_SAME = "response.created of ours, which had looked like the server's own"
    DONE = "response.done of the response in the slot"
    DONE_OURS = "response.done of ours before its created"
    DONE_SAME = "response.done of ours, which had looked like the server's own"
    DONE_LATE = "response.done of a response that had ended already"
    DONE_OTHER = "response.done of a response that is not ours, which has not begun"
    BUSY = "refused: conversation_already_has_active_response"
    UNANSWERED = "refused: function outputs were missing"
    FAILED = "our create was refused for another reason"
    SERVER_FAILED = "a server error met our create"
    TAG_REFUSED = "response.metadata is refused"
    UNNAMED = "an error that names nothing of ours"
    CREATE_LATE = "no response.created in time"
    COMMITTED = "the server committed audio and responds by itself"
    GRACE_OVER = "no response was heard of"
    QUIET = "all output ended and nothing followed"
    OVERDUE = "no response.done after the last function output"
    STALLED = "nothing comes of the active response"


_NOTHING_IN_FLIGHT = "no create of ours is in flight"
_NOTHING_ACTIVE = "no response is active"
_NOT_WAITING = "the timer is off"
_ONLY_CROSSING = "only a crossing response can turn out to be ours"
_TAKEN = "the slot is taken: wishes wait"
_ENDED = "nothing waits for its end"
_TOLD = "the client was told of its end"
_ASKED_AGAIN = "it is asked again anyway"
_GOES_ON = "only later creates go without"


def _slot(state: SlotState, **steps: Step[SlotState] | str) -> dict[SlotEvent, Step[SlotState]]:
    """A whole row from one entry an event: a step, or the reason for staying."""
    row: dict[SlotEvent, Step[SlotState]] = {}
    for event in SlotEvent:
        told = Step(state, "tell") if event in _ERRORS else None
        entry = steps.pop(event.name.lower(), told or _SLOT_STAYS.get(event, _NOTHING_IN_FLIGHT))
        row[event] = Step(state, because=entry) if isinstance(entry, str) else entry
    return row


_ERRORS = (SlotEvent.FAILED, SlotEvent.SERVER_FAILED, SlotEvent.UNNAMED)
"""The client is told of them where no response is to blame."""
_SLOT_STAYS: Mapping[SlotEvent, str] = {
    SlotEvent.REQUEST: _TAKEN,
    SlotEvent.CREATED_SAME: _ONLY_CROSSING,
    SlotEvent.DONE_SAME: _ONLY_CROSSING,
    SlotEvent.DONE_LATE: _ENDED,
    SlotEvent.TAG_REFUSED: _GOES_ON,
    SlotEvent.CREATE_LATE: _NOT_WAITING,
    SlotEvent.GRACE_OVER: _NOT_WAITING,
    SlotEvent.QUIET: _NOTHING_ACTIVE,
    SlotEvent.OVERDUE: _NOTHING_ACTIVE,
    SlotEvent.STALLED: _NOTHING_ACTIVE,
}

_FREE, _RUNNING = SlotState.FREE, SlotState.RUNNING

RESPONDING = (SlotState.RUNNING, SlotState.CROSSED)
"""The states in which a response is active."""

SLOT: Mapping[SlotState, Mapping[SlotEvent, Step[SlotState]]] = {
    SlotState.FREE: _slot(
        SlotState.FREE,
        request=Step(SlotState.REQUESTED, "create"),
        created_ours=Step(_RUNNING, "begin_ours"),
        created_other=Step(_RUNNING, "begin"),
        done=Step(_FREE, "end_whole"),
        busy=Step(SlotState.REFUSED, "await_stranger"),
        unanswered=Step(_FREE, "ask_again"),
        committed=Step(SlotState.EXPECTED, "expect"),
    ),
    SlotState.EXPECTED: _slot(
        SlotState.EXPECTED,
        created_ours=Step(_RUNNING, "begin_ours"),
        created_other=Step(_RUNNING, "begin"),
        done=Step(_FREE, "end_whole"),
        busy=Step(SlotState.EXPECTED, "keep_wish"),
        unanswered=Step(_FREE, "missed"),
        committed=Step(SlotState.EXPECTED, "wish"),
        grace_over=Step(_FREE, "missed"),
    ),
    SlotState.REQUESTED: _slot(
        SlotState.REQUESTED,
        created_ours=Step(_RUNNING, "begin_ours"),
        created_other=Step(SlotState.CROSSED, "begin"),
        done=Step(_FREE, "end_whole"),
        done_ours=Step(_FREE, "end_whole"),
        done_other=Step(SlotState.REQUESTED, "end_aside"),
        busy=Step(SlotState.REFUSED, "await_stranger"),
        unanswered=Step(_FREE, "ask_again"),
        failed=Step(_FREE, "fail"),
        server_failed=Step(SlotState.DOUBTED, "doubt"),
        tag_refused=Step(SlotState.DOUBTED, "doubt"),
        create_late=Step(_FREE, "fail"),
        committed=Step(SlotState.REQUESTED, "wish"),
    ),
    SlotState.RUNNING: _slot(
        _RUNNING,
        created_ours=Step(_RUNNING, "supersede_by_ours"),
        created_other=Step(_RUNNING, "supersede"),
        done=Step(_FREE, "end"),
        busy=Step(_RUNNING, "keep_wish"),
        unanswered=Step(_RUNNING, "ask_again"),
        failed=Step(_RUNNING, "fail_aside"),
        server_failed=Step(_RUNNING, "try_later"),
        tag_refused=Step(_RUNNING, "try_later"),
        unnamed=Step(_RUNNING, "hold"),
        committed=Step(_RUNNING, "wish"),
        quiet=Step(_FREE, "end_unannounced"),
        overdue=Step(_FREE, "end_unannounced"),
        stalled=Step(SlotState.GIVEN_UP, "give_up"),
    ),
    SlotState.CROSSED: _slot(
        SlotState.CROSSED,
        created_ours=Step(_RUNNING, "supersede_by_ours"),
        created_other=Step(SlotState.CROSSED, "supersede"),
        created_same=Step(_RUNNING, "recognise"),
        done=Step(SlotState.REQUESTED, "end"),
        done_ours=Step(_RUNNING, "end_crossing"),
        done_same=Step(_FREE, "end_whole"),
        busy=Step(_RUNNING, "keep_wish"),
        unanswered=Step(_RUNNING, "ask_again"),
        failed=Step(_RUNNING, "fail_aside"),
        server_failed=Step(_RUNNING, "try_later"),
        tag_refused=Step(_RUNNING, "try_later"),
        unnamed=Step(SlotState.CROSSED, "hold"),
        create_late=Step(_RUNNING, "fail_aside"),
        committed=Step(SlotState.CROSSED, "wish"),
        quiet=Step(SlotState.REQUESTED, "end_unannounced"),
        overdue=Step(SlotState.REQUESTED, "end_unannounced"),
        stalled=Step(SlotState.REQUESTED, "give_up_crossing"),
    ),
    SlotState.REFUSED: _slot(
        SlotState.REFUSED,
        created_other=Step(_RUNNING, "begin"),
        done=Step(_FREE, "end_whole"),
        done_late=Step(_FREE, "go_on"),
        committed=Step(SlotState.REFUSED, "wish"),
        grace_over=Step(_FREE, "go_on"),
    ),
    SlotState.DOUBTED: _slot(
        SlotState.DOUBTED,
        created_ours=Step(_RUNNING, "begin_ours"),
        created_other=Step(_RUNNING, "begin_beside"),
        done=Step(_FREE, "end_whole"),
        done_ours=Step(_FREE, "end_whole"),
        done_other=Step(SlotState.DOUBTED, "end_aside"),
        busy=Step(SlotState.REFUSED, "await_stranger"),
        unanswered=Step(_FREE, "ask_again"),
        failed=Step(_FREE, "fail"),
        server_failed=_ASKED_AGAIN,
        committed=Step(SlotState.DOUBTED, "wish"),
        grace_over=Step(_FREE, "ask_once_more"),
    ),
    SlotState.GIVEN_UP: _slot(
        SlotState.GIVEN_UP,
        created_ours=Step(_RUNNING, "begin_ours"),
        created_other=Step(_RUNNING, "begin"),
        done=Step(_FREE, "go_on"),
        done_late=Step(_FREE, "go_on"),
        busy=Step(SlotState.GIVEN_UP, "keep_wish"),
        unanswered=Step(SlotState.GIVEN_UP, "ask_again"),
        failed=_TOLD,
        server_failed=_TOLD,
        unnamed=_TOLD,
        committed=Step(SlotState.GIVEN_UP, "wish"),
        grace_over=Step(_FREE, "go_on"),
        overdue=_TOLD,
    ),
}
