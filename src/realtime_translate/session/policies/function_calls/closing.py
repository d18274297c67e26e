"""Calls that nobody answers any more: upstream gets an output for each all the same (F8, R8, T6)."""

from __future__ import annotations

from .... import deepgram, openai
from ....mapping.errors import Fault
from ....notices import notice
from ....openai.objects import Item
from ...entries import FunctionCall
from ...env import Env
from ...signals import (
    Effect,
    Effects,
    Interrupted,
    MayFail,
    OutputsMissing,
    Proceed,
    Refused,
    TurnStep,
)
from ...state import Call, FunctionCalls
from ...tables import FunctionCallEvent, TurnEvent
from .known import REMEMBERED, happen, of_response, settle
from .rounds import round_over

__all__ = ["close", "hold_over", "interrupted", "refused"]

_CANCELLED = '{"error":"cancelled"}'
_NO_ANSWER = '{"error":"no answer"}'


def hold_over(call: Call, env: Env) -> Effects:
    """The answers take too long: nothing waits any longer for the calls that are open now; later ones are
    waited for anew (R8).
    """
    told: list[Effect] = [notice("CALL_HOLD_OVER", seconds=env.limits.call_hold)]
    if env.config.upstream.outputs_first:
        return [*told, *_give_up(call, env), Proceed()]
    for each in call.calls.calls:
        happen(each, FunctionCallEvent.WAIVED)
    return [*told, Proceed()]


def interrupted(call: Call, env: Env, _: Interrupted) -> Effects:
    """The user goes on: no answer asks for a response any more. Deepgram's clients need not give one; the
    component's may, and upstream waits for it (F8, R8).
    """
    state = call.calls
    env.timers.cancel("follow_up")
    for each in state.calls:
        happen(each, FunctionCallEvent.LEFT)
    still_open = [each for each in state.calls if each.open]
    if env.component:  # for as many as anybody can be at work on (L2)
        return close(state, env, still_open[:-REMEMBERED])
    settle(state, [each for each in state.calls if each.answered])
    if not still_open:
        return ()
    told, closed = _told(env, still_open), close(state, env, still_open)
    return [*told, *closed, TurnStep(TurnEvent.CUT), Proceed()]


def _told(env: Env, calls: list[FunctionCall]) -> list[Effect]:
    """Deepgram's clients learn that nobody waits for these any more; the component's know no such message."""
    if env.component:
        return []
    cancelled = [deepgram.CancelledFunctionCall(each.client_id, each.name) for each in calls]
    return [env.client(deepgram.FunctionCallCancelled(tuple(cancelled)))]


def close(state: FunctionCalls, env: Env, calls: list[FunctionCall]) -> list[Effect]:
    """Upstream waits for an output of each call: these get none of the client's (F8)."""
    if not calls:
        return []
    return [notice("CALLS_CANCELLED", calls=len(calls)), *_close(state, env, calls, _CANCELLED)]


def _close(state: FunctionCalls, env: Env, calls: list[FunctionCall], output: str) -> list[Effect]:
    settle(state, calls)
    effects: list[Effect] = []
    for each in [each for each in calls if not each.elsewhere]:  # else upstream knows of none (N10)
        event_id = env.ids.next()
        item = Item(type="function_call_output", call_id=each.call_id, output=output)
        effects += [env.upstream(openai.ConversationItemCreate(item, event_id=event_id)), MayFail(event_id)]
    return effects


def _give_up(call: Call, env: Env) -> list[Effect]:
    """Upstream refuses every response until all calls have outputs: the open ones get theirs, and what else
    was answered is followed (R8). Their turn is over, unless a response runs that ends it (O5).
    """
    state = call.calls
    still_open = [each for each in state.calls if each.open]
    if not still_open:
        return []
    told, closed = _told(env, still_open), _close(state, env, still_open, _NO_ANSWER)
    effects = [*told, notice("CALLS_UNANSWERED", calls=len(still_open)), *closed]
    if not call.slot.responding:
        effects.append(TurnStep(TurnEvent.OVER))
    for response_id in dict.fromkeys(each.response_id for each in state.calls if each.over):
        effects += round_over(state, of_response(state, response_id))
    return effects


def refused(call: Call, env: Env, refusal: Refused) -> Effects:
    """A refused output counts as answered, but asks for nothing (T6). A response that is refused for want of
    outputs gets them (R8).
    """
    state = call.calls
    problem = refusal.problem
    if problem.fault is Fault.OUTPUTS_MISSING:
        given_up = _give_up(call, env)
        return [*given_up, OutputsMissing(problem, given=bool(given_up))]
    function_call = next(
        (each for each in state.calls if problem.event_id and each.output == problem.event_id), None
    )
    if function_call is None:
        return ()
    happen(function_call, FunctionCallEvent.REFUSED)
    return (notice("CALL_OUTPUT_REFUSED", code=problem.code),)
