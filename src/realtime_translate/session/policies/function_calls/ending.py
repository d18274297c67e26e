"""What the end of a response means for its calls (F1, F3, F8, O5)."""

from __future__ import annotations

from ....notices import notice
from ...entries import FunctionCall
from ...env import Env
from ...signals import Effect, Effects, ResponseEnded, TurnStep
from ...state import Call, FunctionCalls
from ...tables import FunctionCallState, TurnEvent
from .asking import ask
from .closing import close
from .known import settle
from .rounds import round_over

__all__ = ["ended"]


def ended(call: Call, env: Env, signal: ResponseEnded) -> Effects:
    """A response is over: its turn is too, unless it left calls (F3, O5).

    Calls that came without the id of a response are those of the one in the slot, which is this (R4).
    """
    state = call.calls
    names = ("", signal.response_id)
    mine = [each for each in state.calls if not each.over and each.response_id in names]
    effects = _unasked(state, env, signal, [each for each in mine if not each.asked])
    left = [each for each in mine if each.asked]
    for each in left:  # a response without an id goes by its first call from now on
        each.over, each.response_id = True, signal.response_id or f"#{left[0].client_id}"
    answered = not any(each.open for each in left)
    if signal.cut:  # its turn was ended then
        settle(state, left if answered else [])
        return effects
    if signal.void:
        return [*effects, TurnStep(TurnEvent.VOID)]
    effects.append(TurnStep(TurnEvent.ENDED))
    if not left:
        return [*effects, TurnStep(TurnEvent.OVER)]
    return [*effects, *round_over(state, left)] if answered else effects


def _unasked(
    state: FunctionCalls, env: Env, signal: ResponseEnded, calls: list[FunctionCall]
) -> list[Effect]:
    """Calls whose items never ended. Upstream waits for the outputs of those whose arguments are whole: they
    are asked for now (F1), or closed where the response came to nothing or the user went on (F8). The others
    are dropped.
    """
    whole = [each for each in calls if each.name and each.state is FunctionCallState.WHOLE]
    unwanted = [each for each in calls if each.arguments and each.state is FunctionCallState.PASSED_OVER]
    dropped = [each for each in calls if each not in whole + unwanted]
    effects: list[Effect] = [notice("CALL_INCOMPLETE") for _ in dropped]
    if signal.cut:
        settle(state, dropped)
    else:
        state.calls = [each for each in state.calls if each not in dropped]
    if signal.cut or signal.failed:
        whole, unwanted = [], whole + unwanted
    effects += close(state, env, unwanted)
    for each in whole:
        effects += ask(state, env, each)
    return effects
