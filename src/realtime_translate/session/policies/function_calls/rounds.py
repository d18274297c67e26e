"""The response that follows the calls of another, asked for once (F3, F5, O5)."""

from __future__ import annotations

from ....notices import notice
from ...entries import FunctionCall
from ...env import Env
from ...signals import Effect, Effects, ResponseOverdue, ResponseWanted, TurnStep
from ...state import Call, FunctionCalls
from ...tables import TurnEvent
from .known import of_response, settle

__all__ = ["follow", "follow_up_late", "round_over"]


def follow(calls: list[FunctionCall]) -> list[Effect]:
    """Ask once for the response that follows, if all calls have outputs and any was accepted (F3, T6).

    Where upstream confirms outputs early, a call may come after that: its output is followed as well.
    """
    fresh = [each for each in calls if each.accepted and not each.followed]
    if not fresh or not all(each.output for each in calls):
        return []
    for each in calls:
        each.followed = True
    return [ResponseWanted(confirmed=False)]


def round_over(state: FunctionCalls, calls: list[FunctionCall]) -> list[Effect]:
    """All calls of a response that has ended are answered."""
    effects = follow(calls)
    settle(state, calls)
    if not any(each.followed for each in calls):
        effects += [notice("CALLS_CLOSED"), TurnStep(TurnEvent.OVER)]
    return effects


def follow_up_late(call: Call, env: Env) -> Effects:
    """`response.done` did not come after the last output: that response counts as done (F5)."""
    state = call.calls
    waiting = dict.fromkeys(each.response_id for each in state.calls if each.output and not each.over)
    return [
        ResponseOverdue(response_id)
        for response_id in waiting
        if not any(each.open for each in of_response(state, response_id))
    ]
