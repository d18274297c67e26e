"""The response that follows the calls of another, asked for once (F3, F5, O5)."""

from __future__ import annotations

from ....notices import notice
from ...entries import FunctionCall, WishKind
from ...signals import Effect, ResponseWanted, TurnStep
from ...state import FunctionCalls
from ...tables import TurnEvent
from .known import settle

__all__ = ["follow", "round_over"]


def follow(calls: list[FunctionCall]) -> list[Effect]:
    """Ask once for the response that follows, if all calls have outputs and any was accepted (F3, T6).

    Where upstream confirms outputs early, a call may come after that: its output is followed as well.
    """
    fresh = [each for each in calls if each.accepted and not each.followed]
    if not fresh or not all(each.output for each in calls):
        return []
    for each in calls:
        each.followed = True
    return [ResponseWanted(WishKind.SENT)]


def round_over(state: FunctionCalls, calls: list[FunctionCall]) -> list[Effect]:
    """All calls of a response that has ended are answered."""
    effects = follow(calls)
    settle(state, calls)
    if not any(each.followed for each in calls):
        effects += [notice("CALLS_CLOSED"), TurnStep(TurnEvent.OVER)]
    return effects
