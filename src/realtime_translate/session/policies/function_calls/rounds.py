"""The response that follows the calls of another, asked for once (F3, F5, O5)."""

from __future__ import annotations

from ....notices import notice
from ...entries import FunctionCall, WishKind
from ...signals import Effect, ResponseWanted, TurnStep
from ...state import FunctionCalls
from ...tables import FunctionCallEvent, FunctionCallState, TurnEvent
from .known import happen, settle

__all__ = ["follow", "round_over"]


def follow(calls: list[FunctionCall]) -> list[Effect]:
    """Ask once for the response that follows, if all calls have outputs and any was accepted (F3, T6).

    Where upstream confirms outputs early, a call may come after that: its output is followed as well.
    """
    fresh = any(each.state is FunctionCallState.ANSWERED for each in calls)
    if not fresh or not all(each.answered for each in calls):
        return []
    for each in calls:
        happen(each, FunctionCallEvent.FOLLOWED)
    return [ResponseWanted(WishKind.SENT)]


def round_over(state: FunctionCalls, calls: list[FunctionCall]) -> list[Effect]:
    """All calls of a response that has ended are answered."""
    effects = follow(calls)
    settle(state, calls)
    if not any(each.state is FunctionCallState.FOLLOWED for each in calls):
        effects += [notice("CALLS_CLOSED"), TurnStep(TurnEvent.OVER)]
    return effects
