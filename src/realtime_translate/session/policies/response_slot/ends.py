"""How a response ends, for the client and for the slot (R1, R5, O5); what an event says of one."""

from __future__ import annotations

from attrs import frozen

from ....deepgram.codes import WarningCode
from ....mapping import to_client
from ....mapping.errors import Fault, Problem
from ....mapping.responses import Outcome
from ....notices import notice
from ...env import Env
from ...signals import Effect, ResponseEnded
from ...state import ResponseSlot
from ...tables import ResponseEvent, ResponseState
from ...timers import TimerName
from .lives import step_of_response

__all__ = [
    "NO_RESPONSE",
    "REMEMBERED",
    "ResponseFacts",
    "failure",
    "finish",
    "released",
    "remember",
    "superseded",
]

REMEMBERED = 32
"""Ended responses whose late events are recognised, and open items of one response (R1, L2)."""
_OF_RESPONSE: tuple[TimerName, ...] = ("quiet", "grace", "stall", "error")
"""Timers that end with the active response."""
_COMPLETED = Outcome()
_NO_PROBLEM = Problem(Fault.OTHER, "", "", "")


@frozen(eq=False, repr=False)
class ResponseFacts:
    """What an action needs to know of the response that the event is about. `older`: a create before our last
    one asked for it.
    """

    response_id: str = ""
    outcome: Outcome = _COMPLETED
    reason: str = ""
    problem: Problem = _NO_PROBLEM
    older: bool = False


NO_RESPONSE = ResponseFacts()
"""For events that are about none."""


def finish(
    slot: ResponseSlot,
    env: Env,
    response_id: str,
    how: Outcome,
    event: ResponseEvent = ResponseEvent.ENDED,
    *,
    taken_over: bool = False,
) -> list[Effect]:
    """The active response is over. `taken_over`: by the next one, which goes on with the turn."""
    said_nothing = not how.produced and slot.response is not ResponseState.UNDER_WAY
    void = (how.cancelled or taken_over) and said_nothing
    cut = slot.response is ResponseState.CUT
    step_of_response(slot, event)
    remember(slot, response_id)
    if (how.cancelled or cut) and response_id:
        slot.cut = [*slot.cut[1 - REMEMBERED :], response_id]
    slot.active = ""
    slot.open_items = []
    for timer in _OF_RESPONSE:
        env.timers.cancel(timer)
    if not slot.request:
        env.timers.cancel("slow")
    if cut or not how.failure:
        return [*released(slot, env), ResponseEnded(response_id, void, cut, how.cancelled)]
    error, slot.error = slot.error, None
    return [*failure(how, error), ResponseEnded(response_id, void, failed=True)]


def released(slot: ResponseSlot, env: Env) -> list[Effect]:
    """An error that was held was not the end of the response (R5)."""
    error, slot.error = slot.error, None
    return [env.error(error)] if error else []


def failure(how: Outcome, error: Problem | None = None) -> list[Effect]:
    """One Warning, for the end of a response and for the error before it (R5)."""
    if not how.failure:
        return []
    reason = how.failure
    if error and error.code not in reason:
        reason += f" ({error.code}: {error.description})"
    warning = to_client.warning(WarningCode.THINK_REQUEST_FAILED, f"The response did not complete: {reason}")
    return [notice("RESPONSE_FAILED", reason=how.code), warning]


def remember(slot: ResponseSlot, response_id: str) -> None:
    """What has ended stays ended (R1)."""
    if response_id and response_id not in slot.ended:
        slot.ended = [*slot.ended[1 - REMEMBERED :], response_id]


def superseded(slot: ResponseSlot, env: Env) -> list[Effect]:
    """The next response has begun. One of which nothing came has no turn to end (O5)."""
    ended = finish(slot, env, slot.active, Outcome(), taken_over=True)
    return [notice("RESPONSE_SUPERSEDED"), *ended]
